"""Export results and designs: to Optuna's dashboard, tables, safetensors, ONNX and hls4ml.

With --results, the trials of a comparison become studies of Optuna with values and metric names,
and its trials, or the points of an enumerated front, one table with every choice decoded and
every cost. A design (by number, the one of least cost within bounds, or the knee of the front)
becomes safetensors with JSON, ONNX with and without QONNX's nodes, and a configuration for
hls4ml; ONNX files are run on the whole test split and compared logit by logit. Exit code 1 if
anything differs where arithmetic is exact.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from moo_jsc.foundation.errors import InputError
from studies.common.checks import listed, require_at_least
from studies.common.choosing import DesignSettings
from studies.common.console import run_study
from studies.common.running import Results, study

DIFFERENT = 1


@dataclass(kw_only=True)
class Config(DesignSettings):
    """What to export, and as what."""

    results: Path | None = None
    """Folder of a finished study: a comparison of samplers, or an enumeration."""
    to: tuple[str, ...] = ()
    """Any of optuna, csv, parquet, safetensors, onnx, hls4ml. By default: tables with --results
    (and optuna for a comparison), safetensors and onnx for a design that is asked for."""
    problem: str | None = None
    """Name of the problem; by default that of the results."""
    network: str | None = None
    """Network with shipped weights; by default that of the results, or the problem's own."""
    objectives: tuple[str, ...] = ()
    """Names of the objectives that decide and are reported; by default those of the results."""
    training: Literal["ptq", "qat"] | None = None
    """ptq is the trained network rounded, qat fine-tuned with its rounding; by default as in the
    results, or the problem's own."""
    seed: int = 0
    """Of fine-tuning."""
    samples: int = 60_000
    """Training samples shown in fine-tuning; 900000 trains to the end."""
    jets: str | None = None
    """Data: sample, openml, or the path of a file; by default those of the results."""
    costs: tuple[str, ...] = ()
    """Further costs in the tables, for instance lut; those that follow from shapes and formats
    are there anyway."""
    compile: bool = False
    """Compile the hls4ml project's emulation (a C++ compiler, about a minute) and compare it."""

    script = "export"
    catalogs = ("problems", "networks", "objectives")

    def check(self) -> None:
        """Check the settings that need no problem."""
        from studies.exporting.targets import TARGETS

        super().check()
        if self.results is None and self.problem is None:
            raise InputError("expected --results FOLDER, or --problem NAME with a design of it")
        require_at_least("seed", self.seed, 0)
        require_at_least("samples", self.samples, 1)
        for name in listed(self.to):
            if name not in TARGETS:
                raise InputError(f"--to {name}: expected some of {', '.join(TARGETS)}")
        if self.compile and "hls4ml" not in listed(self.to):
            raise InputError("--compile: expected hls4ml among --to")


@study
def main(config: Config) -> Results:
    """Export; stop with exit code 1 if a file computes other logits than it must."""
    from studies.exporting.export import Export
    from studies.exporting.targets import targets_of

    export = Export(config)
    targets = targets_of(export)
    for target in targets:
        target.check(export)
    for target in targets:
        target.write(export)
    page = export.write_readme()
    print("\n".join(export.lines))
    if export.wrong:
        print(f"error: {export.wrong[0]} computes other logits than it must", file=sys.stderr)
        sys.exit(DIFFERENT)
    return Results(page, tuple(export.files))


if __name__ == "__main__":
    run_study(main, Config)
