"""Is what is scored what would be built? Circuits against networks, simulators and yosys.

Compares the emulated circuits of random designs with their quantized networks on the whole test
split; with --simulate some of them in Verilog, bit by bit; with --synthesize the estimates of
designs of growing size with yosys' counts; with --look-up sums over layers with whole traces;
with --fine-tuned the same, and the emulated circuits, for designs after fine-tuning.
Exit code 1 if anything differs.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, Ternary
from studies.circuits.designs import (
    NETWORKS,
    calibrated,
    random_precision,
    uniform_options,
    uniform_precision,
)
from studies.circuits.deviations import deviations, finished
from studies.circuits.fine_tuned import fine_tuned
from studies.common.checks import require_at_least
from studies.common.console import run_study
from studies.common.pages import fill, markdown
from studies.common.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from moo_jsc.hardware.emulation import Design

LADDER = (
    *(("jsc-two-hidden*1", 3, 2), ("jsc-two-hidden*1", 4, 3), ("jsc-two-hidden*1", 6, 4)),
    *(("jsc-two-hidden*2", 3, 2), ("jsc-two-hidden*2", 4, 3), ("jsc-two-hidden*2", 6, 4)),
    *(("jsc-tiny", 6, 4), ("jsc-tiny", 8, 8), ("jsc-toy", 4, 3), ("jsc-three-linear", 3, 2)),
    *(("jsc-toy", 6, 4), ("jsc-three-linear", 4, 3), ("jsc-three-linear", 6, 4)),
    *(("jsc-three-linear*2", 4, 3), ("jsc-three-linear", 8, 6), ("hls4ml-3layer", 3, 2)),
    *(("jsc-three-linear*3", 6, 3), ("hls4ml-3layer", 4, 4), ("hls4ml-3layer", 6, 5)),
)
"""Designs for synthesis: network, data and weight bits; from 100 to 20,000 look-up tables."""

SMALL = 1000
"""Look-up tables below which designs are looked at apart."""

LOOKED_UP = (("jsc-toy", 50), ("jsc-three-linear", 100), ("jsc-three-linear*2", 50))
"""Networks and numbers of designs for which look-ups are compared with whole traces."""

TERNARY = ("jsc-three-linear", 50)
"""The same for ternary weights, none, half or three quarters of them pruned."""


@dataclass(kw_only=True)
class Config(Settings):
    """What to check, and how much of it."""

    emulate: int = 300
    """Random designs whose emulated circuits are compared on the whole test split."""
    simulate: int = 0
    """How many of them to simulate in Verilog as well."""
    simulator: str = "iverilog"
    """Simulator: iverilog, or verilator (which takes most of its time to compile)."""
    simulated_jets: int = 200
    """Jets for the simulators."""
    synthesize: bool = False
    """Compare estimates with yosys for designs of growing size."""
    look_up: bool = False
    """Compare look-ups with whole traces."""
    fine_tuned: int = 0
    """Random designs of codesign to fine-tune, emulate and trace whole."""
    seed: int = 0
    """Of the random designs."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a file."""
    page: Path | None = None
    """Markdown page whose marked places get the results, for instance docs/hardware.md."""

    script = "check_circuits"


def main(config: Config) -> None:
    """Run the checks."""
    config.check()
    require_simulator(config)
    for name in ("emulate", "simulate", "fine_tuned", "seed"):
        require_at_least(name, getattr(config, name), 0)
    folder = config.out or Path("results") / "circuits"
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, str] = {}
    good = True
    if config.emulate:
        good, parts["emulated"] = emulated(config)
    if config.synthesize:
        table = synthesized(config)
        table.to_csv(folder / "yosys.csv", index=False)
        parts["yosys"] = f"{markdown(table)}\n\n{calibration(table)}"
    if config.look_up:
        table = looked_up(config)
        table.to_csv(folder / "look_up.csv", index=False)
        parts["look-up"] = markdown(table)
    if config.fine_tuned:
        equal, parts["fine-tuned"] = fine_tuned(config.fine_tuned, config.seed, config.jets)
        good = good and equal
    print("\n\n".join(parts.values()))
    if config.page is not None:
        fill(config.page, parts)
    if not good:
        sys.exit(1)


def require_simulator(config: Config) -> None:
    """Check that the simulator is one, and there."""
    from moo_jsc.hardware.tools import SIMULATORS, installed, missing_line

    if config.simulator not in SIMULATORS:
        raise InputError(
            f"simulator = {config.simulator!r}: expected one of {', '.join(SIMULATORS)}"
        )
    if config.simulate and not installed(config.simulator):
        raise InputError(f"--simulate: {missing_line(config.simulator)}")


def emulated(config: Config) -> tuple[bool, str]:
    """Compare random designs with their circuits; return whether all are equal, and a sentence."""
    import numpy as np

    from moo_jsc.data.jets import load_jets
    from moo_jsc.hardware.emulation import Design, compare

    rng = np.random.default_rng(config.seed)
    features = load_jets(config.jets).test.features
    inexact = simulated = 0
    good = True
    for number in range(config.emulate):
        network, calibration = calibrated(NETWORKS[number % len(NETWORKS)], config.jets)
        design = Design.of(network, random_precision(network, calibration, rng))
        found = compare(design, features)
        inexact += found.float32_differing
        if not found.equal:
            good = False
            print(
                f"design {number} ({network.spec.name}): jet {found.first} is the first to differ"
            )
        if simulated < config.simulate and design.circuit.output_bits.any():
            simulated += 1
            shown = features[: config.simulated_jets]
            good &= same_in_verilog(number, design, shown, config.simulator)
    verdict = "no logit differs" if good else "SOME LOGITS DIFFER"
    sentence = (
        f"{config.emulate} random designs of {', '.join(NETWORKS)}, of all formats, roundings "
        f"and pruned shares, {len(features):,} jets each: {verdict} between circuit and quantized "
        f"network. In float32, in which designs are scored, {inexact} of these "
        f"{config.emulate * len(features):,} jets have a logit that is rounded."
    )
    if simulated:
        sentence += (
            f" {simulated} of the designs were simulated in Verilog with {config.simulator}, "
            f"{config.simulated_jets} jets each: {'all bits equal' if good else 'see above'}."
        )
    return good, sentence


def same_in_verilog(number: int, design: Design, features: np.ndarray, simulator: str) -> bool:
    """Simulate a design bit by bit."""
    from moo_jsc.hardware.rtl import write_bench, write_verilog
    from moo_jsc.hardware.tools import simulate

    with tempfile.TemporaryDirectory() as folder:
        rtl = write_verilog(design.circuit, Path(folder))
        write_bench(rtl, design.circuit, design.inputs(features), design.reference(features))
        found = simulate(rtl, simulator)
    same = found.first_differing is None
    verdict = "equal" if same else f"jet {found.first_differing} is the first to differ"
    print(f"design {number} in {simulator}, {len(features)} jets: {verdict}", flush=True)
    return same


def synthesized(config: Config) -> pd.DataFrame:
    """Return estimates and yosys' counts for the designs of `LADDER`."""
    import pandas as pd

    from moo_jsc.hardware.emulation import Design
    from moo_jsc.hardware.rtl import write_verilog
    from moo_jsc.hardware.tools import synthesize

    rows = []
    for name, data, weight in LADDER:
        network, calibration = calibrated(name, config.jets)
        design = Design.of(network, uniform_precision(network, calibration, data, weight))
        with tempfile.TemporaryDirectory() as folder:
            rtl = write_verilog(design.circuit, Path(folder))
            found = synthesize(rtl)
        estimate = float(finished("lut", design.circuit.row))
        rows.append(
            {
                "network": name,
                "data bits": data,
                "weight bits": weight,
                "lut": round(estimate),
                "yosys LUTs": found.lut,
                "lut / yosys": round(estimate / found.lut, 2),
                "ff": round(float(finished("ff", design.circuit.row))),
                "yosys FFs": found.ff,
                "stages": rtl.stages,
                "DSP": found.dsp,
            }
        )
        print(*rows[-1].values(), flush=True)
    return pd.DataFrame(rows).sort_values("yosys LUTs")


def calibration(table: pd.DataFrame) -> str:
    """Fit yosys' count as a power of the estimate, and say how far the designs scatter."""
    import numpy as np

    estimate, counted = np.log(table["lut"]), np.log(table["yosys LUTs"])
    power, constant = np.polyfit(estimate, counted, 1)
    residual = counted - (constant + power * estimate)
    spread = float(np.sqrt((residual**2).sum() / (len(table) - 2)))
    said = (
        f"yosys LUTs = {np.exp(constant):.2f} x lut^{power:.3f}, {len(table)} designs, scatter "
        f"{spread:.0%} (one standard deviation)."
    )
    ratio = table["yosys LUTs"] / table["lut"]
    small = table["yosys LUTs"] < SMALL
    for name, part in ((f"below {SMALL:,}", ratio[small]), ("above", ratio[~small])):
        if len(part):
            said += (
                f" {name[0].upper()}{name[1:]} yosys LUTs: {part.mean():.2f} times the estimate "
                f"on average, {part.min():.2f} to {part.max():.2f}, {len(part)} designs."
            )
    return said


def looked_up(config: Config) -> pd.DataFrame:
    """Return how far look-ups are from whole traces, for random designs of some networks."""
    import numpy as np
    import pandas as pd

    from moo_jsc.hardware.form import dense_forms
    from moo_jsc.hardware.lookup import circuit_tables
    from moo_jsc.hardware.tracing import trace_network

    rng = np.random.default_rng(config.seed)
    rows = []
    widths = [LayerPrecision(weight=FixedPoint(bits)) for bits in (2, 3, 4, 6)]
    ternary = [LayerPrecision(weight=Ternary(), pruned=share) for share in (0.0, 0.5, 0.75)]
    cases = [(name, name, count, widths) for name, count in LOOKED_UP]
    cases.append((f"{TERNARY[0]}, ternary", *TERNARY, ternary))
    for title, name, count, weights in cases:
        network, calibration = calibrated(name, config.jets)
        options = uniform_options(network, calibration, (3, 4, 6, 8), weights)
        (table,) = circuit_tables([network], [options], workers=2)
        choices = rng.integers(0, len(options[0]), (count, len(options)))
        totals = table.totals(choices)
        whole = np.stack(
            [
                trace_network(
                    dense_forms(network, tuple(o[i] for o, i in zip(options, row, strict=True)))
                ).row
                for row in choices
            ]
        )
        rows.append(deviations(title, totals, whole))
        print(rows[-1].to_string(index=False, header=False), flush=True)
    return pd.concat(rows)


if __name__ == "__main__":
    run_study(main, Config)
