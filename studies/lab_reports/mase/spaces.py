"""The space of a search file: formats by layer name or type, or channel multipliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.family import network_spec
from moo_jsc.problems.architecture import ChannelMultipliers
from moo_jsc.problems.layered_precision import layered
from moo_jsc.problems.precision import PRECISION_SPACES, Formats, PrecisionSpace
from moo_jsc.quantization.formats import FixedPoint, half_fraction
from studies.lab_reports.mase.tables import SearchFile

_HALF = "NA"
SHIPPED = "channel-multipliers"
"""The problem of the widened networks with shipped weights."""


@dataclass(frozen=True)
class FileSpace:
    """What a file searches.

    Attributes
    ----------
    problem
        Name of a registered problem, or formats that no registered space has; None where the
        networks of `multipliers` have to be trained.
    multipliers
        Of the hidden dense layers, or None.
    size
        Number of configurations.
    """

    problem: str | PrecisionSpace | None
    multipliers: ChannelMultipliers | None
    size: int


def read_space(file: SearchFile, network: str, *, trains: bool) -> FileSpace:
    """Return the space of a file.

    Parameters
    ----------
    file
        The search file.
    network
        Name of the network.
    trains
        Whether the search trains each network that it meets.
    """
    names = network_spec(network).linear_names
    configs = _configs(file, names)
    if any("channel_multiplier" in config for config in configs):
        return _multipliers(file, network, configs, trains=trains)
    spec = network_spec(network)
    spaces = [_precisions(file, config) for config in configs]
    space: PrecisionSpace
    if all(each == spaces[0] for each in spaces):
        first = spaces[0]
        space = PrecisionSpace(first.data, first.weight, first.bias, per_layer=len(names) > 1)
    else:
        space = layered(spaces)
    name = next((name for name, known in PRECISION_SPACES.items() if known == space), None)
    return FileSpace(name or space, None, space.search_space("mase", spec).size)


def _configs(file: SearchFile, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the seed of every dense layer, in their order."""
    seeds = file.at("search", "search_space", "seed")
    by = file.at("search", "search_space", "setup").get("by")
    if by not in ("name", "type"):
        raise file.wrong("search.search_space.setup.by", by, "'name' or 'type'")
    if by == "type":
        file.remarks.append(
            "search.search_space.setup.by = 'type': quantises nothing in the tool that reads "
            "it; here every dense layer gets the formats of seed.linear"
        )
        return [_seed(file, "linear")] * len(names)
    named = [name for name in names if name in seeds]
    if not named:
        raise file.wrong("search.search_space.seed", sorted(seeds), f"one of {', '.join(names)}")
    missing = [name for name in names if name not in named]
    configs = {name: _seed(file, name) for name in named}
    multiplied = any("channel_multiplier" in config for config in configs.values())
    if missing and not multiplied:
        file.remarks.append(
            f"search.search_space.seed: {', '.join(missing)} cannot stay in float, "
            f"it gets the formats of {named[0]}"
        )
    other = {} if multiplied else configs[named[0]]
    return [configs.get(name, other) for name in names]


def _seed(file: SearchFile, name: str) -> dict[str, Any]:
    return file.at("search", "search_space", "seed", name, "config")


def _multipliers(
    file: SearchFile, network: str, configs: Sequence[dict[str, Any]], *, trains: bool
) -> FileSpace:
    from moo_jsc.problems.catalog import RECIPES

    asked = [tuple(dict.fromkeys(_multiplier_values(file, config))) for config in configs[:-1]]
    if not asked:
        raise file.wrong("model", network, "a network with a hidden layer to widen")
    size = 1
    for values in asked:
        size *= len(values)
    if trains:
        same = all(values == asked[0] for values in asked)
        multipliers = (
            ChannelMultipliers(asked[0]) if same else ChannelMultipliers(by_layer=tuple(asked))
        )
        return FileSpace(None, multipliers, size)
    recipe = RECIPES[SHIPPED]
    if network != recipe.network or recipe.multipliers is None:
        raise file.wrong(
            "model",
            network,
            f"{recipe.network}, whose widened forms have shipped weights, or a "
            "[search.strategy.sw_runner.basic_train] to train others",
        )
    known = recipe.multipliers.values
    every = sorted({value for values in asked for value in values})
    if any(set(values) != set(known) for values in asked):
        file.remark(
            "channel_multiplier",
            every,
            f"{list(known)} for each hidden layer instead: these have shipped weights; "
            "[search.strategy.sw_runner.basic_train] trains any",
        )
    return FileSpace(SHIPPED, None, len(known) ** len(asked))


def _multiplier_values(file: SearchFile, config: Mapping[str, Any]) -> list[int]:
    return _choices(file, config, "channel_multiplier") if "channel_multiplier" in config else [1]


def _precisions(file: SearchFile, config: Mapping[str, Any]) -> PrecisionSpace:
    names = config.get("name", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise file.wrong("seed name", names, "a list of names")
    kinds = [kind for kind in names if kind != "integer"]
    if kinds:
        file.remark("seed name", kinds, "only 'integer' (fixed point) exists here")
    return PrecisionSpace(
        data=_formats(file, config, "data_in"),
        weight=_formats(file, config, "weight"),
        bias=_formats(file, config, "bias"),
    )


def _formats(file: SearchFile, config: Mapping[str, Any], stem: str) -> Formats:
    """Return every pair of a width and a fraction, each once."""
    widths = _choices(file, config, f"{stem}_width")
    fractions = _choices(file, config, f"{stem}_frac_width", default=[_HALF])
    try:
        formats = [
            FixedPoint(width, half_fraction(width) if fraction == _HALF else fraction)
            for width, fraction in product(widths, fractions)
        ]
    except InputError as error:
        raise InputError(f"{file.path}: seed {stem}: {error}") from None
    unique = tuple(dict.fromkeys(formats))
    if len(unique) < len(formats):
        file.remarks.append(f"{stem}_width, {stem}_frac_width: equal formats are listed once")
    return unique


def _choices(
    file: SearchFile, config: Mapping[str, Any], key: str, default: list[Any] | None = None
) -> list[Any]:
    values = config.get(key, default)
    allowed = f"a list of whole numbers{'' if default is None else f' or {_HALF!r}'}"
    if not isinstance(values, list) or not values:
        raise file.wrong(f"seed {key}", values, allowed)
    for value in values:
        if type(value) is not int and not (value == _HALF and default is not None):
            raise file.wrong(f"seed {key}", value, allowed)
    return values
