"""Problems under a bound: widths and formats of three layers, with made-up costs.

In those of `bounded` nothing is trained: accuracy follows the textbook laws of rounding noise and
of width, with constants drawn for each problem, and scatters as means of a few trainings do. The
laws are not those that the grey box assumes: damages of a layer's tensors depend on its width and
do not add up. In those of `bounded_networks` accuracy is that of networks trained on mixtures of
Gaussians, 25 for each problem, and rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import logarithmic_costs
from moo_jsc.problems.space import Choice, SearchSpace
from studies.peers.synthetic import mixture, trained_on

if TYPE_CHECKING:
    from moo_jsc.enumeration import ObjectiveTable

_LAYERS = 3
_INPUTS, _OUTPUTS = 16, 5
_WIDTHS = (4, 8, 16, 32, 64)
_COUNTING = (0.1, 0.2)
"""Shares of the designs that keep the bound, of two problems in a row."""


def bounded(seed: int) -> ObjectiveTable:
    """Return all designs of one made-up problem, some 12,000 to 18,000 of them."""
    generator = np.random.default_rng([seed, 40])
    formats = {"data": (3, 4, 8), "weight": (2, 3, 6) if seed % 2 else (2, 3, 4)}
    space = _space(f"bounded-{seed}", _WIDTHS if seed % 3 else _WIDTHS[1:], formats)
    rows = space.configurations(np.arange(space.size))
    accuracy = _accuracy(space, rows, generator)
    return _under_a_bound(space, rows, accuracy, generator, seed)


def bounded_networks(seed: int, *, epochs: int = 12) -> ObjectiveTable:
    """Train networks of 25 widths, and return all 18,225 designs of one problem."""
    from moo_jsc.networks.family import network_spec, widened
    from moo_jsc.objectives import get_objectives
    from moo_jsc.problems.architecture import ChannelMultipliers
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.precision import PrecisionSpace, widths

    formats = {"data": (4, 6, 8), "weight": (3, 4, 6)}
    data = mixture(300 + seed)
    base = network_spec("jsc-two-hidden")
    narrowest = base.linear_layers[0].outputs
    multipliers = ChannelMultipliers(tuple(width // narrowest for width in _WIDTHS))
    specs = [widened(base, chosen) for chosen in multipliers.combinations(2)]
    problem = NetworkProblem(
        f"bounded-networks-{seed}",
        trained_on(data, specs, seed, epochs),
        get_objectives(["accuracy", "size"]),
        data,
        multipliers=multipliers,
        precision=PrecisionSpace(
            widths(*formats["data"]), widths(*formats["weight"]), per_layer=True
        ),
    )
    space = _space(problem.name, _WIDTHS, formats)
    rows = space.configurations(np.arange(space.size))
    accuracy = problem.evaluate(rows)[:, 0]
    return _under_a_bound(space, rows, accuracy, np.random.default_rng([seed, 41]), seed)


def _under_a_bound(
    space: SearchSpace,
    rows: NDArray[np.int64],
    accuracy: NDArray[np.float64],
    generator: np.random.Generator,
    seed: int,
) -> ObjectiveTable:
    """Return a table of all designs (n, d), of which few count: accuracies (n,) and made-up costs.

    Costs are those of a stored network and of a circuit in turn.
    """
    from moo_jsc.enumeration import ObjectiveTable

    names: tuple[str, ...]
    if seed % 2 == 0:
        names, costs = ("latency", "size", "bitops"), _stored(space, rows, generator)
    else:
        names, costs = ("lut", "latency-ns"), _built(space, rows, generator)
    least = float(np.quantile(accuracy, 1 - _COUNTING[seed // 2 % 2]))
    objectives = (
        Objective(name="accuracy", unit="1", sense="max"),
        *(Objective(name=name, unit="1", sense="min", known=True) for name in names),
    )
    return ObjectiveTable(
        space.name,
        space,
        objectives,
        np.column_stack([accuracy, costs]),
        space.name,
        bounds=Bounds({"accuracy": round(least, 3)}),
        scales=logarithmic_costs(objectives),
    )


def _space(
    name: str, widths: tuple[int, ...], formats: Mapping[str, tuple[int, ...]]
) -> SearchSpace:
    trend = {"rises": ("accuracy",), "falls": ("loss",)}
    return SearchSpace(
        name,
        (
            *(Choice(f"hidden{i}.channels", widths, unit="channels", **trend) for i in (1, 2)),
            *(
                Choice(f"layer{i}.{tensor}", values, unit="bits", **trend)
                for i in range(_LAYERS)
                for tensor, values in formats.items()
            ),
        ),
    )


def _parts(space: SearchSpace, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], ...]:
    """Return channels into and out of each layer, bits of data and of weights, (n, 3) each."""
    values = np.column_stack(
        [np.array(c.values, dtype=float)[rows[:, j]] for j, c in enumerate(space.choices)]
    )
    first, last = np.full(len(rows), _INPUTS), np.full(len(rows), _OUTPUTS)
    into = np.column_stack([first, values[:, :2]])
    out = np.column_stack([values[:, :2], last])
    return into, out, values[:, 2::2], values[:, 3::2]


def _accuracy(
    space: SearchSpace, rows: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return accuracies (n,): what width and rounding cost, and the scatter of trainings."""
    into, out, data, weight = _parts(space, rows)
    draw = generator.uniform
    narrow = draw(0.01, 0.06, 2) * (4 / out[:, :2]) ** draw(0.5, 1.2, 2)
    floating = narrow.sum(axis=1) + draw(0, 0.03) * (16 / (out[:, 0] * out[:, 1])) ** 0.5
    averaged = (into / _INPUTS) ** -draw(0.0, 0.5, _LAYERS)
    rounding = np.exp(generator.normal(np.log(0.012), 0.7, _LAYERS)) * 2.0 ** (
        -draw(0.8, 1.8, _LAYERS) * (data - 3)
    )
    rounding += np.exp(generator.normal(np.log(0.012), 0.7, _LAYERS)) * 2.0 ** (
        -draw(0.8, 1.8, _LAYERS) * (weight - 2)
    )
    power = draw(0.75, 1.3)
    damage = ((rounding * averaged) ** power).sum(axis=1) ** (1 / power)
    architecture = rows[:, 0] * 8 + rows[:, 1]
    trained = generator.normal(0, 0.0015, architecture.max() + 1)[architecture]
    scatter = draw(0.003, 0.007) / np.sqrt(3)
    quality = np.log(draw(0.7, 0.9)) - floating - damage + trained
    return np.exp(quality) + scatter * generator.normal(size=len(rows))


def _stored(
    space: SearchSpace, rows: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return latency of the architecture, stored bits and BitOPs, (n, 3)."""
    into, out, data, weight = _parts(space, rows)
    products = (into * out).sum(axis=1)
    architecture = rows[:, 0] * 8 + rows[:, 1]
    measured = np.exp(0.02 * generator.normal(size=architecture.max() + 1))[architecture]
    return np.column_stack(
        [
            (20 + 0.01 * products**0.9) * measured,
            (into * out * weight + 8 * out).sum(axis=1),
            (into * out * data * weight).sum(axis=1),
        ]
    )


def _built(
    space: SearchSpace, rows: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return look-up tables and latency of a pipeline, (n, 2), as uneven as circuits are."""
    into, out, data, weight = _parts(space, rows)
    tables, latency = np.zeros(len(rows)), np.zeros(len(rows))
    for layer in range(_LAYERS):
        key = rows[:, [0, 1, 2 + 2 * layer, 3 + 2 * layer]] @ np.array([512, 64, 8, 1])
        uneven = generator.normal(size=(2, key.max() + 1))[:, key]
        bits = data[:, layer] * weight[:, layer] ** 0.8
        tables += into[:, layer] * out[:, layer] ** 0.95 * bits * np.exp(0.06 * uneven[0])
        depth = np.log2(into[:, layer]) + 0.75 * np.log2(data[:, layer] * weight[:, layer])
        latency += 2.5 * np.round(depth + 0.3 * uneven[1])
    return np.column_stack([tables, latency])
