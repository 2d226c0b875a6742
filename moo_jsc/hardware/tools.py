"""Simulation and synthesis by tools that are there or not: Icarus, Verilator, yosys."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from moo_jsc.foundation.errors import InputError
from moo_jsc.hardware.rtl import BENCH, TOP, Rtl

SIMULATORS = ("iverilog", "verilator")
SYNTHESIS = "yosys"
APT = {"iverilog": "iverilog", "verilator": "verilator", "yosys": "yosys"}


def installed(tool: str) -> bool:
    """Say whether a tool is on the path."""
    return shutil.which(tool) is not None


def missing_line(tool: str) -> str:
    """Return the one line to print where a tool is not installed.

    Examples
    --------
    >>> missing_line("yosys")
    'yosys: not installed, left out (apt-get install yosys)'
    """
    return f"{tool}: not installed, left out (apt-get install {APT[tool]})"


@dataclass(frozen=True)
class Simulation:
    """What a test bench found.

    Attributes
    ----------
    jets
        How many were compared; 0 where one differs.
    first_differing
        The first jet whose outputs differ, None if there is none.
    """

    jets: int
    first_differing: int | None


def simulate(rtl: Rtl, simulator: str) -> Simulation:
    """Compile the design with its test bench and run it.

    Parameters
    ----------
    rtl
        With a test bench (`moo_jsc.hardware.rtl.write_bench`).
    simulator
        One of `SIMULATORS`.

    Raises
    ------
    InputError
        The simulator is not installed, or fails.
    """
    sources = [str(path.resolve()) for path in rtl.sources]
    bench = str((rtl.folder / f"{BENCH}.v").resolve())
    build = rtl.folder / f"build-{simulator}"
    build.mkdir(exist_ok=True)
    if simulator == "iverilog":
        program = str((build / "bench.vvp").resolve())
        _run(["iverilog", "-g2012", "-s", BENCH, "-o", program, bench, *sources], rtl.folder)
        output = _run(["vvp", "-n", program], rtl.folder)
    else:
        _run(
            [
                *("verilator", "--binary", "-j", "1", "-Wno-fatal", "-Wno-lint", "-Wno-style"),
                *("--top-module", BENCH, "--Mdir", str(build.resolve()), "-o", "bench"),
                *("-CFLAGS", "-O0", bench),
                *sources,
            ],
            rtl.folder,
        )
        output = _run([str((build / "bench").resolve())], rtl.folder)
    if match := re.search(r"^differs at jet (\d+)", output, re.MULTILINE):
        return Simulation(0, int(match[1]))
    if match := re.search(r"^equal (\d+)", output, re.MULTILINE):
        return Simulation(int(match[1]), None)
    raise InputError(f"{simulator}: expected a verdict of the test bench, found {output[-200:]!r}")


@dataclass(frozen=True)
class Synthesis:
    """Cells of a synthesised design.

    Attributes
    ----------
    lut
        LUT1 to LUT6.
    ff
        Flip-flops.
    dsp
        Multiplier blocks.
    """

    lut: int
    ff: int
    dsp: int


def synthesize(rtl: Rtl) -> Synthesis:
    """Map a design to the cells of an UltraScale+ device with yosys.

    Without memories, multiplier blocks and shift registers, so that all logic is in look-up
    tables and every pipeline register is counted.

    Raises
    ------
    InputError
        yosys is not installed, or fails.
    """
    report = (rtl.folder / "yosys.json").resolve()
    read = " ".join(str(path.resolve()) for path in rtl.sources)
    script = (
        f"read_verilog {read}; synth_xilinx -family xcup -top {TOP} -flatten -nodsp -nobram "
        f"-nolutram -nosrl -noiopad; tee -q -o {report} stat -json"
    )
    _run([SYNTHESIS, "-q", "-p", script], rtl.folder)
    cells: dict[str, int] = json.loads(report.read_text())["design"]["num_cells_by_type"]
    return Synthesis(
        lut=sum(count for name, count in cells.items() if re.fullmatch(r"LUT[1-6]", name)),
        ff=sum(count for name, count in cells.items() if name.startswith("FD")),
        dsp=sum(count for name, count in cells.items() if name.startswith("DSP")),
    )


def _run(command: Sequence[str], folder: Path) -> str:
    """Run a tool and return what it printed."""
    if not installed(command[0]):
        raise InputError(f"{command[0]}: not installed (apt-get install {APT[command[0]]})")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise InputError(f"{command[0]}: failed, {lines[-1]}")
    return done.stdout
