"""Trains designs with fresh seeds, shortly and to the end, and measures each network.

A design and a seed are one file, sealed as soon as it is done: whatever stops the study, what is
finished is not computed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.problems.finishing import Finished, finish, told_right

if TYPE_CHECKING:
    from moo_jsc.data import SplitName
    from moo_jsc.evaluation.recipe import FineTuning
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem

SPLITS: tuple[SplitName, ...] = ("validation", "test")
LENGTHS = ("short", "finished")
"""A finished network is the better one, on the validation split, of those trained shortly and to
the end, so that a long training that went astray is not kept."""

Arrays = dict[str, NDArray[np.generic]]
Job = tuple[int, int]
"""Number of a design, and a seed."""


@dataclass(frozen=True)
class Measured:
    """Networks of n designs and s seeds.

    Attributes
    ----------
    correct
        By length of training and split: which jets are told right, bool (n, s, jets).
    terms
        Of whole traces of the finished networks, (n, s, terms).
    kept_short
        Where the short training was the better one, (n, s).
    differing
        Jets of the test split on which an emulated circuit has another logit, (n, s).
    """

    correct: dict[tuple[str, SplitName], NDArray[np.bool_]]
    terms: NDArray[np.float64]
    kept_short: NDArray[np.bool_]
    differing: NDArray[np.int64]


def measured(
    problem: NetworkProblem,
    numbers: Sequence[int],
    seeds: Sequence[int],
    recipes: tuple[FineTuning, FineTuning],
    *,
    cache: Path | None = None,
    workers: int = 1,
    scheduler: str | None = None,
) -> Measured:
    """Train every design with every seed, by the short and the long recipe, and measure it.

    Parameters
    ----------
    problem
        With ``training="qat"``, in hardware form.
    numbers, seeds
        Designs, and fresh seeds.
    recipes
        Their seeds are not used.
    cache
        Folder of the store, by default the user's.
    workers, scheduler
        See `moo_jsc.enumeration.workers.Workers`.

    Raises
    ------
    InputError
        The tracer is not installed, or the store cannot be written to.
    """
    from tqdm import tqdm

    from moo_jsc.enumeration.workers import Workers
    from moo_jsc.foundation.sealed import write_sealed
    from moo_jsc.foundation.store import Store

    trained = problem.predicting()
    store = Store.at(cache)
    jobs = [(int(number), int(seed)) for number in numbers for seed in seeds]
    places = {job: place_of(store, trained, job, recipes) for job in jobs}
    found = {job: store.read(*places[job]) for job in jobs}
    missing = [job for job in jobs if found[job] is None]
    task = partial(_measure, jobs=tuple(missing), recipes=recipes)
    ranges = [(row, row + 1) for row in range(len(missing))]
    arriving = Workers(workers, scheduler=scheduler).arriving(
        task, trained, ranges, code=("studies.finishing",)
    )
    with tqdm(total=len(jobs), desc="finishing", unit=" networks", disable=None) as bar:
        bar.update(len(jobs) - len(missing))
        for (row, _), arrays in arriving:
            path, key = places[missing[row]]
            write_sealed(path, arrays, key)
            found[missing[row]] = arrays
            bar.update()
    return _together([found[job] or {} for job in jobs], problem, len(seeds))


def place_of(
    store: object, problem: NetworkProblem, job: Job, recipes: tuple[FineTuning, FineTuning]
) -> tuple[Path, str]:
    """Return the file of a design and a seed, and what it is sealed with."""
    from moo_jsc.enumeration.shards import table_key
    from moo_jsc.foundation.store import Store

    assert isinstance(store, Store)
    key = table_key(problem, repr(recipes), problem.scoring.device)
    number, seed = job
    folder = store.path("finished", problem.name, key, ending="")
    return folder / f"{number:012d}-{seed}.safetensors", f"{key} {number} {seed}"


def _measure(
    problem: Problem,
    start: int,
    stop: int,  # noqa: ARG001
    *,
    jobs: Sequence[Job],
    recipes: tuple[FineTuning, FineTuning],
) -> Arrays:
    from moo_jsc.problems.network_problem import NetworkProblem

    assert isinstance(problem, NetworkProblem)
    number, seed = jobs[start]
    row = problem.space.configurations([number])
    short, long = recipes
    return measures(problem, finish(problem, row, seed=seed, short=short, long=long)[0])


def measures(problem: NetworkProblem, trained: Finished) -> Arrays:
    """Return what is kept of the trained networks of a design."""
    from moo_jsc.hardware.emulation import Design, compare

    design = Design.of(*trained.kept)
    found: Arrays = {
        f"{length} {split}": np.packbits(told_right(tuned, problem.data.part(split)))
        for length, tuned in zip(LENGTHS, (trained.short, trained.kept), strict=True)
        for split in SPLITS
    }
    return found | {
        "kept_short": np.array([trained.kept_short], dtype=np.int64),
        "terms": design.circuit.row,
        "differing": np.array([compare(design, problem.data.test.features).differing]),
    }


def _together(found: Sequence[Arrays], problem: NetworkProblem, seeds: int) -> Measured:
    jets = {"validation": len(problem.data.validation), "test": len(problem.data.test)}
    correct = {
        (length, split): np.stack(
            [
                np.unpackbits(arrays[f"{length} {split}"].astype(np.uint8), count=jets[split])
                for arrays in found
            ]
        )
        .astype(bool)
        .reshape(-1, seeds, jets[split])
        for length in LENGTHS
        for split in SPLITS
    }
    terms = np.stack([arrays["terms"] for arrays in found]).astype(np.float64)
    return Measured(
        correct,
        terms.reshape(-1, seeds, terms.shape[1]),
        np.array([bool(arrays["kept_short"][0]) for arrays in found]).reshape(-1, seeds),
        np.array([int(arrays["differing"][0]) for arrays in found]).reshape(-1, seeds),
    )
