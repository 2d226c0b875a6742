"""Rules tried on many draws of a table's trainings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from moo_jsc.enumeration.benchmark import Benchmark

Values = NDArray[np.float64]
Rule = Callable[[Values, Values], int | None]


@dataclass(frozen=True)
class Rules:
    """What is tried, by name.

    Attributes
    ----------
    error
        Standard error of one training's accuracy on the validation split: jets and training.
    wanted
        Accuracies for the rules that ask for one.
    """

    error: float
    wanted: tuple[float, ...]

    def named(self) -> dict[str, Rule]:
        """Return the rules."""
        from analysis.front.choosing import most_accurate, one_standard_error

        rules: dict[str, Rule] = {
            "most accurate": most_accurate,
            "one standard error": lambda seen, cost: one_standard_error(seen, cost, self.error),
        }
        for wanted in self.wanted:
            for errors in (0, 1, 2):
                name = f"cheapest at {100 * wanted:g} %"
                name += f", {errors} s.e. above" if errors else ""
                rules[name] = _cheapest(wanted, errors * self.error)
        return rules


def _cheapest(wanted: float, margin: float) -> Rule:
    from analysis.front.choosing import cheapest_at

    return lambda seen, cost: cheapest_at(seen, cost, wanted, margin)


def standard_error(benchmark: Benchmark) -> float:
    """Return the error of one training's accuracy, of jets and trainings together.

    Binomial for the split's jets, and the root mean square of the scatter over trainings of the
    designs that count.
    """
    inside = benchmark.table.inside
    accuracy = benchmark.column_of("accuracy")[inside].mean()
    jets = benchmark.card.samples[benchmark.card.splits.index(benchmark.split)]
    trainings = benchmark.fine_tuned.scatter(benchmark.split)[inside, 0]
    return float(np.sqrt(accuracy * (1 - accuracy) / jets + np.nanmean(trainings**2)))


def tried(benchmark: Benchmark, cost: str, draws: int, wanted: tuple[float, ...]) -> pd.DataFrame:
    """Let every rule choose in each of many draws of one training a design.

    Parameters
    ----------
    benchmark
        With at least two trainings of a design.
    cost
        The known objective that the rules save.
    draws
        How often.
    wanted
        Accuracies that the rules ask for.

    Returns
    -------
    pandas.DataFrame
        One row a rule and draw: ``rule``, ``draw``, ``design``; ``seen`` and ``test`` accuracy
        (the mean of all its trainings on the test split); ``cost``; and ``paid``, the cost over
        that of the cheapest design that is as accurate on the test split.
    """
    import pandas as pd

    costs = benchmark.column_of(cost)
    true = benchmark.on("test").column_of("accuracy")
    order = np.argsort(costs, kind="stable")
    best_so_far = np.maximum.accumulate(true[order])
    rules = Rules(standard_error(benchmark), wanted).named()
    column = [o.name for o in benchmark.objectives].index("accuracy")

    def rows() -> Iterator[tuple[object, ...]]:
        for draw in range(draws):
            seen = benchmark.for_run(draw).table.values[:, column]
            for name, rule in rules.items():
                chosen = rule(seen, costs)
                if chosen is None:
                    continue
                cheapest = costs[order[np.searchsorted(best_so_far, true[chosen])]]
                yield (
                    name,
                    draw,
                    chosen,
                    seen[chosen],
                    true[chosen],
                    costs[chosen],
                    costs[chosen] / cheapest,
                )

    names = ["rule", "draw", "design", "seen", "test", "cost", "paid"]
    return pd.DataFrame(rows(), columns=names)


def summarized(choices: pd.DataFrame, cost: str) -> pd.DataFrame:
    """Return means over draws with 95 % of the draws, one row a rule, for people."""
    import pandas as pd

    rows = []
    for name, part in choices.groupby("rule", sort=False):
        lost = 100 * (part["seen"] - part["test"])
        rows.append(
            {
                "rule": name,
                "seen, %": f"{100 * part['seen'].mean():.2f}",
                "on test, %": _spread(100 * part["test"], 2),
                "lost, points": _spread(lost, 2),
                cost: _spread(part["cost"], 0),
                "paid": _spread(part["paid"], 2),
            }
        )
    return pd.DataFrame(rows)


def _spread(values: pd.Series, digits: int) -> str:
    low, high = values.quantile([0.025, 0.975])
    return f"{values.mean():,.{digits}f} [{low:,.{digits}f}, {high:,.{digits}f}]"
