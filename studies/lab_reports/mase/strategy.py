"""The strategy of a search file: metrics, sampler, number of trials, training."""

from __future__ import annotations

from typing import Any

from moo_jsc.networks.group_training import Schedule
from moo_jsc.objectives.objective import Sense
from moo_jsc.samplers import SAMPLERS, Sampler
from moo_jsc.samplers.scalarized import FixedWeights, ScalarizedSampler
from studies.lab_reports.mase.tables import SearchFile, one_of, plain

OBJECTIVE_NAMES = {
    "accuracy": "accuracy",
    "loss": "loss",
    "average_bitwidth": "average-bitwidth",
    "memory_density": "memory-density-mase",
    "latency": "latency",
    "model_size": "size",
    "size": "size",
    "flops": "flops",
    "bitops": "bitops",
}
"""Metrics of the files and the objectives that they become here."""

SAMPLER_NAMES = {
    "random": "optuna-random",
    "tpe": "optuna-tpe",
    "nsgaii": "optuna-nsga2",
    "nsgaiii": "optuna-nsga3",
    "qmc": "optuna-qmc",
    "bruteforce": "optuna-brute-force",
}
"""Samplers of the files, without dashes and underscores, and those that they become here."""

TRAINING_RUNNER = "basic_train"
_DIRECTIONS: dict[str, Sense] = {"maximize": "max", "minimize": "min"}
_TRAINING_KEYS = {"max_epochs": int, "batch_size": int, "learning_rate": float}
_DEFAULT_EPOCHS = 10


def read_scales(file: SearchFile) -> dict[str, float]:
    """Return the scale of each metric by its objective's name, in the order of the file."""
    scales: dict[str, float] = {}
    for metric, settings in file.at("search", "strategy", "metrics").items():
        key = f"search.strategy.metrics.{metric}"
        if metric not in OBJECTIVE_NAMES:
            raise file.wrong("search.strategy.metrics", metric, one_of(OBJECTIVE_NAMES))
        if not isinstance(settings, dict):
            raise file.wrong(key, settings, "a table with scale and direction")
        name = OBJECTIVE_NAMES[metric]
        scale = file.value(f"{key}.scale", settings.get("scale", 1.0), (int, float))
        scales[name] = float(scale)
        _check_direction(file, key, name, settings.get("direction"))
    if not scales:
        raise file.wrong("search.strategy.metrics", "nothing", one_of(OBJECTIVE_NAMES))
    return scales


def read_sampler(file: SearchFile, scales: dict[str, float]) -> tuple[Sampler, bool]:
    """Return the sampler, and whether it searches for the sum of the scaled metrics."""
    setup = file.at("search", "strategy", "setup")
    strategy = file.at("search", "strategy").get("name", "optuna")
    asked = setup.get("sampler", strategy)
    known = SAMPLER_NAMES.get(plain(asked) if isinstance(asked, str) else "")
    if known is None:
        raise file.wrong("search.strategy.setup.sampler", asked, one_of(SAMPLER_NAMES))
    inner = SAMPLERS[known]
    if not _summed(file):
        if any(scale != 1.0 for scale in scales.values()) and len(scales) > 1:
            file.remarks.append(
                "search.strategy.metrics scale: changes nothing where the metrics stay apart"
            )
        return inner, False
    direction = setup.get("direction")
    if not isinstance(direction, str) or direction not in _DIRECTIONS:
        raise file.wrong("search.strategy.setup.direction", direction, one_of(_DIRECTIONS))
    sampler = ScalarizedSampler(
        f"{inner.name}-of-sum",
        FixedWeights(scales),
        inner=inner,
        direction=_DIRECTIONS[direction],
    )
    return sampler, True


def read_budget(file: SearchFile, sampler: Sampler, size: int) -> int:
    """Return the number of trials; brute force needs none, it ends with the space."""
    setup = file.at("search", "strategy", "setup")
    exhaustive = SAMPLER_NAMES["bruteforce"] in sampler.name
    default = size if exhaustive else None
    trials = file.value("search.strategy.setup.n_trials", setup.get("n_trials", default), int)
    if trials < 1:
        raise file.wrong("search.strategy.setup.n_trials", trials, "at least 1")
    if exhaustive and trials > size:
        file.remarks.append(
            f"search.strategy.setup.n_trials = {trials}: the space has {size} configurations, "
            "the run ends there"
        )
    return int(trials)


def trains(file: SearchFile) -> bool:
    """Say whether the file's software runner trains each network."""
    return TRAINING_RUNNER in file.runners("sw_runner")


def read_schedule(file: SearchFile) -> Schedule | None:
    """Return how each network is trained inside the search; None where none is.

    Epochs, batch size and learning rate are those of the runner, else those of the whole file.
    """
    given = {key: file.table[key] for key in _TRAINING_KEYS if key in file.table}
    if not trains(file):
        if given or any(key in file.table for key in ("load_name", "load_type")):
            asked = [*given, *(key for key in ("load_name", "load_type") if key in file.table)]
            file.remarks.append(
                f"{', '.join(asked)}: nothing is trained or loaded, shipped weights are used"
            )
        return None
    key = f"search.strategy.sw_runner.{TRAINING_RUNNER}"
    given |= {k: v for k, v in file.runners("sw_runner")[TRAINING_RUNNER].items()
              if k in _TRAINING_KEYS}  # fmt: skip
    for name, kind in _TRAINING_KEYS.items():
        if name in given:
            file.value(f"{key}.{name}", given[name], (int, float) if kind is float else int)
            if given[name] <= 0:
                raise file.wrong(f"{key}.{name}", given[name], "a positive number")
    if "max_epochs" not in given:
        file.remark("max_epochs", "missing", f"{_DEFAULT_EPOCHS} epochs instead")
    return Schedule(
        epochs=given.get("max_epochs", _DEFAULT_EPOCHS),
        learning_rate=float(given.get("learning_rate", 1e-3)),
        batch_size=given.get("batch_size", 512),
        decay="none",
    )


def remark_on_strategy(file: SearchFile) -> None:
    """Remember what of the strategy cannot be honoured."""
    strategy = file.at("search", "strategy")
    setup = file.at("search", "strategy", "setup")
    if setup.get("n_jobs", 1) != 1:
        file.remark(
            "search.strategy.setup.n_jobs",
            setup["n_jobs"],
            "a run has one thread, so that its seed decides its trials",
        )
    if "timeout" in setup:
        file.remark("search.strategy.setup.timeout", setup["timeout"], "runs end by trials only")
    known = {"sampler", "n_trials", "n_jobs", "timeout", "sum_scaled_metrics", "direction"}
    for key in setup:
        if key not in known:
            file.remarks.append(f"search.strategy.setup.{key}: has no meaning here, left out")
    if strategy.get("eval_mode") is False:
        file.remark("search.strategy.eval_mode", "false", "networks are always evaluated so")
    for name, runner in file.runners("sw_runner").items():
        training = name == TRAINING_RUNNER
        if "num_samples" in runner:
            jets = "training" if training else "validation"
            file.remark("num_samples", runner["num_samples"], f"all {jets} jets are used")
        loader = "train_dataloader" if training else "val_dataloader"
        if runner.get("data_loader", loader) != loader:
            expected = "training" if training else "validation"
            file.remark("data_loader", runner["data_loader"], f"{expected} jets are used")
    for runner in file.runners("hw_runner").values():
        if runner.get("compare_to", 32) != 32:
            file.remark("compare_to", runner["compare_to"], "float has 32 bits here")


def _check_direction(file: SearchFile, key: str, name: str, given: Any) -> None:
    from moo_jsc.objectives import OBJECTIVES

    if _summed(file):
        return
    if not isinstance(given, str) or given not in _DIRECTIONS:
        raise file.wrong(f"{key}.direction", given, "'maximize' or 'minimize'")
    if _DIRECTIONS[given] != OBJECTIVES[name].sense:
        file.remark(f"{key}.direction", given, f"{name} is {OBJECTIVES[name].sense}imised here")


def _summed(file: SearchFile) -> bool:
    setup = file.at("search", "strategy", "setup")
    key = "search.strategy.setup.sum_scaled_metrics"
    return bool(file.value(key, setup.get("sum_scaled_metrics", False), bool))
