"""Optuna studies, from any storage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective, Sense
from analysis.trials.table import Trials


def from_optuna_study(
    storage: str | Path,
    name: str,
    *,
    objectives: Sequence[str] | None = None,
    units: Sequence[str] | None = None,
    sampler: str | None = None,
    seed: int = 0,
) -> Trials:
    """Return the finished trials of an Optuna study.

    Parameters
    ----------
    storage
        A storage URL (``sqlite:///study.db``), or the path of a journal file or an SQLite file.
    name
        Of the study.
    objectives
        Names of its values, in order. None: the study's own metric names, or ``value_0``, ...
    units
        Of its values; None: pure numbers.
    sampler
        What to call the sampler; None: the study's name. Studies of one sampler are its runs:
        give them the same `sampler` and different seeds, then `Trials.joined`.
    seed
        Of this run.

    Returns
    -------
    Trials
        Objectives with senses from the study's directions. Trials that failed or were pruned
        count, with nothing found; those still running or waiting do not. The configuration is
        the trial's parameters, as text.

    Raises
    ------
    InputError
        The storage cannot be opened, has no such study, the names do not match its values, or no
        trial is complete.

    Examples
    --------
    See the README: five lines from a journal file to a report.
    """
    import optuna
    import pandas as pd

    study = _load(storage, name)
    directions: list[Sense] = [
        "max" if direction == optuna.study.StudyDirection.MAXIMIZE else "min"
        for direction in study.directions
    ]
    names = objectives or study.metric_names or [f"value_{i}" for i in range(len(directions))]
    measures = units or ["1"] * len(directions)
    if len(names) != len(directions) or len(measures) != len(directions):
        raise InputError(
            f"study {name!r}: {len(names)} names and {len(measures)} units for its "
            f"{len(directions)} values"
        )
    states = optuna.trial.TrialState
    trials = study.get_trials(deepcopy=False, states=(states.COMPLETE, states.FAIL, states.PRUNED))
    if not any(trial.state == states.COMPLETE for trial in trials):
        raise InputError(f"study {name!r} in {storage}: no trial is complete")
    nothing = [float("nan")] * len(directions)
    values = [trial.values if trial.state == states.COMPLETE else nothing for trial in trials]
    table = pd.DataFrame(
        {
            "sampler": name if sampler is None else sampler,
            "seed": seed,
            "trial": [trial.number for trial in trials],
            "configuration": [repr(sorted(trial.params.items())) for trial in trials],
            **{str(key): [row[i] for row in values] for i, key in enumerate(names)},
        }
    )
    return Trials.from_frame(
        table,
        [
            Objective(name=str(key), unit=unit, sense=sense)
            for key, sense, unit in zip(names, directions, measures, strict=True)
        ],
    )


def _load(storage: str | Path, name: str) -> Any:
    import optuna

    try:
        return optuna.load_study(study_name=name, storage=_storage(storage))
    except KeyError:
        raise InputError(f"{storage}: no study {name!r}") from None
    except InputError:
        raise
    except Exception as error:  # Each storage backend raises its own.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{storage}: not an Optuna storage ({reason})") from None


def _storage(storage: str | Path) -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    if isinstance(storage, str) and "://" in storage:
        return storage
    path = Path(storage)
    if not path.is_file():
        raise InputError(f"{storage}: no such file")
    with path.open("rb") as stream:
        if stream.read(15) == b"SQLite format 3":
            return f"sqlite:///{path}"
    return JournalStorage(JournalFileBackend(str(path)))
