"""Differences between trained networks on the same jets, and verdicts on families of them.

Two kinds of chance are in every difference of accuracy: the training (another seed gives other
weights) and the test sample (other jets give other counts). Their variances add up, but a few
seeds tell the first one badly. Degrees of freedom after Welch and Satterthwaite make too little of
that: with 3 to 5 seeds and ten claims or more, verdicts are wrong two to ten times as often as they
should be. So each part gets its own quantile of Student's t, and the squares of the two reaches are
added, which errs on the cautious side (``tests/benchmarks/null_studies.py``, docs/method.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.comparison import holm

LEVEL = 0.95
SMALLEST = 1e-200
"""Chances below this are none."""

Correct = NDArray[np.bool_] | NDArray[np.float64]
"""Whether a jet is classified correctly, or in what share of several networks."""

Part = tuple[float, float]
"""A variance of the difference, and the degrees of freedom that it is estimated with."""


@dataclass(frozen=True)
class Difference:
    """A difference of mean accuracies.

    Attributes
    ----------
    estimate, low, high
        First minus second, with the limits of its 95 % interval.
    p
        Two-sided, of no difference.
    parts
        Its variances: of trainings, and of jets.
    """

    estimate: float
    low: float
    high: float
    p: float
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, estimate: float, parts: Sequence[Part]) -> Difference:
        """Return a difference with its own interval and p-value."""
        alone = cls(estimate, estimate, estimate, chance(abs(estimate), parts), tuple(parts))
        return alone.together(1)

    def together(self, family: int) -> Difference:
        """Return it with the limits and the p-value that hold for a family of so many.

        Bonferroni's: limits of level 1 - 0.05 / family; p is multiplied.

        Examples
        --------
        >>> found = Difference.of(0.02, [(0.009**2, 20.0)])
        >>> (found.low > 0, found.together(5).low > 0), round(found.together(5).p, 2)
        ((True, False), 0.19)
        """
        far = reach((1.0 - LEVEL) / family, self.parts)
        low, high = max(self.estimate - far, -1.0), min(self.estimate + far, 1.0)
        p = min(1.0, family * chance(abs(self.estimate), self.parts))
        return replace(self, low=low, high=high, p=p)

    def within(self, margin: float) -> float:
        """Return the p-value of "it is as large as the margin": two one-sided tests.

        Examples
        --------
        >>> found = Difference.of(0.001, [(0.001**2, 20.0)])
        >>> found.within(0.01) < 0.001 < found.within(0.002)
        True
        """
        room = margin - abs(self.estimate)
        p = chance(abs(room), self.parts) / 2.0
        return p if room > 0 else 1.0 - p


def reach(p: float, parts: Sequence[Part]) -> float:
    """Return how far a difference may be off by chance with probability p, both sides together.

    Examples
    --------
    >>> round(reach(0.05, [(1.0, 1e9)]), 2), round(reach(0.05, [(9.0, 4.0), (16.0, 1e9)]), 2)
    (1.96, 11.44)
    """
    from scipy.special import stdtrit

    return float(sum(stdtrit(freedom, p / 2.0) ** 2 * v for v, freedom in parts) ** 0.5)


def chance(size: float, parts: Sequence[Part]) -> float:
    """Return the probability of a difference of this size or more without a true one.

    Examples
    --------
    >>> round(chance(1.959964, [(1.0, 1e9)]), 6), chance(0.0, [(1.0, 4.0)])
    (0.05, 1.0)
    """
    from scipy.optimize import brentq

    if size == 0:
        return 1.0
    if reach(SMALLEST, parts) <= size:
        return 0.0
    exponent = brentq(
        lambda log: reach(float(np.exp(log)), parts) - size, np.log(SMALLEST), 0.0, xtol=1e-6
    )
    return float(np.exp(exponent))


def paired_difference(one: Correct, other: Correct, *, trainings: Part | None = None) -> Difference:
    """Compare two sets of trained networks on the same jets.

    Parameters
    ----------
    one, other
        (seeds, jets): whether each jet is classified correctly (or the share of networks that
        do), paired by seed and jet.
    trainings
        Variance of the mean difference over trainings, if that is known better than from these
        seeds alone.

    Returns
    -------
    Difference
        Its variances are that of the seeds' mean differences over their number, and that of the
        jets' mean differences over theirs. The jets' still holds some of the seeds'.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> one, other = rng.random((5, 4000)) < 0.76, rng.random((5, 4000)) < 0.73
    >>> found = paired_difference(one, other)
    >>> bool(0.01 < found.low < found.estimate < found.high < 0.05)
    True
    """
    differences = np.asarray(one, dtype=np.float64) - other
    by_seed, by_jet = differences.mean(axis=1), differences.mean(axis=0)
    if trainings is None:
        trainings = float(by_seed.var(ddof=1)) / len(by_seed), len(by_seed) - 1.0
    jets = float(by_jet.var(ddof=1)) / len(by_jet), len(by_jet) - 1.0
    return Difference.of(float(by_seed.mean()), (trainings, jets))


@dataclass(frozen=True)
class JudgedClaim:
    """One claim and what the data say of it.

    Attributes
    ----------
    group, claim
        Which family of claims, and the claim in words.
    difference
        Of accuracy, first minus second; limits and p-value hold for the group together.
    verdict
        ``"better"``, ``"worse"`` or ``"cannot be told apart"``; where a margin is given also
        ``"equivalent"``, and ``"undecided"`` instead of the last.
    """

    group: str
    claim: str
    difference: Difference
    verdict: str


def judged(
    group: str,
    claims: Sequence[tuple[str, Difference]],
    margin: float | None = None,
    *,
    chosen_among: int | None = None,
) -> list[JudgedClaim]:
    """Turn a family of claims "first is better" into verdicts, all together at 5 %.

    Parameters
    ----------
    group, claims
        The family, and each claim with its difference.
    margin
        Of accuracy: a difference that is shown to be smaller, by two one-sided tests of the same
        family, is called equivalent.
    chosen_among
        Out of how many pairs the claims were chosen by looking at the same trainings. None: they
        were not, and p-values are corrected by Holm's method.

    Notes
    -----
    No limit contradicts a verdict: they are Bonferroni's, cut at 0 (or the margin) where Holm's
    method, which finds a little more, says that the difference is not on the other side.
    """
    if not claims:
        return []
    family = len(claims) if chosen_among is None else chosen_among
    found = [difference.together(family) for _, difference in claims]
    different = [each.p for each in found]
    small = [1.0 if margin is None else family * each.within(margin) for each in found]
    if chosen_among is None:
        different = list(holm([difference.p for _, difference in claims]))
        small = small if margin is None else list(holm([each.within(margin) for each in found]))
    verdicts = []
    for (claim, _), each, p, near in zip(claims, found, different, small, strict=True):
        low, high = each.low, each.high
        word = "cannot be told apart" if margin is None else "undecided"
        if p <= 1 - LEVEL:
            word = "better" if each.estimate > 0 else "worse"
            low, high = (max(low, 0.0), high) if word == "better" else (low, min(high, 0.0))
        if margin is not None and near <= 1 - LEVEL:
            word = "equivalent"
            low, high = max(low, -margin), min(high, margin)
        shown = replace(each, low=low, high=high, p=float(p))
        verdicts.append(JudgedClaim(group, claim, shown, word))
    return verdicts
