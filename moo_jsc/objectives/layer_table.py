"""Costs from a table by layer and format, as synthesis reports give them."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.networks.specification import Layer, Linear, NetworkSpec
from moo_jsc.objectives.objective import CostObjective, Sense
from moo_jsc.quantization.formats import LayerPrecision

KEYS = ("layer", "inputs", "outputs", "data", "weight", "bias")
"""Columns that say what a row is of: name or shape of a dense layer, widths in bits."""

_HEADER = re.compile(r"(?P<name>[\w.-]+)\s*\[(?P<unit>[^\]]+)\]\s*(?P<sense>\w*)")


@dataclass(frozen=True, kw_only=True)
class LayerTable(CostObjective):
    """A cost that adds up over dense layers, each looked up by its name or shape and its widths.

    Parameters
    ----------
    keys
        Those of `KEYS` that the table has, in its order.
    rows
        The cost by the values of the keys, names as text and the others as whole numbers.
    """

    keys: tuple[str, ...]
    rows: Mapping[tuple[str | int, ...], float] = field(repr=False, hash=False)

    @property
    def identity(self) -> str:
        """The table's hash."""
        return sha256_of(repr(self.keys), repr(sorted(self.rows.items(), key=repr)))

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the cost of a dense layer by its shape; other layers cost nothing."""
        if not isinstance(layer, Linear):
            return (0.0,)
        return (self._looked_up("", layer, precision),)

    def group_terms(
        self, spec: NetworkSpec, dense: int, precision: LayerPrecision
    ) -> NDArray[np.float64]:
        """Return the cost (1,) of dense layer number `dense`.

        Raises
        ------
        InputError
            The table has no row for it.
        """
        name, layer = spec.linear_names[dense], spec.linear_layers[dense]
        return np.array([self._looked_up(name, layer, precision)])

    def _looked_up(self, name: str, layer: Linear, precision: LayerPrecision) -> float:
        values: dict[str, str | int] = {
            "layer": name,
            "inputs": layer.inputs,
            "outputs": layer.outputs,
            "data": precision.data_width,
            "weight": precision.weight_width,
            "bias": precision.bias_width,
        }
        try:
            return self.rows[tuple(values[key] for key in self.keys)]
        except KeyError:
            wanted = ", ".join(f"{key} {values[key]}" for key in self.keys)
            raise InputError(f"{self.source}: no row for {wanted}") from None


def read_cost_table(path: Path | str) -> tuple[LayerTable, ...]:
    r"""Read a CSV file of costs; each column beside the keys becomes an objective.

    The keys are ``layer`` (the dense layer's name) or ``inputs`` and ``outputs``, or all three,
    and any of ``data``, ``weight`` and ``bias``, widths in bits. The other columns are headed
    ``name [unit]``, or ``name [unit] max`` for what is to be maximized.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        The file cannot be read, a heading is not of that form, a cell is no number, or two rows
        are of the same layer and formats.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "costs.csv"
    >>> _ = path.write_text("inputs,outputs,weight,dsp [DSP]\n16,5,4,20\n16,5,8,80\n")
    >>> (dsp,) = read_cost_table(path)
    >>> dsp.name, dsp.unit, dsp.rows
    ('dsp', 'DSP', {(16, 5, 4): 20.0, (16, 5, 8): 80.0})
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a CSV file ({error})") from None
    head = [cell.strip() for cell in lines[0]] if lines else []
    keys = tuple(cell for cell in head if cell in KEYS)
    if not (set(keys) & {"layer"} or {"inputs", "outputs"} <= set(keys)):
        raise InputError(f"{path}: expected a column layer, or columns inputs and outputs")
    costs = {place: _heading(path, cell) for place, cell in enumerate(head) if cell not in KEYS}
    if not costs:
        raise InputError(f"{path}: expected a column of costs, headed for instance lut [LUT]")
    if len(set(head)) != len(head):
        raise InputError(f"{path}: expected each column once")
    rows: list[dict[tuple[str | int, ...], float]] = [{} for _ in costs]
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        if len(line) != len(head):
            raise InputError(
                f"{path}, line {number}: {len(line)} cells, expected {len(head)} as in the heading"
            )
        key = tuple(
            _key(path, number, name, cell.strip())
            for name, cell in zip(head, line, strict=True)
            if name in KEYS
        )
        for place, row in zip(costs, rows, strict=True):
            if key in row:
                raise InputError(f"{path}, line {number}: the same layer and formats as above")
            row[key] = _number(path, number, head[place], line[place])
    if not rows[0]:
        raise InputError(f"{path}: expected at least one row")
    return tuple(
        LayerTable(
            name=name,
            unit=unit,
            sense=sense,
            definition="sum over dense layers, from a table",
            source=str(path),
            keys=keys,
            rows=row,
        )
        for (name, unit, sense), row in zip(costs.values(), rows, strict=True)
    )


def _heading(path: Path, cell: str) -> tuple[str, str, Sense]:
    found = _HEADER.fullmatch(cell)
    sense = (found["sense"] or "min") if found else ""
    if found is None or sense not in ("min", "max"):
        raise InputError(
            f"{path}: column {cell!r}: expected one of {', '.join(KEYS)}, or a cost headed "
            "name [unit] or name [unit] max"
        )
    return found["name"], found["unit"].strip(), "max" if sense == "max" else "min"


def _key(path: Path, number: int, name: str, cell: str) -> str | int:
    if name == "layer":
        return cell
    if not cell.isdecimal():
        raise InputError(f"{path}, line {number}: {name} = {cell!r}, expected a whole number")
    return int(cell)


def _number(path: Path, number: int, name: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{path}, line {number}: {name} = {cell!r}, expected a number")
    return value
