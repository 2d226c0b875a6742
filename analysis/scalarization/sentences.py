"""The audit in words: every sentence is computed from the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.words import counted, listed, number
from analysis.scalarization.front import Front
from analysis.scalarization.inverse import Justification
from analysis.scalarization.picks import Pick
from analysis.scalarization.regions import simplex_radius
from analysis.scalarization.score_audit import Rating, ScoreAudit
from analysis.scalarization.suggested import Suggestion
from analysis.scalarization.support import Support
from analysis.scalarization.tolerances import Tolerance
from analysis.scalarization.weight_audit import WeightAudit

Label = Callable[[int], str]
"""Names a design by its row in the table that was audited."""


def percent(share: float) -> str:
    """Return a share in percent, never rounded to 0 or 100 when it is not.

    Examples
    --------
    >>> percent(0.123), percent(1.0), percent(0.99999), percent(0.00001)
    ('12.3 %', '100 %', 'over 99.9 %', 'under 0.1 %')
    """
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    if share > 0.9995:
        return "100 %" if share > 1 - 1e-12 else "over 99.9 %"
    if share < 0.0005:
        return "0 %" if share < 1e-12 else "under 0.1 %"
    return f"{100 * share:.1f} %"


def valued(front: Front, values: NDArray[np.float64]) -> str:
    """Return objectives with their values and units."""
    return ", ".join(
        f"{objective.name} {number(value)}"
        + ("" if objective.unit == "1" else f" {objective.unit}")
        for objective, value in zip(front.objectives, values, strict=True)
    )


def weighted(front: Front, weights: NDArray[np.float64]) -> str:
    """Return objectives with their weights.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> front = Front.from_values([[0, 1], [1, 0]], [Objective(name="a"), Objective(name="b")])
    >>> weighted(front, np.array([0.25, 0.75]))
    'a 0.25, b 0.75'
    """
    return ", ".join(
        f"{name} {weight:.3g}" for name, weight in zip(front.names, weights, strict=True)
    )


def audit_sentences(found: WeightAudit) -> tuple[str, ...]:
    """Say what weighted sums reach on the front, and what other methods do."""
    counts = found.support.counts()
    total = len(found.front)
    never = counts[Support.UNSUPPORTED]
    objectives = listed(found.front.names)
    text = [
        f"The true front of {objectives} has {total} distinct points ("
        f"{int(found.front.multiplicity.sum())} of {found.designs} designs)."
    ]
    if never:
        text.append(
            f"No weights at all pick {never} of them ({percent(never / total)}): they are "
            "unsupported."
        )
    else:
        text.append("Every one of them is optimal for some weights.")
    positive = counts[Support.EXTREME] + counts[Support.SUPPORTED]
    text.append(
        f"Positive weights pick {positive} ({percent(positive / total)}), "
        f"{counts[Support.EXTREME]} of these as the only optimum; they dominate "
        f"{percent(found.hypervolume_share)} of the front's hypervolume."
    )
    if counts[Support.WEAK]:
        text.append(
            f"{counts[Support.WEAK]} more are only weakly supported: optimal where some weight "
            "is 0, and then not alone."
        )
    if found.doubtful:
        agree = (
            "all agree"
            if found.confirmed == found.doubtful
            else f"{found.confirmed} agree, the values of the others are off it by rounding"
        )
        text.append(
            f"{counted(found.doubtful, 'point')} on the boundary of the hull, where rounding could "
            f"mislead, {'was' if found.doubtful == 1 else 'were'} decided again in exact "
            f"fractions: {agree}."
        )
    order = np.argsort(-found.volumes["range"], kind="stable")
    volume = found.volumes["range"][order]
    half = int(np.searchsorted(np.cumsum(volume), 0.5) + 1)
    text.append(
        f"On the range scale {half} {'point takes' if half == 1 else 'points take'} half of all "
        f"weights between {'it' if half == 1 else 'them'}; the largest region alone takes "
        f"{percent(volume[0])}. In raw units the largest takes "
        f"{percent(float(found.volumes['raw'].max()))}."
    )
    if not found.exact:
        text.append(
            "Shares of all weights are estimated from "
            f"{next(iter(found.sampled.values())).samples} sampled weights: so many regions in so "
            "many objectives would take long to compute."
        )
    if not found.whole:
        worst = max(abs(volume.sum() - 1) for volume in found.volumes.values())
        text.append(f"Warning: the regions miss the simplex's volume by {worst:.1e}.")
    text.extend(reach_sentences(found))
    return tuple(text)


def reach_sentences(found: WeightAudit) -> tuple[str, ...]:
    """Say what the methods reach of the points that weighted sums cannot pick."""
    missed = ~found.support.supported
    if not missed.any():
        return ()
    parts = [
        f"{reach.method} {int(reach.attainable[missed].sum())}"
        for reach in found.reach
        if reach.method != "weighted sum"
    ]
    return (
        f"Of {counted(int(missed.sum()), 'point')} that no positive weights pick, other methods "
        "reach: "
        f"{', '.join(parts)}.",
    )


def scores_sentence(audits: Sequence[ScoreAudit]) -> str:
    """Say how many of some scores stand."""
    kinds = {
        verdict: [audit.score.label for audit in audits if audit.verdict is verdict]
        for verdict in Rating
    }
    parts = [
        f"{listed(labels)} {_PLURAL[verdict] if len(labels) > 1 else _SINGULAR[verdict]}"
        for verdict, labels in kinds.items()
        if labels
    ]
    robust = len(kinds[Rating.ROBUST])
    head = (
        f"{robust} of the {len(audits)} scores" if robust else f"None of the {len(audits)} scores"
    )
    return f"{head} can be said to be robust: {'; '.join(parts)}."


_SINGULAR = {
    Rating.WRONG_SIGN: "rewards what should be avoided",
    Rating.ONE_OBJECTIVE: "lets a single objective decide",
    Rating.FRAGILE: "changes its pick when a weight moves by a tenth",
    Rating.ROBUST: "keeps its pick when any one weight is halved or doubled",
    Rating.MODERATE: "keeps its pick within narrower limits",
}
_PLURAL = {
    Rating.WRONG_SIGN: "reward what should be avoided",
    Rating.ONE_OBJECTIVE: "let a single objective decide",
    Rating.FRAGILE: "change their picks when a weight moves by a tenth",
    Rating.ROBUST: "keep their picks when any one weight is halved or doubled",
    Rating.MODERATE: "keep their picks within narrower limits",
}


def score_sentence(found: ScoreAudit, label: Label) -> str:
    """Return the verdict on a score in one sentence."""
    score = found.score.label
    pick = f"{label(found.design)} ({valued(found.front, found.values)})"
    if found.tied > 1:
        pick += f", tied with {found.tied - 1} more"
    if found.verdict is Rating.WRONG_SIGN:
        text = (
            f"{score} rewards what should be avoided: it improves as {listed(found.rewards)} gets "
            f"worse, so no user's weights are this score, and it picks {pick}"
        )
        if found.dominating:
            plural = "design dominates" if found.dominating == 1 else "designs dominate"
            return f"{text}, which {found.dominating} other {plural}."
        if set(found.rewards) <= set(found.constant):
            return (
                f"{text}, which is on the front only because {listed(found.rewards)} "
                "does not vary in this space."
            )
        return f"{text}, which happens to be on the front."
    text = f"{score} picks {pick}, for {percent(found.volume)} of all weights in these units; "
    weakest = found.weakest
    vacuous = [name for name in found.vacuous if name not in found.constant]
    if found.verdict is Rating.ONE_OBJECTIVE:
        best = [
            name
            for name, lost, each in zip(
                found.front.names, _given_up(found), found.tolerances, strict=True
            )
            if lost == 0 and not each.constant
        ]
        others = [name for name in vacuous if name not in best]
        text += f"the pick is just the best in {listed(best)}"
        if others:
            text += f": any weight of {listed(others)} up to ten times the stated leaves it so"
    elif found.verdict is Rating.FRAGILE:
        text += f"it is fragile: {_change(weakest, label)}"
    elif found.verdict is Rating.ROBUST:
        text += "it is robust: any one weight may be halved or doubled without changing the pick"
    else:
        text += f"it holds within limits: {_change(weakest, label)}"
    if found.constant:
        verb = "is" if len(found.constant) == 1 else "are"
        text += f"; {listed(found.constant)} {verb} constant here, so a weight on it says nothing"
    return text + "."


def tolerance_sentence(tolerance: Tolerance, label: Label) -> str:
    """Say in which interval a weight may lie, and what is picked beyond it."""
    name = tolerance.objective
    stated = f"the weight of {name} (stated {tolerance.weight:g})"
    if tolerance.constant:
        return f"{stated} is vacuous: {name} is constant."
    ends = []
    if tolerance.below >= 0:
        ends.append(f"below {number(tolerance.low)} the pick is {label(tolerance.below)}")
    if tolerance.above >= 0:
        ends.append(f"above {number(tolerance.high)} it is {label(tolerance.above)}")
    if not ends:
        return f"{stated} is vacuous: no value changes the pick."
    prefix = f"{stated} is vacuous in its plausible range: " if tolerance.vacuous else f"{stated}: "
    return prefix + "; ".join(ends) + "."


def suggestion_sentence(found: WeightAudit, suggestion: Suggestion, label: Label) -> str:
    """Say which weights are suggested, what they pick, and why."""
    front = found.front
    design = label(int(front.designs[suggestion.point]))
    text = (
        f"{suggestion.criterion.capitalize()}: weights {weighted(front, suggestion.weights)} on "
        f"the range scale pick {design} ({valued(front, front.values[suggestion.point])})"
    )
    if suggestion.criterion == "closest to the knee":
        if suggestion.value == 0:
            return f"{text}, which is the knee itself."
        return (
            f"{text}, the supported point closest to the knee, at {suggestion.value:.3g} ranges; "
            f"the knee, {label(int(front.designs[suggestion.reference]))}, is "
            f"{Support(int(found.support.classes[suggestion.reference])).label}."
        )
    if suggestion.criterion == "largest ball":
        whole = simplex_radius(len(front.objectives))
        return (
            f"{text}: the weights may move by {suggestion.value:.3g} in any direction "
            f"({percent(suggestion.value / whole)} of the simplex's own ball) before the pick "
            f"changes; the next best point allows {suggestion.reference_value:.3g}."
        )
    text += (
        f": over all plausible preferences its score is never more than {suggestion.value:.3g} "
        "of a range worse than the best"
    )
    if suggestion.reference != suggestion.point:
        text += (
            f"; {label(int(front.designs[suggestion.reference]))}, which is "
            f"{Support(int(found.support.classes[suggestion.reference])).label}, would do better "
            f"still ({suggestion.reference_value:.3g})"
        )
    return text + "."


def justification_sentence(front: Front, answer: Justification, label: Label) -> str:
    """Answer the inverse question for one design in one sentence."""
    design = (
        f"{label(int(front.designs[answer.point]))} ({valued(front, front.values[answer.point])})"
    )
    if answer.support is Support.EXTREME and answer.region is not None:
        bounds = ", ".join(
            f"{name} {low:.3g} to {high:.3g}"
            for name, low, high in zip(
                front.names, answer.region.lower, answer.region.upper, strict=True
            )
        )
        return (
            f"{design} is justified by {percent(answer.region.volume)} of all weights, within "
            f"{bounds}; its best-centered weights are {weighted(front, answer.weights)}."
        )
    if answer.support is Support.SUPPORTED:
        return (
            f"{design} is optimal only in ties, as for the weights "
            f"{weighted(front, answer.weights)}: no weights prefer it to all others."
        )
    certificate = answer.certificate
    if certificate is None:
        return f"{design}: no answer."
    mixture = listed(
        [
            f"{percent(part)} of {label(int(front.designs[row]))}"
            for row, part in zip(certificate.rows, certificate.parts, strict=True)
        ]
    )
    near = (
        f"the nearest supported design is {label(int(front.designs[answer.nearest]))}, at "
        f"{answer.distance:.3g} ranges"
    )
    if answer.support is Support.WEAK:
        return (
            f"{design} is optimal only where some weight is 0: the mixture of {mixture} is at "
            f"least as good in every objective and better in some; {near}."
        )
    exactly = " (checked in exact fractions)" if certificate.verified else ""
    return (
        f"No weights justify {design}: the mixture of {mixture} is better in every objective by "
        f"at least {percent(answer.regret)} of its range{exactly}, so for any weights one of its "
        f"parts scores better; {near}."
    )


def _given_up(found: ScoreAudit) -> NDArray[np.float64]:
    if found.on_front is None:
        return np.full(len(found.values), np.nan)
    return found.on_front.given_up


def _change(weakest: Tolerance, label: Label) -> str:
    weight = weakest.weight
    up = weakest.above >= 0 and np.isclose(weakest.high / weight, weakest.step)
    end, taker = (weakest.high, weakest.above) if up else (weakest.low, weakest.below)
    direction = "raised" if up else "lowered"
    change = abs(end / weight - 1.0)
    moved = percent(change) if change < 1 else f"a factor of {weakest.step:.3g}"
    if change < 1e-9:
        moved = "the least amount"
    return (
        f"the weight of {weakest.objective} {direction} by {moved} (from {weight:g} to "
        f"{number(end)}) makes it {label(taker)}"
    )


def pick_sentence(front: Front, chosen: Pick, knee: int) -> str:
    """Say where a pick stands in each objective and what it gives up."""
    size = len(front)
    parts = [
        f"{name} rank {rank} of {size} ({percent(share)} of the range given up)"
        for name, rank, share in zip(front.names, chosen.ranks, chosen.given_up_share, strict=True)
    ]
    distance = float(np.linalg.norm(front.normalized[chosen.point] - front.normalized[knee]))
    tied = f", tied with {len(chosen.ties) - 1} more" if len(chosen.ties) > 1 else ""
    return (
        f"the pick ({valued(front, chosen.values)}{tied}) has {', '.join(parts)}; it lies "
        f"{distance:.3g} ranges from the knee."
    )


def chosen_sentence(found: WeightAudit, values: NDArray[np.float64], row: int, label: Label) -> str:
    """Answer the inverse question for any design of the table that was audited.

    Raises
    ------
    InputError
        The table has no such row.
    """
    if not 0 <= row < len(values):
        raise InputError(f"design {row}: expected one of 0..{len(values) - 1}")
    points = found.front.turned(values)
    same = np.flatnonzero((found.front.points == points[row]).all(axis=1))
    if len(same):
        return justification_sentence(found.front, found.justify(int(same[0])), label)
    better = found.front.points
    better_rows = np.flatnonzero((better <= points[row]).all(axis=1))
    nearest = int(
        better_rows[
            np.linalg.norm(
                (better[better_rows] - points[row]) / found.front.divisors("range"), axis=1
            ).argmin()
        ]
    )
    return (
        f"No positive weights justify {label(row)} ({valued(found.front, values[row])}): "
        f"{label(int(found.front.designs[nearest]))} "
        f"({valued(found.front, found.front.values[nearest])}) dominates it. For that one: "
        f"{justification_sentence(found.front, found.justify(nearest), label)}"
    )
