"""The scale on which each objective is measured: declared, never decided by the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, checked_values, minimized
from analysis.foundation.words import listed

Scale = Literal["linear", "logarithmic"]


def checked_scales(
    scales: Mapping[str, Scale], objectives: Sequence[ObjectiveLike]
) -> Mapping[str, Scale]:
    """Check that scales are known and of known objectives.

    Raises
    ------
    InputError
        A name or a scale is unknown.
    """
    names = [objective.name for objective in objectives]
    for name, scale in scales.items():
        if name not in names:
            raise InputError(f"scale of {name!r}: expected one of {', '.join(names)}")
        if scale not in ("linear", "logarithmic"):
            raise InputError(f"scale of {name!r} = {scale!r}: expected linear or logarithmic")
    return scales


def measured(
    values: ArrayLike, objectives: Sequence[ObjectiveLike], scales: Mapping[str, Scale]
) -> NDArray[np.float64]:
    """Return values (n, m), natural units, minimized and on their scales.

    The logarithm is taken before a maximized objective is turned.

    Raises
    ------
    InputError
        A value is not finite, or not positive on a logarithmic scale.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = [Objective(name="accuracy", sense="max"), Objective(name="size")]
    >>> measured([[0.7, 100.0]], objectives, {"size": "logarithmic"}).round(3)
    array([[-0.7  ,  4.605]])
    """
    natural = checked_values(values, objectives)
    turned = minimized(natural, objectives)
    for column, objective in enumerate(objectives):
        if scales.get(objective.name) != "logarithmic":
            continue
        least = natural[:, column].min() if len(natural) else 1.0
        if least <= 0:
            raise InputError(
                f"objective {objective.name!r}: {least:g}, "
                "expected positive values for a logarithmic scale"
            )
        sign = 1.0 if objective.sense == "min" else -1.0
        turned[:, column] = sign * np.log(natural[:, column])
    return turned


def scale_label(names: Sequence[str], scales: Mapping[str, Scale]) -> str:
    """Return the scales in words, for captions.

    Examples
    --------
    >>> scale_label(["accuracy", "size"], {}), scale_label(["size"], {"size": "logarithmic"})
    ('linear scales', 'size on a logarithmic scale')
    """
    chosen = [name for name in names if scales.get(name) == "logarithmic"]
    return f"{listed(chosen)} on a logarithmic scale" if chosen else "linear scales"
