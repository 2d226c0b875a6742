"""Designs of a problem in words and numbers, for the explorer of a page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.report.explorer import Designs, Measure
    from moo_jsc.evaluation.contract import NetworkBatch
    from moo_jsc.objectives.objective import Objective
    from moo_jsc.problems.problem import Problem
    from moo_jsc.quantization.formats import FixedPoint, LayerPrecision


TRAINED = (
    "Accuracies are means over trainings; what a command makes is a single one (--seed), with an "
    "accuracy of its own that is written beside it."
)
"""What is to be known of designs that are fine-tuned."""


def fine_tuned(problem: Problem) -> bool:
    """Say whether a problem's designs are fine-tuned.

    Examples
    --------
    >>> from moo_jsc import build_problem
    >>> fine_tuned(build_problem("lab3-grid"))
    False
    """
    from studies.common.problems import networks_of

    source = networks_of(problem)
    return source is not None and source.scoring.training == "qat"


def explored(
    problem: Problem,
    numbers: NDArray[np.int64],
    values: NDArray[np.float64],
    front: NDArray[np.int64],
    *,
    tested: NDArray[np.float64] | None = None,
    found: pd.DataFrame | None = None,
    runs: int = 0,
    commands: Mapping[str, str] | None = None,
) -> Designs:
    """Return designs as the explorer of a page takes them.

    Parameters
    ----------
    problem
        Where they are from.
    numbers
        Of the designs in its space, ascending, shape (n,).
    values
        Their objectives where the search sees them, shape (n, m).
    front
        Numbers of the designs on the true front.
    tested
        Their objectives on the test split, NaN where they are not known, shape (n, m).
    found
        By number of the design and name of the sampler, the runs that tried it (see
        `tried_by`).
    runs
        Of each sampler.
    commands
        What can be done with a design (see `design_commands`).
    """
    import pandas as pd

    from analysis.report.explorer import Designs

    columns: dict[str, object] = {"design": numbers, "front": np.isin(numbers, front)}
    measures = []
    for place, objective in enumerate(problem.objectives):
        for measure, data in _measures(problem, objective, place, values, tested):
            measures.append(measure)
            columns[measure.key] = data
    rows = problem.space.configurations(numbers)
    for place, choice in enumerate(problem.space.choices):
        columns[choice.name] = [_plain(choice.values[index]) for index in rows[:, place]]
    layers = layers_in_words(problem, rows)
    columns |= layers
    tried = {} if found is None else {name: f"runs of {name}" for name in found.columns}
    for name, key in tried.items():
        assert found is not None
        columns[key] = found[name].reindex(numbers, fill_value=0).to_numpy()
    return Designs(
        pd.DataFrame(columns),
        tuple(measures),
        tuple(choice.name for choice in problem.space.choices),
        tuple(layers),
        tried,
        runs,
        commands or {},
        problem.space.size,
        TRAINED if fine_tuned(problem) else "",
    )


def _measures(
    problem: Problem,
    objective: Objective,
    place: int,
    values: NDArray[np.float64],
    tested: NDArray[np.float64] | None,
) -> list[tuple[Measure, NDArray[np.float64]]]:
    """Return one column of an objective, or two where the splits have different values."""
    from analysis.plots.axes import axis_scale
    from analysis.report.explorer import Measure

    seen = values[:, place]
    logarithmic = axis_scale(objective, seen, problem.scales) == "logarithmic"
    name, unit, sense = objective.name, objective.unit, objective.sense
    if tested is None or np.array_equal(tested[:, place], seen, equal_nan=True):
        return [(Measure(name, name, unit, sense, logarithmic), seen)]
    other = f"{name} (test)"
    return [
        (Measure(name, f"{name} (validation)", unit, sense, logarithmic), seen),
        (Measure(other, other, unit, sense, logarithmic), tested[:, place]),
    ]


def _plain(value: object) -> object:
    return "/".join(map(str, value)) if isinstance(value, tuple) else value


def layers_in_words(problem: Problem, rows: NDArray[np.int64]) -> dict[str, list[str]]:
    """Return what each dense layer of each configuration (n, d) is; nothing without networks.

    Examples
    --------
    >>> from moo_jsc import build_problem
    >>> layers_in_words(build_problem("lab3-grid"), np.zeros((1, 2), dtype=int))
    {'layer seq_blocks_2': ['16 to 5, data 16 bits (8), weights 16 bits (8), bias 8 bits (4)']}
    """
    from studies.common.problems import networks_of

    source = networks_of(problem)
    if source is None:
        return {}
    names = source.networks[0].spec.linear_names
    words = {f"layer {name}": [""] * len(rows) for name in names}
    for places, batch in source.batches(rows):
        for name, texts in zip(names, _batch_in_words(batch), strict=True):
            for place, text in zip(places.tolist(), texts, strict=True):
                words[f"layer {name}"][place] = text
    return words


def _batch_in_words(batch: NetworkBatch) -> list[list[str]]:
    """Return, for each dense layer, what it is in each design."""
    precisions, places = batch.precisions()
    described = []
    for layer, shape in enumerate(batch.network.spec.linear_layers):
        texts = [
            f"{shape.inputs} to {shape.outputs}, {formats_in_words(precision[layer])}"
            for precision in precisions
        ]
        described.append([texts[place] for place in places.tolist()])
    return described


def formats_in_words(layer: LayerPrecision) -> str:
    """Return the formats of a dense layer in words; in brackets the bits after the point.

    Examples
    --------
    >>> from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, Ternary
    >>> formats_in_words(LayerPrecision(FixedPoint(6, 4, signed=False), Ternary(fraction=2), None))
    'data 6 bits (4, unsigned), weights ternary (2), bias float'
    """
    parts = {"data": layer.data, "weights": layer.weight, "bias": layer.bias}
    words = [f"{name} {_format_in_words(fmt)}" for name, fmt in parts.items()]
    pruned = [f"{layer.pruned:.0%} of the weights pruned"] if layer.pruned else []
    return ", ".join([*words, *pruned])


def _format_in_words(fmt: FixedPoint | None) -> str:
    from moo_jsc.quantization.formats import PowerOfTwo, Ternary

    if fmt is None:
        return "float"
    size = f"{fmt.width} bits"
    if isinstance(fmt, Ternary):
        size = "ternary"
    elif isinstance(fmt, PowerOfTwo):
        size = f"power of two, {fmt.width} bits"
    notes = [f"{fmt.fraction}"]
    notes += [] if fmt.signed else ["unsigned"]
    notes += [] if fmt.rounding == "even" else [f"rounded {fmt.rounding}"]
    return f"{size} ({', '.join(notes)})"


def tried_by(trials: pd.DataFrame) -> pd.DataFrame:
    """Return how many runs of each sampler tried each design.

    Parameters
    ----------
    trials
        Columns ``sampler``, ``seed``, ``configuration``.

    Examples
    --------
    >>> import pandas as pd
    >>> trials = pd.DataFrame({"sampler": ["a", "a", "a", "b"], "seed": [0, 0, 1, 0],
    ...                        "configuration": [7, 7, 7, 3]})
    >>> tried_by(trials).to_dict("index")
    {3: {'a': 0, 'b': 1}, 7: {'a': 2, 'b': 0}}
    """
    once = trials.drop_duplicates(["sampler", "seed", "configuration"])
    counts = once.groupby(["configuration", "sampler"]).size().unstack(fill_value=0)
    return counts[list(dict.fromkeys(trials["sampler"]))]


def design_commands(problem: Problem, name: str, network: str | None, jets: str) -> dict[str, str]:
    """Return the commands that build and export the design with a given number.

    Parameters
    ----------
    problem
        None but networks with formats can be built or exported.
    name, network, jets
        As the study was told.

    Examples
    --------
    >>> from moo_jsc import build_problem
    >>> found = design_commands(build_problem("lab3-grid"), "lab3-grid", None, "sample")
    >>> found["build"]
    'python studies/build_design.py --problem lab3-grid --number {number}'
    >>> found["export"]
    'python studies/export.py --problem lab3-grid --number {number}'
    """
    from studies.common.problems import networks_of

    source = networks_of(problem)
    if source is None or source.precision is None:
        return {}
    words = ["--problem", name]
    words += ["--training", "qat"] if fine_tuned(problem) else []
    words += ["--network", network] if network else []
    words += ["--jets", jets] if jets != "sample" else []
    flags = f"{shlex.join(words)} --number {{number}}"
    return {
        "build": f"python studies/build_design.py {flags}",
        "export": f"python studies/export.py {flags}",
    }
