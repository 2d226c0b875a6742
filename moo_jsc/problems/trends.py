"""Which way the registered objectives go as a network is given more bits or more channels."""

from __future__ import annotations

from moo_jsc.objectives.objective import OBJECTIVES, PredictionObjective, Sense


def improved_by_resources() -> dict[str, tuple[str, ...]]:
    """Return the qualities that rise and those that fall with more bits or wider layers.

    The two keyword arguments of a `Choice` whose values grow: predictions get better, as a rule.

    Examples
    --------
    >>> improved_by_resources()["falls"]
    ('loss',)
    """
    return {"rises": _predictions("max"), "falls": _predictions("min")}


def _predictions(sense: Sense) -> tuple[str, ...]:
    return tuple(
        name
        for name, objective in OBJECTIVES.items()
        if isinstance(objective, PredictionObjective) and objective.sense == sense
    )
