"""Many quantised copies of one network: their outputs and gradients as batched products.

Every copy has its own weights and formats; all see the same samples. Two identities make a step
cheap, both exact because scales are powers of two:

- data are kept as whole codes; the factors 2^fraction go into the weights of the layer that
  computes them and the factors 2^-fraction into those of the layer that takes them;
- the gradient of a data format's step (`moo_jsc.evaluation.step_learning`) is made of sums over
  weights, not over activations.

Gradients pass straight through the rounding inside a format's range and are zero outside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from moo_jsc.evaluation.data_ranges import CodeRange, data_ranges
from moo_jsc.evaluation.parameter_rows import ParameterRows, column, power_of_two
from moo_jsc.evaluation.scratch import Scratch
from moo_jsc.evaluation.weight_formats import WeightFormats
from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.specification import BatchNorm, Linear, ReLU
from moo_jsc.quantization.fixed_point import round_codes_
from moo_jsc.quantization.formats import NetworkPrecision

MOMENTUM = 0.1
"""Weight of a batch in the running statistics of batch norms, torch's default."""


class _Dense(NamedTuple):
    position: int
    inputs: Tensor
    """What is multiplied: codes, (E, in, B)."""
    scaled: Tensor
    """The numbers that were rounded to codes, (E, in, B)."""
    range: CodeRange | None
    """Of the codes; None where nothing is rounded."""


class _Norm(NamedTuple):
    position: int
    inputs: Tensor
    mean: Tensor | None
    deviation: Tensor | None


class _Relu(NamedTuple):
    outputs: Tensor


class QuantizedStack:
    """E copies of one network with formats of their own, in training.

    Parameters
    ----------
    network
        Where the copies start. A batch norm on the features keeps its statistics, those on
        hidden layers use the batch's.
    precisions
        One for each copy, explicit fractions, the same `data_ranges`.
    device
        Where to compute.
    clip
        Gradients are zero outside a format's range; otherwise they pass straight through.

    Attributes
    ----------
    latent, gradients
        Learned values before rounding, and their gradients, (E, size) of `rows`.
    fractions
        Of the data formats, (E, dense layers); whole numbers. Call `refold` after a change.
    products
        Gradients times values as used in the products, (E, size), after `differentiate`.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
    >>> layers = [LayerPrecision(FixedPoint(4, 2), FixedPoint(bits, 2)) for bits in (2, 4)]
    >>> start = initialized(network_spec("jsc-tiny"), seed=0).eval()
    >>> stack = QuantizedStack(start, [(layer,) for layer in layers])
    >>> stack.settle()
    >>> stack.logits(torch.zeros(16, 7)).shape
    torch.Size([2, 5, 7])
    """

    def __init__(
        self,
        network: Classifier,
        precisions: Sequence[NetworkPrecision],
        device: torch.device | str = "cpu",
        *,
        clip: bool = True,
    ) -> None:
        self.rows = ParameterRows(network.spec)
        layers = network.spec.layers
        self._ranges = [
            found.after_relu()
            if found and position and isinstance(layers[position - 1], ReLU)
            else found
            for position, found in zip(self.rows.dense, data_ranges(precisions[0]), strict=True)
        ]
        self.clip = clip
        self._members = len(precisions)
        start = self.rows.of(network).to(device)
        self.latent = start.repeat(self._members, 1)
        self.gradients = torch.zeros_like(self.latent)
        self.products = torch.zeros_like(self.latent)
        norms: dict[int, Any] = {p: network.blocks[p] for p in self.rows.norms}
        self.statistics: dict[int, tuple[Tensor, Tensor]] = {
            position: (
                norm.running_mean.to(device).repeat(self._members, 1),
                norm.running_var.to(device).repeat(self._members, 1),
            )
            for position, norm in norms.items()
        }
        self._eps: dict[int, float] = {position: norm.eps for position, norm in norms.items()}
        self._formats = WeightFormats(self.rows, precisions, self.latent)
        self.fractions = column(
            [
                [float(layer.data.fraction or 0) if layer.data else 0.0 for layer in precision]
                for precision in precisions
            ],
            device,
        )
        self._alike = (self.fractions == self.fractions[:1]).all(dim=0).tolist()
        self._used = torch.zeros_like(self.latent)
        self._scaled = torch.zeros_like(self.latent)
        self._zero = torch.zeros((), device=device)
        self._scratch = Scratch(device)
        self.refold()

    def __len__(self) -> int:
        """Return the number of copies."""
        return self._members

    @property
    def classes(self) -> int:
        """Classes that the copies tell apart."""
        return self.rows.slots[self.rows.dense[-1]].shape[0]

    def refold(self) -> None:
        """Put the factors of the data's fractions into the weights, norms and biases."""
        dense = range(len(self.rows.dense))
        exponents = torch.zeros(
            self._members, 2 * len(dense) + len(self.rows.norms) + 1, device=self.latent.device
        )
        for number in dense:
            fraction = self.fractions[:, number]
            exponents[:, 2 * number] -= fraction
            producer = self.rows.producers[number]
            if producer in self.rows.dense:
                before = 2 * self.rows.dense.index(producer)
                exponents[:, before] += fraction
                exponents[:, before + 1] += fraction
            elif producer is not None:
                exponents[:, 2 * len(dense) + self.rows.norms.index(producer)] += fraction
        self._factor = self.rows.spread(power_of_two(exponents))
        self._step = self._factor / self._formats.scale

    def round(self) -> None:
        """Round the latent values, for the next products."""
        self._formats.round(self.latent, self._scaled, self._used)
        self._used.mul_(self._step)

    def standardized(self, features: Tensor) -> Tensor:
        """Return features (inputs, n) less the mean, over the deviation, of a norm on them.

        Training takes them so; `logits` takes them as they are.
        """
        if 0 not in self.rows.norms:
            return features
        mean, variance = (values[0].double()[:, None] for values in self.statistics[0])
        return ((features - mean) / (variance + self._eps[0]).sqrt()).float()

    @torch.no_grad()
    def settle(self) -> None:
        """Round the latent values and fold the norms, for `logits`."""
        self.round()
        for position in self.rows.norms:
            mean, variance = self.statistics[position]
            values = self.rows.view(self.latent, position).double()
            scale = values[:, 0] / (variance.double() + self._eps[position]).sqrt()
            shift = values[:, 1] - mean.double() * scale
            used = self.rows.view(self._used, position)
            used.copy_(torch.stack([scale.float(), shift.float()], dim=1))
            used.mul_(self.rows.view(self._factor, position))

    @torch.no_grad()
    def logits(self, features: Tensor) -> Tensor:
        """Return logits (E, classes, B) of features (inputs, B), as the finished networks do.

        After `settle`; where products are exact in float32 equal, bit for bit, to those of
        `moo_jsc.quantization.network.QuantizedNetwork`. Overwritten by the next call.
        """
        return self._forward(features, None)

    @torch.no_grad()
    def differentiate(self, features: Tensor, targets: Tensor) -> None:
        """Fill `gradients` with those of the mean cross-entropy of each copy on a batch.

        Parameters
        ----------
        features
            `standardized`, shape (inputs, B).
        targets
            Classes one-hot, float32, shape (classes, B).
        """
        self.round()
        kept: list[_Dense | _Norm | _Relu] = []
        gradient = torch.softmax(self._forward(features, kept), dim=1)
        gradient.sub_(targets)
        for step in reversed(kept):
            if isinstance(step, _Dense):
                gradient = self._dense_gradients(step, gradient)
            elif isinstance(step, _Norm):
                gradient = self._norm_gradients(step, gradient)
            else:
                _threshold(gradient, step.outputs)
        self.gradients.mul_(1.0 / features.shape[1])
        torch.mul(self._used, self.gradients, out=self.products)
        self.gradients.mul_(self._factor)
        stopped = self._formats.stopped(self._scaled, clip=self.clip)
        if stopped is not None:
            torch.where(stopped, self._zero, self.gradients, out=self.gradients)

    @torch.no_grad()
    def estimate_norms(self, features: Tensor, batch: int) -> None:
        """Set the statistics of hidden batch norms to their means over batches of features.

        Parameters
        ----------
        features
            `standardized`, shape (inputs, n).
        batch
            Samples at a time.
        """
        hidden = [position for position in self.rows.norms if position]
        if not hidden:
            return
        self.round()
        for position in hidden:
            for values in self.statistics[position]:
                values.zero_()
        batches = [part for part in features.split(batch, dim=1) if part.shape[1] > 1]
        sums = {p: [torch.zeros_like(part) for part in self.statistics[p]] for p in hidden}
        for part in batches:
            self._forward(part.contiguous(), [])
            for position in hidden:
                for total, values in zip(sums[position], self.statistics[position], strict=True):
                    total.add_(values, alpha=1.0 / (MOMENTUM * len(batches)))
                    values.zero_()
        for position in hidden:
            for total, values in zip(sums[position], self.statistics[position], strict=True):
                values.copy_(total)

    def _forward(self, values: Tensor, kept: list[_Dense | _Norm | _Relu] | None) -> Tensor:
        """Return the logits; with a list `kept` in training, what gradients need is put there."""
        layers = self.rows.spec.layers
        learned = min(self.rows.slots)
        for position, layer in enumerate(layers):
            if isinstance(layer, BatchNorm):
                values = self._normalized(position, values, kept)
            elif isinstance(layer, Linear):
                values = self._product(position, values, kept)
            elif self._range_after(position) is None:
                values = values.relu()
                if kept is not None and position > learned:
                    kept.append(_Relu(values))
        return values

    def _range_after(self, position: int) -> CodeRange | None:
        """Return the range that a ReLU's outputs are rounded to, which then does its work."""
        if position + 1 not in self.rows.dense:
            return None
        return self._ranges[self.rows.dense.index(position + 1)]

    def _product(
        self, position: int, values: Tensor, kept: list[_Dense | _Norm | _Relu] | None
    ) -> Tensor:
        number = self.rows.dense.index(position)
        if self.rows.producers[number] is None:
            # Features, rounded once for all copies where these have one format of them.
            alike = self.fractions[:1] if self._alike[number] else self.fractions
            values = values * power_of_two(alike[:, number]).view(-1, 1, 1)
        found, codes = self._ranges[number], values
        if found is not None:
            codes = self._scratch.get(f"codes {position}", values.shape)
            if found.rounding == "even":
                torch.round(values, out=codes)
            else:
                round_codes_(codes.copy_(values), found.rounding)
            codes.clamp_(found.lowest, found.highest)
        codes = codes.expand(self._members, -1, -1)
        if kept is not None:
            kept.append(_Dense(position, codes, values, found))
        weight, bias = self.rows.view(self._used, position), self.rows.biases(self._used, position)
        room = self._scratch.get(f"output {position}", (*weight.shape[:2], values.shape[2]))
        return torch.baddbmm(bias.unsqueeze(2), weight, codes, out=room)

    def _normalized(
        self, position: int, values: Tensor, kept: list[_Dense | _Norm | _Relu] | None
    ) -> Tensor:
        used = self.rows.view(self._used, position)
        if position == 0 or kept is None:
            if kept is not None:
                kept.append(_Norm(position, values, None, None))
            shape = (self._members, used.shape[2], values.shape[-1])
            room = self._scratch.get(f"output {position}", shape)
            return torch.mul(values, used[:, 0, :, None], out=room).add_(used[:, 1, :, None])
        samples = values.shape[2]
        mean, variance = self.statistics[position]
        output, batch_mean, deviation = torch.native_batch_norm(
            values.view(1, -1, samples),
            used[:, 0].reshape(-1),
            used[:, 1].reshape(-1),
            mean.view(-1),
            variance.view(-1),
            True,
            MOMENTUM,
            self._eps[position],
        )
        kept.append(_Norm(position, values, batch_mean, deviation))
        return output.view(values.shape)

    def _dense_gradients(self, step: _Dense, gradient: Tensor) -> Tensor:
        """Fill a dense layer's gradients; return the gradient at its input before rounding."""
        into = self.rows.view(self.gradients, step.position)
        # torch multiplies one copy after another where the result is not contiguous.
        room = self._scratch.get("weights", into.shape)
        into.copy_(torch.bmm(gradient, step.inputs.transpose(1, 2), out=room))
        torch.sum(gradient, dim=2, out=self.rows.biases(self.gradients, step.position))
        if self.rows.producers[self.rows.dense.index(step.position)] is None:
            return gradient
        weight = self.rows.view(self._used, step.position)
        room = self._scratch.get(f"gradient {step.position}", step.inputs.shape)
        result = torch.bmm(weight.transpose(1, 2), gradient, out=room)
        if step.range is not None and self.clip:
            torch.ops.aten.hardtanh_backward.grad_input(
                result, step.scaled, *step.range.inside, grad_input=result
            )
        elif step.range is not None and step.range.positive:
            _threshold(result, step.scaled)
        return result

    def _norm_gradients(self, step: _Norm, gradient: Tensor) -> Tensor:
        into = self.rows.view(self.gradients, step.position)
        if step.mean is None:
            torch.sum(gradient, dim=2, out=into[:, 1])
            torch.sum(gradient.mul_(step.inputs), dim=2, out=into[:, 0])
            return gradient
        samples = gradient.shape[2]
        used = self.rows.view(self._used, step.position)
        mean, variance = self.statistics[step.position]
        result, scales, shifts = torch.ops.aten.native_batch_norm_backward(
            gradient.view(1, -1, samples),
            step.inputs.view(1, -1, samples),
            used[:, 0].reshape(-1),
            mean.view(-1),
            variance.view(-1),
            step.mean,
            step.deviation,
            True,
            self._eps[step.position],
            [True, True, True],
        )
        into[:, 0].copy_(scales.view(self._members, -1))
        into[:, 1].copy_(shifts.view(self._members, -1))
        return result.view(gradient.shape)

    def network(self, member: int) -> Classifier:
        """Return one copy in float32, its batch norms with their statistics."""
        statistics = {
            position: (mean[member].cpu(), variance[member].cpu())
            for position, (mean, variance) in self.statistics.items()
        }
        return self.rows.network(self.latent[member].cpu(), statistics, self._eps)

    @torch.no_grad()
    def take_norms(self, networks: Sequence[Classifier]) -> None:
        """Give each copy the batch norms on hidden layers of one of `networks`, in order."""
        for position in self.rows.norms:
            if position:
                norms: list[Any] = [network.blocks[position] for network in networks]
                values = [torch.stack([norm.weight, norm.bias]) for norm in norms]
                self.rows.view(self.latent, position).copy_(torch.stack(values))
                self.statistics[position][0].copy_(torch.stack([n.running_mean for n in norms]))
                self.statistics[position][1].copy_(torch.stack([n.running_var for n in norms]))
                self._eps[position] = norms[0].eps


def _threshold(gradient: Tensor, outputs: Tensor) -> None:
    """Make a gradient zero, in place, where a ReLU's outputs are."""
    torch.ops.aten.threshold_backward.grad_input(gradient, outputs, 0, grad_input=gradient)
