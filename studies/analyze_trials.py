"""Report on trial logs that other tools wrote: a CSV file, or studies in an Optuna storage.

A CSV file has one row a trial: a column for each objective, and columns that say which sampler,
run (seed) and trial it is. In an Optuna storage each study is one run, and its name says whose:
``tpe-3`` is sampler tpe with seed 3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from studies.common.checks import listed
from studies.common.console import run_study
from studies.common.running import Results, study
from studies.common.settings import Settings, command_line

if TYPE_CHECKING:
    from analysis.foundation.objectives import Objective, Sense
    from analysis.foundation.scales import Scale
    from analysis.front.reference import Reference
    from analysis.trials.table import Trials

OBJECTIVE = re.compile(r"(?P<name>[^:]+):(?P<sense>min|max)(?::(?P<unit>.+))?")


@dataclass
class Config(Settings):
    """Settings of the analysis."""

    source: str = ""
    """Path of a CSV file, an Optuna journal or SQLite file, or an Optuna storage URL."""
    objectives: tuple[str, ...] = ()
    """Objective columns with their senses and, if any, units: accuracy:max latency:min:ms."""
    studies: tuple[str, ...] = ()
    """Names of Optuna studies, one a run, such as random-0 random-1 tpe-0 tpe-1."""
    front: Path | None = None
    """CSV file with the true front, or all values of the space; else the best trials serve."""
    baseline: str | None = None
    """The sampler that the others are compared with; by default the first one."""
    sampler: str | None = "sampler"
    """CSV column with the sampler's name."""
    seed: str | None = "seed"
    """CSV column that tells runs apart."""
    trial: str | None = "trial"
    """CSV column with the order of the trials."""
    target: float = 0.9
    """Share of the true hypervolume for the summary's trials to target."""
    log_costs: bool = False
    """Measure minimised objectives on a logarithmic scale."""

    script = "analyze_trials"


@study
def main(config: Config) -> Results:
    """Load the logs, write the report and print its answers."""
    from analysis.efficiency.analyze import Questions
    from analysis.efficiency.page import efficiency_report

    if not config.source:
        raise InputError("source: missing, expected a CSV file or an Optuna storage")
    if not 0 < config.target <= 1:
        raise InputError(f"target = {config.target}: expected a share above 0 and at most 1")
    trials = load(config)
    config.check_folders()
    reference, origin = reference_of(config, trials)
    report = efficiency_report(
        trials,
        reference,
        folder=config.out or Path("results/analysis"),
        setting={"Logs": config.source, "Front": origin},
        questions=Questions(baseline=config.baseline, target=config.target),
        command=command_line(config),
        workers=config.workers,
    )
    for sentence in (*report.findings.answers, *report.findings.warnings):
        print(sentence)
    return Results(report.page)


def load(config: Config) -> Trials:
    """Return the trials and their objectives."""
    from analysis.trials.loaders import read_csv

    names = listed(config.objectives)
    if config.studies or "://" in config.source:
        return load_studies(config.source, listed(config.studies), names)
    if not names:
        raise InputError("objectives: missing, expected columns such as accuracy:max size:min")
    return read_csv(
        config.source,
        tuple(objective(text) for text in names),
        sampler=config.sampler,
        seed=config.seed,
        trial=config.trial,
    )


def load_studies(storage: str, studies: tuple[str, ...], names: tuple[str, ...]) -> Trials:
    """Return the runs of Optuna studies; senses are the studies' own unless they are given."""
    from analysis.trials.loaders import from_optuna_study
    from analysis.trials.table import Trials

    if not studies:
        raise InputError("studies: missing, expected names of Optuna studies such as tpe-0 tpe-1")
    given = tuple(objective(text) for text in names)
    parts: list[Trials] = []
    for name in studies:
        sampler, seed = run_of(name)
        part = from_optuna_study(
            storage,
            name,
            objectives=[one.name for one in given] or None,
            units=[one.unit for one in given] or None,
            sampler=sampler,
            seed=seed,
        )
        if given and part.objectives != given:
            raise InputError(f"study {name}: its directions are not those of --objectives")
        if parts and part.objectives != parts[0].objectives:
            raise InputError(f"study {name}: its values are not those of {studies[0]}")
        parts.append(part)
    return Trials.joined(parts)


def objective(text: str) -> Objective:
    """Return the objective that a word such as ``latency:min:ms`` names.

    Examples
    --------
    >>> objective("latency:min:ms")
    Objective(name='latency', unit='ms', sense='min')
    """
    from analysis.foundation.objectives import Objective

    found = OBJECTIVE.fullmatch(text)
    if found is None:
        raise InputError(f"objective {text!r}: expected name:min or name:max, then perhaps :unit")
    sense: Sense = "max" if found["sense"] == "max" else "min"
    return Objective(name=found["name"], unit=found["unit"] or "1", sense=sense)


def run_of(study: str) -> tuple[str, int]:
    """Return the sampler and seed that a study's name stands for.

    Examples
    --------
    >>> run_of("tpe-3"), run_of("nsga2_11"), run_of("random")
    (('tpe', 3), ('nsga2', 11), ('random', 0))
    """
    found = re.fullmatch(r"(?P<sampler>.+)[-_](?P<seed>\d+)", study)
    return (found["sampler"], int(found["seed"])) if found else (study, 0)


def reference_of(config: Config, trials: Trials) -> tuple[Reference, str]:
    """Return the scale of measurement, and in words where its front is from."""
    import pandas as pd

    from analysis.front.reference import Reference

    scales: dict[str, Scale] = {
        one.name: "logarithmic"
        for one in trials.objectives
        if config.log_costs and one.sense == "min"
    }
    if config.front is None:
        return trials.best_known(
            scales=scales
        ), "unknown: the best of all trials serve as the front"
    try:
        table = pd.read_csv(config.front)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{config.front}: cannot be read ({reason})") from None
    missing = [name for name in trials.names if name not in table.columns]
    if missing:
        raise InputError(f"{config.front}: no column {missing[0]!r}")
    values = table[list(trials.names)].to_numpy(dtype=float)
    return Reference.from_values(values, trials.objectives, scales=scales), str(config.front)


if __name__ == "__main__":
    run_study(main, Config)
