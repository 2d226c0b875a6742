"""Studies in which there is nothing to find, or as much as the margin: how often do verdicts err?

One function for each kind of verdict. Each returns rows of a table of docs/method.md, which
`tests.benchmarks.coverage_simulation` prints and writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.statistics.comparison import holm, signed_rank_p
from analysis.statistics.network_accuracies import Grid, good_enough, per_layer, widening
from analysis.statistics.several_problems import friedman
from analysis.statistics.simultaneous import RESAMPLES, simultaneous_means

Rows = list[dict[str, object]]

SEEDS = (10, 20, 30)
ALPHA = 0.05
ATOMS = np.array([0.80, 0.90, 0.95, 0.97, 1.00])
CHANCES = np.array([0.05, 0.10, 0.15, 0.30, 0.40])
SLACK = 1e-12
"""Of limits: where all seeds differ by the same, they are that number but for rounding."""

SPREADS = (0.3, 1.0, 3.0)
TWINS_AGREE = 0.93
ABREAST = 200
"""Studies that are drawn and tested by ranks in one call."""

ERROR, FEWEST = 0.003, 1000
"""A share is known when its standard error is below, from so many studies on."""


@dataclass(frozen=True)
class Scores:
    """Final scores of simulated samplers, which all have one mean.

    Attributes
    ----------
    name, mean
        What they are called, and their mean.
    draw
        From a generator and a shape; the last axis is that of samplers.
    alike
        Whether samplers have one distribution, not one mean alone. If not, differences are
        skewed, and that is what the signed-rank test may find.
    """

    name: str
    draw: Callable[[np.random.Generator, tuple[int, ...]], NDArray[np.float64]]
    mean: float
    alike: bool = True


SCORES = (
    Scores("normal", lambda rng, size: rng.normal(size=size), 0.0),
    Scores("beta(8, 1.5): left-skewed shares", lambda rng, size: rng.beta(8, 1.5, size), 8 / 9.5),
    Scores("beta(2, 8): right-skewed shares", lambda rng, size: rng.beta(2, 8, size), 0.2),
    Scores("exponential", lambda rng, size: rng.exponential(size=size), 1.0),
    Scores(
        "five values, 40 % of the runs complete",
        lambda rng, size: rng.choice(ATOMS, p=CHANCES, size=size),
        float(ATOMS @ CHANCES),
    ),
    Scores(
        "difference of two betas",
        lambda rng, size: rng.beta(8, 1.5, size) - rng.beta(6, 1.5, size),
        8 / 9.5 - 6 / 7.5,
    ),
)


def _apart(rng: np.random.Generator, size: tuple[int, ...]) -> NDArray[np.float64]:
    columns = []
    for sampler in range(size[-1]):
        shape = SCORES[sampler % len(SCORES)]
        spread = SPREADS[sampler % len(SPREADS)]
        columns.append(spread * (shape.draw(rng, size[:-1]) - shape.mean))
    return np.stack(columns, axis=-1)


def _twins(rng: np.random.Generator, size: tuple[int, ...]) -> NDArray[np.float64]:
    values = rng.beta(8, 1.5, size)
    half = size[-1] // 2
    alike = rng.random((*size[:-1], half)) < TWINS_AGREE
    values[..., half : 2 * half] = np.where(alike, values[..., :half], values[..., half : 2 * half])
    return values


TWINS = Scores("twins that agree in 93 % of the runs", _twins, 8 / 9.5)
APART = Scores("one mean, shapes and spreads apart", _apart, 0.0, alike=False)
"""All of `SCORES` in one study."""

SOURCES = (*SCORES, TWINS, APART)


class Share:
    """A share of studies, counted until it is known."""

    def __init__(self) -> None:
        self.hits = self.studies = 0

    @property
    def value(self) -> float:
        return self.hits / self.studies

    @property
    def known(self) -> bool:
        """Whether the standard error is small enough; one more hit than there were is assumed."""
        share = (self.hits + 1) / (self.studies + 1)
        return self.studies >= FEWEST and share * (1 - share) / self.studies < ERROR**2

    def add(self, found: Iterable[bool]) -> None:
        for one in found:
            self.hits += bool(one)
            self.studies += 1


def studies(
    scores: Scores, most: int, seeds: int, samplers: int, seed: int
) -> Iterator[NDArray[np.float64]]:
    """Yield blocks of studies (studies, seeds, samplers), `most` in all."""
    rng = np.random.default_rng([seed, seeds, samplers, *scores.name.encode()])
    for start in range(0, most, ABREAST):
        yield scores.draw(rng, (min(ABREAST, most - start), seeds, samplers))


def family_wise_error(
    most: int,
    samplers: int = 10,
    sources: Sequence[Scores] = SOURCES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Rows:
    """Share of studies with any false verdict where no sampler is better, by kind of verdict."""
    families = {
        "against one": (np.arange(1, samplers), np.zeros(samplers - 1, dtype=int)),
        "all pairs": np.triu_indices(samplers, k=1),
    }
    rows: Rows = []
    for scores in sources:
        for name, (one, other) in families.items():
            row: dict[str, object] = {"scores": scores.name, "family": name}
            for n in SEEDS:
                mean, ranks = Share(), Share()
                for block in studies(scores, most, n, samplers, seed):
                    differences = block[:, :, one] - block[:, :, other]
                    if not mean.known:
                        found = (simultaneous_means(d, resamples=resamples) for d in differences)
                        mean.add((each.p <= ALPHA).any() for each in found)
                    if scores.alike and not ranks.known:
                        abreast = np.moveaxis(differences, 1, 0).reshape(n, -1)
                        p = signed_rank_p(abreast).reshape(len(block), -1)
                        ranks.add(holm(each).min() <= ALPHA for each in p)
                    if mean.known and (ranks.known or not scores.alike):
                        break
                row[f"{n} seeds, mean"] = mean.value
                row[f"{n} seeds, ranks"] = ranks.value if scores.alike else ""
            rows.append(row)
    return rows


def simultaneous_coverage(
    most: int,
    samplers: int = 13,
    sources: Sequence[Scores] = SOURCES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Rows:
    """Share of studies whose intervals, all together, hold the true differences from the first."""
    shifts = np.linspace(0.0, 0.3, samplers - 1)

    def held(differences: NDArray[np.float64]) -> bool:
        found = simultaneous_means(differences + shifts, resamples=resamples)
        return bool(((found.low <= shifts + SLACK) & (shifts - SLACK <= found.high)).all())

    return _share_of_studies(held, most, samplers, sources, seed)


def false_equivalence(
    most: int,
    samplers: int = 13,
    sources: Sequence[Scores] = SOURCES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Rows:
    """Share of studies that call any sampler equivalent although all differ by the margin.

    Half of them are better by it, half worse; the margin is four standard deviations of a score,
    far more than any interval reaches.
    """
    sides = np.where(np.arange(samplers - 1) % 2, -1.0, 1.0)
    rows: Rows = []
    for scores in sources:
        margin = 4.0 * float(scores.draw(np.random.default_rng(seed), (2000, samplers)).std())

        def wrong(differences: NDArray[np.float64], margin: float = margin) -> bool:
            found = simultaneous_means(differences + margin * sides, resamples=resamples)
            inside = (margin + found.low > SLACK) & (margin - found.high > SLACK)
            return bool(inside.any())

        rows += _share_of_studies(wrong, most, samplers, [scores], seed)
    return rows


def _share_of_studies(
    question: Callable[[NDArray[np.float64]], bool],
    most: int,
    samplers: int,
    sources: Sequence[Scores],
    seed: int,
) -> Rows:
    """Ask a question of the differences (seeds, samplers - 1) from the first sampler."""
    rows: Rows = []
    for scores in sources:
        row: dict[str, object] = {"scores": scores.name}
        for n in SEEDS:
            said = Share()
            for block in studies(scores, most, n, samplers, seed):
                said.add(map(question, block[:, :, 1:] - block[:, :, :1]))
                if said.known:
                    break
            row[f"{n} seeds"] = said.value
        rows.append(row)
    return rows


def drawn_grid(
    rng: np.random.Generator,
    truth: NDArray[np.float64],
    *,
    seeds: int,
    scatter: float,
    jets: int = 500,
) -> Grid:
    """Draw networks of given accuracies (k * k,), multipliers 1 to k in two layers.

    Parameters
    ----------
    rng, truth
        Chance, and the accuracy that a network has over all trainings and jets.
    seeds, scatter
        Trainings, and the standard deviation of accuracy over them; a training's luck is the
        same on both splits.
    jets
        To test on; how hard a jet is, all networks share.
    """
    steps = range(1, round(len(truth) ** 0.5) + 1)
    multipliers = tuple((first, second) for first in steps for second in steps)
    trained = truth + rng.normal(scale=scatter, size=(seeds, len(truth)))
    noise = 0.03 * rng.standard_normal((*trained.shape, jets), dtype=np.float32)
    correct = rng.random(jets) < np.clip(trained[:, :, None] + noise, 0.0, 1.0)
    costs = np.array([16.0 * (16 * a + 16 * a * b + 5 * b) for a, b in multipliers])
    validation = trained + rng.normal(scale=0.002, size=trained.shape)
    return Grid(multipliers, costs.astype(int), costs, costs, validation, correct)


def errors_on_networks(repetitions: int, widest: int = 5, seed: int = 0) -> Rows:
    """Share of grids of networks with any false verdict, by family of claims.

    All networks are as accurate; for equivalence, one is better than all others by the margin.
    """
    rng = np.random.default_rng(seed)
    count, margin = widest**2, 0.03
    best = np.full(count, 0.75)
    best[count // 2] += margin
    rows: Rows = []
    for seeds, scatter in ((3, 0.01), (5, 0.0), (5, 0.003), (5, 0.01), (5, 0.03), (10, 0.01)):
        wrong = np.zeros(4)
        for _ in range(repetitions):
            alike = drawn_grid(rng, np.full(count, 0.75), seeds=seeds, scatter=scatter)
            apart = drawn_grid(rng, best, seeds=seeds, scatter=scatter)
            families = (good_enough(alike)[1], widening(alike), per_layer(alike))
            found = [{claim.verdict for claim in family} for family in families]
            equivalent = {claim.verdict for claim in good_enough(apart, margin)[1]}
            wrong += [
                *(bool(each & {"better", "worse"}) for each in found),
                "equivalent" in equivalent,
            ]
        shares = wrong / repetitions
        rows.append(
            {
                "trainings": seeds,
                "their scatter (points)": f"{100 * scatter:g}",
                "against the most accurate": shares[0],
                "wider": shares[1],
                "per layer": shares[2],
                "equivalent": shares[3],
            }
        )
    return rows


def errors_over_problems(repetitions: int, seed: int = 0) -> Rows:
    """Share of studies of several problems that tell samplers apart although none is better."""
    rng = np.random.default_rng(seed)
    rows: Rows = []
    for problems in (3, 5, 10, 20):
        row: dict[str, object] = {"problems": problems}
        for samplers in (4, 15):
            p = ranks = 0
            for _ in range(repetitions):
                found = friedman(pd.DataFrame(rng.normal(size=(problems, samplers))))
                p += found.p <= ALPHA
                ranks += not any({*found.ranks} == {*group} for group in found.groups)
            row[f"{samplers} samplers, Friedman"] = p / repetitions
            row[f"{samplers} samplers, any two ranks"] = ranks / repetitions
        rows.append(row)
    return rows
