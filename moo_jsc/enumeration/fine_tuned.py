"""Fine-tuned scores of a whole space: several trainings a design, all splits, in shards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from moo_jsc.data import SplitName
from moo_jsc.enumeration.shards import table_key
from moo_jsc.enumeration.trend_steps import TrendSteps
from moo_jsc.enumeration.workers import Backend, Workers
from moo_jsc.evaluation.recipe import FineTuning
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.sealed import write_sealed
from moo_jsc.foundation.store import Store
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.network_problem import NetworkProblem
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.space import SearchSpace

SHARD_SIZE = 1024
"""Designs of a shard: some fifteen seconds' work, in groups that share their data formats."""

SPLITS: tuple[SplitName, ...] = ("validation", "test")


@dataclass(frozen=True)
class FineTunedScores:
    """Scores of every design of a space after each of several trainings.

    Attributes
    ----------
    space
        What was enumerated.
    objectives
        The k that score predictions.
    seeds, splits
        Of the trainings, and what was scored.
    scores
        Shape (size, seeds, splits, k), float64, natural units; NaN where a design was not
        trained again because its first training lay outside the screen, or not at all because
        designs just above it lie outside.
    """

    space: SearchSpace
    objectives: tuple[Objective, ...]
    seeds: tuple[int, ...]
    splits: tuple[SplitName, ...]
    scores: NDArray[np.float64]

    @property
    def trainings(self) -> NDArray[np.int64]:
        """How many trainings each design had, shape (size,)."""
        return np.isfinite(self.scores[:, :, 0, 0]).sum(axis=1)

    def mean(self, split: SplitName) -> NDArray[np.float64]:
        """Return the mean over a design's trainings, its value, shape (size, k).

        Of a design without any it is the worst value of those just above it, that it should
        not exceed.
        """
        chosen = self.scores[:, :, self.splits.index(split)]
        trained = self.trainings > 0
        means = np.full(chosen[:, 0].shape, np.nan)
        means[trained] = np.nanmean(chosen[trained], axis=1)
        if not trained.all():
            for column, objective in enumerate(self.objectives):
                steps = TrendSteps.of(self.space, [objective])
                means[:, column] = steps.filled(means[:, column], objective)
        return means

    def scatter(self, split: SplitName) -> NDArray[np.float64]:
        """Return the standard deviation over trainings, shape (size, k); NaN of a single one."""
        chosen = self.scores[:, :, self.splits.index(split)]
        found = np.full(chosen[:, 0].shape, np.nan)
        several = self.trainings > 1
        found[several] = np.nanstd(chosen[several], axis=1, ddof=1)
        return found

    def drawn(self, split: SplitName, number: int) -> NDArray[np.float64]:
        """Return what one training of each design gives, as a study without repeats sees it.

        Each design takes one of its trainings, chosen by `number` and its place; shape (size, k).
        Without any, it takes its value.
        """
        chosen = self.scores[:, :, self.splits.index(split)]
        trainings = self.trainings
        taken = np.random.default_rng(number).integers(np.maximum(trainings, 1))
        drawn = chosen[np.arange(len(chosen)), taken]
        return drawn if trainings.all() else np.where(trainings[:, None], drawn, self.mean(split))


def enumerate_fine_tuned(
    problem: NetworkProblem,
    seeds: Sequence[int] = (0, 1, 2),
    splits: Sequence[SplitName] = SPLITS,
    *,
    screen: Bounds = UNBOUNDED,
    skip_outside: Bounds = UNBOUNDED,
    cache_dir: Path | str | None = None,
    workers: int = 1,
    backend: Backend = "loky",
    scheduler: str | None = None,
    shard_size: int = SHARD_SIZE,
    progress: bool = True,
) -> FineTunedScores:
    """Fine-tune every design of a problem's space with every seed and score it on every split.

    A shard is written, sealed, as soon as it is done, one for each seed: whatever stops the
    enumeration, finished shards are not computed again, and another seed later costs only its
    own trainings. Scores do not depend on the number and kind of workers.

    Parameters
    ----------
    problem
        With ``training="qat"``; its recipe is used, with each of the seeds.
    seeds, splits
        At least one of each.
    screen
        Bounds on the predicted objectives: designs whose scores after the first training, on the
        first split, lie outside are not trained again. Set wider than the bounds that decide
        which designs count, it leaves out what will not count anyhow.
    skip_outside
        Bounds, likewise wider: a design is not trained at all where several of those just above
        it (one step more of bits, of channels; see `TrendSteps.from_the_top`) lie outside in
        their first training, on the first split. What is trained has the scores that it has
        anyhow. docs/fine_tuning.md says what that costs and brings.
    cache_dir
        Folder of the store (`moo_jsc.foundation.store`), by default the user's.
    workers, backend, scheduler
        See `moo_jsc.enumeration.workers.Workers`. The device is the problem's.
    shard_size
        Designs that are trained, sent and stored together. Powers of the numbers of formats of
        a layer keep designs with equal data formats together, which train side by side.
    progress
        Show a progress bar on a terminal.

    Raises
    ------
    InputError
        A setting is wrong, no choice has a trend in what `skip_outside` bounds, or the store
        cannot be written to.
    """
    if not seeds or not splits or shard_size < 1:
        raise InputError(
            f"seeds {tuple(seeds)}, splits {tuple(splits)}, shard_size = {shard_size}: "
            "expected at least one of each"
        )
    screen.check(problem.predicted)
    skip_outside.check(problem.predicted)
    run = _Run(
        problem.predicting(),
        tuple(splits),
        Store.at(cache_dir),
        Workers(workers, backend, scheduler),
        shard_size,
        progress,
    )
    size = problem.space.size
    scores = np.full((size, len(seeds), len(splits), len(problem.predicted)), np.nan)
    chosen = np.arange(size)
    for column, seed in enumerate(seeds):
        recipe = replace(problem.scoring.fine_tuning, seed=seed)
        if column == 0 and skip_outside:
            scores[:, 0] = run.from_the_top(recipe, skip_outside)
        else:
            with run.bar(len(chosen), f"seed {seed}") as bar:
                scores[chosen, column] = run.trained(recipe, chosen, bar)
        if column == 0:
            chosen = np.flatnonzero(
                np.isfinite(scores[:, 0, 0, 0]) & screen.kept(scores[:, 0, 0], problem.predicted)
            )
    return FineTunedScores(problem.space, problem.predicted, tuple(seeds), tuple(splits), scores)


@dataclass(frozen=True)
class _Run:
    """Who trains, and the sealed files, one for each recipe and `size` designs."""

    problem: NetworkProblem
    splits: tuple[SplitName, ...]
    store: Store
    crew: Workers
    size: int
    progress: bool

    def bar(self, total: int, what: str) -> tqdm[NoReturn]:
        return tqdm(
            total=total,
            desc=f"fine-tuning {self.problem.name}, {what}",
            unit=" trainings",
            disable=None if self.progress else True,
        )

    def trained(
        self, recipe: FineTuning, numbers: NDArray[np.int64], bar: tqdm[NoReturn]
    ) -> NDArray[np.float64]:
        """Return the scores (n, splits, k) of designs by flat index (n,), read or made."""
        scores = np.empty((len(numbers), len(self.splits), len(self.problem.predicted)))
        missing = []
        for start in range(0, len(numbers), self.size):
            span = start, min(start + self.size, len(numbers))
            arrays = self.store.read(*self._place(recipe, numbers, span))
            if arrays is None:
                missing.append(span)
            else:
                scores[slice(*span)] = arrays["scores"]
        bar.update(len(numbers) - sum(stop - start for start, stop in missing))
        if not missing:
            return scores
        task = partial(_trained, recipe=recipe, splits=self.splits, numbers=numbers)
        for span, found in self.crew.arriving(task, self.problem, missing):
            path, place = self._place(recipe, numbers, span)
            write_sealed(path, {"scores": found}, place)
            scores[slice(*span)] = found
            bar.update(span[1] - span[0])
        return scores

    def from_the_top(self, recipe: FineTuning, bounds: Bounds) -> NDArray[np.float64]:
        """Return the scores (size, splits, k) of designs that those above them do not exclude."""
        predicted, size = self.problem.predicted, self.problem.space.size
        bounded = [objective for objective in predicted if objective.name in bounds.names]
        steps = TrendSteps.of(self.problem.space, bounded)
        scores = np.full((size, len(self.splits), len(predicted)), np.nan)
        with self.bar(size, f"seed {recipe.seed}") as bar:

            def outside(taken: NDArray[np.int64]) -> NDArray[np.bool_]:
                scores[taken] = self.trained(recipe, taken, bar)
                return ~bounds.kept(scores[taken, 0], predicted)

            taken = steps.from_the_top(outside)
            bar.total = int(taken.sum())
        return scores

    def _place(
        self, recipe: FineTuning, numbers: NDArray[np.int64], span: tuple[int, int]
    ) -> tuple[Path, str]:
        """Return the file of some designs and what it is sealed with."""
        key = table_key(self.problem, repr(recipe), json.dumps(self.splits))
        folder = self.store.path("fine-tuned", f"{self.problem.name} {recipe.seed}", key, ending="")
        those = numbers[slice(*span)]
        first, last = int(those[0]), int(those[-1]) + 1
        name, place = f"{first:012d}-{last:012d}", f"{key} {first} {last}"
        if last - first > len(those):
            digest = sha256_of(those.tobytes())
            name, place = f"{name}-{digest[:16]}", f"{place} {digest}"
        return folder / f"{name}.safetensors", place


def _trained(
    problem: Problem,
    start: int,
    stop: int,
    *,
    recipe: FineTuning,
    splits: Sequence[SplitName],
    numbers: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the scores (stop - start, splits, k) of the designs ``numbers[start:stop]``."""
    assert isinstance(problem, NetworkProblem)
    rows = problem.space.configurations(numbers[start:stop])
    return problem.fine_tuned(rows, [recipe], splits)[:, 0]
