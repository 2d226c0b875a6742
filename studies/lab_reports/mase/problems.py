"""The problem of a search file, its networks trained inside the search where the file asks so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.lab_reports.mase.config import MaseStudy

if TYPE_CHECKING:
    from moo_jsc.data import Dataset
    from moo_jsc.problems.network_problem import ArchitectureProblem

SEED = 0
"""Of the training: one network for each combination of multipliers, as in the reports' tool."""


def trained_problem(
    study: MaseStudy,
    name: str,
    data: Dataset,
    objectives: Sequence[str] | None = None,
    *,
    device: str = "cpu",
) -> ArchitectureProblem:
    """Train every network of a search over channel multipliers, or read them from the store.

    Parameters
    ----------
    study
        With multipliers and a schedule.
    name
        Of the problem.
    data
        To train on and to be scored on.
    objectives
        Registered names; the file's by default.
    device
        Where networks are trained and evaluated.
    """
    from moo_jsc.evaluation.scoring import Scoring
    from moo_jsc.foundation.store import Store
    from moo_jsc.networks.family import network_spec, widened
    from moo_jsc.objectives import get_objectives
    from moo_jsc.objectives.objective import MeasuredObjective
    from moo_jsc.problems.network_problem import ArchitectureProblem
    from studies.lab_reports.training import train_or_load

    if study.multipliers is None or study.schedule is None:
        raise ValueError("a search without training has no trained problem")
    spec = network_spec(study.network, final_relu=study.final_relu)
    combinations = study.multipliers.combinations(len(spec.linear_layers) - 1)
    every = [(widened(spec, combination), SEED) for combination in combinations]
    networks = train_or_load(Store.at(None).root, every, data, study.schedule, device)
    chosen = get_objectives(tuple(objectives or study.objectives))
    latency = None
    if any(isinstance(objective, MeasuredObjective) for objective in chosen):
        from moo_jsc.objectives.latency import latency_for

        latency = tuple(float(ms) for ms in latency_for(networks))
    scoring = Scoring(latency=latency, device=device)
    return ArchitectureProblem(name, networks, study.multipliers, chosen, data, scoring)
