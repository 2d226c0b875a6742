"""The runs of a comparison as studies in one journal file of Optuna."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moo_jsc.foundation.files import write_text
from studies.exporting.source import MARKS
from studies.exporting.tidy import NUMBER

if TYPE_CHECKING:
    import pandas as pd
    from optuna.storages.journal import JournalStorage
    from optuna.trial import FrozenTrial

    from moo_jsc.problems.space import SearchSpace
    from moo_jsc.runs.identity import StudyIdentity


def space_of(identity: StudyIdentity) -> SearchSpace:
    """Return the space that a comparison was about, as its folder tells it."""
    from moo_jsc.problems.space import Choice, SearchSpace

    def value(given: Any) -> Any:
        return tuple(given) if isinstance(given, list | tuple) else given

    choices = (Choice(name, tuple(map(value, values))) for name, values in identity.choices)
    return SearchSpace(identity.problem, tuple(choices))


def write_journal(path: Path, folder: Path, identity: StudyIdentity, trials: pd.DataFrame) -> int:
    """Write one study a run, named ``SAMPLER/seed-N``; return how many.

    Parameters hold the values of the choices, metrics have the objectives' names. A design that
    has failed is a failed trial, with the reason among its attributes. A trial's
    times follow one another as they did in the run, from the beginning of the comparison.

    Parameters
    ----------
    path
        The journal, written whole or not at all.
    folder, identity, trials
        Of the comparison.
    """
    import optuna

    from moo_jsc.samplers.optuna_samplers import quiet

    space = space_of(identity)
    names = [objective.name for objective in identity.objectives]
    directions = ["maximize" if o.sense == "max" else "minimize" for o in identity.objectives]
    began = (folder / MARKS["comparison"]).stat().st_mtime
    lines: list[str] = []
    runs = trials.groupby(["sampler", "seed"], sort=False)
    with quiet():
        storage = _journal_in_memory(lines)
        for (sampler, seed), run in runs:
            study = optuna.create_study(
                storage=storage,
                study_name=f"{sampler}/seed-{seed}",
                directions=directions,  # type: ignore[arg-type]
                sampler=optuna.samplers.RandomSampler(),
            )
            study.set_metric_names(names)
            notes = {"problem": identity.problem, "sampler": sampler, "seed": int(seed)}
            notes |= {"bounds": identity.bounds} if identity.bounds else {}
            for key, note in notes.items():
                study.set_user_attr(key, note)
            study.add_trials(list(_trials(run, space, names, began)))
    write_text(path, "".join(f"{line}\n" for line in lines))
    return len(runs)


def _trials(
    run: pd.DataFrame, space: SearchSpace, names: list[str], moment: float
) -> Iterator[FrozenTrial]:
    """Yield the trials of a run that began at a moment, in seconds of the clock."""
    from optuna.trial import TrialState, create_trial

    from moo_jsc.problems.optuna_adapter import parameter_values, value_distributions

    distributions = value_distributions(space)
    values = [parameter_values(choice) for choice in space.choices]
    rows = space.configurations(run[NUMBER].to_numpy()).tolist()
    durations = (run["sampler_seconds"] + run["evaluation_seconds"]).tolist()
    reasons = run["failure"] if "failure" in run.columns else [""] * len(run)
    for row, found, seconds, number, repeat, reason in zip(
        *(rows, run[names].to_numpy().tolist(), durations),
        *(run[NUMBER], run["repeat"], reasons),
        strict=True,
    ):
        failed = any(math.isnan(value) for value in found)
        trial = create_trial(
            state=TrialState.FAIL if failed else TrialState.COMPLETE,
            params={
                choice.name: known[index]
                for choice, known, index in zip(space.choices, values, row, strict=True)
            },
            distributions=distributions,
            values=None if failed else found,
            user_attrs={"number": int(number), "repeat": bool(repeat)}
            | ({"failure": str(reason)} if failed else {}),
        )
        trial.datetime_start = _moment(moment)
        moment += seconds
        trial.datetime_complete = _moment(moment)
        yield trial


def _moment(seconds: float) -> datetime.datetime:
    """Return local time without a zone, as Optuna keeps it."""
    return datetime.datetime.fromtimestamp(seconds)


def _journal_in_memory(lines: list[str]) -> JournalStorage:
    """Return a storage that collects the lines of a journal file.

    A file of Optuna's own is synchronized with the disk after each line, and half there if
    something goes wrong.
    """
    from optuna.storages.journal import BaseJournalBackend, JournalStorage

    class Lines(BaseJournalBackend):
        def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
            return [json.loads(line) for line in lines[log_number_from:]]

        def append_logs(self, logs: list[dict[str, Any]]) -> None:
            lines.extend(json.dumps(log, separators=(",", ":")) for log in logs)

    return JournalStorage(Lines())
