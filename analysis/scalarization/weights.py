"""Weights: one value with signs, for the command line, the audit, samplers and published scores.

`Weights` are signed: a score is the sum of coefficient x value over metrics in their natural units
and senses, and it is maximized. That is the one meaning of a sign here. A positive coefficient of
a cost, or a negative one of a quality, rewards what should be avoided; `Weights.of_importance`
takes what a user says instead ("size matters 0.2") and puts the signs by the objectives' senses.

As a plain mapping of names to signed numbers (``dict(weights)``) they mean the same anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, Sense, checked_objectives, signs


@dataclass(frozen=True)
class Weights(Mapping[str, float]):
    """A weighted sum of metrics, to be maximized.

    Parameters
    ----------
    coefficients
        By the metric's name, of its natural value.

    Raises
    ------
    InputError
        A coefficient is not a finite number, or there is none other than 0.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = (Objective(name="accuracy", sense="max"), Objective(name="size"))
    >>> own = Weights.of_importance({"accuracy": 1.0, "size": 0.2}, objectives)
    >>> own, dict(own)
    (Weights(accuracy - 0.2 x size), {'accuracy': 1.0, 'size': -0.2})
    >>> own.importance(objectives), own.rewarded(objectives)
    (array([1. , 0.2]), ())
    >>> Weights.of_sum({"accuracy": 1.0, "size": 0.2}, "max").rewarded(objectives)
    ('size',)
    """

    coefficients: Mapping[str, float]

    def __post_init__(self) -> None:
        found = {name: _number(name, entry) for name, entry in self.coefficients.items()}
        if not any(found.values()):
            raise InputError(f"weights of {', '.join(found) or 'nothing'}: expected one not 0")
        object.__setattr__(self, "coefficients", found)

    @classmethod
    def of_importance(
        cls, importance: Mapping[str, float] | ArrayLike, objectives: Sequence[ObjectiveLike]
    ) -> Weights:
        """Return the weights of a user who says how much each objective matters.

        Parameters
        ----------
        importance
            At least 0 each: by the objective's name (those not named get 0), or one for each.
        objectives
            The m objectives; their senses give the signs.

        Raises
        ------
        InputError
            An unknown objective, a wrong count, a negative or non-finite entry, or all zeros.
        """
        vector = checked_importance(importance, objectives)
        names = [objective.name for objective in objectives]
        return cls(dict(zip(names, (-vector * signs(objectives) + 0.0).tolist(), strict=True)))

    @classmethod
    def of_sum(cls, terms: Mapping[str, float], direction: Sense) -> Weights:
        """Return the weights of a sum of natural values that is maximized or minimized.

        Raises
        ------
        InputError
            The direction is unknown, or see `Weights`.
        """
        if direction not in ("min", "max"):
            raise InputError(f"direction {direction!r}: expected min or max")
        sign = 1.0 if direction == "max" else -1.0
        return cls({name: sign * _number(name, entry) for name, entry in terms.items()})

    def __getitem__(self, name: str) -> float:
        return self.coefficients[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.coefficients)

    def __len__(self) -> int:
        return len(self.coefficients)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.coefficients.items())))

    def __repr__(self) -> str:
        return f"Weights({self.formula})"

    @property
    def formula(self) -> str:
        """The sum as one reads it."""
        text = ""
        for name, coefficient in self.coefficients.items():
            if coefficient == 0:
                continue
            size = "" if abs(coefficient) == 1 else f"{abs(coefficient):g} x "
            if text:
                text += f" {'-' if coefficient < 0 else '+'} {size}{name}"
            else:
                text = f"{'-' if coefficient < 0 else ''}{size}{name}"
        return text

    def importance(self, objectives: Sequence[ObjectiveLike]) -> NDArray[np.float64]:
        """Return how much each objective's getting better improves the score (m,).

        These are the weights of the minimized objectives; negative where a vice is rewarded.

        Raises
        ------
        InputError
            A metric is not one of the objectives.
        """
        names = [objective.name for objective in checked_objectives(objectives)]
        for name in self.coefficients:
            if name not in names:
                raise InputError(f"weight of {name!r}: expected one of {', '.join(names)}")
        natural = np.array([self.coefficients.get(name, 0.0) for name in names])
        return -natural * signs(objectives) + 0.0

    def rewarded(self, objectives: Sequence[ObjectiveLike]) -> tuple[str, ...]:
        """Return the objectives whose getting worse improves the score."""
        importance = self.importance(objectives)
        return tuple(objectives[int(k)].name for k in np.flatnonzero(importance < 0))


def checked_importance(
    importance: Mapping[str, float] | ArrayLike, objectives: Sequence[ObjectiveLike]
) -> NDArray[np.float64]:
    """Return importances (m,) in the order of the objectives, as given (see `Weights`).

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = (Objective(name="accuracy", sense="max"), Objective(name="size"))
    >>> checked_importance({"size": 0.2, "accuracy": 1.0}, objectives)
    array([1. , 0.2])
    >>> checked_importance({"accuracy": 1.0, "size": -0.2}, objectives)
    Traceback (most recent call last):
    analysis.foundation.errors.InputError: weight of size = -0.2: expected a number ...
    """
    names = [objective.name for objective in checked_objectives(objectives)]
    if isinstance(importance, Mapping):
        for name in importance:
            if name not in names:
                raise InputError(f"weight of {name!r}: expected one of {', '.join(names)}")
        listed = [importance.get(name, 0.0) for name in names]
    else:
        listed = list(np.atleast_1d(np.asarray(importance, dtype=object)))
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
                "(senses are known: a cost is minimized with a positive weight)"
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
    """A score as someone has published it.

    Parameters
    ----------
    label
        Short, for tables.
    weights
        In natural units, as they were stated.
    source
        Where it comes from.

    Examples
    --------
    >>> ReportedScore("R2", Weights({"accuracy": 1.0, "latency": 0.1})).formula
    'accuracy + 0.1 x latency'
    """

    label: str
    weights: Weights
    source: str = ""

    @property
    def formula(self) -> str:
        """The score as one reads it; it is maximized."""
        return self.weights.formula


def _number(name: str, entry: object) -> float:
    try:
        number = float(entry)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(f"weight of {name} = {entry!r}: expected a number") from None
    if not np.isfinite(number):
        raise InputError(f"weight of {name} = {number}: expected a finite number")
    return number
