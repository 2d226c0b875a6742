"""The folder of a design: Verilog, test bench, formats, numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.files import write_text
from moo_jsc.hardware.design_files import described

if TYPE_CHECKING:
    from moo_jsc.hardware.emulation import Comparison, Design
    from moo_jsc.hardware.rtl import Rtl
    from moo_jsc.hardware.tools import Synthesis

README = "README.md"


def write_formats(folder: Path, design: Design) -> None:
    """Write the formats of every dense layer, and those of the circuit's ports, as JSON."""
    names = design.network.spec.linear_names
    logic = design.circuit.logic
    content = {
        "network": design.network.spec.name,
        "layers": {
            name: described(layer) for name, layer in zip(names, design.precision, strict=True)
        },
        "ports": {
            side: [
                dict(zip(("signed", "integer_bits", "fraction_bits"), map(int, port), strict=True))
                for port in ports.T
            ]
            for side, ports in (("inputs", logic.inp_kifs), ("outputs", logic.out_kifs))
        },
        "terms": {name: float(value) for name, value in design.circuit.terms.items()},
    }
    write_text(folder / "formats.json", json.dumps(content, indent=2) + "\n")


def write_readme(
    folder: Path,
    title: str,
    values: dict[str, str],
    rtl: Rtl,
    emulated: Comparison,
    checks: list[str],
    synthesis: Synthesis | None,
) -> None:
    """Write what the folder holds and the design's numbers."""
    lines = [
        f"# {title}",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in values.items()),
        f"| pipeline stages | {rtl.stages} |",
        f"| registers in the Verilog | {rtl.registers} |",
    ]
    if synthesis:
        lines += [
            f"| yosys: LUT1 to LUT6 | {synthesis.lut} |",
            f"| yosys: flip-flops | {synthesis.ff} |",
            f"| yosys: DSP | {synthesis.dsp} |",
        ]
    lines += [
        "",
        f"Emulated circuit against quantized network, {emulated.jets} jets: "
        f"{emulated.differing} differ.",
        *checks,
        "",
        "- `src`: Verilog, top module `classifier`; `src/static` comes with the tracer (LGPL).",
        "- `testbench.v`, `inputs.hex`, `expected.hex`: a test bench that checks itself:",
        "  `iverilog -g2012 -s testbench -o bench testbench.v src/classifier.v src/logic*.v "
        "src/static/*.v && vvp -n bench`.",
        "- `formats.json`: formats of every layer and port.",
        "",
        "Inputs are standardised features in the first layer's format; leading batch norms are",
        "part of that standardisation. Outputs are logits; the largest one is the class.",
    ]
    write_text(folder / README, "\n".join(lines) + "\n")
