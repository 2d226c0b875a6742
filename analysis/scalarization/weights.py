"""Weights: what a user may ask for, and the signed scores that reports have used.

A weighting is a vector w >= 0, not all zero, for objectives that are all minimised after the
turn of the maximised ones; its pick minimises sum_k w_k z_k / s_k, s_k the divisors of a scaling
(`Front.divisors`). A reported score is a formula found in the literature, in natural senses, to
be maximised or minimised as a whole; it may reward a cost, which no weighting can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, Sense


def checked_weights(
    weights: Mapping[str, float] | ArrayLike, objectives: Sequence[ObjectiveLike]
) -> NDArray[np.float64]:
    """Return weights (m,) in the order of the objectives, as given (not normalised).

    Parameters
    ----------
    weights
        A mapping from objective names (those not named get 0), or one number per objective.
    objectives
        The m objectives.

    Raises
    ------
    InputError
        An unknown objective, a wrong count, a negative or non-finite entry, or all zeros.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = (Objective("accuracy", "max"), Objective("size"))
    >>> checked_weights({"size": 0.2, "accuracy": 1.0}, objectives)
    array([1. , 0.2])
    >>> checked_weights({"accuracy": 1.0, "size": -0.2}, objectives)
    Traceback (most recent call last):
    analysis.foundation.errors.InputError: weight of size = -0.2: expected a number ...
    """
    names = [objective.name for objective in objectives]
    if isinstance(weights, Mapping):
        for name in weights:
            if name not in names:
                raise InputError(f"weight of {name!r}: expected one of {', '.join(names)}")
        listed = [weights.get(name, 0.0) for name in names]
    else:
        listed = list(np.atleast_1d(np.asarray(weights, dtype=object)))
        if len(listed) != len(names):
            raise InputError(
                f"{len(listed)} weights: expected {len(names)}, for {', '.join(names)}"
            )
    vector = np.empty(len(names))
    for position, (name, entry) in enumerate(zip(names, listed, strict=True)):
        vector[position] = _number(name, entry)
        if vector[position] < 0:
            raise InputError(
                f"weight of {name} = {entry:g}: expected a number of at least 0 "
                "(senses are known: a cost is minimised with a positive weight)"
            )
    if not vector.any():
        raise InputError(f"weights of {', '.join(names)} are all 0: expected one above 0")
    return vector


def shares(weights: ArrayLike) -> NDArray[np.float64]:
    """Return weights divided by their sum: the point of the weight simplex they stand for.

    Examples
    --------
    >>> shares([1.0, 0.25])
    array([0.8, 0.2])
    """
    vector = np.asarray(weights, dtype=np.float64)
    scaled = vector / vector.max()
    return scaled / scaled.sum()


@dataclass(frozen=True)
class ReportedScore:
    """A score as someone has published it: a sum of scaled metrics under one direction.

    Parameters
    ----------
    label
        Short, for tables.
    terms
        Coefficient of each metric in its natural sense.
    direction
        Whether the sum is maximised or minimised.
    source
        Where it comes from.

    Raises
    ------
    InputError
        No term, a coefficient that is not finite, all zeros, or an unknown direction.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = (Objective("accuracy", "max"), Objective("latency", unit="ms"))
    >>> score = ReportedScore("R2", {"accuracy": 1.0, "latency": 0.1})
    >>> score.formula
    'maximise accuracy + 0.1 x latency'
    >>> score.signed_weights(objectives)
    array([ 1. , -0.1])
    >>> score.rewards(objectives)
    ('latency',)
    """

    label: str
    terms: Mapping[str, float]
    direction: Sense = "max"
    source: str = ""

    def __post_init__(self) -> None:
        if self.direction not in ("min", "max"):
            raise InputError(
                f"score {self.label!r}: direction {self.direction!r}, expected min or max"
            )
        coefficients = [_number(name, entry) for name, entry in self.terms.items()]
        if not any(coefficients):
            raise InputError(f"score {self.label!r}: expected a coefficient other than 0")

    @property
    def formula(self) -> str:
        """The score as one reads it."""
        text = ""
        for name, coefficient in self.terms.items():
            size = "" if abs(coefficient) == 1 else f"{abs(coefficient):g} x "
            sign = "-" if coefficient < 0 else "+"
            text += f" {sign} {size}{name}" if text else f"{'-' * (sign == '-')}{size}{name}"
        return f"{'maximise' if self.direction == 'max' else 'minimise'} {text}"

    def signed_weights(self, objectives: Sequence[ObjectiveLike]) -> NDArray[np.float64]:
        """Return the weights (m,) of the minimised objectives; negative where a vice is rewarded.

        Raises
        ------
        InputError
            A term is not one of the objectives.
        """
        names = [objective.name for objective in objectives]
        for name in self.terms:
            if name not in names:
                raise InputError(
                    f"score {self.label!r}: metric {name!r}, expected one of {', '.join(names)}"
                )
        vector = np.zeros(len(names))
        for position, objective in enumerate(objectives):
            coefficient = float(self.terms.get(objective.name, 0.0))
            vector[position] = coefficient if objective.sense == self.direction else -coefficient
        return vector + 0.0

    def rewards(self, objectives: Sequence[ObjectiveLike]) -> tuple[str, ...]:
        """Return the objectives whose getting worse improves the score."""
        signed = self.signed_weights(objectives)
        return tuple(objectives[int(k)].name for k in np.flatnonzero(signed < 0))


def _number(name: str, entry: object) -> float:
    try:
        number = float(entry)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(f"weight of {name} = {entry!r}: expected a number") from None
    if not np.isfinite(number):
        raise InputError(f"weight of {name} = {number}: expected a finite number")
    return number
