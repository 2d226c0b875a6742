"""Trained networks and what to choose of them, put together as a problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from moo_jsc.evaluation.scoring import Scoring
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.circuit import CircuitObjective
from moo_jsc.objectives.objective import MeasuredObjective, Objective
from moo_jsc.problems.architecture import Widening
from moo_jsc.problems.network_problem import (
    ArchitectureProblem,
    JointProblem,
    NetworkProblem,
    QuantizationProblem,
)
from moo_jsc.problems.precision import PrecisionSpace

if TYPE_CHECKING:
    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.networks.specification import NetworkSpec


def assembled(
    name: str,
    networks: Sequence[Classifier],
    objectives: Sequence[Objective],
    data: Dataset,
    scoring: Scoring,
    *,
    multipliers: Widening | None,
    precision: PrecisionSpace | None,
    latency_batch: int,
) -> NetworkProblem:
    """Return the problem of choosing among networks and precisions.

    Networks take their hardware form where a circuit is asked for; latencies are measured
    where they are asked for.

    Parameters
    ----------
    name
        Of the problem.
    networks
        Trained, in the order of the multipliers' flat index.
    objectives, data, scoring
        See `NetworkProblem`.
    multipliers, precision
        What there is to choose; at least one.
    latency_batch
        Samples at which latency is measured.

    Raises
    ------
    InputError
        The networks do not take the data, or there is nothing to choose.
    """
    check_fit(networks[0].spec, data)
    if any(isinstance(objective, CircuitObjective) for objective in objectives):
        from moo_jsc.hardware.form import hardware_form

        networks = [hardware_form(network) for network in networks]
    if any(isinstance(objective, MeasuredObjective) for objective in objectives):
        from moo_jsc.objectives.latency import latency_for

        measured = latency_for(networks, batch_size=latency_batch)
        scoring = replace(scoring, latency=tuple(measured.tolist()))
    if multipliers and precision:
        return JointProblem(name, networks, multipliers, precision, objectives, data, scoring)
    if multipliers:
        return ArchitectureProblem(name, networks, multipliers, objectives, data, scoring)
    if precision:
        return QuantizationProblem(name, networks[0], precision, objectives, data, scoring)
    raise InputError(f"problem {name!r}: nothing to choose, expected precisions or widths")


def check_fit(spec: NetworkSpec, data: Dataset) -> None:
    """Check that a network takes the features of the data and tells their classes apart.

    Raises
    ------
    InputError
        It does not, or these are no data.
    """
    from moo_jsc.data import Dataset

    if not isinstance(data, Dataset):
        raise InputError(f"data of type {type(data).__name__}: expected what load_dataset returns")
    for what, one, found, names in (
        ("features", "feature", spec.features, data.feature_names),
        ("classes", "class (one logit)", spec.classes, data.class_names),
    ):
        if found != len(names):
            raise InputError(
                f"{spec.name}: {found} {what if found != 1 else one}; "
                f"expected {len(names)}, those of {data.name}"
            )
