"""Trial logs of a results folder as one table."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path
from moo_jsc.runs.identity import read_identity
from moo_jsc.runs.log import LOGS, RecordedRun, log_path, read_log
from moo_jsc.samplers.former_names import former_names, present_name

if TYPE_CHECKING:
    import pandas

log = logging.getLogger(__name__)

KEYS = ("sampler", "seed", "trial")
TIMES = ("sampler_seconds", "evaluation_seconds")
FAILURE = "failure"


def load_trials(
    folder: Path | str,
    *,
    samplers: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
) -> pandas.DataFrame:
    """Read the trial logs of a results folder into one long table.

    Parameters
    ----------
    folder
        Written by `run_comparison`.
    samplers, seeds
        Which runs, in which order; None takes all that are there, sorted.

    Returns
    -------
    pandas.DataFrame
        One row a trial: ``sampler``, ``seed``, ``trial``, ``repeat`` (tried before in this run),
        ``configuration`` (flat index in the space), one column an objective (natural units, NaN
        where the design has failed), ``sampler_seconds``, ``evaluation_seconds``; where designs
        have failed also ``failure``, the reason.

    Raises
    ------
    InputError
        There is no study, a log is missing or damaged, or belongs to another study.
    """
    import pandas

    folder = Path(folder)
    identity = read_identity(folder)
    objectives = [entry.name for entry in identity.objectives]
    radices = [len(values) for _, values in identity.choices]
    parts = []
    for sampler in samplers if samplers is not None else _names(folder):
        for seed in seeds if seeds is not None else _seeds(folder, sampler):
            path = log_path(folder, sampler, seed)
            run = read_log(path)
            if run.end is None:
                log.warning("%s: not finished, it holds %d trials", path, len(run.trials))
            if run.header is not None and run.header.study != identity.hash:
                raise InputError(f"{path}, line 1: belongs to another study than its folder")
            parts.append(_rows(sampler, seed, run, objectives, radices))
    if not parts:
        raise InputError(f"{folder}: holds no trial logs")
    columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    if not any(columns[FAILURE]):
        del columns[FAILURE]
    return pandas.DataFrame(columns)


def values_of(run: RecordedRun, objectives: int) -> NDArray[np.float64]:
    """Return the recorded values (trials, objectives), NaN where a design has failed."""
    nothing = (np.nan,) * objectives
    values = [trial.values or nothing for trial in run.trials]
    return np.array(values, dtype=np.float64).reshape(len(run.trials), objectives)


def write_tables(trials: pandas.DataFrame, folder: Path) -> None:
    """Write ``trials.csv`` and ``timings.csv``, and ``failures.csv`` where designs have failed.

    The first has no times and no reasons, so that the same trials give the same bytes. Numbers
    are written with as many digits as reading them back exactly takes.
    """
    with atomic_path(folder / "trials.csv") as path:
        plain = trials.drop(columns=[*TIMES, *trials.columns.intersection([FAILURE])])
        plain.to_csv(path, index=False, lineterminator="\n")
    if FAILURE in trials:
        failed = trials.loc[trials[FAILURE] != "", [*KEYS, "configuration", FAILURE]]
        with atomic_path(folder / "failures.csv") as path:
            failed.to_csv(path, index=False, lineterminator="\n")
    with atomic_path(folder / "timings.csv") as path:
        trials[[*KEYS, *TIMES]].to_csv(path, index=False, lineterminator="\n")


def _rows(
    sampler: str, seed: int, run: RecordedRun, objectives: list[str], radices: list[int]
) -> dict[str, Any]:
    count = len(run.trials)
    configurations = np.array([trial.configuration for trial in run.trials], dtype=np.int64)
    values = values_of(run, len(objectives))
    return {
        "sampler": np.full(count, sampler, dtype=object),
        "seed": np.full(count, seed, dtype=np.int64),
        "trial": np.arange(count),
        "repeat": np.array([trial.repeat for trial in run.trials], dtype=bool),
        "configuration": np.ravel_multi_index(
            tuple(configurations.reshape(count, len(radices)).T), radices
        ),
        **{name: values[:, column] for column, name in enumerate(objectives)},
        "sampler_seconds": np.array([trial.sampler_seconds for trial in run.trials]),
        "evaluation_seconds": np.array([trial.evaluation_seconds for trial in run.trials]),
        FAILURE: np.array([trial.failure for trial in run.trials], dtype=object),
    }


def _names(folder: Path) -> list[str]:
    logs = folder / LOGS
    found = [path.name for path in logs.iterdir() if path.is_dir()] if logs.is_dir() else []
    return sorted({present_name(name) for name in found})


def _seeds(folder: Path, sampler: str) -> list[int]:
    names = [sampler, *former_names(sampler)]
    paths = [path for name in names for path in (folder / LOGS / name).glob("seed-*.jsonl")]
    return sorted({int(path.stem.removeprefix("seed-")) for path in paths})
