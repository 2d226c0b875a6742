"""Compare samplers on a problem against its true Pareto front.

Enumerates the space, runs every sampler with the same seeds, and writes a table, figures and a
self-contained report: which samplers beat random search at this budget, by how much, and how
sure that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from moo_jsc.foundation.errors import InputError
from studies.common.checks import listed, require_at_least, share_of_points
from studies.common.console import run_study
from studies.common.pages import fill, quoted
from studies.common.regions import RegionSettings, reference_of
from studies.common.running import Results, keep_settings, reporting, study
from studies.common.settings import command_line

if TYPE_CHECKING:
    import pandas as pd

    from analysis.efficiency.page import EfficiencyReport
    from analysis.front.chance import FrontChance
    from analysis.front.reference import Reference
    from analysis.report.explorer import Designs
    from analysis.trials.table import Trials
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.problems.problem import Problem
    from moo_jsc.samplers import Sampler
    from studies.lab_reports.mase import MaseStudy


@dataclass
class Config(RegionSettings):
    """Settings of the comparison."""

    budget: int = 20
    """Trials of each run."""
    seeds: int = 30
    """Paired repetitions: every sampler runs with the same seeds."""
    first_seed: int = 0
    """The first of them; the others follow."""
    replicate: int = 0
    """Run the study again on so many fresh seeds, and show the two beside each other."""
    margin: float | None = None
    """Percentage points of the hypervolume that do not matter: asks for equivalence too."""
    problem: str = "codesign"
    """Name of the problem, for instance codesign, joint, mixed-precision, lab3-types."""
    problems: tuple[str, ...] = ()
    """Several problems, one comparison each, ranked together at the end."""
    network: str | None = None
    """Network with shipped weights; by default the problem's own."""
    final_relu: bool = False
    """Take the reports' form of the network, with a ReLU before the softmax."""
    training: Literal["ptq", "qat"] | None = None
    """Round trained networks (ptq), or fine-tune every design (qat); the problem's own way by
    default."""
    evaluate: bool = False
    """Compute the values of all designs on this machine, even where a finished table ships."""
    noisy: bool = False
    """Samplers see one training of each design, as a study of one's own would, and are judged by
    the mean over trainings; for problems with a finished table of trainings."""
    objectives: tuple[str, ...] = ()
    """Names of the objectives; by default the problem's own."""
    samplers: tuple[str, ...] = ()
    """Names of the samplers; by default all that suit the number of objectives."""
    baseline: str = "optuna-random"
    """The sampler that the others are compared with."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers enumerate (and
    fine-tune) the space and run the samplers."""
    mase_config: Path | None = None
    """TOML file of a MASE search; takes the place of settings that are left at their default."""

    page: Path | None = None
    """Markdown page whose sentences, between their marks, are to be written anew."""

    script = "compare_samplers"
    catalogs = ("problems", "networks", "objectives", "samplers")


@study
def main(config: Config) -> Results:
    """Run the study on one problem or on several."""
    from moo_jsc.samplers.former_names import present_name

    require_at_least("budget", config.budget, 1)
    require_at_least("seeds", config.seeds, 1)
    require_at_least("first-seed", config.first_seed, 0)
    require_at_least("replicate", config.replicate, 0)
    if config.replicate == 1 or (config.replicate and config.seeds == 1):
        raise InputError("replicate: one seed tells nothing about differences, expected at least 2")
    share_of_points("margin", config.margin)
    config = replace(config, baseline=present_name(config.baseline))
    study_file = None
    if config.mase_config is not None:
        config, study_file = from_mase(config, config.mase_config)
    names = listed(config.problems) or (config.problem,)
    own = () if study_file is None else (study_file.sampler,)
    chosen = {name: chosen_samplers(config, name, own) for name in names}
    config.check_folders()
    if len(names) == 1:
        results, _ = compare(replace(config, problem=names[0]), chosen[names[0]], study_file)
        return results

    from studies.comparison.ranking import rank_over_problems

    reports = {}
    for name in names:
        out = None if config.out is None else config.out / name
        one = replace(config, problem=name, problems=(), out=out)
        results, reports[name] = compare(one, chosen[name], study_file)
        keep_settings(results.folder, one)
    folder = config.out or Path("results") / ("ranking-" + "-".join(names))
    return rank_over_problems(folder, reports, config)


def compare(
    config: Config, samplers: Sequence[Sampler], study_file: MaseStudy | None = None
) -> tuple[Results, EfficiencyReport]:
    """Compare the samplers on one problem; return also what the report found.

    With a MASE search file its best trials are printed and written too.
    """
    from analysis.trials.table import Trials
    from moo_jsc.enumeration import TableProblem
    from moo_jsc.foundation.files import write_text
    from moo_jsc.runs import run_comparison
    from moo_jsc.runs.manifest import write_manifest
    from studies.common.designs import design_commands
    from studies.common.failures import failed_designs, failure_files
    from studies.comparison.chance import chance_of
    from studies.comparison.designs import found_designs
    from studies.comparison.enumerating import enumerated
    from studies.comparison.printing import print_results
    from studies.comparison.retesting import judged, knees, retest

    problem = problem_of(config, study_file)
    if not config.samplers:
        samplers = tuple(sampler for sampler in samplers if sampler.suits(problem.space))
    table, tested = enumerated(problem, workers=config.workers, scheduler=config.scheduler)
    reference = reference_of(table)
    replay = problem if isinstance(problem, TableProblem) else TableProblem(table)
    folder = config.out or default_folder(config, replay)
    seeds = range(config.first_seed, config.first_seed + config.seeds)
    crew: dict[str, Any] = {"workers": config.workers, "scheduler": config.scheduler}
    comparison = run_comparison(replay, samplers, seeds, config.budget, folder, **crew)
    found = comparison.trials()
    trials = Trials.of(judged(found, table) if config.noisy else found, reference)
    again = None
    if config.replicate:
        fresh = range(seeds.stop, seeds.stop + config.replicate)
        again = run_comparison(
            replay, samplers, fresh, config.budget, folder / "replicate", **crew
        ).trials()
        again = judged(again, table) if config.noisy else again
    write_manifest(
        folder,
        replay,
        samplers,
        seeds,
        config.budget,
        config={key: str(value) for key, value in asdict(config).items()},
        packages=("moo_jsc", "analysis", "studies"),
    )
    with reporting():
        retested, other = retest(tested)
        of_runs = knees(trials, reference, retested)
        designs = found_designs(
            problem,
            table,
            tested,
            found,
            reference,
            design_commands(problem, config.problem, config.network, config.jets),
        )
        report = write_report(
            config,
            problem,
            samplers,
            table,
            reference,
            trials,
            retested,
            other,
            again,
            chance_of(problem, table),
            designs,
            of_runs,
            folder,
        )
    head = (
        f"{table.name}: {table.space.size} configurations, {len(reference.front)} points on "
        f"the true front, {config.budget} trials, {config.seeds} seeds"
    )
    print_results(head, report, of_runs)
    if table.failures:
        print(f"\n{failed_designs(table)}")
    if config.page is not None:
        warnings = (f"warning: {warning}" for warning in report.findings.warnings)
        said = quoted((f"{head}.", *report.findings.answers, *warnings))
        fill(config.page, {f"{table.name}, {config.budget} trials": said})
    files = ["hypervolume_curves.png", "summary.csv", "trials.csv", "manifest.json"]
    for name, text in failure_files(table).items():
        write_text(folder / name, text)
        files.append(name)
    if study_file is not None:
        files.append(list_best_trials(config, study_file, comparison.trials(), folder))
    return Results(report.page, tuple(files)), report


def problem_of(
    config: Config, study_file: MaseStudy | None, objectives: Sequence[str] = ()
) -> Problem:
    """Return the problem that the settings name, or the one that a search file has trained."""
    from moo_jsc.objectives.bounds import UNBOUNDED
    from studies.common.problems import problem_named

    names = tuple(objectives) or listed(config.objectives)
    if study_file is not None and study_file.multipliers is not None:
        from moo_jsc.data.jets import load_jets
        from studies.lab_reports.mase.problems import trained_problem

        data = load_jets(config.jets)
        trained = trained_problem(study_file, config.problem, data, names, device=config.device)
        return trained if objectives else trained.within(config.bounds, config.scales_by_name)
    return problem_named(
        config.problem,
        evaluate=config.evaluate,
        noisy=config.noisy,
        network=config.network,
        objectives=names or None,
        jets=config.jets,
        final_relu=config.final_relu,
        training=config.training,
        device=config.device,
        bounds=UNBOUNDED if objectives else config.bounds,
        scales=None if objectives else config.scales_by_name,
    )


def from_mase(config: Config, path: Path) -> tuple[Config, MaseStudy]:
    """Read a MASE search file: settings that are not set otherwise, and the search itself."""
    from moo_jsc.problems.catalog import RECIPES, Recipe, recipe_of
    from moo_jsc.problems.precision import PRECISION_SPACES, register_precision_space
    from studies.lab_reports.mase import read_mase_config

    found = read_mase_config(path)
    for remark in found.remarks:
        print(f"{path}: {remark}")
    default = Config()
    name = path.stem if config.problem == default.problem else config.problem
    if isinstance(found.problem, str):
        name = found.problem if config.problem == default.problem else config.problem
    elif found.problem is None:
        RECIPES[name] = Recipe(found.network, found.objectives, None, found.multipliers)
    elif PRECISION_SPACES.get(name) != found.problem:
        register_precision_space(name, found.problem)
    if config.problem == default.problem:
        widened = isinstance(found.problem, str) and recipe_of(found.problem).multipliers
        relu = found.final_relu and not widened
        config = replace(config, problem=name, network=found.network, final_relu=relu)
    if config.objectives == default.objectives:
        config = replace(config, objectives=found.objectives)
    if config.budget == default.budget:
        config = replace(config, budget=found.budget)
    return config, found


def list_best_trials(
    config: Config, study_file: MaseStudy, trials: pd.DataFrame, folder: Path
) -> str:
    """Print and write the table of best trials as the file's tool has it; return its name."""
    from moo_jsc.foundation.files import write_text
    from studies.lab_reports.mase.best_trials import (
        FILE,
        best_trials,
        listed_metrics,
        shown_best_trials,
    )

    table = best_trials(
        study_file, trials, problem_of(config, study_file, listed_metrics(study_file))
    )
    write_text(folder / FILE, table.to_csv(index=False))
    print(f"\nbest trials of {study_file.sampler.name}, seed {table['seed'].min()}:")
    print(shown_best_trials(study_file, table))
    return FILE


def chosen_samplers(
    config: Config, problem: str, own: tuple[Sampler, ...] = ()
) -> tuple[Sampler, ...]:
    """Return the samplers to run on a problem, checked before anything expensive starts.

    `own` are run instead of the default ones.
    """
    from moo_jsc.objectives.scales import check_scales
    from moo_jsc.problems.catalog import chosen_objectives
    from moo_jsc.samplers import default_samplers, get_samplers
    from studies.comparison.entrants import with_baseline

    objectives = chosen_objectives(problem, listed(config.objectives))
    samplers = own
    if config.samplers:
        samplers += get_samplers(listed(config.samplers))
    elif not own:
        samplers = default_samplers(len(objectives))
    samplers = with_baseline(samplers, config.baseline, objectives)
    config.bounds.check(objectives)
    check_scales(config.scales_by_name, objectives)
    return samplers


def default_folder(config: Config, problem: Problem) -> Path:
    """Return ``results/<problem>-<budget>-trials-<hash>``: one folder for each study."""
    from moo_jsc.foundation.files import sha256_of
    from moo_jsc.runs.plugins import plugin_hashes

    plugins = plugin_hashes()
    mark = sha256_of(problem.fingerprint, *plugins.values()) if plugins else problem.fingerprint
    return Path("results") / f"{problem.name}-{config.budget}-trials-{mark[:8]}"


def write_report(
    config: Config,
    problem: Problem,
    samplers: Sequence[Sampler],
    table: ObjectiveTable,
    reference: Reference,
    trials: Trials,
    retested: pd.DataFrame | None,
    other: Reference | None,
    again: pd.DataFrame | None,
    chance: FrontChance | None,
    designs: Designs,
    of_runs: pd.DataFrame | None,
    folder: Path,
) -> EfficiencyReport:
    """Write report.html, its figures and tables, and the two files every comparison has."""
    from analysis.efficiency.analyze import Questions
    from analysis.efficiency.page import efficiency_report
    from moo_jsc.foundation.files import atomic_path
    from moo_jsc.samplers.domain_rules import DomainRule
    from studies.common.failures import failed_designs
    from studies.common.provenance import provenance
    from studies.comparison.printing import told_beforehand

    generations = {s.name: s.first_generation(config.budget) for s in samplers}
    report = efficiency_report(
        trials,
        reference,
        folder=folder,
        setting={
            **({"Failed": failed_designs(table)} if table.failures else {}),
            "Problem": f"{table.name}: {table.space.size} configurations, "
            f"{len(reference.front)} points on the true front",
            "Budget": f"{config.budget} trials a run",
            "Designs that count": str(table.bounds) or "all",
            "Seeds": f"{config.seeds} from {config.first_seed} on, paired over the samplers",
            "Search sees": "values of the problem" if retested is None else "the validation split",
            "Samplers": ", ".join(sampler.name for sampler in samplers),
            "Told beforehand": told_beforehand(samplers, table.objectives),
            **provenance(problem),
            "Versions and machine": "manifest.json in this folder",
        },
        questions=Questions(
            baseline=config.baseline,
            margin=share_of_points("margin", config.margin),
            splits=("the validation split", "the test split"),
            space_size=table.space.size,
            populations={name: size for name, size in generations.items() if size},
            rules=tuple(s.name for s in samplers if isinstance(s, DomainRule)),
        ),
        retested=retested,
        retested_reference=other,
        replicate=again,
        chance=chance,
        designs=designs,
        knees=of_runs,
        command=command_line(config),
        workers=config.workers,
    )
    with atomic_path(folder / "summary.csv") as path:
        report.findings.summary.to_csv(path)
    for name in ("hypervolume_curves.png", "hypervolume_curves.svg"):
        with atomic_path(folder / name) as path:
            path.write_bytes((folder / "figures" / name).read_bytes())
    return report


if __name__ == "__main__":
    run_study(main, Config)
