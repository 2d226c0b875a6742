"""Reader of search files in the TOML form of MASE, as the lab reports use them.

Such a file names a network, a space of fixed-point widths (a seed by layer name or by layer type)
or of channel multipliers, a sampler with its number of trials, and metrics with a scale and a
direction. What this project cannot honour is not passed over: every such key becomes a remark of
one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from moo_jsc.networks.family import NETWORKS, WITHOUT_FINAL_RELU
from moo_jsc.networks.group_training import Schedule
from moo_jsc.problems.architecture import ChannelMultipliers
from moo_jsc.problems.precision import PrecisionSpace
from moo_jsc.samplers import Sampler
from studies.lab_reports.mase.spaces import read_space
from studies.lab_reports.mase.strategy import (
    read_budget,
    read_sampler,
    read_scales,
    read_schedule,
    remark_on_strategy,
    trains,
)
from studies.lab_reports.mase.tables import SearchFile, plain

_TRAINING_KEYS = ("max_epochs", "batch_size", "learning_rate", "load_name", "load_type")
_SILENT_KEYS = (
    *("dataset", "task", "project", "accelerator", "log_every_n_steps", "num_workers"),
    *("optimizer", "training_optimizer"),
)


@dataclass(frozen=True)
class MaseStudy:
    """A search as a file of the reports' form asks for it, in this project's terms.

    Attributes
    ----------
    problem
        Name of a registered problem, or the formats to choose from where no registered
        precision space has them; None where `multipliers` and `schedule` say what to train.
    network
        Name of the network, as `moo_jsc.networks.network_spec` takes it.
    final_relu
        Whether it ends in a ReLU, as the networks of these files do.
    sampler
        Ready to run; with ``sum_scaled_metrics`` it searches for the weighted sum.
    budget
        Trials of the run.
    scales
        The scale of each objective, by registered name, in the order of the file.
    summed
        Whether the scaled metrics are added up.
    multipliers, schedule
        Of a search of channel multipliers that trains every network; else None.
    remarks
        What cannot be honoured, one line each.
    """

    problem: str | PrecisionSpace | None
    network: str
    final_relu: bool
    sampler: Sampler
    budget: int
    scales: Mapping[str, float]
    summed: bool
    multipliers: ChannelMultipliers | None
    schedule: Schedule | None
    remarks: tuple[str, ...]

    @property
    def objectives(self) -> tuple[str, ...]:
        """Registered names, in the order of the file."""
        return tuple(self.scales)

    @property
    def weights(self) -> Mapping[str, float] | None:
        """The scale of each objective where the metrics are summed, else None."""
        return self.scales if self.summed else None


def read_mase_config(path: Path) -> MaseStudy:
    """Read a TOML file of the reports' form.

    Parameters
    ----------
    path
        The file. It needs ``model`` and the tables ``search.search_space``,
        ``search.strategy.setup`` and ``search.strategy.metrics``.

    Raises
    ------
    InputError
        The file cannot be read, a key is missing or has a wrong value, or nothing of this
        project corresponds to it.

    Examples
    --------
    >>> from importlib import resources
    >>> data = resources.files("studies.lab_reports") / "data"
    >>> study = read_mase_config(data / "lab3_search.toml")
    >>> study.problem, study.network, study.sampler.name, study.budget
    ('lab3-types', 'jsc-tiny', 'optuna-tpe', 20)
    >>> study.objectives
    ('accuracy', 'average-bitwidth')
    """
    file = SearchFile(path)
    network = _network(file)
    _remark_on_top_level(file)
    schedule = read_schedule(file)
    space = read_space(file, network, trains=trains(file))
    scales = read_scales(file)
    sampler, summed = read_sampler(file, scales)
    budget = read_budget(file, sampler, space.size)
    remark_on_strategy(file)
    if schedule is not None and space.multipliers is None:
        file.remarks.append("basic_train: formats are searched without training, weights shipped")
        schedule = None
    return MaseStudy(
        space.problem,
        network,
        network not in WITHOUT_FINAL_RELU,
        sampler,
        budget,
        scales,
        summed,
        space.multipliers,
        schedule,
        tuple(file.remarks),
    )


def _network(file: SearchFile) -> str:
    given = file.value("model", file.table.get("model"), str)
    known = {plain(name): name for name in NETWORKS}
    if plain(given) not in known:
        raise file.wrong("model", given, f"one of {', '.join(NETWORKS)}")
    return known[plain(given)]


def _remark_on_top_level(file: SearchFile) -> None:
    if "seed" in file.table:
        file.remark("seed", file.table["seed"], "runs take the seeds 0, 1, 2, ... instead")
    if "passes" in file.table:
        file.remarks.append("passes: no part of a search, left out")
    known = {"model", "seed", "passes", "search", *_TRAINING_KEYS, *_SILENT_KEYS}
    for key in file.table:
        if key not in known:
            file.remarks.append(f"{key}: has no meaning here, left out")
