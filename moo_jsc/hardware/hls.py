"""A design as a configuration that hls4ml converts, and what its emulation computes.

hls4ml reads the design's circuit as a QONNX model and derives the precision of every sum from
the ``Quant`` nodes in it; what is left to say is the format in which the inputs arrive, and the
part that is built for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import write_text
from moo_jsc.hardware.form import dense_forms
from moo_jsc.hardware.onnx_graph import onnx_graph, write_onnx
from moo_jsc.hardware.onnx_nodes import INPUT
from moo_jsc.quantization.formats import FixedPoint

if TYPE_CHECKING:
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.quantization.formats import NetworkPrecision

CONFIG = "hls4ml.yml"
MODEL = "circuit.qonnx.onnx"
PROJECT = "hls4ml-project"

_MODES = {"even": "RND_CONV", "down": "TRN"}
_DEFAULT = "fixed<32,16,RND_CONV,SAT>"


def write_hls_config(folder: Path, network: Classifier, precision: NetworkPrecision) -> Path:
    """Write the circuit of a design as QONNX, and the configuration that hls4ml reads.

    The file is JSON, which is YAML too; paths in it are relative to its folder, where
    ``hls4ml.converters.convert_from_config("hls4ml.yml")`` is to be called.

    Parameters
    ----------
    folder
        Of both files.
    network, precision
        In hardware form (`moo_jsc.hardware.form`), with explicit formats of every tensor.

    Raises
    ------
    InputError
        See `require_hls_form`.
    """
    require_hls_form(network, precision)
    model = onnx_graph(network, precision, circuit=True)
    inputs = precision[0].data
    assert inputs is not None
    automatic = {"Precision": {"result": "auto", "accum": "auto"}}
    layers: dict[str, Any] = {node.name: automatic for node in model.graph.node}
    config = {
        "OnnxModel": MODEL,
        "OutputDir": PROJECT,
        "ProjectName": "classifier",
        "Backend": "Vitis",
        "Part": "xcvu13p-flga2577-2-e",
        "ClockPeriod": 5,
        "IOType": "io_parallel",
        "HLSConfig": {
            "Model": {
                "Precision": {"default": _DEFAULT},
                "ReuseFactor": 1,
                "Strategy": "Latency",
            },
            "LayerName": {INPUT: {"Precision": {"result": hls_type(inputs)}}, **layers},
        },
    }
    write_onnx(folder / MODEL, model)
    write_text(folder / CONFIG, json.dumps(config, indent=2) + "\n")
    return folder / CONFIG


def require_hls_form(network: Classifier, precision: NetworkPrecision) -> None:
    """Check that hls4ml can build a design.

    Raises
    ------
    InputError
        A tensor or a batch norm has no hardware form, or hls4ml knows none for a rounding.
    """
    dense_forms(network, precision)
    for name, layer in zip(network.spec.linear_names, precision, strict=True):
        if layer.data is not None and layer.data.rounding not in _MODES:
            raise InputError(
                f"{name}: data are rounded {layer.data.rounding!r}, which hls4ml cannot, "
                f"expected one of {', '.join(_MODES)}"
            )


def hls_package(name: str) -> ModuleType:
    """Import a module of hls4ml.

    Raises
    ------
    InputError
        It is not installed.
    """
    try:
        return import_module(f"hls4ml.{name}")
    except ImportError:
        raise InputError("compiling needs the package hls4ml: pip install hls4ml") from None


def hls_type(fmt: FixedPoint) -> str:
    """Return a format as hls4ml writes it: width, and bits before the point.

    Examples
    --------
    >>> hls_type(FixedPoint(8, 5)), hls_type(FixedPoint(4, 4, signed=False, rounding="down"))
    ('fixed<8,3,RND_CONV,SAT>', 'ufixed<4,0,TRN,SAT>')
    """
    kind = "fixed" if fmt.signed else "ufixed"
    integer = fmt.width - (fmt.fraction or 0)
    return f"{kind}<{fmt.width},{integer},{_MODES[fmt.rounding]},SAT>"


def run_hls(folder: Path, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert and compile a design with hls4ml and return its logits (n, classes), bit by bit.

    Takes tens of seconds and a C++ compiler.

    Parameters
    ----------
    folder
        What `write_hls_config` wrote; the project is written into it.
    inputs
        What arrives at the circuit, in the first layer's format, shape (n, inputs).

    Raises
    ------
    InputError
        hls4ml is not installed, or the compiler fails.
    """
    converters = hls_package("converters")
    with _inside(folder), redirect_stdout(None):
        model = converters.convert_from_config(CONFIG)
        try:
            model.compile()
        except Exception as error:  # hls4ml raises a plain Exception with the compiler's words.
            line = str(error).splitlines()[0]
            raise InputError(f"{folder / PROJECT}: hls4ml cannot compile it ({line})") from None
        return model.predict(np.ascontiguousarray(inputs, dtype=np.float32))


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in a folder, to which the paths of a configuration are relative."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
