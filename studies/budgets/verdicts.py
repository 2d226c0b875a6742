"""The best sampler of a budget, and which others cannot be told apart from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Choice:
    """What to use on a problem for a budget, and how sure that is.

    Attributes
    ----------
    problem, budget
        Where.
    best, share
        The sampler with the highest mean share, and that mean.
    low, high
        95 % interval of that mean, over seeds.
    alike
        Samplers that were not shown to find less (differences of means over paired seeds), best
        mean first. All pairs of samplers are judged together at 5 %: which one has the best mean
        is chance too, so a comparison with it is not one that was planned.
    seeds
        How many.
    """

    problem: str
    budget: int
    best: str
    share: float
    low: float
    high: float
    alike: tuple[str, ...]
    seeds: int


def choice(shares: pd.DataFrame) -> Choice:
    """Judge the samplers of one problem and one budget.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("p", 5, name, seed, value + 0.01 * (seed % 3))
    ...         for name, value in (("a", 0.5), ("b", 0.9)) for seed in range(8)]
    >>> names = ["problem", "budget", "sampler", "seed", "share"]
    >>> found = choice(pd.DataFrame(rows, columns=names))
    >>> found.best, found.alike
    ('b', ())
    """
    from analysis.statistics.comparison import all_pairs
    from analysis.statistics.intervals import mean_interval

    wide = shares.pivot(index="seed", columns="sampler", values="share")
    means = wide.mean().sort_values(ascending=False, kind="stable")
    best = str(means.index[0])
    # In this order every pair with the best one comes first, and has it as the first of the two.
    pairs = all_pairs({str(name): wide[name].to_numpy() for name in means.index}, bounds=(0.0, 1.0))
    against_best = pairs[pairs["one"] == best]
    alike = tuple(against_best.loc[against_best["verdict"] != "better", "other"])
    interval = mean_interval(wide[best].to_numpy(), bounds=(0.0, 1.0))
    return Choice(
        str(shares["problem"].iloc[0]),
        int(shares["budget"].iloc[0]),
        best,
        float(interval.estimate),
        float(interval.low),
        float(interval.high),
        alike,
        len(wide),
    )


def choices(shares: pd.DataFrame) -> list[Choice]:
    """Return one choice for each problem and budget, in their order."""
    groups = shares.groupby(["problem", "budget"], sort=False)
    return [choice(group) for _, group in groups]


def table_of_choices(found: list[Choice]) -> pd.DataFrame:
    """Return choices as a table for people."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "problem": each.problem,
                "trials": each.budget,
                "highest mean": each.best,
                "share of the true hypervolume": (
                    f"{each.share:.3f} [{each.low:.3f}, {each.high:.3f}]"
                ),
                "not shown to find less": ", ".join(each.alike) or "none",
            }
            for each in found
        ]
    )


def table_of_means(shares: pd.DataFrame) -> pd.DataFrame:
    """Return mean shares, one row a problem and sampler, one column a budget."""
    wide = shares.pivot_table(
        index=["problem", "sampler"], columns="budget", values="share", sort=False
    )
    wide = wide.map(lambda value: "" if value != value else f"{value:.3f}")  # noqa: PLR0124
    wide.columns = [f"{budget} trials" for budget in wide.columns]
    return wide.reset_index()
