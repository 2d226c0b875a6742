"""A small problem that is fine-tuned in a moment, for this process and others."""

import numpy as np

from moo_jsc.data import from_arrays, split_table
from moo_jsc.evaluation.recipe import FineTuning
from moo_jsc.evaluation.scoring import Scoring
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.network_problem import QuantizationProblem
from moo_jsc.problems.precision import PrecisionSpace, widths


def toy(samples=256, **scoring):
    """Sixteen designs of jsc-tiny on clusters."""
    rng = np.random.default_rng(0)
    labels = np.arange(400) % 5
    features = rng.normal(size=(5, 16))[labels] + rng.normal(scale=0.8, size=(400, 16))
    return QuantizationProblem(
        "toy",
        initialized(network_spec("jsc-tiny"), seed=0).eval(),
        PrecisionSpace(widths(2, 3, 4, 8), widths(2, 3, 4, 8)),
        get_objectives(["size", "accuracy", "loss"]),
        split_table(from_arrays(features, labels.astype(str))),
        Scoring(training="qat", fine_tuning=FineTuning(samples=samples, batch_size=32), **scoring),
    )
