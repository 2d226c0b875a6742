"""Fine-tuning as one would write it: one configuration, autograd, torch's own modules."""

import copy

import torch
from torch import nn

from moo_jsc.evaluation.recipe import FineTuning
from moo_jsc.quantization.fixed_point import round_codes_
from moo_jsc.quantization.pruning import prune


class Clipped(torch.autograd.Function):
    """Codes of scaled numbers; gradients straight through, zero outside the range."""

    @staticmethod
    def forward(ctx, scaled, fmt, clip):
        low, high = (0.0, 1.0) if fmt.code_rounding == "down" else (-0.5, 0.5)
        inside = (scaled > fmt.lowest_code + low) & (scaled < fmt.highest_code + high)
        ctx.save_for_backward(inside if clip else torch.ones_like(inside))
        codes = round_codes_(scaled.clone(), fmt.code_rounding)
        return codes.clamp(fmt.lowest_code, fmt.highest_code)

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.saved_tensors[0], None, None


class NearestPower(torch.autograd.Function):
    """2^round(logarithm), straight through the rounding, the gradient over ln 2."""

    @staticmethod
    def forward(ctx, logarithm):
        step = torch.exp2(logarithm.round())
        ctx.save_for_backward(step)
        return step

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.saved_tensors[0]


def rounded(values, fmt, step, clip):
    return values if fmt is None else Clipped.apply(values / step, fmt, clip) * step


class PlainNetwork(nn.Module):
    """A network with rounding, and the binary logarithms of its data steps as parameters."""

    def __init__(self, network, precision, clip=True):
        super().__init__()
        self.blocks = copy.deepcopy(network.blocks).train()
        if isinstance(self.blocks[0], nn.BatchNorm1d):
            self.blocks[0].eval()
        self.precision, self.clip = precision, clip
        self.logarithms = nn.ParameterList(
            nn.Parameter(torch.tensor(-float(p.data.fraction if p.data else 0))) for p in precision
        )
        self.kept = []
        for block, layer in zip(self.dense, precision, strict=True):
            with torch.no_grad():
                block.weight.copy_(prune(block.weight, layer.pruned))
            self.kept.append(block.weight != 0 if layer.pruned else None)

    @property
    def dense(self):
        return [block for block in self.blocks if isinstance(block, nn.Linear)]

    def forward(self, values):
        layers = iter(zip(self.precision, self.logarithms, self.kept, strict=True))
        for block in self.blocks:
            if not isinstance(block, nn.Linear):
                values = block(values)
                continue
            layer, logarithm, kept = next(layers)
            weight = block.weight if kept is None else block.weight * kept
            values = nn.functional.linear(
                rounded(values, layer.data, NearestPower.apply(logarithm), self.clip),
                rounded(weight, layer.weight, layer.weight and layer.weight.step, self.clip),
                rounded(block.bias, layer.bias, layer.bias and layer.bias.step, self.clip),
            )
        return values


class StepAdam:
    """Adam on the logarithms of the steps, with moments that decay by 0.9 and 0.99."""

    def __init__(self, logarithms):
        idle = [nn.Parameter(torch.zeros(()))]
        self.optimizer = torch.optim.Adam(logarithms or idle, betas=(0.9, 0.99), eps=1e-30)

    def step(self, rate):
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.step()


def plain_fine_tuning(network, precision, learned, train, settings: FineTuning, estimation_batch):
    """Return the trained `PlainNetwork`, batch norms re-estimated, in evaluation mode."""
    plain = PlainNetwork(network, precision, settings.clip)
    own = [p for name, p in plain.named_parameters() if not name.startswith("logarithms")]
    optimizer = torch.optim.Adam(own, lr=settings.learning_rate)
    steps = StepAdam([t for t, open_ in zip(plain.logarithms, learned, strict=True) if open_])
    features, labels = torch.as_tensor(train.features), torch.as_tensor(train.labels)
    last = []
    for step, batch in enumerate(settings.batches(len(labels))):
        plain.zero_grad()
        rows = torch.from_numpy(batch)
        nn.functional.cross_entropy(plain(features[rows]), labels[rows]).backward()
        if settings.rate_of_steps(step):
            steps.step(settings.rate_of_steps(step))
        optimizer.param_groups[0]["lr"] = settings.rate(step)
        optimizer.step()
        if step >= settings.averaged_from:
            last.append([p.detach().clone() for p in own])
    with torch.no_grad():
        for parameter, *values in zip(own, *(last or [own]), strict=True):
            parameter.copy_(torch.stack(values).mean(dim=0))
        norms = [b for b in plain.blocks if isinstance(b, nn.BatchNorm1d) and b.training]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None
        for part in features.split(estimation_batch):
            plain(part)
    return plain.eval()
