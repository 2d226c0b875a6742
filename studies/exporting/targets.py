"""What results and designs can be exported as: one function each, registered by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from studies.common.checks import listed

if TYPE_CHECKING:
    from studies.exporting.export import Export


@dataclass(frozen=True)
class Target:
    """One thing to export to.

    Attributes
    ----------
    name
        On the command line.
    check
        Raises an InputError if it cannot be, before anything is written.
    write
        Writes it into the export's folder.
    """

    name: str
    check: Callable[[Export], None]
    write: Callable[[Export], None]


TARGETS: dict[str, Target] = {}
"""Every target by name."""


def target(
    name: str, check: Callable[[Export], None]
) -> Callable[[Callable[[Export], None]], Callable[[Export], None]]:
    """Register a function as a target."""

    def register(write: Callable[[Export], None]) -> Callable[[Export], None]:
        TARGETS[name] = Target(name, check, write)
        return write

    return register


def targets_of(export: Export) -> tuple[Target, ...]:
    """Return what an export is to write: what is asked for, or what its source suggests."""
    config, finished = export.config, export.finished
    names = listed(config.to)
    if not names:
        asked = config.number is not None or config.at_least or config.at_most or config.least
        if finished is not None:
            names = ("optuna", "csv") if finished.kind == "comparison" else ("csv",)
        if asked or finished is None:
            names += ("safetensors", "onnx")
    return tuple(TARGETS[name] for name in dict.fromkeys(names))


def _needs_trials(export: Export) -> None:
    if export.identity is None:
        raise InputError("--to optuna: expected --results of a comparison of samplers")
    _ = export.trials


def _needs_table(export: Export) -> None:
    _ = export.table


def _needs_parquet(export: Export) -> None:
    from studies.exporting.tidy import require_parquet

    require_parquet()
    _needs_table(export)


def _needs_design(export: Export) -> None:
    _ = export.design


def _needs_onnx(export: Export) -> None:
    from moo_jsc.hardware.onnx_nodes import package

    for name in ("onnx", "onnxruntime", "qonnx"):
        package(name)
    _ = export.design.graphs


def _needs_hardware_form(export: Export) -> None:
    from moo_jsc.hardware.hls import hls_package, require_hls_form
    from moo_jsc.hardware.onnx_nodes import package

    package("onnx")
    require_hls_form(*export.design.parts)
    if export.config.compile:
        hls_package("converters")


@target("optuna", _needs_trials)
def _optuna(export: Export) -> None:
    from studies.exporting.optuna_journal import write_journal

    assert export.identity is not None and export.finished is not None
    name = "optuna-journal.log"
    runs = write_journal(
        export.folder / name, export.finished.folder, export.identity, export.trials
    )
    export.wrote(name, f"Optuna journal of {runs} studies; `optuna-dashboard {name}` shows it")
    export.lines.append(f"{name}: {runs} studies, {len(export.trials)} trials")


def _table_written(export: Export, name: str) -> None:
    from moo_jsc.objectives import get_objectives
    from studies.exporting.tidy import columns_table, write_csv

    shape = f"{len(export.table)} rows, {len(export.table.columns)} columns"
    export.wrote(name, f"one row a trial or design: choices decoded, costs; {shape}")
    export.lines.append(f"{name}: {shape}")
    if export.cost_names:
        write_csv(export.folder / "costs.csv", columns_table(get_objectives(export.cost_names)))
        export.wrote("costs.csv", "unit, sense, definition and source of the costs in the table")


@target("csv", _needs_table)
def _csv(export: Export) -> None:
    from studies.exporting.tidy import write_csv

    write_csv(export.folder / "designs.csv", export.table)
    _table_written(export, "designs.csv")


@target("parquet", _needs_parquet)
def _parquet(export: Export) -> None:
    from studies.exporting.tidy import write_parquet

    write_parquet(export.folder / "designs.parquet", export.table)
    _table_written(export, "designs.parquet")


@target("safetensors", _needs_design)
def _safetensors(export: Export) -> None:
    from moo_jsc.hardware.design_files import MEANINGS, NUMBERS
    from studies.exporting.design import write_tensors

    write_tensors(export.design, export.folder)
    export.wrote(NUMBERS, "rounded weights and biases, scales and shifts, float32")
    export.wrote(MEANINGS, "layers, formats, standardization of the features, values")


@target("onnx", _needs_onnx)
def _onnx(export: Export) -> None:
    from studies.exporting.design import PLAIN, QONNX, write_graphs

    export.compared(write_graphs(export.design, export.folder))
    export.wrote(PLAIN, "features to logits in standard operators, any number of samples")
    export.wrote(QONNX, "the same with QONNX's Quant nodes on data, weights and biases")


@target("hls4ml", _needs_hardware_form)
def _hls4ml(export: Export) -> None:
    from moo_jsc.hardware.hls import CONFIG, MODEL
    from studies.exporting.design import write_hls

    compiled = export.config.compile
    export.compared(write_hls(export.design, export.folder, compiled=compiled))
    export.wrote(CONFIG, f'in this folder: `hls4ml.converters.convert_from_config("{CONFIG}")`')
    export.wrote(MODEL, "the circuit, from inputs in the first layer's format to logits")
