"""Look-up tables that yosys counts for finished networks, kept as soon as each is counted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem

Job = tuple[int, int, int]
"""Number of a design, a seed, and the samples of its training."""


def synthesized(
    problem: NetworkProblem,
    jobs: Sequence[Job],
    *,
    cache: Path | None = None,
    workers: int = 1,
) -> list[int]:
    """Train networks again as they were finished, write their Verilog, and let yosys count.

    Parameters
    ----------
    problem
        With ``training="qat"``, in hardware form.
    jobs
        Which networks.
    cache, workers
        See `studies.finishing.training.measured`.

    Raises
    ------
    InputError
        The tracer or yosys is not installed or fails, or the store cannot be written to.
    """
    from tqdm import tqdm

    from moo_jsc.enumeration.shards import table_key
    from moo_jsc.enumeration.workers import Workers
    from moo_jsc.foundation.sealed import write_sealed
    from moo_jsc.foundation.store import Store

    trained = problem.predicting()
    store = Store.at(cache)
    key = table_key(trained, repr(problem.scoring.fine_tuning))
    folder = store.path("synthesized", problem.name, key, ending="")
    places = {
        job: (folder / ("-".join(map(str, job)) + ".safetensors"), f"{key} {job}") for job in jobs
    }
    found = {job: store.read(*places[job]) for job in jobs}
    missing = [job for job in jobs if found[job] is None]
    task = partial(_count, jobs=tuple(missing))
    ranges = [(row, row + 1) for row in range(len(missing))]
    with tqdm(total=len(jobs), desc="yosys", unit=" networks", disable=None) as bar:
        bar.update(len(jobs) - len(missing))
        for (row, _), arrays in Workers(workers).arriving(task, trained, ranges):
            path, seal = places[missing[row]]
            write_sealed(path, arrays, seal)
            found[missing[row]] = arrays
            bar.update()
    return [int((found[job] or {})["lut"][0]) for job in jobs]


def _count(
    problem: Problem,
    start: int,
    stop: int,  # noqa: ARG001
    *,
    jobs: Sequence[Job],
) -> dict[str, NDArray[np.generic]]:
    import tempfile

    from moo_jsc.hardware.rtl import write_verilog
    from moo_jsc.hardware.tools import synthesize
    from moo_jsc.problems.network_problem import NetworkProblem
    from studies.circuits.building import built

    assert isinstance(problem, NetworkProblem)
    number, seed, samples = jobs[start]
    (row,) = problem.space.configurations([number])
    design = built(problem, row, seed=seed, samples=samples)
    with tempfile.TemporaryDirectory() as folder:
        return {"lut": np.array([synthesize(write_verilog(design.circuit, Path(folder))).lut])}
