"""The scale on which differences of an objective are measured: linear or logarithmic.

A problem declares it; it is never decided by data, so that it is the same for every front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.names import unknown_name
from moo_jsc.objectives.objective import Objective

Scale = Literal["linear", "logarithmic"]
SCALES: tuple[Scale, ...] = get_args(Scale)
Scales = Mapping[str, Scale]
"""Scale by the objective's name; objectives that are not named are linear."""

LINEAR: Scales = {}
"""Every objective on a linear scale."""


def logarithmic_costs(objectives: Sequence[Objective]) -> dict[str, Scale]:
    """Return logarithmic scales for all costs: what is minimized and known before it is tried.

    Examples
    --------
    >>> from moo_jsc.objectives import get_objectives
    >>> logarithmic_costs(get_objectives(["accuracy", "loss", "size"]))
    {'size': 'logarithmic'}
    """
    return {o.name: "logarithmic" for o in objectives if o.sense == "min" and o.known}


def parse_scales(entries: Sequence[str]) -> dict[str, Scale]:
    """Read scales as the command line gives them.

    Raises
    ------
    InputError
        An entry is not of the form name=linear or name=logarithmic.

    Examples
    --------
    >>> parse_scales(["size=logarithmic,accuracy=linear"])
    {'size': 'logarithmic', 'accuracy': 'linear'}
    """
    scales: dict[str, Scale] = {}
    for entry in (part for text in entries for part in text.split(",") if part):
        name, separator, scale = entry.partition("=")
        if not separator or scale not in SCALES:
            raise InputError(f"scale {entry!r}: expected for instance size=logarithmic")
        if name in scales:
            raise InputError(f"scale {entry!r}: {name} is named twice")
        scales[name] = scale
    return scales


def check_scales(scales: Scales, objectives: Sequence[Objective]) -> None:
    """Raise an InputError where a scale is unknown or names none of the objectives."""
    names = [objective.name for objective in objectives]
    for name, scale in scales.items():
        if name not in names:
            raise unknown_name("scale of objective", name, names)
        if scale not in SCALES:
            raise unknown_name(f"scale of {name}", scale, SCALES)
