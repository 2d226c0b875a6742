"""The network of a design, rounded or fine-tuned, its circuit, and the numbers of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studies.common.choosing import realized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from moo_jsc.data import Split
    from moo_jsc.hardware.emulation import Design
    from moo_jsc.objectives.objective import PredictionObjective
    from moo_jsc.problems.network_problem import NetworkProblem


def built(
    problem: NetworkProblem, configuration: NDArray[np.int64], *, seed: int, samples: int
) -> Design:
    """Return a design with its circuit, fine-tuned first where the problem's designs are.

    Parameters
    ----------
    problem
        In hardware form (it has circuit costs among its objectives).
    configuration
        Shape (d,).
    seed, samples
        Of fine-tuning.

    Raises
    ------
    InputError
        The design has no hardware form, or the tracer is not installed.
    """
    from moo_jsc.hardware.emulation import Design

    return Design.of(*realized(problem, configuration, seed=seed, samples=samples))


def score(design: Design, split: Split, objective: PredictionObjective) -> float:
    """Return a score of the quantized network of a design."""
    import torch

    from moo_jsc.quantization.network import QuantizedNetwork

    logits = QuantizedNetwork(design.network, design.precision)(torch.from_numpy(split.features))
    return objective.score(logits, torch.from_numpy(split.labels))


def numbers(
    problem: NetworkProblem, configuration: NDArray[np.int64], design: Design
) -> dict[str, str]:
    """Return what a design scores and costs, with units, as text.

    Scores are of the network that is built, on both splits; costs of circuits of its whole
    trace, beside those by look-up.
    """
    from moo_jsc.objectives.circuit import CircuitObjective
    from moo_jsc.objectives.objective import PredictionObjective

    found = {}
    known = problem.known_values(configuration[None])[0]
    for objective, value in zip(problem.objectives, known, strict=True):
        if isinstance(objective, PredictionObjective):
            for name, split in (
                ("validation", problem.data.validation),
                ("test", problem.data.test),
            ):
                scored = score(design, split, objective)
                found[f"{objective.name} ({name} split)"] = _with_unit(scored, objective.unit)
        elif isinstance(objective, CircuitObjective):
            whole = float(objective.finish(design.circuit.row))
            found[f"{objective.name} (whole trace)"] = _with_unit(whole, objective.unit)
            found[f"{objective.name} (look-up)"] = _with_unit(value, objective.unit)
        else:
            found[objective.name] = _with_unit(value, objective.unit)
    return found


def _with_unit(value: float, unit: str) -> str:
    return f"{value:.6g}" if unit == "1" else f"{value:.6g} {unit}"
