"""The whole redundancy audit of a problem, and its answers in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.bounds import UNBOUNDED, Bounds
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, checked_values
from analysis.foundation.scales import Scale, checked_scales, measured
from analysis.foundation.words import listed
from analysis.front.pareto import pareto_front
from analysis.redundancy.association import Association, association
from analysis.redundancy.components import Components, components
from analysis.redundancy.conflict import (
    ObjectiveSet,
    best_set_of_size,
    deltas,
    objective_sets,
    smallest_keeping_front,
    smallest_sets,
)
from analysis.redundancy.dominance import LeftOut, leave_each_out

NEARLY_SAME_TAU = 0.9


@dataclass(frozen=True)
class Pair:
    """Two objectives compared over the space and along the front.

    Attributes
    ----------
    first, second
        Their columns.
    space, front
        Association over all designs and over the distinct points of the front.
    delta
        Largest error on the front of using one of them in place of both, the better of the two
        ways, in shares of the range.
    """

    first: int
    second: int
    space: Association
    front: Association
    delta: float


@dataclass(frozen=True)
class Redundancy:
    """Which objectives of a problem are needed.

    Attributes
    ----------
    objectives
        The m objectives.
    designs, front_size
        Number of designs, and of distinct points on their front.
    constant
        Columns that are the same in every design.
    constant_on_front
        Columns that are the same along the front although they vary in the space.
    pairs
        Every two objectives that vary.
    left_out
        The problem without each objective.
    sets
        Every set of objectives with its delta on the front.
    components
        Principal components of the front.
    """

    objectives: tuple[ObjectiveLike, ...]
    designs: int
    front_size: int
    constant: tuple[int, ...]
    constant_on_front: tuple[int, ...]
    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
    sets: tuple[ObjectiveSet, ...]
    components: Components

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the objectives."""
        return tuple(objective.name for objective in self.objectives)

    def named(self, columns: Sequence[int]) -> str:
        """Return the names of some columns, as one writes them in a sentence."""
        return listed([self.names[column] for column in columns])

    def pair(self, first: str, second: str) -> Pair:
        """Return the comparison of two objectives by name.

        Raises
        ------
        InputError
            One of them is unknown or constant.
        """
        for found in self.pairs:
            if {self.names[found.first], self.names[found.second]} == {first, second}:
                return found
        raise InputError(
            f"objectives {first!r} and {second!r}: expected two different ones that vary, of "
            f"{', '.join(self.names)}"
        )


def audit_redundancy(
    values: ArrayLike,
    objectives: Sequence[ObjectiveLike],
    *,
    scales: Mapping[str, Scale] | None = None,
    bounds: Bounds = UNBOUNDED,
) -> Redundancy:
    r"""Compare the objectives of a problem over all its designs.

    Parameters
    ----------
    values
        (n, m) natural units and senses, of every design (or of those that are known).
    objectives
        The m >= 2 objectives.
    scales
        ``"logarithmic"`` for objectives that are measured so, by name: errors in shares of a
        range depend on it, orders and dominance do not.
    bounds
        Which designs count.

    Raises
    ------
    InputError
        There is no row, a single objective, or a value that is not finite.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> width = np.array([2.0, 4.0, 8.0, 16.0])
    >>> found = audit_redundancy(
    ...     np.c_[[0.3, 0.6, 0.7, 0.72], width, 16 * width, np.full(4, 5.0)],
    ...     [Objective(name="accuracy", sense="max"), Objective(name="width"),
    ...      Objective(name="size"), Objective(name="flops")],
    ... )
    >>> print("\n".join(sentences(found)))
    flops is constant over all 4 designs: it decides nothing and can be left out.
    accuracy and width are exact opposites here (Kendall's tau −...
    width and size are the same objective here: they order all designs alike (Kendall's tau 1)...
    accuracy and width or accuracy and size keep the whole front and every dominance relation ...
    """
    natural = checked_values(values, objectives)
    if len(natural) == 0 or len(objectives) < 2:
        raise InputError("redundancy: expected at least one row and two objectives")
    inside = natural[bounds.met(natural, objectives)]
    if len(inside) == 0:
        raise InputError(f"bounds: none of {len(natural)} designs has {bounds}")
    points = measured(inside, objectives, checked_scales(scales or {}, objectives))
    front = pareto_front(points)
    span = front.max(axis=0) - front.min(axis=0)
    normalized = (front - front.min(axis=0)) / np.where(span > 0, span, 1.0)
    constant = points.min(axis=0) == points.max(axis=0)
    varying = [int(column) for column in np.flatnonzero(~constant)]
    return Redundancy(
        objectives=tuple(objectives),
        designs=len(points),
        front_size=len(front),
        constant=tuple(int(column) for column in np.flatnonzero(constant)),
        constant_on_front=tuple(int(column) for column in np.flatnonzero((span == 0) & ~constant)),
        pairs=tuple(
            _pair(points, normalized, first, second) for first, second in combinations(varying, 2)
        ),
        left_out=leave_each_out(points),
        sets=objective_sets(points),
        components=components(front),
    )


def _pair(
    points: NDArray[np.float64], normalized: NDArray[np.float64], first: int, second: int
) -> Pair:
    two = normalized[:, [first, second]]
    delta = deltas(np.unique(two, axis=0))
    return Pair(
        first,
        second,
        association(points[:, first], points[:, second]),
        association(two[:, 0], two[:, 1]),
        float(min(delta[1], delta[2])),
    )


def sentences(found: Redundancy) -> tuple[str, ...]:
    """Return the answers in words: constants, pairs, what can be left out, smallest sets."""
    return (
        *(constant_sentences(found)),
        *(pair_sentence(found, pair) for pair in found.pairs if _notable(pair)),
        set_sentence(found),
        *left_out_sentences(found),
        component_sentence(found),
    )


def constant_sentences(found: Redundancy) -> tuple[str, ...]:
    """Name the objectives that do not vary."""
    everywhere = tuple(
        f"{found.names[column]} is constant over all {found.designs} designs: "
        "it decides nothing and can be left out."
        for column in found.constant
    )
    on_front = tuple(
        f"{found.names[column]} is constant along the front although it varies in the space: "
        "its best value costs nothing."
        for column in found.constant_on_front
    )
    return everywhere + on_front


def pair_sentence(found: Redundancy, pair: Pair) -> str:
    """Say whether two objectives serve as one.

    The same: identical order over all designs (tau 1, so that leaving one out changes no
    dominance relation). Nearly the same: tau at least 0.9 over all designs and along the front.
    Exact opposites: tau -1. Otherwise not.
    """
    names = f"{found.names[pair.first]} and {found.names[pair.second]}"
    tau = f"Kendall's tau {_number(pair.space.tau)} over the space"
    if np.isfinite(pair.front.tau):
        tau += f", {_number(pair.front.tau)} along the front"
    error = f"taking one for both errs by up to {100 * pair.delta:.1f} % of a range on the front"
    if pair.space.tau == 1.0 or pair.space.tau > 1 - 1e-12:
        return (
            f"{names} are the same objective here: they order all designs alike "
            f"(Kendall's tau 1), so one of them can be left out without any change."
        )
    if pair.space.tau < -1 + 1e-12:
        return (
            f"{names} are exact opposites here (Kendall's tau \u22121): whatever is better in one "
            "is worse in the other, so no design dominates another that differs from it in them."
        )
    alike = min(pair.space.tau, pair.front.tau if np.isfinite(pair.front.tau) else 1.0)
    if alike >= NEARLY_SAME_TAU:
        return f"{names} are nearly the same objective ({tau}), but not quite: {error}."
    return f"{names} are not the same objective ({tau}): {error}."


def set_sentence(found: Redundancy) -> str:
    """Name the smallest sets of objectives that keep the front, and the best smaller one."""
    exact = smallest_sets(found.sets)
    size = len(exact[0].columns)
    choices = " or ".join(found.named(each.columns) for each in exact)
    verb = "keeps" if size == 1 and len(exact) == 1 else "keep"
    kept = "the whole front and every dominance relation on it"
    if size == len(found.objectives):
        text = f"All {size} objectives are needed to keep {kept}"
    else:
        text = f"{choices} {verb} {kept}; no smaller set does"
    looser = smallest_keeping_front(found.sets)
    if len(looser[0].columns) < size:
        text += f"; to keep the front's points alone, {found.named(looser[0].columns)} would do"
    if size > 1:
        smaller = best_set_of_size(found.sets, size - 1)
        text += (
            f"; the best smaller set ({found.named(smaller.columns)}) would err by up to "
            f"{100 * smaller.delta:.1f} % of a range and keep "
            f"{100 * smaller.front_kept:.1f} % of the front"
        )
    return text + "."


def left_out_sentences(found: Redundancy) -> tuple[str, ...]:
    """Say what leaving out each objective that varies does."""
    answers = []
    for out in found.left_out:
        if out.column in found.constant:
            continue
        share = f"{100 * out.relations_changed:.1f} %"
        if not out.exact:
            share += f" (95 % interval {100 * out.low:.1f} to {100 * out.high:.1f})"
        answers.append(
            f"Without {found.names[out.column]}, {100 * out.front_kept:.1f} % of the front stays "
            f"on the front and {share} of the dominance relations change."
        )
    return tuple(answers)


def component_sentence(found: Redundancy) -> str:
    """Say how many directions the front has, and which objectives stand for them."""
    parts = found.components
    if len(parts.columns) < 2:
        return "Fewer than two objectives vary along the front: it has no components."
    plural = "component holds" if parts.needed == 1 else "components hold"
    return (
        f"{parts.needed} principal {plural} at least 95 % of the variance along the front; "
        f"Deb and Saxena's procedure calls {found.named(parts.essential)} essential."
    )


def _notable(pair: Pair) -> bool:
    opposite = pair.space.tau < -1 + 1e-12
    return bool(opposite or pair.space.tau > 0.5 or pair.front.tau > 0.5)


def _number(tau: float) -> str:
    return f"{tau:.3f}" if abs(tau) < 0.9995 else f"{tau:.5f}"
