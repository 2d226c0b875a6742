"""Your own network and table: trained, enumerated, compared, audited, and as circuits.

Trains dense layers on a table (or takes trained ones), evaluates every choice of bits (and of
widths), and says which sampler finds the front sooner, which weights can be defended, which
objectives are the same, and what the circuit of a good design costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from moo_jsc.foundation.errors import InputError
from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.regions import RegionSettings, reference_of
from studies.common.running import Results, study, write_results

if TYPE_CHECKING:
    import pandas as pd

    from analysis.efficiency.page import EfficiencyReport
    from analysis.front.chance import FrontChance
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.networks.kept_training import Trainer
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.samplers import Sampler

SAMPLERS = ("optuna-random", "optuna-tpe", "optuna-nsga2", "pymoo-nsga2", "grey-box")

ON_THE_PAGE = 2
"""Sentences of each question that a Markdown page gets."""


@dataclass
class Config(RegionSettings):
    """What to take, what to choose from, what to ask."""

    data: str = "digits"
    """Table: digits (scikit-learn's), openml:ID, or a CSV, npz, HDF5 or Parquet file."""
    label: str | None = None
    """Column that holds the class; OpenML knows it."""
    leave_out: tuple[str, ...] = ()
    """Columns that are no features, such as the number of a row."""
    split_column: str | None = None
    """Column that says train, validation or test of each row; by default the split is drawn."""
    raw: bool = False
    """Leave features in raw units, for a network that was trained on them so."""
    network: str | None = None
    """ONNX file with a trained network, or a network of the family by name."""
    hidden: tuple[int, ...] = (16,)
    """Channels of the hidden dense layers, where no network is given."""
    batch_norm: bool = True
    """Put a batch norm after each of them."""
    load: Path | None = None
    """Trained weights for these layers: a checkpoint, a state dict or a safetensors file."""
    widths: tuple[int, ...] = ()
    """Channels that each hidden layer may have; all forms are trained together."""
    epochs: int | None = None
    """Passes over the training split; by default 60, or more for small tables."""
    seed: int = 0
    """Of the training."""
    data_bits: tuple[int, ...] = (4, 6, 8)
    """Bits that each dense layer's inputs may have."""
    weight_bits: tuple[int, ...] = (2, 3, 4, 6)
    """Bits that each dense layer's weights may have."""
    training: Literal["ptq", "qat"] = "ptq"
    """Round the trained network, or fine-tune every design (small spaces only)."""
    objectives: tuple[str, ...] = ()
    """Names of the objectives; by default accuracy, size, bitops, and lut where the extra
    hardware is installed."""
    budget: int = 20
    """Trials of each run."""
    seeds: int = 20
    """Paired repetitions: every sampler runs with the same seeds."""
    samplers: tuple[str, ...] = SAMPLERS
    """Names of the samplers."""
    baseline: str = "optuna-random"
    """The sampler that the others are compared with."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers train, enumerate (and
    fine-tune), and run the samplers."""
    page: Path | None = None
    """Markdown page whose sentences, between their marks, are to be written anew."""

    script = "own_network"
    catalogs = ("networks", "objectives", "samplers")

    def check(self) -> None:
        """Check what can be checked before the data are read.

        Raises
        ------
        InputError
            A value is not possible.
        """
        super().check()
        for name, least in (("budget", 1), ("seeds", 1), ("seed", 0)):
            require_at_least(name, getattr(self, name), least)
        if max(len(self.data_bits), len(self.weight_bits)) < 2 and not self.widths:
            raise InputError(
                f"data-bits {self.data_bits}, weight-bits {self.weight_bits}: nothing to choose, "
                "expected several of one of them, or widths"
            )
        if len(names := listed(self.objectives)) == 1:
            from moo_jsc.objectives import get_objectives

            get_objectives(names)
            raise InputError(f"objectives {names[0]}: expected at least two")
        if self.epochs is not None:
            require_at_least("epochs", self.epochs, 1)
        taken = self.load is not None or (self.network or "").lower().endswith(".onnx")
        if taken and self.epochs is not None and not self.widths:
            raise InputError("epochs: a trained network is taken as it is, expected no epochs")

    @property
    def trains(self) -> bool:
        """Whether networks are trained, or come with their weights."""
        onnx = (self.network or "").lower().endswith(".onnx")
        return bool(self.widths) or not (onnx or self.load is not None)


@study
def main(config: Config) -> Results:
    """Run the study."""
    config.check_folders()
    from studies.common.pages import fill, quoted, require_marks

    problem = problem_of(config)
    if config.page is not None:
        require_marks(config.page, [problem.name])
    samplers = samplers_of(config, problem)
    folder = config.out or Path("results") / f"own-{problem.name}-{problem.fingerprint[:8]}"

    from analysis.redundancy.audit import audit_redundancy
    from analysis.scalarization.weight_audit import audit_weights
    from studies.comparison.chance import chance_of
    from studies.comparison.enumerating import enumerated
    from studies.front.page import drawings
    from studies.front.points import front_designs, front_of, front_table
    from studies.own.circuits import checked_circuit
    from studies.own.page import OwnFindings, report_of, sentences

    table, tested = enumerated(problem, workers=config.workers, scheduler=config.scheduler)
    assert tested is not None
    chance = chance_of(problem, table)
    if chance is not None:
        chance = replace(chance, drawn=f"{problem.scoring.split} rows")
    compared = comparison_of(table, tested, chance, samplers, folder / "comparison", config)
    front = front_of(table)
    drawn_again = () if chance is None else chance.sentences()
    found = OwnFindings(
        problem=problem,
        networks=networks_table(problem),
        front=front_table(problem, front),
        chance=drawn_again,
        answers=tuple(each for each in compared.findings.answers if each not in drawn_again),
        weights=audit_weights(table.counting_values, table.objectives),
        redundancy=audit_redundancy(table.counting_values, table.objectives),
        circuit=checked_circuit(problem, table),
    )
    said = {title: lines for title, lines in sentences(found).items() if lines}
    print(f"\n{found.head}\n\n{shown_networks(found.networks)}")
    for title, lines in said.items():
        print("\n".join(["", f"{title}:", *lines]))
    if config.page is not None:
        every = [line for lines in said.values() for line in lines[:ON_THE_PAGE]]
        fill(config.page, {found.problem.name: quoted([f"{found.head}.", *every])})
    figures = drawings(problem, front)
    page = report_of(found, figures, front_designs(problem, front, {}))
    return write_results(
        folder,
        page,
        config,
        setting={
            "Data": repr(problem.data),
            "Designs that count": str(problem.bounds) or "all",
            "Search sees": "the validation split",
            "Samplers": ", ".join(sampler.name for sampler in samplers),
            "Fingerprint": problem.fingerprint[:16],
        },
        files={"front.csv": found.front.to_csv(index=False)},
        figures=figures,
    )


def problem_of(config: Config) -> NetworkProblem:
    """Read the data, take or train the network, and build the problem."""
    from moo_jsc.enumeration.enumerate import require_table
    from moo_jsc.problems.own import problem_from_torch
    from moo_jsc.problems.precision import PrecisionSpace, widths
    from studies.own.inputs import designs_of, network_for, schedule_of, table_of

    objectives = listed(config.objectives) or default_objectives()
    data = table_of(
        config.data,
        config.label,
        config.split_column,
        leave_out=listed(config.leave_out),
        standardize=not config.raw,
    )
    network = network_for(data, config.network, config.hidden, batch_norm=config.batch_norm)
    precision = PrecisionSpace(
        widths(*config.data_bits),
        widths(*config.weight_bits),
        per_layer=True,
        unsigned_after_relu=True,
    )
    require_table(data.name, designs_of(network, precision, config.widths), len(objectives))
    return problem_from_torch(
        network,
        data,
        precision=precision,
        objectives=objectives,
        name=data.name,
        weights=config.load,
        widths=config.widths,
        schedule=schedule_of(data, config.epochs) if config.trains else None,
        seed=config.seed,
        training=config.training,
        device=config.device,
        bounds=config.bounds,
        scales=config.scales_by_name,
        progress=True,
        trainer=trainer_of(config),
    )


def trainer_of(config: Config) -> Trainer | None:
    """Return who trains: the workers of a cluster, or None for this process."""
    if config.scheduler is None:
        return None
    from functools import partial

    from moo_jsc.enumeration.training import train_on_workers
    from moo_jsc.enumeration.workers import Workers

    return partial(train_on_workers, crew=Workers(scheduler=config.scheduler))


def default_objectives() -> tuple[str, ...]:
    """Return the objectives of a study that names none."""
    from importlib.util import find_spec

    from moo_jsc.hardware.library import PACKAGE

    circuit = ("lut",) if find_spec(PACKAGE) else ()
    return ("accuracy", "size", "bitops", *circuit)


def samplers_of(config: Config, problem: NetworkProblem) -> tuple[Sampler, ...]:
    """Return the samplers to run, the baseline among them."""
    from moo_jsc.samplers import get_samplers
    from studies.comparison.entrants import with_baseline

    samplers = get_samplers(listed(config.samplers))
    return with_baseline(samplers, config.baseline, problem.objectives)


def comparison_of(
    table: ObjectiveTable,
    tested: ObjectiveTable,
    chance: FrontChance | None,
    samplers: tuple[Sampler, ...],
    folder: Path,
    config: Config,
) -> EfficiencyReport:
    """Run the samplers and write the page of their comparison."""
    from analysis.efficiency.analyze import Questions
    from analysis.efficiency.page import efficiency_report
    from analysis.trials.table import Trials
    from moo_jsc.enumeration import TableProblem
    from moo_jsc.runs import run_comparison
    from studies.common.settings import command_line
    from studies.comparison.retesting import retest

    comparison = run_comparison(
        TableProblem(table),
        samplers,
        range(config.seeds),
        config.budget,
        folder,
        workers=config.workers,
        scheduler=config.scheduler,
    )
    reference = reference_of(table)
    trials = Trials.of(comparison.trials(), reference)
    retested, other = retest(tested)
    return efficiency_report(
        trials,
        reference,
        folder=folder,
        setting={
            "Problem": f"{table.name}: {table.space.size} designs",
            "Budget": f"{config.budget} trials a run",
            "Seeds": f"{config.seeds}, paired over the samplers",
        },
        questions=Questions(
            baseline=config.baseline,
            splits=("the validation split", "the test split"),
            space_size=table.space.size,
        ),
        retested=retested,
        retested_reference=other,
        chance=chance,
        command=command_line(config),
        workers=config.workers,
    )


def networks_table(problem: NetworkProblem) -> pd.DataFrame:
    """Return each network's name, parameters and float32 test accuracy with its interval."""
    import numpy as np
    import pandas as pd

    from studies.training.files import scored

    scores = [scored(network, 0, problem.data, np.empty(0)) for network in problem.networks]
    columns = ("name", "parameters", "accuracy", "low", "high")
    frame = pd.DataFrame([[getattr(score, name) for name in columns] for score in scores])
    return frame.set_axis(["network", *columns[1:]], axis=1)


def shown_networks(networks: pd.DataFrame) -> str:
    """Return the table of networks for a terminal, in per cent.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"network": "net", "parameters": 63, "accuracy": 0.5, "low": 0.32, "high": 0.68}
    >>> print(shown_networks(pd.DataFrame([row])))
    network  parameters  test accuracy (%), with its 95 % interval
        net          63                        50.0 [32.0, 68.0]
    """
    percent = (100 * networks[["accuracy", "low", "high"]]).itertuples(index=False)
    shown = [f"{value:.1f} [{low:.1f}, {high:.1f}]" for value, low, high in percent]
    column = {"test accuracy (%), with its 95 % interval": shown}
    return networks[["network", "parameters"]].assign(**column).to_string(index=False)


if __name__ == "__main__":
    run_study(main, Config)
