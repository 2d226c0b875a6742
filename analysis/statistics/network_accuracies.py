"""What a grid of widened networks says: accuracies with intervals, fronts, and verdicts.

Two kinds of chance are in every difference of accuracy: the training (another seed gives other
weights) and the test sample (other jets give other counts). Both are in every interval here.
Choices are made on the validation split, and with other training seeds than those they are
judged on, so that no network is praised for its luck.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.front.pareto import nondominated
from analysis.statistics.comparison import holm

LEVEL = 0.95


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


@dataclass(frozen=True)
class Difference:
    """A difference of mean accuracies with its 95 % interval and two-sided p-value.

    `error` is its standard error, `freedom` the degrees of freedom of Student's t.
    """

    estimate: float
    low: float
    high: float
    p: float
    error: float
    freedom: float

    def within(self, margin: float) -> float:
        """Return the p-value of "it is as large as the margin": two one-sided t-tests.

        Examples
        --------
        >>> found = Difference(0.001, -0.001, 0.003, 0.3, error=0.001, freedom=20.0)
        >>> found.within(0.01) < 0.001 < found.within(0.002)
        True
        """
        from scipy import stats

        room = margin - abs(self.estimate)
        if self.error == 0:
            return 0.0 if room > 0 else 1.0
        return float(stats.t.sf(room / self.error, self.freedom))


@dataclass(frozen=True)
class JudgedClaim:
    """One claim and what the data say of it.

    Attributes
    ----------
    group, claim
        Which family of claims, and the claim in words.
    difference
        Of accuracy, first minus second.
    p
        Corrected for the number of claims in the group (Holm).
    verdict
        ``"better"``, ``"worse"`` or ``"cannot be told apart"``; where a margin is given also
        ``"equivalent"``, and ``"undecided"`` instead of the last.
    """

    group: str
    claim: str
    difference: Difference
    p: float
    verdict: str


Correct = NDArray[np.bool_] | NDArray[np.float64]
"""Whether a jet is classified correctly, or in what share of several networks."""


def paired_difference(one: Correct, other: Correct, level: float = LEVEL) -> Difference:
    """Compare two sets of trained networks on the same jets.

    Parameters
    ----------
    one, other
        (seeds, jets): whether each jet is classified correctly (or the share of networks that
        do), paired by seed and jet.
    level
        Coverage of the interval.

    Returns
    -------
    Difference
        Variance: that of the seeds' mean differences over their number, plus that of the jets'
        mean differences over theirs. Student's t with the degrees of freedom of Welch and
        Satterthwaite. The jets' share still holds some of the seeds', which errs on the
        cautious side.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> one, other = rng.random((5, 4000)) < 0.76, rng.random((5, 4000)) < 0.73
    >>> found = paired_difference(one, other)
    >>> bool(0.01 < found.low < found.estimate < found.high < 0.05)
    True
    """
    from scipy import stats

    differences = np.asarray(one, dtype=np.float64) - other
    by_seed, by_jet = differences.mean(axis=1), differences.mean(axis=0)
    estimate = float(by_seed.mean())
    shares = np.array([by_seed.var(ddof=1) / len(by_seed), by_jet.var(ddof=1) / len(by_jet)])
    variance = float(shares.sum())
    if variance == 0:
        p = 1.0 if estimate == 0 else 0.0
        return Difference(estimate, estimate, estimate, p, 0.0, float("inf"))
    freedom = variance**2 / float((shares**2 / [len(by_seed) - 1, len(by_jet) - 1]).sum())
    error = variance**0.5
    width = float(stats.t.ppf((1 + level) / 2, freedom)) * error
    p = float(2 * stats.t.sf(abs(estimate) / error, freedom))
    low, high = max(estimate - width, -1.0), min(estimate + width, 1.0)
    return Difference(estimate, low, high, p, error, freedom)


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


def judged(
    group: str, claims: Sequence[tuple[str, Difference]], margin: float | None = None
) -> list[JudgedClaim]:
    """Turn a family of claims "first is better" into verdicts, corrected by Holm's method.

    Parameters
    ----------
    group, claims
        The family, and each claim with its difference.
    margin
        Of accuracy: a difference that is shown to be smaller, by two one-sided tests corrected
        for the number of claims as well, is called equivalent.
    """
    if not claims:
        return []
    differences = [difference for _, difference in claims]
    corrected = holm([difference.p for difference in differences])
    small = [1.0] * len(claims)
    if margin is not None:
        small = list(holm([difference.within(margin) for difference in differences]))
    verdicts = []
    for (claim, difference), p, equivalence in zip(claims, corrected, small, strict=True):
        word = "cannot be told apart" if margin is None else "undecided"
        if equivalence <= 1 - LEVEL:
            word = "equivalent"
        elif p <= 1 - LEVEL:
            word = "better" if difference.estimate > 0 else "worse"
        verdicts.append(JudgedClaim(group, claim, difference, float(p), word))
    return verdicts


def compare(grid: Grid, one: int, other: int) -> Difference:
    """Compare two networks of the grid on the test split."""
    return paired_difference(grid.correct[:, one], grid.correct[:, other])


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

    For every training seed, the challenger is the network with unequal multipliers, no more
    FLOPs and no more bytes, whose validation accuracy is best on the mean of the *other* seeds.
    """
    claims = []
    for uniform in np.flatnonzero(grid.uniform):
        affordable = np.flatnonzero(
            ~grid.uniform & (grid.flops <= grid.flops[uniform]) & (grid.size <= grid.size[uniform])
        )
        if not len(affordable):
            continue
        seeds = range(len(grid.validation))
        chosen = [
            affordable[np.delete(grid.validation, seed, 0).mean(0)[affordable].argmax()]
            for seed in seeds
        ]
        challenger = np.stack([grid.correct[seed, chosen[seed]] for seed in seeds])
        names = "/".join(sorted({grid.name(int(position)) for position in chosen}))
        text = f"{names} instead of {grid.name(int(uniform))}"
        claims.append((text, paired_difference(challenger, grid.correct[:, uniform])))
    return judged("per layer, at no higher cost", claims, margin)


def good_enough(grid: Grid, margin: float | None = None) -> tuple[int, list[JudgedClaim]]:
    """Find the cheapest network that is as good as the most accurate one.

    That is one that is not shown to be worse; with a margin, one that is shown to be equivalent
    or better (see `judged`). The most accurate one is chosen on the validation split.

    Returns
    -------
    int
        Position of the cheapest (fewest FLOPs).
    list of JudgedClaim
        Every other network against the most accurate one.
    """
    best = int(grid.validation.mean(axis=0).argmax())
    others = [position for position in range(len(grid.multipliers)) if position != best]
    verdicts = judged(
        "against the most accurate",
        [(f"{grid.name(i)} instead of {grid.name(best)}", compare(grid, i, best)) for i in others],
        margin,
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
    cheapest, against_best = good_enough(grid, margin)
    best = against_best[0].claim.split(" instead of ")[1] if against_best else grid.name(cheapest)
    sentences = [
        f"Widening all layers, {whole.claim}, is {_said(whole)}.",
        _count("Of its single steps", single),
    ]
    challengers = per_layer(grid, margin)
    if challengers:
        sentences.append(
            _count("Per-layer against uniform multipliers at no higher cost", challengers)
        )
    ratio = grid.flops[cheapest] / grid.flops[grid.multipliers.index(_parsed(best))]
    if grid.name(cheapest) == best:
        sentences.append(
            f"The most accurate network, {best}, is better than every cheaper one."
            if margin is None
            else f"No cheaper network is shown to be as good as the most accurate one, {best}."
        )
    elif margin is not None:
        difference = compare(grid, cheapest, grid.multipliers.index(_parsed(best)))
        sentences.append(
            f"The most accurate network on the validation split is {best}; the cheapest that is "
            f"shown to be as good within {100 * margin:g} points, after correction for "
            f"{len(against_best)} comparisons, is {grid.name(cheapest)} with {ratio:.0%} of its "
            f"FLOPs ({_amount(difference)})."
        )
    else:
        difference = compare(grid, cheapest, grid.multipliers.index(_parsed(best)))
        sentences.append(
            f"The most accurate network on the validation split is {best}; the cheapest that is "
            f"not shown to be worse, after correction for {len(against_best)} comparisons, is "
            f"{grid.name(cheapest)} with {ratio:.0%} of its FLOPs. That does not make it as good: "
            f"the difference is {_amount(difference)}."
        )
    return sentences


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


def _parsed(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("x"))
