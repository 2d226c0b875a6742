"""Compare samplers on a problem against its true Pareto front.

Enumerates the space, runs every sampler with the same seeds, and writes a table, figures and a
self-contained report: which samplers beat random search at this budget, by how much, and how
sure that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from moo_jsc.foundation.errors import InputError
from studies.common.console import listed, require_at_least, run_study

if TYPE_CHECKING:
    import pandas as pd

    from analysis.efficiency.page import EfficiencyReport
    from analysis.front.reference import Reference
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.objectives.objective import Objective
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem
    from moo_jsc.samplers import Sampler

FINE_TUNED_SHARD = 36
"""Configurations between two saves of an enumeration that fine-tunes each of them."""


@dataclass
class Config:
    """Settings of the comparison."""

    budget: int = 20
    """Trials of each run."""
    seeds: int = 30
    """Paired repetitions: every sampler runs with seeds 0, 1, 2, ..."""
    problem: str = "joint"
    """Name of the problem, for instance joint, mixed-precision, lab3-types."""
    problems: tuple[str, ...] = ()
    """Several problems, one comparison each, ranked together at the end."""
    network: str | None = None
    """Network with shipped weights; by default the problem's own."""
    final_relu: bool = False
    """Take the reports' form of the network, with a ReLU before the softmax."""
    training: Literal["ptq", "qat"] = "ptq"
    """Quantise after training, or fine-tune every configuration (small spaces only)."""
    objectives: tuple[str, ...] = ()
    """Names of the objectives; by default the problem's own."""
    samplers: tuple[str, ...] = ()
    """Names of the samplers; by default all that suit the number of objectives."""
    baseline: str = "optuna-random"
    """The sampler that the others are compared with."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    out: Path | None = None
    """Folder for the results; by default one under results/ that is named after the study."""
    workers: int = 2
    """Parallel processes, one thread each."""
    device: str = "cpu"
    """Where networks are evaluated: cpu or cuda."""
    mase_config: Path | None = None
    """TOML file of a MASE search; takes the place of settings that are left at their default."""
    open: bool = False
    """Open the report in a browser."""
    config: Path | None = None
    """TOML file with any of these settings; flags override it."""


def main(config: Config) -> None:
    """Run the study on one problem or on several."""
    require_at_least("budget", config.budget, 1)
    require_at_least("seeds", config.seeds, 1)
    require_at_least("workers", config.workers, 1)
    own: tuple[Sampler, ...] = ()
    if config.mase_config is not None:
        config, own = from_mase(config, config.mase_config)
    names = listed(config.problems) or (config.problem,)
    chosen = {name: chosen_samplers(config, name, own) for name in names}
    if config.out is not None:
        require_writable(config.out)
    scores = {}
    for name in names:
        one = replace(config, problem=name)
        if config.out is not None and len(names) > 1:
            one = replace(one, out=config.out / name)
        scores[name] = compare(one, chosen[name])
    if len(names) > 1:
        rank_over_problems(config, scores)


def compare(config: Config, samplers: Sequence[Sampler]) -> pd.Series:
    """Compare the samplers on one problem; return the mean final hypervolume of each."""
    from analysis.front.reference import Reference
    from moo_jsc.enumeration import TableProblem, enumerate_problem
    from moo_jsc.enumeration.enumerate import SHARD_SIZE
    from moo_jsc.problems.catalogue import build_problem
    from moo_jsc.runs import run_comparison
    from moo_jsc.runs.manifest import write_manifest

    problem = build_problem(
        config.problem,
        network=config.network,
        objectives=listed(config.objectives) or None,
        jets=config.jets,
        final_relu=config.final_relu,
        training=config.training,
        device=config.device,
    )
    table = enumerate_problem(
        problem,
        workers=config.workers,
        shard_size=FINE_TUNED_SHARD if config.training == "qat" else SHARD_SIZE,
    )
    reference = Reference.from_values(table.values, table.objectives)
    replay = TableProblem(table)
    folder = config.out or default_folder(config, replay)
    seeds = range(config.seeds)
    comparison = run_comparison(
        replay, samplers, seeds, config.budget, folder, workers=config.workers
    )
    trials = comparison.trials()
    write_manifest(
        folder,
        replay,
        samplers,
        seeds,
        config.budget,
        config={key: str(value) for key, value in asdict(config).items()},
        packages=("moo_jsc", "analysis", "studies"),
    )
    retested = retest(problem, trials, reference)
    report = write_report(config, samplers, table, reference, trials, retested, folder)
    print_results(config, table, reference, report, knees(trials, reference, retested), folder)
    if config.open:
        import webbrowser

        webbrowser.open(report.page.resolve().as_uri())
    return report.findings.summary["hypervolume"]


def from_mase(config: Config, path: Path) -> tuple[Config, tuple[Sampler, ...]]:
    """Read a MASE search file: settings that are not set otherwise, and its own sampler."""
    from moo_jsc.problems.catalogue import recipe_of
    from moo_jsc.problems.precision import register_precision_space
    from studies.lab_reports.mase_config import read_mase_config

    study = read_mase_config(path)
    for remark in study.remarks:
        print(f"{path}: {remark}")
    problem = study.problem
    if not isinstance(problem, str):
        register_precision_space(path.stem, problem)
        problem = path.stem
    default = Config()
    if config.problem == default.problem:
        config = replace(config, problem=problem, network=study.network)
        widened = isinstance(study.problem, str) and recipe_of(study.problem).multipliers
        config = replace(config, final_relu=study.final_relu and not widened)
    if config.objectives == default.objectives:
        config = replace(config, objectives=study.objectives)
    if config.budget == default.budget:
        config = replace(config, budget=study.budget)
    return config, (study.sampler,)


def chosen_samplers(
    config: Config, problem: str, own: tuple[Sampler, ...] = ()
) -> tuple[Sampler, ...]:
    """Return the samplers to run on a problem, checked before anything expensive starts.

    `own` are run instead of the default ones.
    """
    from moo_jsc.objectives import get_objectives
    from moo_jsc.problems.catalogue import recipe_of
    from moo_jsc.samplers import default_samplers, get_samplers

    names = listed(config.objectives) or recipe_of(problem).objectives
    objectives = get_objectives(names)
    samplers = own
    if config.samplers:
        samplers += get_samplers(listed(config.samplers))
    elif not own:
        samplers = default_samplers(len(names))
    if config.baseline not in [sampler.name for sampler in samplers]:
        samplers = (*get_samplers([config.baseline]), *samplers)
    for sampler in samplers:
        sampler.check(objectives)
    return samplers


def default_folder(config: Config, problem: Problem) -> Path:
    """Return ``results/<problem>-<budget>-trials-<hash>``: one folder for each study."""
    return Path("results") / f"{problem.name}-{config.budget}-trials-{problem.fingerprint[:8]}"


def require_writable(folder: Path) -> None:
    """Check that a results folder can be written to before anything is computed."""
    from moo_jsc.foundation.files import atomic_path

    probe = folder / ".writable"
    with atomic_path(probe):
        pass
    probe.unlink()


def retest(problem: NetworkProblem, trials: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Evaluate the configurations of all final fronts on the test split."""
    import pandas as pd

    from analysis.efficiency.knee_designs import final_configurations

    indices = final_configurations(trials, reference)
    values = problem.on("test").evaluate(problem.space.configurations(indices))
    frame = pd.DataFrame(values, columns=list(reference.names))
    frame.insert(0, "configuration", indices)
    return frame


def knees(
    trials: pd.DataFrame, reference: Reference, retested: pd.DataFrame
) -> pd.DataFrame | None:
    """Return the test accuracy of each sampler's knee designs; None without that objective."""
    from analysis.efficiency.knee_designs import knee_configurations, knee_scores

    if "accuracy" not in reference.names:
        return None
    return knee_scores(knee_configurations(trials, reference), retested, "accuracy")


def write_report(
    config: Config,
    samplers: Sequence[Sampler],
    table: ObjectiveTable,
    reference: Reference,
    trials: pd.DataFrame,
    retested: pd.DataFrame,
    folder: Path,
) -> EfficiencyReport:
    """Write report.html, its figures and tables, and the two files every comparison has."""
    from analysis.efficiency.findings import Questions
    from analysis.efficiency.page import efficiency_report
    from moo_jsc.foundation.files import atomic_path

    generations = {s.name: s.first_generation(config.budget) for s in samplers}
    report = efficiency_report(
        trials,
        reference,
        folder=folder,
        setting={
            "Problem": f"{table.name}: {table.space.size} configurations, "
            f"{len(reference.front)} points on the true front",
            "Budget": f"{config.budget} trials a run",
            "Seeds": f"{config.seeds}, paired over the samplers",
            "Search sees": "the validation split",
            "Samplers": ", ".join(sampler.name for sampler in samplers),
            "Told beforehand": told_beforehand(samplers, table.objectives),
            "Versions and machine": "manifest.json in this folder",
        },
        questions=Questions(
            baseline=config.baseline,
            space_size=table.space.size,
            populations={name: size for name, size in generations.items() if size},
        ),
        retested=retested,
        command=command_line(config),
        workers=config.workers,
    )
    with atomic_path(folder / "summary.csv") as path:
        report.findings.summary.to_csv(path)
    for name in ("hypervolume_curves.png", "hypervolume_curves.svg"):
        with atomic_path(folder / name) as path:
            path.write_bytes((folder / "figures" / name).read_bytes())
    return report


def told_beforehand(samplers: Sequence[Sampler], objectives: tuple[Objective, ...]) -> str:
    """Say which samplers were told which objectives of every design before they started."""
    from moo_jsc.samplers import told

    informed = [
        f"{sampler.name}: {', '.join(told(sampler, objectives))}"
        for sampler in samplers
        if told(sampler, objectives)
    ]
    return "; ".join([*informed, "all others: nothing" if informed else "nothing, to any sampler"])


def command_line(config: Config) -> str:
    """Return the command that makes these results again."""
    default = Config()
    words = ["python studies/compare_samplers.py"]
    for key, value in asdict(config).items():
        if value == getattr(default, key) or key in {"out", "config", "open", "workers"}:
            continue
        flag = "--" + key.replace("_", "-")
        if isinstance(value, bool):
            words.append(flag)
        elif isinstance(value, tuple):
            words.append(f"{flag} {' '.join(value)}")
        else:
            words.append(f"{flag} {value}")
    return " ".join(words)


def print_results(
    config: Config,
    table: ObjectiveTable,
    reference: Reference,
    report: EfficiencyReport,
    designs: pd.DataFrame | None,
    folder: Path,
) -> None:
    """Print the answer, the table, the warnings and where the files are."""
    findings = report.findings
    print(
        f"\n{table.name}: {table.space.size} configurations, {len(reference.front)} points on "
        f"the true front, {config.budget} trials, {config.seeds} seeds\n"
    )
    print(printed_table(findings.summary, designs).to_string())
    print()
    for sentence in findings.answers:
        print(sentence)
    for warning in findings.warnings:
        print(f"warning: {warning}")
    print(
        f"\n{folder}: report.html, hypervolume_curves.png, summary.csv, trials.csv, manifest.json"
    )


def printed_table(summary: pd.DataFrame, designs: pd.DataFrame | None) -> pd.DataFrame:
    """Return the summary with intervals in one column each, as text."""
    import numpy as np
    import pandas as pd

    def with_interval(frame: pd.DataFrame, column: str, digits: int) -> list[str]:
        return [
            f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
            for value, low, high in frame[[column, f"{column}_low", f"{column}_high"]].to_numpy()
        ]

    trials = summary["trials_to_target"]
    columns = {
        "hypervolume": with_interval(summary, "hypervolume", 3),
        "area": with_interval(summary, "area", 3),
        "unique": summary["unique"].map("{:.1f}".format),
        "runs at 90 %": [
            f"{n} of {m}" for n, m in zip(summary["reached"], summary["seeds"], strict=True)
        ],
        "trials to 90 %": ["-" if not np.isfinite(t) else f"{t:.0f}" for t in trials],
        "overhead s": summary["overhead_seconds"].map("{:.3f}".format),
    }
    if designs is not None:
        columns["knee test accuracy"] = with_interval(designs.loc[summary.index], "accuracy", 4)
    return pd.DataFrame(columns, index=summary.index)


def rank_over_problems(config: Config, scores: dict[str, pd.Series]) -> None:
    """Rank the samplers that ran on every problem: Friedman's test, critical differences."""
    import pandas as pd

    from analysis.plots import critical_differences
    from analysis.statistics.several_problems import friedman
    from moo_jsc.foundation.files import atomic_path

    frame = pd.DataFrame(scores).T.dropna(axis=1)
    if frame.shape[1] < 3:
        raise InputError("problems: fewer than 3 samplers ran on all of them, nothing to rank")
    ranking = friedman(frame)
    folder = config.out or Path("results") / ("ranking-" + "-".join(scores))
    for kind in ("png", "svg"):
        with atomic_path(folder / f"critical_differences.{kind}") as path:
            critical_differences(ranking).savefig(path, format=kind)
    print(f"\nMean rank over {ranking.problems} problems (Friedman p = {ranking.p:.3g}):")
    for name, rank in ranking.ranks.items():
        print(f"  {rank:5.2f}  {name}")
    print(
        f"critical difference {ranking.critical_difference:.2f}; {folder}/critical_differences.png"
    )


if __name__ == "__main__":
    run_study(main, Config)
