"""A family of problems without jets: networks trained on mixtures of Gaussians.

Each member has its own classes, separation, noise and distorted features; the networks have the
package's shapes. The constants of the grey box may be chosen on it, since no value of a problem
that the sampler is tested on enters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from moo_jsc.data.dataset import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.networks.specification import NetworkSpec
    from moo_jsc.problems.network_problem import NetworkProblem

KINDS = ("joint", "mixed", "deep")
_SAMPLES = 20_000
_FEATURES = 16
_CLASSES = 5


def mixture(seed: int) -> Dataset:
    """Return samples of 5 classes, each a mixture of Gaussians seen through 16 bent features."""
    from moo_jsc.data import split_table
    from moo_jsc.data.jets import jet_table

    generator = np.random.default_rng(seed)
    latent, parts = int(generator.integers(4, 9)), int(generator.integers(2, 4))
    separation = generator.uniform(0.8, 1.8)
    labels = generator.integers(0, _CLASSES, _SAMPLES)
    part = generator.integers(0, parts, _SAMPLES)
    centers = generator.normal(size=(_CLASSES, parts, latent)) * separation
    widths = generator.uniform(0.7, 1.4, size=(_CLASSES, 1))
    hidden = centers[labels, part] + generator.normal(size=(_SAMPLES, latent)) * widths[labels]
    straight, bent = generator.normal(size=(2, latent, _FEATURES)) / np.sqrt(latent)
    features = hidden @ straight + 0.6 * np.tanh(hidden @ bent)
    features += 0.3 * generator.normal(size=features.shape)
    heavy = generator.choice(_FEATURES, 5, replace=False)
    features[:, heavy] = np.sign(features[:, heavy]) * np.abs(features[:, heavy]) ** 1.6
    skewed = generator.choice(_FEATURES, 4, replace=False)
    features[:, skewed] = np.exp(0.5 * features[:, skewed])
    return split_table(jet_table(f"mixture-{seed}", features, labels))


def trained_on(
    data: Dataset, specs: Sequence[NetworkSpec], seed: int, epochs: int
) -> tuple[Classifier, ...]:
    """Train networks on a mixture, all with one seed."""
    from moo_jsc.networks.training import Schedule, train_ensemble

    schedule = Schedule(epochs=epochs, learning_rate=0.005)
    seeds = [seed] * len(specs)
    return train_ensemble(
        specs, seeds, data.train, data.validation, schedule, progress=False
    ).networks


def problems(seed: int, *, epochs: int = 12) -> dict[str, NetworkProblem]:
    """Train the networks of one member and return its problems, one for each of `KINDS`.

    Latency of the joint problem is a smooth function of the operations with 5 % of scatter.
    """
    from moo_jsc.evaluation.scoring import Scoring
    from moo_jsc.networks.family import network_spec, widened
    from moo_jsc.objectives import get_objectives
    from moo_jsc.problems.architecture import ChannelMultipliers
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.precision import PrecisionSpace, widths

    data = mixture(seed)
    multipliers = ChannelMultipliers()
    base = network_spec("jsc-three-linear")
    specs = [widened(base, chosen) for chosen in multipliers.combinations(2)]
    trained = trained_on(data, [*specs, network_spec("hls4ml-3layer")], seed, epochs)
    generator = np.random.default_rng(1000 + seed)
    latency = tuple(
        float(0.02 + 2e-6 * spec.macs**0.9 * (1 + 0.05 * generator.normal())) for spec in specs
    )
    three = get_objectives(["accuracy", "size", "bitops"])
    fine = widths(2, 3, 4, 6, 8)
    return {
        "joint": NetworkProblem(
            f"joint-mixture-{seed}",
            trained[:-1],
            get_objectives(["accuracy", "latency", "size", "flops", "bitops"]),
            data,
            Scoring(latency=latency),
            multipliers=multipliers,
            precision=PrecisionSpace(widths(4, 6, 8), widths(2, 4, 6, 8), per_layer=True),
        ),
        "mixed": NetworkProblem(
            f"mixed-mixture-{seed}",
            trained[:1],
            three,
            data,
            precision=PrecisionSpace(fine, fine, per_layer=True),
        ),
        "deep": NetworkProblem(
            f"deep-mixture-{seed}",
            trained[-1:],
            three,
            data,
            precision=PrecisionSpace(widths(2, 4, 8), widths(2, 3, 4, 8), per_layer=True),
        ),
    }
