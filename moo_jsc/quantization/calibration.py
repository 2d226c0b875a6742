"""Fractions by calibration: the smallest mean squared error on the tensor at hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.classifier import Classifier
from moo_jsc.quantization.fixed_point import round_codes_
from moo_jsc.quantization.formats import MAX_FRACTION, FixedPoint, LayerPrecision, NetworkPrecision
from moo_jsc.quantization.network import ChannelAffine, normalization_affine
from moo_jsc.quantization.pruning import prune


class Calibration:
    """Chooses the open fractions of a network's formats.

    Data fractions come from the float network's activations at each dense layer's input,
    weight and bias fractions from those tensors; each for itself, so the choice for one layer
    does not depend on the others'. Deterministic, on one thread; results are kept.

    Parameters
    ----------
    network
        A trained network; its batch norms run in evaluation mode.
    features
        Training inputs (n, inputs), float32. A few thousand rows are enough; time and memory
        grow in proportion.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> features = torch.linspace(-1, 1, 160).reshape(10, 16)
    >>> calibration = Calibration(initialized(network_spec("jsc-tiny"), seed=0), features)
    >>> (layer,) = calibration.resolve((LayerPrecision(FixedPoint(8), FixedPoint(4)),))
    >>> layer.data.fraction, layer.weight.fraction, layer.bias
    (7, 5, None)
    """

    def __init__(self, network: Classifier, features: Tensor | NDArray[np.float32]) -> None:
        samples = features if isinstance(features, Tensor) else torch.tensor(features)
        with one_thread():
            self._tensors = _dense_tensors(network, samples)
        self._found: dict[tuple[int, str, FixedPoint, float], int] = {}

    def resolve(self, precision: NetworkPrecision) -> NetworkPrecision:
        """Return the precision with every open fraction filled in."""
        return tuple(self.resolve_layer(k, layer) for k, layer in enumerate(precision))

    def resolve_layer(self, position: int, precision: LayerPrecision) -> LayerPrecision:
        """Return the precision of dense layer `position` (0 for the first) filled in."""
        return replace(
            precision,
            data=self._resolve_format(position, "data", precision.data),
            weight=self._resolve_format(position, "weight", precision.weight, precision.pruned),
            bias=self._resolve_format(position, "bias", precision.bias),
        )

    def _resolve_format(
        self, position: int, tensor: str, fmt: FixedPoint | None, pruned: float = 0.0
    ) -> FixedPoint | None:
        if fmt is None or fmt.fraction is not None:
            return fmt
        key = (position, tensor, fmt, pruned)
        if key not in self._found:
            values = self._tensors[position][tensor]
            if pruned:
                values = prune(torch.from_numpy(values)[None], pruned)[0].numpy()
            with one_thread():
                self._found[key] = best_fraction(values, fmt)
        return replace(fmt, fraction=self._found[key])


def squared_error(values: NDArray[np.float64], fmt: FixedPoint) -> float:
    """Return the mean squared error of rounding values (n,) to a format, in float64.

    Examples
    --------
    >>> squared_error(np.array([0.25, 0.5]), FixedPoint(4, 1))
    0.03125
    """
    codes = values / fmt.step
    round_codes_(torch.from_numpy(codes), fmt.code_rounding)
    np.clip(codes, fmt.lowest_code, fmt.highest_code, out=codes)
    codes *= fmt.step
    codes -= values
    return _sum_of_squares(codes) / values.size


def best_fraction(values: NDArray[np.float64], fmt: FixedPoint) -> int:
    """Return the fraction of smallest mean squared error (`squared_error`) on values (n,).

    Among equal errors the smallest fraction wins, but none so small that every value would
    round to zero; for values that are all zero it is 0.

    The search is exhaustive in effect. Let f0 be the largest fraction at which nothing is
    clamped. Grids of smaller fractions are parts of its grid, so below f0 the error never
    falls. Above f0 the error of clamping alone bounds the whole from below and never falls with
    the fraction, so the search ends once that bound reaches the best error found. Powers of two
    are not such a grid: all their fractions are tried down to where the largest value would
    round to zero.

    Examples
    --------
    >>> best_fraction(np.array([0.1, -0.7, 0.9]), FixedPoint(4))
    3
    """
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0.0:
        return 0
    floor = max(-MAX_FRACTION, min(MAX_FRACTION, -_exponent(largest)))
    best = _largest_unclamped(values, fmt, floor)
    best_error = squared_error(values, replace(fmt, fraction=best))
    for fraction in range(best + 1, MAX_FRACTION + 1):
        finer = replace(fmt, fraction=fraction)
        clamped = values - np.clip(values, finer.lowest, finer.highest)
        if _sum_of_squares(clamped) / values.size >= best_error:
            break
        error = squared_error(values, finer)
        if error < best_error:
            best, best_error = fraction, error
    for fraction in range(best - 1, floor - 1, -1):
        error = squared_error(values, replace(fmt, fraction=fraction))
        if error <= best_error:
            best, best_error = fraction, error
        elif fmt.code_rounding != "power-of-two":
            break
    return best


def _sum_of_squares(values: NDArray[np.float64]) -> float:
    """Return it, summed on one thread: a product of BLAS is shared out when it is long."""
    return float(np.einsum("i,i->", values, values))


def _largest_unclamped(values: NDArray[np.float64], fmt: FixedPoint, floor: int) -> int:
    """Return the largest fraction that clamps no value, at least `floor`."""
    ends = np.array([values.min(), values.max()])
    highest = fmt.highest_code.bit_length() + 2 - _exponent(float(np.abs(ends).max()))
    for fraction in range(min(highest, MAX_FRACTION), floor, -1):
        finer = replace(fmt, fraction=fraction)
        low, high = round_codes_(torch.from_numpy(ends / finer.step), fmt.code_rounding).tolist()
        if low >= fmt.lowest_code and high <= fmt.highest_code:
            return fraction
    return floor


def _exponent(value: float) -> int:
    """Return e with 2^(e - 1) <= value < 2^e."""
    return math.frexp(value)[1]


@torch.no_grad()
def _dense_tensors(network: Classifier, features: Tensor) -> list[dict[str, NDArray[np.float64]]]:
    """Return the flat data, weight and bias of every dense layer, in float64."""
    tensors = []
    activations = features
    for block in network.blocks:
        if isinstance(block, nn.Linear):
            tensors.append(
                {
                    name: tensor.detach().reshape(-1).double().numpy()
                    for name, tensor in (
                        ("data", activations),
                        ("weight", block.weight),
                        ("bias", block.bias),
                    )
                }
            )
        if isinstance(block, nn.BatchNorm1d):
            activations = ChannelAffine(*normalization_affine(block))(activations)
        else:
            activations = block(activations)
    return tensors
