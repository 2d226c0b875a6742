"""Fine-tuned scores of a whole space: several trainings a design, all splits, in shards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from moo_jsc.data import SplitName
from moo_jsc.enumeration.shards import table_key
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
        trained again because its first training lay outside the screen.
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
        """Return the mean over a design's trainings, its value, shape (size, k)."""
        return np.nanmean(self.scores[:, :, self.splits.index(split)], axis=1)

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
        """
        chosen = self.scores[:, :, self.splits.index(split)]
        taken = np.random.default_rng(number).integers(self.trainings)
        return chosen[np.arange(len(chosen)), taken]


def enumerate_fine_tuned(
    problem: NetworkProblem,
    seeds: Sequence[int] = (0, 1, 2),
    splits: Sequence[SplitName] = SPLITS,
    *,
    screen: Bounds = UNBOUNDED,
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
        A setting is wrong, or the store cannot be written to.
    """
    if not seeds or not splits or shard_size < 1:
        raise InputError(
            f"seeds {tuple(seeds)}, splits {tuple(splits)}, shard_size = {shard_size}: "
            "expected at least one of each"
        )
    screen.check(problem.predicted)
    crew = Workers(workers, backend, scheduler)
    trained = problem.predicting()
    shards = _Shards(trained, Store.at(cache_dir), tuple(splits), shard_size)
    shape = (problem.space.size, len(seeds), len(splits), len(problem.predicted))
    scores = np.empty(shape)
    kept = np.ones(problem.space.size, dtype=bool)
    for column, seed in enumerate(seeds):
        recipe = replace(problem.scoring.fine_tuning, seed=seed)
        missing = []
        for start, stop in shards.ranges():
            found = shards.read(recipe, start, stop, kept[start:stop])
            if found is None:
                missing.append((start, stop))
            else:
                scores[start:stop, column] = found
        task = partial(_trained, recipe=recipe, splits=tuple(splits), kept=kept)
        with tqdm(
            total=int(kept.sum()),
            initial=int(kept.sum()) - sum(int(kept[slice(*span)].sum()) for span in missing),
            desc=f"fine-tuning {problem.name}, seed {seed}",
            unit=" trainings",
            disable=None if progress else True,
        ) as bar:
            for (start, stop), found in zip(missing, crew.map(task, trained, missing), strict=True):
                shards.write(recipe, start, stop, kept[start:stop], found)
                scores[start:stop, column] = found
                bar.update(int(kept[start:stop].sum()))
        if column == 0:
            kept = screen.kept(scores[:, 0, 0], problem.predicted)
    return FineTunedScores(problem.space, problem.predicted, tuple(seeds), tuple(splits), scores)


@dataclass(frozen=True)
class _Shards:
    """Sealed files, one for each training recipe and range of flat indices."""

    problem: NetworkProblem
    store: Store
    splits: tuple[SplitName, ...]
    size: int

    def ranges(self) -> list[tuple[int, int]]:
        whole = self.problem.space.size
        return [(start, min(start + self.size, whole)) for start in range(0, whole, self.size)]

    def read(
        self, recipe: FineTuning, start: int, stop: int, kept: NDArray[np.bool_]
    ) -> NDArray[np.float64] | None:
        path, place = self._place(recipe, start, stop, kept)
        arrays = self.store.read(path, place)
        return None if arrays is None else arrays["scores"]

    def write(
        self,
        recipe: FineTuning,
        start: int,
        stop: int,
        kept: NDArray[np.bool_],
        scores: NDArray[np.float64],
    ) -> None:
        path, place = self._place(recipe, start, stop, kept)
        write_sealed(path, {"scores": scores}, place)

    def _place(
        self, recipe: FineTuning, start: int, stop: int, kept: NDArray[np.bool_]
    ) -> tuple[Path, str]:
        """Return the file of a shard and what it is sealed with."""
        key = table_key(self.problem, repr(recipe), json.dumps(self.splits))
        folder = self.store.path("fine-tuned", f"{self.problem.name} {recipe.seed}", key, ending="")
        place = f"{key} {start} {stop}"
        if not kept.all():
            place += f" {sha256_of(np.packbits(kept).tobytes())}"
        return folder / f"{start:012d}-{stop:012d}.safetensors", place


def _trained(
    problem: Problem,
    start: int,
    stop: int,
    *,
    recipe: FineTuning,
    splits: Sequence[SplitName],
    kept: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the scores (stop - start, splits, k) of the flat indices start..stop - 1.

    NaN for designs that are not `kept`, shape (size,).
    """
    assert isinstance(problem, NetworkProblem)
    scores = np.full((stop - start, len(splits), len(problem.predicted)), np.nan)
    chosen = start + np.flatnonzero(kept[start:stop])
    if len(chosen):
        rows = problem.space.configurations(chosen)
        scores[chosen - start] = problem.fine_tuned(rows, [recipe], splits)[:, 0]
    return scores
