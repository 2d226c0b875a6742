"""ONNX files run by the tools that others use, against the quantized network, logit by logit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from moo_jsc.hardware.onnx_nodes import INPUT, OUTPUT, Dialect, package
from moo_jsc.networks.classifier import predict
from moo_jsc.quantization.exactness import exact_in_float32
from moo_jsc.quantization.network import QuantizedNetwork

if TYPE_CHECKING:
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.quantization.formats import NetworkPrecision


@dataclass(frozen=True)
class LogitComparison:
    """Logits of another program against those of the quantized network.

    Attributes
    ----------
    samples
        How many were compared.
    differing
        How many have a logit that is not the same number.
    first
        The first of them, None if there is none.
    largest
        Largest difference of a logit.
    predictions
        How many samples are put into another class.
    exact
        Whether float32 arithmetic is exact for the design, so that nothing may differ.
    """

    samples: int
    differing: int
    first: int | None
    largest: float
    predictions: int
    exact: bool

    @property
    def wrong(self) -> bool:
        """Something differs that must not."""
        return self.exact and self.differing > 0

    def __str__(self) -> str:
        """Say what was compared and what differs, in one line."""
        kind = "exact" if self.exact else "not exact in float32"
        line = f"{self.samples} samples, arithmetic {kind}: {self.differing} with another logit"
        if self.differing:
            line += f" (by at most {self.largest:.2g}), {self.predictions} with another prediction"
        return line


def compare_logits(
    network: Classifier,
    precision: NetworkPrecision,
    features: NDArray[np.float32],
    found: NDArray[np.float32],
) -> LogitComparison:
    """Compare logits (n, classes) that another program found with the quantized network's.

    Parameters
    ----------
    network, precision
        The design.
    features
        Standardized, shape (n, inputs).
    found
        The other program's answer.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
    >>> tiny = initialized(network_spec("jsc-tiny"), seed=0)
    >>> layer = LayerPrecision(FixedPoint(8, 4), FixedPoint(4, 3), FixedPoint(8, 4))
    >>> features = np.zeros((2, 16), dtype=np.float32)
    >>> right = QuantizedNetwork(tiny, (layer,))(torch.from_numpy(features)).numpy()
    >>> print(compare_logits(tiny, (layer,), features, right))
    2 samples, arithmetic exact: 0 with another logit
    """
    given = torch.from_numpy(np.ascontiguousarray(features))
    right = QuantizedNetwork(network, precision)(given)
    other = torch.from_numpy(np.ascontiguousarray(found))
    differs = (other != right).any(dim=1).numpy()
    return LogitComparison(
        samples=len(features),
        differing=int(differs.sum()),
        first=int(np.argmax(differs)) if differs.any() else None,
        largest=float((other - right).abs().max()) if len(features) else 0.0,
        predictions=int((predict(other) != predict(right)).sum()),
        exact=exact_in_float32(network, precision),
    )


def run_onnx(path: Path, features: NDArray[np.float32], dialect: Dialect) -> NDArray[np.float32]:
    """Return the logits (n, classes) of an ONNX file for features (n, inputs).

    Parameters
    ----------
    path
        What `write_onnx` wrote.
    features
        Standardized.
    dialect
        ``"plain"`` is run by onnxruntime with its optimizations off, for they may fuse a
        multiplication with an addition, which rounds once instead of twice; ``"qonnx"`` by
        QONNX, node by node.

    Raises
    ------
    InputError
        The package that runs it is missing.
    """
    given = np.ascontiguousarray(features, dtype=np.float32)
    return _by_qonnx(path, given) if dialect == "qonnx" else _by_runtime(path, given)


def _by_runtime(path: Path, features: NDArray[np.float32]) -> NDArray[np.float32]:
    runtime = package("onnxruntime")
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (logits,) = session.run([OUTPUT], {INPUT: features})
    return logits


def _by_qonnx(path: Path, features: NDArray[np.float32]) -> NDArray[np.float32]:
    wrapper = package("qonnx.core.modelwrapper").ModelWrapper(str(path))
    change = package("qonnx.transformation.change_batchsize").ChangeBatchSize(len(features))
    shapes = package("qonnx.transformation.infer_shapes").InferShapes()
    wrapper = wrapper.transform(change).transform(shapes)
    execute = package("qonnx.core.onnx_exec").execute_onnx
    return execute(wrapper, {INPUT: features})[OUTPUT]
