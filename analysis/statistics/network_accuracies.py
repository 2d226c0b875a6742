"""What a grid of widened networks says: accuracies with intervals, fronts, and verdicts.

Two kinds of chance are in every difference of accuracy: the training (another seed gives other
weights) and the test sample (other jets give other counts). Both are in every interval here.
A network that was chosen for its validation accuracy owes part of that to the luck of its
trainings, which it has on the test split too. So verdicts on chosen networks hold for all pairs
that might have been chosen, at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.front.pareto import nondominated
from analysis.statistics.paired_accuracies import (
    LEVEL,
    Difference,
    JudgedClaim,
    Part,
    judged,
    paired_difference,
)


@dataclass(frozen=True, eq=False)
class Grid:
    """Every network of a grid of channel multipliers, trained with several seeds.

    Attributes
    ----------
    multipliers
        Of each of the k networks.
    parameters, flops, size
        Learned parameters, FLOPs per jet, bytes in float32, each (k,).
    validation
        Accuracy (seeds, k).
    correct
        Whether each test jet is classified correctly, (seeds, k, jets) of bool.
    """

    multipliers: tuple[tuple[int, ...], ...]
    parameters: NDArray[np.int64]
    flops: NDArray[np.float64]
    size: NDArray[np.float64]
    validation: NDArray[np.float64]
    correct: NDArray[np.bool_]

    @property
    def test(self) -> NDArray[np.float64]:
        """Test accuracy (seeds, k)."""
        return self.correct.mean(axis=2)

    @cached_property
    def trainings(self) -> Part:
        """Variance of a difference of two networks' mean accuracies over trainings.

        One for all pairs, with its degrees of freedom, from what is left of the accuracies (seeds,
        k) without the means of seeds and networks: that two networks scatter alike tells more than
        the few seeds of a single pair.
        """
        left = self.test - self.test.mean(axis=0)
        left -= left.mean(axis=1, keepdims=True)
        seeds, networks = left.shape
        freedom = float((seeds - 1) * (networks - 1))
        return 2.0 * float((left**2).sum()) / freedom / seeds, freedom

    @property
    def uniform(self) -> NDArray[np.bool_]:
        """Which networks have one multiplier for all layers, (k,)."""
        return np.array([len(set(combination)) == 1 for combination in self.multipliers])

    def position(self, multiplier: int) -> int:
        """Return the place of the network with this multiplier in every layer."""
        layers = len(self.multipliers[0])
        return self.multipliers.index((multiplier,) * layers)

    def name(self, position: int) -> str:
        """Return a network's multipliers as text: ``2x4``."""
        return "x".join(str(multiplier) for multiplier in self.multipliers[position])


def seed_interval(accuracy: NDArray[np.float64], level: float = LEVEL) -> tuple[float, float]:
    """Return the interval of a mean accuracy over training seeds (n,), Student's t.

    It leaves out the test sample, which all networks share (`sample_half_width`).
    """
    from scipy import stats

    error = float(accuracy.std(ddof=1)) / len(accuracy) ** 0.5
    width = float(stats.t.ppf((1 + level) / 2, len(accuracy) - 1)) * error
    mean = float(accuracy.mean())
    return max(mean - width, 0.0), min(mean + width, 1.0)


def sample_half_width(grid: Grid, level: float = LEVEL) -> float:
    """Return how far another test sample of this size may move all accuracies together."""
    from scipy import stats

    typical = float(grid.test.mean())
    error = (typical * (1 - typical) / grid.correct.shape[2]) ** 0.5
    return float(stats.norm.ppf((1 + level) / 2)) * error


def compare(grid: Grid, one: int, other: int) -> Difference:
    """Compare two networks of the grid on the test split."""
    return paired_difference(grid.correct[:, one], grid.correct[:, other], trainings=grid.trainings)


def widening(grid: Grid, margin: float | None = None) -> list[JudgedClaim]:
    """Judge each widening of all layers by one step, and the whole way at once (see `judged`)."""
    steps = sorted(combination[0] for combination in np.array(grid.multipliers)[grid.uniform])
    pairs = [(int(wide), int(narrow)) for narrow, wide in itertools.pairwise(steps)]
    if len(pairs) > 1:
        pairs.append((int(steps[-1]), int(steps[0])))
    claims = []
    for wide, narrow in pairs:
        one, other = grid.position(wide), grid.position(narrow)
        text = f"{grid.name(one)} instead of {grid.name(other)}"
        claims.append((text, compare(grid, one, other)))
    return judged("wider, all layers alike", claims, margin)


def per_layer(grid: Grid, margin: float | None = None) -> list[JudgedClaim]:
    """Judge per-layer multipliers against each uniform network, at no higher cost (see `judged`).

    The challenger is the network with unequal multipliers, no more FLOPs and no more bytes, whose
    validation accuracy is best. Verdicts hold for all that it was chosen among.
    """
    claims, among = [], 0
    for uniform in np.flatnonzero(grid.uniform):
        affordable = np.flatnonzero(
            ~grid.uniform & (grid.flops <= grid.flops[uniform]) & (grid.size <= grid.size[uniform])
        )
        if not len(affordable):
            continue
        challenger = affordable[grid.validation.mean(axis=0)[affordable].argmax()]
        text = f"{grid.name(int(challenger))} instead of {grid.name(int(uniform))}"
        claims.append((text, compare(grid, int(challenger), int(uniform))))
        among += len(affordable)
    return judged("per layer, at no higher cost", claims, margin, chosen_among=among)


def most_accurate(grid: Grid) -> int:
    """Return the position of the network that is most accurate on the validation split."""
    return int(grid.validation.mean(axis=0).argmax())


def good_enough(grid: Grid, margin: float | None = None) -> tuple[int, list[JudgedClaim]]:
    """Find the cheapest network that is as good as the most accurate one.

    That is one that is not shown to be worse; with a margin, one that is shown to be equivalent
    or better (see `judged`). Verdicts hold for all pairs of networks.

    Returns
    -------
    int
        Position of the cheapest (fewest FLOPs).
    list of JudgedClaim
        Every other network against the most accurate one.
    """
    best, networks = most_accurate(grid), len(grid.multipliers)
    others = [position for position in range(networks) if position != best]
    verdicts = judged(
        "against the most accurate",
        [(f"{grid.name(i)} instead of {grid.name(best)}", compare(grid, i, best)) for i in others],
        margin,
        chosen_among=networks * (networks - 1) // 2,
    )
    unfit = ("worse",) if margin is None else ("worse", "undecided")
    close = [i for i, found in zip(others, verdicts, strict=True) if found.verdict not in unfit]
    candidates = [best, *close]
    return min(candidates, key=lambda i: (grid.flops[i], grid.size[i])), verdicts


def on_front(grid: Grid, accuracy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the networks (k,) that no other beats in accuracy, FLOPs and size at once."""
    return nondominated(np.column_stack([-accuracy, grid.flops, grid.size]))


def front_shares(grid: Grid) -> NDArray[np.float64]:
    """Return the share of training seeds (k,) whose front holds each network."""
    return np.mean([on_front(grid, accuracy) for accuracy in grid.test], axis=0)


def conclusions(grid: Grid, margin: float | None = None) -> list[str]:
    """Say in sentences, computed from the verdicts, whether wider is better beyond noise."""
    steps = widening(grid, margin)
    *single, whole = steps if len(steps) > 1 else [*steps, *steps]
    sentences = [
        f"Widening all layers, {whole.claim}, is {_said(whole)}.",
        _count("Of its single steps", single),
    ]
    challengers = per_layer(grid, margin)
    if challengers:
        sentences.append(
            _count("Per-layer against uniform multipliers at no higher cost", challengers)
        )
    return [*sentences, _cheapest(grid, margin)]


def _cheapest(grid: Grid, margin: float | None) -> str:
    """Say which network is the cheapest that is as good as the most accurate one."""
    cheapest, verdicts = good_enough(grid, margin)
    best = most_accurate(grid)
    name = grid.name(best)
    if cheapest == best and margin is None:
        return f"The most accurate network, {name}, is better than every cheaper one."
    if cheapest == best:
        return f"No cheaper network is shown to be as good as the most accurate one, {name}."
    claim = f"{grid.name(cheapest)} instead of {name}"
    amount = next(_amount(found.difference) for found in verdicts if found.claim == claim)
    share = f"{grid.name(cheapest)} with {grid.flops[cheapest] / grid.flops[best]:.0%} of its FLOPs"
    start = f"The most accurate network on the validation split is {name}; the cheapest that is "
    together = "all pairs of networks together"
    if margin is not None:
        return (
            f"{start}shown to be as good within {100 * margin:g} points, {together}, is {share} "
            f"({amount})."
        )
    return (
        f"{start}not shown to be worse, {together}, is {share}. That does not make it as good: "
        f"the difference is {amount}."
    )


def _said(verdict: JudgedClaim) -> str:
    amount = _amount(verdict.difference)
    if verdict.verdict == "cannot be told apart":
        return f"not better beyond noise ({amount})"
    if verdict.verdict in ("equivalent", "undecided"):
        return f"{verdict.verdict} ({amount})"
    return f"{verdict.verdict} beyond noise ({amount})"


def _amount(found: Difference) -> str:
    return f"{100 * found.estimate:+.2f} points [{100 * found.low:+.2f}, {100 * found.high:+.2f}]"


def _count(subject: str, verdicts: Sequence[JudgedClaim]) -> str:
    counts = {
        word: sum(verdict.verdict == word for verdict in verdicts)
        for word in ("better", "worse", "equivalent", "undecided", "cannot be told apart")
    }
    parts = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{subject}: {parts} (of {len(verdicts)})."
