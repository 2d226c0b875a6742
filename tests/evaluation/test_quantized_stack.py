import numpy as np
import pytest
import torch
from torch import nn

from moo_jsc.evaluation.quantized_stack import QuantizedStack
from moo_jsc.evaluation.step_learning import StepLearning, step_gradients
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, PowerOfTwo, Ternary
from moo_jsc.quantization.network import QuantizedNetwork
from tests.evaluation.plain_fine_tuning import PlainNetwork


@pytest.fixture(scope="module", autouse=True)
def one_thread_of_torch():
    with one_thread():
        yield


NETWORKS = [
    ("jsc-tiny", False),
    ("jsc-toy", False),
    ("jsc-toy", True),
    ("jsc-three-linear", False),
    ("hls4ml-3layer", False),
]

DATA = [
    FixedPoint(4, 2),
    FixedPoint(3, 1, signed=False),
    FixedPoint(4, 2, rounding="down"),
    FixedPoint(4, 1, rounding="up"),
    None,
]
WEIGHTS = [FixedPoint(3, 2), Ternary(fraction=1), PowerOfTwo(3, 3), FixedPoint(6, 5), None]


def trained(name, final_relu=False):
    """A network whose batch norms and biases are not those of an untrained one."""
    network = initialized(network_spec(name, final_relu=final_relu), seed=0)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for block in network.blocks:
            if isinstance(block, nn.Linear):
                block.weight.mul_(3.0)  # so that no format rounds a whole row to zero
            if isinstance(block, nn.BatchNorm1d):
                for values, center in ((block.weight, 1.0), (block.bias, 0.2)):
                    values.copy_(center + 0.3 * torch.randn(len(values), generator=generator))
                block.running_mean.normal_(generator=generator).mul_(0.2)
                block.running_var.uniform_(0.5, 1.5, generator=generator)
    return network.eval()


def members(network, data, pruned=0.0):
    """Several precisions that share their data's widths, not their fractions."""
    layers = len(network.spec.linear_layers)
    found = []
    for shift, weight in enumerate(WEIGHTS):
        moved = data and FixedPoint(
            data.width, data.fraction + shift % 2, data.signed, data.rounding
        )
        layer = LayerPrecision(moved, weight, FixedPoint(8, 5), pruned)
        found.append((layer,) * layers)
    return found


def samples(network, rows=256):
    generator = torch.Generator().manual_seed(2)
    features = torch.randn(16, rows, generator=generator)
    labels = torch.randint(0, 5, (rows,), generator=generator)
    return features, labels


@pytest.mark.parametrize(("data", "clip"), [*((data, True) for data in DATA), (DATA[0], False)])
@pytest.mark.parametrize(("name", "final_relu"), NETWORKS)
def test_gradients_are_autograds(name, final_relu, data, clip):
    network = trained(name, final_relu)
    precisions = members(network, data, pruned=0.25)
    features, labels = samples(network)
    stack = QuantizedStack(network, precisions, clip=clip)
    targets = nn.functional.one_hot(labels, 5).float().t().contiguous()
    stack.differentiate(stack.standardized(features), targets)
    steps = step_gradients(stack)
    for member, precision in enumerate(precisions):
        plain = PlainNetwork(network, precision, clip)
        nn.functional.cross_entropy(plain(features.t()), labels).backward()
        for position in stack.rows.slots:
            block = plain.blocks[position]
            found = stack.rows.view(stack.gradients, position)[member]
            if isinstance(block, nn.Linear):
                expected = block.weight.grad
                # A bias before a batch norm has no gradient but what rounding leaves of its sum.
                close = 2e-5 * max(1.0, float(expected.abs().max()))
                biases = stack.rows.biases(stack.gradients, position)[member]
                assert torch.allclose(biases, block.bias.grad, atol=close), position
            else:
                expected = torch.stack([block.weight.grad, block.bias.grad])
                close = 2e-5 * max(1.0, float(expected.abs().max()))
            assert torch.allclose(found, expected, atol=close), position
        if not clip or data is None:
            continue
        for number, producer in enumerate(stack.rows.producers):
            expected = plain.logarithms[number].grad if producer is not None else torch.zeros(())
            assert torch.allclose(steps[member, number], expected, atol=5e-5), number


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize(("name", "final_relu"), NETWORKS)
def test_logits_are_those_of_the_quantized_network(name, final_relu, data):
    network = trained(name, final_relu)
    precisions = members(network, data, pruned=0.25)
    features, _ = samples(network)
    stack = QuantizedStack(network, precisions)
    stack.settle()
    logits = stack.logits(features)
    for member, precision in enumerate(precisions):
        expected = QuantizedNetwork(network, precision)(features.t()).t()
        exact = all(layer.data and layer.weight for layer in precision)
        if exact:
            assert torch.equal(logits[member], expected)
        else:
            assert torch.allclose(logits[member], expected, atol=1e-5)


def test_a_networks_values_come_back():
    network = trained("jsc-toy")
    stack = QuantizedStack(network, [(LayerPrecision(),) * 3] * 2)
    for key, value in stack.network(1).state_dict().items():
        if value.is_floating_point():
            assert torch.equal(value, network.state_dict()[key])


def test_norms_are_estimated_over_whole_batches():
    network = trained("jsc-toy")
    layer = LayerPrecision(FixedPoint(4, 2), FixedPoint(3, 2), FixedPoint(8, 5))
    features, _ = samples(network, rows=600)
    stack = QuantizedStack(network, [(layer,) * 3])
    stack.estimate_norms(stack.standardized(features), batch=200)
    plain = PlainNetwork(network, (layer,) * 3)
    for block in plain.blocks:
        if isinstance(block, nn.BatchNorm1d) and block.training:
            block.reset_running_stats()
            block.momentum = None
    for part in features.t().split(200):
        plain(part)
    for position, (mean, variance) in stack.statistics.items():
        block = plain.blocks[position]
        assert torch.allclose(mean[0], block.running_mean, atol=1e-5)
        assert torch.allclose(variance[0], block.running_var, atol=1e-4)


def test_steps_move_only_where_they_are_learned():
    network = trained("jsc-three-linear")
    layer = LayerPrecision(FixedPoint(3, 4), FixedPoint(4, 3), FixedPoint(8, 5))
    features, labels = samples(network)
    stack = QuantizedStack(network, [(layer,) * 3] * 2)
    learned = torch.tensor([[True, True, True], [True, False, False]])
    learning = StepLearning(stack, learned)
    targets = nn.functional.one_hot(labels, 5).float().t().contiguous()
    for _ in range(20):
        stack.differentiate(stack.standardized(features), targets)
        learning.step(0.2)
    moved = stack.fractions != 4
    assert moved[0].any()
    assert not (moved & ~learned).any()
    assert torch.equal(stack.fractions, stack.fractions.round())
    found = [
        tuple(LayerPrecision(FixedPoint(3, int(f)), layer.weight, layer.bias) for f in row)
        for row in stack.fractions
    ]
    again = QuantizedStack(network, found)
    stack.settle()
    again.settle()
    assert torch.equal(again.logits(features), stack.logits(features))


def test_members_do_not_touch_each_other():
    network = trained("jsc-three-linear")
    precisions = members(network, FixedPoint(4, 2))
    features, labels = samples(network)
    targets = nn.functional.one_hot(labels, 5).float().t().contiguous()
    together = QuantizedStack(network, precisions)
    together.differentiate(together.standardized(features), targets)
    for member, precision in enumerate(precisions):
        alone = QuantizedStack(network, [precision])
        alone.differentiate(alone.standardized(features), targets)
        assert torch.equal(alone.gradients[0], together.gradients[member])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_computes_the_same():
    network = trained("jsc-toy")
    precisions = members(network, FixedPoint(4, 2), pruned=0.25)
    features, labels = samples(network)
    targets = nn.functional.one_hot(labels, 5).float().t().contiguous()
    here, there = QuantizedStack(network, precisions), QuantizedStack(network, precisions, "cuda")
    here.differentiate(here.standardized(features), targets)
    there.differentiate(there.standardized(features.cuda()), targets.cuda())
    assert torch.allclose(here.gradients, there.gradients.cpu(), atol=1e-4)


def test_rows_are_whole_vectors():
    for name, _ in NETWORKS:
        stack = QuantizedStack(trained(name), members(trained(name), FixedPoint(4, 2)))
        assert stack.latent.shape[1] % 64 == 0
        assert np.prod(stack.latent.shape) == stack.gradients.numel()
