"""Verilog of a design, pipelined, with a test bench that checks itself on real jets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import write_text
from moo_jsc.hardware.library import tracer_module
from moo_jsc.hardware.tracing import Circuit
from moo_jsc.objectives.circuit import CLOCK_NS, STAGE_DELAY

TOP = "classifier"
BENCH = "testbench"


@dataclass(frozen=True)
class Rtl:
    """A folder of Verilog.

    Attributes
    ----------
    folder
        ``src`` holds the sources, ``src/static`` the library's modules.
    stages
        Pipeline stages.
    registers
        Flip-flops, those of inputs and outputs included.
    """

    folder: Path
    stages: int
    registers: int

    @property
    def sources(self) -> list[Path]:
        """Every Verilog file of the design."""
        found = [*self.folder.glob("src/*.v"), *self.folder.glob("src/static/*.v")]
        return sorted(path for path in found if not path.stem.endswith("_wrapper"))


def write_verilog(circuit: Circuit, folder: Path) -> Rtl:
    """Write a circuit as pipelined Verilog.

    Stages take at most `STAGE_DELAY` delay units; there is a register on every input and output.

    Parameters
    ----------
    circuit
        A whole network.
    folder
        Made if need be.

    Raises
    ------
    InputError
        The folder cannot be written to, or the circuit has no input or output that can change.
    """
    if not circuit.output_bits.any():
        raise InputError("the design's outputs never change: there is no circuit to build")
    model = tracer_module("codegen").RTLModel(
        circuit.logic,
        folder,
        prj_name=TOP,
        latency_cutoff=STAGE_DELAY,
        clock_period=CLOCK_NS,
        print_latency=False,
        ternary_fuse=False,
    )
    try:
        model.write()
        # Verilator before 5.012 knows this warning by its older, wider name only.
        for path in folder.glob("src/static/*.v"):
            write_text(path, path.read_text().replace("WIDTHTRUNC", "WIDTH"))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from None
    return Rtl(folder, len(model.fsm.logic), int(model.reg_bits))


def write_bench(
    rtl: Rtl, circuit: Circuit, inputs: NDArray[np.float64], expected: NDArray[np.float64]
) -> None:
    """Write a test bench with jets: one jet a clock in, every output compared.

    It prints ``equal N`` or ``differs at jet I``.

    Parameters
    ----------
    rtl
        Where the Verilog is.
    circuit
        The same circuit.
    inputs
        Rounded inputs, shape (n, inputs).
    expected
        Logits of the quantized network, shape (n, classes).
    """
    ports_in, ports_out = circuit.logic.inp_kifs, circuit.logic.out_kifs
    write_text(rtl.folder / "inputs.hex", _words(inputs, ports_in))
    write_text(rtl.folder / "expected.hex", _words(expected, ports_out))
    write_text(
        rtl.folder / f"{BENCH}.v",
        _BENCH.format(
            bench=BENCH,
            top=TOP,
            jets=len(inputs),
            last=len(inputs) - 1,
            inputs=int(ports_in.sum()) - 1,
            outputs=int(ports_out.sum()) - 1,
            delay=rtl.stages + 1,
        ),
    )


def _words(values: NDArray[np.float64], ports: Any) -> str:
    """Return one hexadecimal word a row: the codes of all ports, the first in the lowest bits."""
    signs, integers, fractions = (np.asarray(row, dtype=np.int64) for row in ports)
    widths = signs + integers + fractions
    codes = np.rint(values * 2.0**fractions).astype(np.int64)
    digits = -(-int(widths.sum()) // 4)
    lines = []
    for row in codes.tolist():
        word = shift = 0
        for code, width in zip(row, widths.tolist(), strict=True):
            word |= (code & ((1 << width) - 1)) << shift
            shift += width
        lines.append(f"{word:0{digits}x}\n")
    return "".join(lines)


_BENCH = """`timescale 1 ns / 1 ps

module {bench};
    reg clk = 0;
    reg [{inputs}:0] model_inp = 0;
    wire [{outputs}:0] model_out;
    reg [{inputs}:0] inputs [0:{last}];
    reg [{outputs}:0] expected [0:{last}];
    integer cycle;
    integer differing = 0;

    {top} dut (.clk(clk), .model_inp(model_inp), .model_out(model_out));

    initial begin
        $readmemh("inputs.hex", inputs);
        $readmemh("expected.hex", expected);
        for (cycle = 0; cycle < {jets} + {delay}; cycle = cycle + 1) begin
            if (cycle < {jets}) model_inp = inputs[cycle];
            #1 clk = 1;
            #1 clk = 0;
            if (cycle >= {delay} - 1 && cycle - {delay} + 1 < {jets})
                if (model_out !== expected[cycle - {delay} + 1]) begin
                    if (differing == 0) $display("differs at jet %0d", cycle - {delay} + 1);
                    differing = differing + 1;
                end
        end
        if (differing == 0) $display("equal {jets}");
        $finish;
    end
endmodule
"""
