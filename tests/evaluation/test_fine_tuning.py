import copy

import numpy as np
import pytest
import torch
from torch import nn

from moo_jsc.data import Split
from moo_jsc.evaluation import fine_tuning
from moo_jsc.evaluation.fine_tuning import (
    GROUP,
    FineTuning,
    StackedFormats,
    fine_tune,
    fine_tuned_scores,
    quantized_scores,
)
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.networks.training import batch_order
from moo_jsc.objectives.prediction import ACCURACY, LOSS
from moo_jsc.quantization.calibration import Calibration
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision

SHORT = FineTuning(epochs=1, batch_size=64, learning_rate=5e-3)
FLOAT = (LayerPrecision(),) * 3


def clusters(seed, rows):
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(5, 16))
    labels = rng.integers(0, 5, size=rows)
    features = centres[labels] + rng.normal(scale=0.8, size=(rows, 16))
    return Split(features.astype(np.float32), labels.astype(np.int64))


TRAIN, HELD_OUT = clusters(1, 600), clusters(2, 300)


@pytest.fixture(scope="module", autouse=True)
def one_thread_of_torch():
    """Small tensors are slower on two threads, much so when test processes share the cores."""
    with one_thread():
        yield


@pytest.fixture(scope="module")
def network():
    """A three-layer network, trained for a moment in float32."""
    network = initialized(network_spec("jsc-three-linear"), seed=0)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    features, labels = torch.as_tensor(TRAIN.features), torch.as_tensor(TRAIN.labels)
    for _ in range(60):
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(features), labels).backward()
        optimiser.step()
    return network.eval()


@pytest.fixture(scope="module")
def precisions(network):
    """Forty random configurations of 2 to 8 bits, some layers in float32."""
    rng = np.random.default_rng(3)
    calibration = Calibration(network, TRAIN.features)

    def layer():
        bits = rng.choice([2, 3, 4, 8], size=3)
        formats = [None if rng.random() < 0.1 else FixedPoint(int(width)) for width in bits]
        return LayerPrecision(*formats)

    return [calibration.resolve((layer(), layer(), layer())) for _ in range(40)]


def same_bits(first, second):
    one, other = first.state_dict(), second.state_dict()
    return all(torch.equal(one[key], other[key]) for key in one)


def reference(network, precision, train, settings):
    """Fine-tune one configuration plainly: one network, one step after another."""
    network = copy.deepcopy(network).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    features, labels = torch.as_tensor(train.features), torch.as_tensor(train.labels)
    steps = -(-len(labels) // settings.batch_size) * settings.epochs
    step = 0
    for epoch in range(settings.epochs):
        order = torch.from_numpy(batch_order(settings.seed, epoch, len(labels)))
        for rows in order.split(settings.batch_size):
            rate = settings.learning_rate * (1 + np.cos(np.pi * step / steps)) / 2
            optimiser.param_groups[0]["lr"] = rate
            values, formats = features[rows], iter(precision)
            for block in network.blocks:
                if isinstance(block, nn.Linear):
                    layer = next(formats)
                    values = nn.functional.linear(
                        quantize(values, layer.data),
                        quantize(block.weight, layer.weight),
                        quantize(block.bias, layer.bias),
                    )
                else:
                    values = block(values)
            optimiser.zero_grad()
            nn.functional.cross_entropy(values, labels[rows]).backward()
            optimiser.step()
            step += 1
    return network.eval()


def test_together_is_as_alone_bit_for_bit(network, precisions):
    together = list(fine_tune(network, precisions, TRAIN, SHORT))
    assert len(together) == len(precisions) > GROUP
    for position in (0, 7, GROUP - 1, GROUP, len(precisions) - 1):
        (alone,) = fine_tune(network, [precisions[position]], TRAIN, SHORT)
        assert same_bits(alone, together[position])


def test_neither_order_nor_company_matters(network, precisions):
    some = [precisions[i] for i in (5, 39, 5, 20)]
    scores = fine_tuned_scores(network, precisions, TRAIN, HELD_OUT, [ACCURACY, LOSS], SHORT)
    again = fine_tuned_scores(network, some, TRAIN, HELD_OUT, [ACCURACY, LOSS], SHORT)
    assert np.array_equal(again, scores[[5, 39, 5, 20]])
    turned = fine_tuned_scores(network, precisions[::-1], TRAIN, HELD_OUT, [ACCURACY, LOSS], SHORT)
    assert np.array_equal(turned[::-1], scores)


@pytest.mark.parametrize("size", [1, 5, 64])
def test_the_size_of_the_group_changes_nothing_but_rounding(network, precisions, monkeypatch, size):
    expected = fine_tuned_scores(network, precisions[:6], TRAIN, HELD_OUT, [LOSS], SHORT)
    monkeypatch.setattr(fine_tuning, "GROUP", size)
    scores = fine_tuned_scores(network, precisions[:6], TRAIN, HELD_OUT, [LOSS], SHORT)
    assert np.allclose(scores, expected, atol=0.05)


def test_the_number_of_threads_does_not_matter(network, precisions):
    found = []
    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found.append(list(fine_tune(network, precisions[:3], TRAIN, SHORT)))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert all(same_bits(*pair) for pair in zip(*found, strict=True))


def test_it_is_the_plain_loop_within_rounding(network, precisions):
    # Rounding is discontinuous: a last-bit difference may flip a code and grow from there, so
    # the float network must agree closely and quantised ones in what they predict.
    (tuned,) = fine_tune(network, [FLOAT], TRAIN, SHORT)
    expected = reference(network, FLOAT, TRAIN, SHORT)
    for key, value in expected.state_dict().items():
        if not value.is_floating_point():
            continue
        assert torch.allclose(tuned.state_dict()[key].double(), value.double(), atol=1e-4), key
    scores = fine_tuned_scores(network, precisions[:6], TRAIN, HELD_OUT, [LOSS], SHORT)
    plain = [
        quantized_scores(reference(network, p, TRAIN, SHORT), p, HELD_OUT, [LOSS])
        for p in precisions[:6]
    ]
    assert np.allclose(scores, plain, atol=0.05)


@pytest.mark.parametrize("name", ["jsc-tiny", "jsc-toy", "hls4ml-3layer"])
def test_other_networks_of_the_family(name):
    start = initialized(network_spec(name), seed=1)
    layers = len(start.spec.linear_layers)
    precisions = [
        (LayerPrecision(FixedPoint(w, w // 2), FixedPoint(w, w - 1), FixedPoint(8, 4)),) * layers
        for w in (3, 6)
    ]
    tuned = list(fine_tune(start, precisions, TRAIN, SHORT))
    (alone,) = fine_tune(start, precisions[1:], TRAIN, SHORT)
    assert same_bits(tuned[1], alone)
    assert not same_bits(tuned[0], tuned[1])


def test_it_recovers_what_rounding_cost(network, precisions):
    low = [p for p in precisions if min(layer.weight_width for layer in p) == 2]
    before = np.array([quantized_scores(network, p, HELD_OUT, [LOSS]) for p in low])
    after = fine_tuned_scores(network, low, TRAIN, HELD_OUT, [LOSS], FineTuning(4, 5e-3, 64))
    assert len(low) > 10
    assert (after < before).mean() > 0.9


def test_the_network_stays_as_it_was(network, precisions):
    before = copy.deepcopy(network.state_dict())
    list(fine_tune(network, precisions[:1], TRAIN, SHORT))
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    assert not network.training


def test_seeds_matter(network, precisions):
    (one,) = fine_tune(network, precisions[:1], TRAIN, SHORT)
    (other,) = fine_tune(network, precisions[:1], TRAIN, FineTuning(1, 5e-3, 64, seed=1))
    assert not same_bits(one, other)


def test_each_network_is_rounded_by_its_own_formats(precisions):
    torch.manual_seed(0)
    values, weight = torch.randn(40, 7, 16), torch.randn(40, 16, 16)
    bias = torch.randn(40, 16)
    formats = StackedFormats(precisions)
    for position in range(3):
        rounded = formats(position, values, weight, bias)
        for member, precision in enumerate(precisions):
            layer = precision[position]
            assert torch.equal(rounded[0][member], quantize(values[member], layer.data))
            assert torch.equal(rounded[1][member], quantize(weight[member], layer.weight))
            assert torch.equal(rounded[2][member], quantize(bias[member], layer.bias))


def test_nothing_to_do(network):
    assert fine_tuned_scores(network, [], TRAIN, HELD_OUT, [ACCURACY]).shape == (0, 1)


def test_an_open_fraction_is_named(network):
    open_formats = (LayerPrecision(weight=FixedPoint(4)),) * 3
    with pytest.raises(InputError, match="weight fraction is open"):
        list(fine_tune(network, [open_formats], TRAIN, SHORT))


def test_no_training_rows(network):
    empty = Split(TRAIN.features[:0], TRAIN.labels[:0])
    with pytest.raises(InputError, match="at least one training row"):
        list(fine_tune(network, [FLOAT], empty, SHORT))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("epochs", 0), ("batch_size", 0), ("seed", -1), ("learning_rate", 0.0), ("epochs", 1.5)],
)
def test_settings_out_of_range_are_named(setting, value):
    with pytest.raises(InputError, match=f"fine-tuning {setting} = "):
        FineTuning(**{setting: value})
