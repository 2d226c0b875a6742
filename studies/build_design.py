"""Build one design of a space: Verilog, a test bench with real jets, and a proof that it is right.

Takes the design with a given number, or the one of least cost within bounds, or the knee of the
front; with --training qat it is fine-tuned first, and what is scored is what is built. The
emulated circuit is compared with the quantized network on the whole test split; where Icarus or
Verilator is installed the Verilog is simulated, where yosys is, it is synthesised. Exit code 1,
and the first differing jet, if anything differs.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from studies.common.checks import listed, require_at_least
from studies.common.choosing import DesignSettings, design_number
from studies.common.console import run_study
from studies.common.running import Results, study

if TYPE_CHECKING:
    from moo_jsc.hardware.emulation import Comparison
    from moo_jsc.hardware.rtl import Rtl
    from moo_jsc.problems.network_problem import NetworkProblem

DIFFERENT = 1


@dataclass(kw_only=True)
class Config(DesignSettings):
    """Which design to build."""

    problem: str = "mixed-precision-coarse"
    """Name of the problem."""
    network: str | None = None
    """Network with shipped weights; by default the problem's own."""
    objectives: tuple[str, ...] = ("accuracy", "lut", "latency-ns")
    """Names of the objectives that decide and are reported."""
    training: Literal["ptq", "qat"] = "ptq"
    """What is built: ptq is the trained network rounded, qat fine-tuned with its rounding."""
    seed: int = 0
    """Of fine-tuning."""
    samples: int = 60_000
    """Training samples shown in fine-tuning; 900000 trains to the end."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a file."""
    bench_jets: int = 500
    """Jets of the test split in the test bench."""

    script = "build_design"
    catalogs = ("problems", "networks", "objectives")

    def check(self) -> None:
        """Check the settings that need no problem."""
        super().check()
        require_at_least("bench-jets", self.bench_jets, 1)
        require_at_least("seed", self.seed, 0)
        require_at_least("samples", self.samples, 1)


@study
def main(config: Config) -> Results:
    """Choose, build and check a design; stop with exit code 1 if anything differs."""
    from moo_jsc.hardware.emulation import compare
    from moo_jsc.hardware.rtl import write_bench, write_verilog
    from moo_jsc.hardware.tools import SYNTHESIS, installed, missing_line, synthesize
    from studies.circuits.building import built, numbers
    from studies.circuits.folder import README, write_formats, write_readme

    problem, number = chosen_design(config)
    row = problem.space.configurations([number])
    folder = config.out or Path("results") / f"design-{problem.name}-{number}"
    named = problem.space.named(row[0])
    print(f"{problem.name} {number}: {' '.join(f'{k}={v}' for k, v in named.items())}")

    design = built(problem, row[0], seed=config.seed, samples=config.samples)
    features = problem.data.test.features
    emulated = compare(design, features)
    rtl = write_verilog(design.circuit, folder)
    shown = features[: config.bench_jets]
    write_bench(rtl, design.circuit, design.inputs(shown), design.reference(shown))
    write_formats(folder, design)
    print(f"emulated on {emulated.jets} jets of the test split: {emulated.differing} differ")
    lines, first = simulated(rtl)
    synthesis = synthesize(rtl) if installed(SYNTHESIS) else None
    lines += [] if synthesis else [missing_line(SYNTHESIS)]
    write_readme(
        folder,
        f"Design {number} of {problem.name}",
        numbers(problem, row[0], design) | {k: str(v) for k, v in named.items()},
        rtl,
        emulated,
        lines,
        synthesis,
    )
    print("\n".join(lines))
    if synthesis:
        print(f"yosys: {synthesis.lut} LUTs, {synthesis.ff} flip-flops, {synthesis.dsp} DSP")
    stop_if_different(emulated, first)
    return Results(folder / README, ("formats.json", "src", "testbench.v"))


def chosen_design(config: Config) -> tuple[NetworkProblem, int]:
    """Return the problem in hardware form, and the number of the design that is asked for.

    It is chosen by the problem's shipped table where there is one.
    """
    from moo_jsc.problems.catalog import build_network_problem
    from moo_jsc.problems.network_problem import NetworkProblem
    from studies.common.problems import problem_named

    settings: dict[str, Any] = {
        "objectives": listed(config.objectives),
        "training": config.training,
        "network": config.network,
        "jets": config.jets,
        "device": config.device,
    }
    seen = problem_named(config.problem, **settings)
    number = design_number(config, seen)
    if isinstance(seen, NetworkProblem):
        return seen, number
    return build_network_problem(config.problem, **settings), number


def simulated(rtl: Rtl) -> tuple[list[str], int | None]:
    """Simulate with the first simulator that is installed; lines to print, first differing jet."""
    from moo_jsc.hardware.tools import SIMULATORS, installed, missing_line, simulate

    found = [simulator for simulator in SIMULATORS if installed(simulator)]
    if not found:
        return [missing_line(simulator) for simulator in SIMULATORS], None
    result = simulate(rtl, found[0])
    if result.first_differing is None:
        return [f"{found[0]}: {result.jets} jets bit by bit, none differs"], None
    return [f"{found[0]}: jet {result.first_differing} differs"], result.first_differing


def stop_if_different(emulated: Comparison, simulated_first: int | None) -> None:
    """Exit with code 1 and the first differing jet, if there is one."""
    first = emulated.first if emulated.first is not None else simulated_first
    if first is not None:
        print(f"error: jet {first} of the test split is the first to differ", file=sys.stderr)
        sys.exit(DIFFERENT)


if __name__ == "__main__":
    run_study(main, Config)
