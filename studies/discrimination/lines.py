"""The table of a problem: what is reached at so many trials, and what is asked of a good one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studies.common.questions import Question, searched
from studies.discrimination.measures import (
    best_single_design,
    greedy,
    random_designs,
    random_in_architectures,
)

if TYPE_CHECKING:
    from moo_jsc.samplers import Sampler

MOST_BY_HAND = 0.6
MOST_AT_RANDOM = 0.4
LEAST_GREEDY = 0.85
LEAST_POINTS = 25
LEAST_ARCHITECTURES = 6


@dataclass(frozen=True)
class Line:
    """One row of the table.

    Attributes
    ----------
    what
        Who or what is measured.
    value, low, high
        A share of the true hypervolume, with its 95 % interval over seeds (equal to the value
        where there is no chance), or a number.
    wanted
        What a problem that tells samplers apart should have; empty where nothing is asked.
    met
        Whether it does.
    """

    what: str
    value: float
    low: float
    high: float
    wanted: str = ""
    met: bool = True

    @property
    def verdict(self) -> str:
        """``"met"``, ``"not met"``, or nothing."""
        return ("met" if self.met else "not met") if self.wanted else ""

    @property
    def shown(self) -> str:
        """The value with its interval."""
        if isinstance(self.value, int):
            return f"{self.value:,}"
        text = f"{self.value:.3f}"
        return text if self.low == self.high else f"{text} [{self.low:.3f}, {self.high:.3f}]"


def lines(
    question: Question,
    rules: Sequence[Sampler],
    samplers: Sequence[Sampler],
    *,
    trials: int,
    seeds: Sequence[int],
) -> list[Line]:
    """Return the whole table."""
    front = question.table.front_indices
    points = len(question.reference.front)
    architectures = len(np.unique(question.architectures()[front]))
    found = [
        _count("designs that count", len(question.table.counting)),
        _count("points on the true front", points, LEAST_POINTS),
        _count("architectures on it", architectures, LEAST_ARCHITECTURES),
        _exact("best single design", best_single_design(question)[0], most=MOST_BY_HAND),
        _mean(f"{trials} random designs", random_designs(question, trials, seeds), MOST_AT_RANDOM),
    ]
    within = random_in_architectures(question, trials, seeds)
    best = max(within, key=lambda number: within[number].mean())
    found.append(_mean(f"{trials} random designs of the best single architecture", within[best]))
    found += [
        _mean(f"rule: {rule.name}", searched(question, rule, trials, seeds), MOST_BY_HAND)
        for rule in rules
    ]
    found += [_mean(each.name, searched(question, each, trials, seeds)) for each in samplers]
    steps = greedy(question, trials)
    for count in (5, 10, trials):
        if count <= len(steps):
            least = LEAST_GREEDY if count == trials else None
            what = f"greedy with all values known, {count} designs"
            found.append(_exact(what, float(steps[count - 1]), least=least))
    return found


def markdown(found: Sequence[Line]) -> str:
    """Return the table as Markdown."""
    rows = [f"| {line.what} | {line.shown} | {line.wanted} | {line.verdict} |" for line in found]
    return "\n".join(["| | | wanted | |", "|---|---|---|---|", *rows])


def _count(what: str, value: int, least: int | None = None) -> Line:
    wanted = "" if least is None else f"at least {least}"
    return Line(what, value, value, value, wanted, least is None or value >= least)


def _exact(
    what: str, value: float, *, most: float | None = None, least: float | None = None
) -> Line:
    wanted = f"at most {most:g}" if most is not None else ""
    wanted = f"at least {least:g}" if least is not None else wanted
    met = (most is None or value <= most) and (least is None or value >= least)
    return Line(what, value, value, value, wanted, met)


def _mean(what: str, shares: np.ndarray, most: float | None = None) -> Line:
    from analysis.statistics.intervals import mean_interval

    interval = mean_interval(shares, bounds=(0.0, 1.0))
    value = float(shares.mean())
    wanted = "" if most is None else f"at most {most:g}"
    low, high = float(interval.low), float(interval.high)
    return Line(what, value, low, high, wanted, most is None or value <= most)
