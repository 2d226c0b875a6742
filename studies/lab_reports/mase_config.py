"""Reader of search configurations in the TOML form of MASE, as the lab reports use them.

Such a file names a network, a space of fixed-point widths (a seed by layer name or by layer type),
a sampler with its number of trials, and metrics with a scale and a direction. What this project
cannot honour is not passed over: every such key becomes a remark of one line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.family import NETWORKS, WITHOUT_FINAL_RELU, network_spec
from moo_jsc.objectives.objective import Sense
from moo_jsc.problems.precision import PRECISION_SPACES, Formats, PrecisionSpace
from moo_jsc.quantization.formats import FixedPoint, half_fraction
from moo_jsc.samplers import SAMPLERS, Sampler
from moo_jsc.samplers.scalarized import FixedWeights, ScalarizedSampler

OBJECTIVE_NAMES = {
    "accuracy": "accuracy",
    "loss": "loss",
    "average_bitwidth": "average-bitwidth",
    "memory_density": "memory-density",
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

_DIRECTIONS: dict[str, Sense] = {"maximize": "max", "minimize": "min"}
_TRAINING_KEYS = ("max_epochs", "batch_size", "learning_rate", "load_name", "load_type")
_SILENT_KEYS = ("dataset", "task", "project", "accelerator", "log_every_n_steps", "num_workers")
_HALF = "NA"


@dataclass(frozen=True)
class MaseStudy:
    """A search as a file of the reports' form asks for it, in this project's terms.

    Attributes
    ----------
    problem
        Name of a registered problem, or the formats to choose from where no registered
        precision space has them.
    network
        Name of the network, as `moo_jsc.networks.network_spec` takes it.
    final_relu
        Whether it ends in a ReLU, as the networks of these files do.
    sampler
        Ready to run; with ``sum_scaled_metrics`` it searches for the weighted sum.
    budget
        Trials of the run.
    objectives
        Registered names, in the order of the file.
    weights
        The scale of each objective where the metrics are summed, else None.
    remarks
        What cannot be honoured, one line each.
    """

    problem: str | PrecisionSpace
    network: str
    final_relu: bool
    sampler: Sampler
    budget: int
    objectives: tuple[str, ...]
    weights: Mapping[str, float] | None
    remarks: tuple[str, ...]


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
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not TOML ({error})") from None
    return _Reader(path, table).study()


class _Reader:
    """Walks one file and collects remarks on the way."""

    def __init__(self, path: Path, table: dict[str, Any]) -> None:
        self.path = path
        self.table = table
        self.remarks: list[str] = []

    def study(self) -> MaseStudy:
        network = self._network()
        self._remark_on_top_level()
        problem, size = self._space(network)
        objectives, scales = self._metrics()
        sampler, weights = self._sampler(scales)
        budget = self._budget(sampler, size)
        self._remark_on_strategy()
        return MaseStudy(
            problem,
            network,
            network not in WITHOUT_FINAL_RELU,
            sampler,
            budget,
            objectives,
            weights,
            tuple(self.remarks),
        )

    def _network(self) -> str:
        given = self._value("model", self.table.get("model"), str)
        known = {_plain(name): name for name in NETWORKS}
        if _plain(given) not in known:
            raise self._wrong("model", given, f"one of {', '.join(NETWORKS)}")
        return known[_plain(given)]

    def _remark_on_top_level(self) -> None:
        if "seed" in self.table:
            self._remark("seed", self.table["seed"], "runs take the seeds 0, 1, 2, ... instead")
        training = [key for key in _TRAINING_KEYS if key in self.table]
        if training:
            self.remarks.append(
                f"{', '.join(training)}: nothing is trained or loaded, shipped weights are used"
            )
        if "passes" in self.table:
            self.remarks.append("passes: no part of a search, left out")
        known = {"model", "seed", "passes", "search", *_TRAINING_KEYS, *_SILENT_KEYS}
        for key in self.table:
            if key not in known:
                self.remarks.append(f"{key}: has no meaning here, left out")

    def _space(self, network: str) -> tuple[str | PrecisionSpace, int]:
        """Return the problem and the number of its configurations."""
        spec = network_spec(network)
        seeds = self._at("search", "search_space", "seed")
        by = self._at("search", "search_space", "setup").get("by")
        if by not in ("name", "type"):
            raise self._wrong("search.search_space.setup.by", by, "'name' or 'type'")
        if by == "type":
            self.remarks.append(
                "search.search_space.setup.by = 'type': quantises nothing in the tool that reads "
                "it; here every dense layer gets the formats of seed.linear"
            )
            configs = [self._seed("linear")]
        else:
            named = [name for name in spec.linear_names if name in seeds]
            if not named:
                raise self._wrong(
                    "search.search_space.seed",
                    sorted(seeds),
                    f"one of {', '.join(spec.linear_names)}",
                )
            configs = [self._seed(name) for name in named]
            missing = [name for name in spec.linear_names if name not in named]
            if missing:
                self.remarks.append(
                    f"search.search_space.seed: {', '.join(missing)} cannot stay in float, "
                    f"it gets the formats of {named[0]}"
                )
        if any("channel_multiplier" in config for config in configs):
            return self._multipliers(network, configs)
        if any(config != configs[0] for config in configs):
            raise self._wrong(
                "search.search_space.seed", "different formats by layer", "the same for all layers"
            )
        space = PrecisionSpace(
            data=self._formats(configs[0], "data"),
            weight=self._formats(configs[0], "weight"),
            bias=self._formats(configs[0], "bias"),
            per_layer=len(spec.linear_layers) > 1,
        )
        name = next((name for name, known in PRECISION_SPACES.items() if known == space), None)
        return name or space, space.search_space("mase", spec).size

    def _multipliers(self, network: str, configs: list[dict[str, Any]]) -> tuple[str, int]:
        from moo_jsc.problems.catalogue import RECIPES

        recipe = RECIPES["channel-multipliers"]
        if network != recipe.network or recipe.multipliers is None:
            raise self._wrong(
                "model", network, f"{recipe.network} for a search of channel multipliers"
            )
        known = recipe.multipliers.values
        key = "channel_multiplier"
        lists = [self._choices(config, key) for config in configs if key in config]
        asked = sorted({value for values in lists for value in values})
        if tuple(asked) != known:
            self._remark(
                "channel_multiplier", asked, f"{list(known)} for each hidden layer instead"
            )
        return "channel-multipliers", len(known) ** (len(network_spec(network).linear_layers) - 1)

    def _seed(self, name: str) -> dict[str, Any]:
        return self._at("search", "search_space", "seed", name, "config")

    def _formats(self, config: Mapping[str, Any], tensor: str) -> Formats:
        """Return every pair of a width and a fraction, each once."""
        stem = "data_in" if tensor == "data" else tensor
        named = self._value("seed name", config.get("name", []), list)
        kinds = [kind for kind in named if kind != "integer"]
        if kinds and tensor == "data":
            self._remark("seed name", kinds, "only 'integer' (fixed point) exists here")
        widths = self._choices(config, f"{stem}_width")
        fractions = self._choices(config, f"{stem}_frac_width", default=[_HALF])
        try:
            formats = [
                FixedPoint(width, half_fraction(width) if fraction == _HALF else fraction)
                for width, fraction in product(widths, fractions)
            ]
        except InputError as error:
            raise InputError(f"{self.path}: seed {stem}: {error}") from None
        unique = tuple(dict.fromkeys(formats))
        if len(unique) < len(formats):
            self.remarks.append(f"{stem}_width, {stem}_frac_width: equal formats are listed once")
        return unique

    def _choices(
        self, config: Mapping[str, Any], key: str, default: list[Any] | None = None
    ) -> list[Any]:
        values = config.get(key, default)
        allowed = f"a list of whole numbers{'' if default is None else f' or {_HALF!r}'}"
        if not isinstance(values, list) or not values:
            raise self._wrong(f"seed {key}", values, allowed)
        for value in values:
            if type(value) is not int and not (value == _HALF and default is not None):
                raise self._wrong(f"seed {key}", value, allowed)
        return values

    def _metrics(self) -> tuple[tuple[str, ...], dict[str, float]]:
        """Return the objectives and their scales."""
        metrics = self._at("search", "strategy", "metrics")
        scales: dict[str, float] = {}
        for metric, settings in metrics.items():
            key = f"search.strategy.metrics.{metric}"
            if metric not in OBJECTIVE_NAMES:
                raise self._wrong("search.strategy.metrics", metric, _listed(OBJECTIVE_NAMES))
            if not isinstance(settings, dict):
                raise self._wrong(key, settings, "a table with scale and direction")
            name = OBJECTIVE_NAMES[metric]
            scale = self._value(f"{key}.scale", settings.get("scale", 1.0), (int, float))
            scales[name] = float(scale)
            self._check_direction(key, name, settings.get("direction"))
        if not scales:
            raise self._wrong("search.strategy.metrics", "nothing", _listed(OBJECTIVE_NAMES))
        return tuple(scales), scales

    def _check_direction(self, key: str, name: str, given: Any) -> None:
        from moo_jsc.objectives import OBJECTIVES

        if self._summed():
            return
        if not isinstance(given, str) or given not in _DIRECTIONS:
            raise self._wrong(f"{key}.direction", given, "'maximize' or 'minimize'")
        if _DIRECTIONS[given] != OBJECTIVES[name].sense:
            self._remark(
                f"{key}.direction", given, f"{name} is {OBJECTIVES[name].sense}imised here"
            )

    def _sampler(self, scales: dict[str, float]) -> tuple[Sampler, dict[str, float] | None]:
        setup = self._at("search", "strategy", "setup")
        strategy = self._at("search", "strategy").get("name", "optuna")
        asked = setup.get("sampler", strategy)
        known = SAMPLER_NAMES.get(_plain(asked) if isinstance(asked, str) else "")
        if known is None:
            raise self._wrong("search.strategy.setup.sampler", asked, _listed(SAMPLER_NAMES))
        inner = SAMPLERS[known]
        if not self._summed():
            if any(scale != 1.0 for scale in scales.values()) and len(scales) > 1:
                self.remarks.append(
                    "search.strategy.metrics scale: changes nothing where the metrics stay apart"
                )
            return inner, None
        direction = setup.get("direction")
        if not isinstance(direction, str) or direction not in _DIRECTIONS:
            raise self._wrong("search.strategy.setup.direction", direction, _listed(_DIRECTIONS))
        name = f"{inner.name}-of-sum"
        sampler = ScalarizedSampler(
            name, FixedWeights(scales), inner=inner, direction=_DIRECTIONS[direction]
        )
        return sampler, scales

    def _summed(self) -> bool:
        setup = self._at("search", "strategy", "setup")
        key = "search.strategy.setup.sum_scaled_metrics"
        return bool(self._value(key, setup.get("sum_scaled_metrics", False), bool))

    def _budget(self, sampler: Sampler, size: int) -> int:
        setup = self._at("search", "strategy", "setup")
        exhaustive = SAMPLER_NAMES["bruteforce"] in sampler.name
        default = size if exhaustive else None
        trials = self._value("search.strategy.setup.n_trials", setup.get("n_trials", default), int)
        if trials < 1:
            raise self._wrong("search.strategy.setup.n_trials", trials, "at least 1")
        if exhaustive and trials > size:
            self.remarks.append(
                f"search.strategy.setup.n_trials = {trials}: the space has {size} configurations, "
                "the run ends there"
            )
        return trials

    def _remark_on_strategy(self) -> None:
        strategy = self._at("search", "strategy")
        setup = strategy["setup"]
        if setup.get("n_jobs", 1) != 1:
            self._remark(
                "search.strategy.setup.n_jobs",
                setup["n_jobs"],
                "a run has one thread, so that its seed decides its trials",
            )
        if "timeout" in setup:
            self._remark(
                "search.strategy.setup.timeout", setup["timeout"], "runs end by trials only"
            )
        known = {"sampler", "n_trials", "n_jobs", "timeout", "sum_scaled_metrics", "direction"}
        for key in setup:
            if key not in known:
                self.remarks.append(f"search.strategy.setup.{key}: has no meaning here, left out")
        if strategy.get("eval_mode") is False:
            self._remark("search.strategy.eval_mode", "false", "networks are always evaluated so")
        for runner in self._runners("sw_runner"):
            if "num_samples" in runner:
                self._remark("num_samples", runner["num_samples"], "all validation jets are used")
            if runner.get("data_loader", "val_dataloader") != "val_dataloader":
                self._remark("data_loader", runner["data_loader"], "validation jets are used")
        for runner in self._runners("hw_runner"):
            if runner.get("compare_to", 32) != 32:
                self._remark("compare_to", runner["compare_to"], "float has 32 bits here")

    def _runners(self, kind: str) -> list[dict[str, Any]]:
        """Return the tables of the runners of a kind; there may be none."""
        strategy = self._at("search", "strategy")
        if kind not in strategy:
            return []
        names = self._at("search", "strategy", kind)
        return [self._at("search", "strategy", kind, name) for name in names]

    def _at(self, *keys: str) -> dict[str, Any]:
        table = self.table
        for depth, key in enumerate(keys, start=1):
            found = table.get(key)
            if not isinstance(found, dict):
                raise InputError(f"{self.path}: expected a table [{'.'.join(keys[:depth])}]")
            table = found
        return table

    def _value(self, key: str, value: Any, kind: type | tuple[type, ...]) -> Any:
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if type(value) not in kinds:
            raise self._wrong(key, value, " or ".join(_KIND_NAMES[k] for k in kinds))
        return value

    def _remark(self, key: str, value: Any, instead: str) -> None:
        self.remarks.append(f"{key} = {value}: {instead}")

    def _wrong(self, key: str, value: Any, expected: str) -> InputError:
        found = "missing" if value is None else f"= {value!r}"
        return InputError(f"{self.path}: {key} {found}, expected {expected}")


_KIND_NAMES = {
    list: "a list",
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def _plain(name: str) -> str:
    """Return a name in lower case without dashes and underscores."""
    return re.sub(r"[-_]", "", name).lower()


def _listed(names: Mapping[str, Any]) -> str:
    return f"one of {', '.join(names)}"
