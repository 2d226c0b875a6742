"""The batched evaluator against the plain reference, one configuration at a time."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from moo_jsc.evaluation.evaluator import BatchedEvaluator
from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import initialized, predict
from moo_jsc.networks.family import network_spec
from moo_jsc.networks.specification import BatchNorm, Linear, NetworkSpec, ReLU
from moo_jsc.objectives.objective import PredictionObjective
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, PowerOfTwo, Ternary
from moo_jsc.quantization.network import QuantizedNetwork

FLOAT = LayerPrecision()


class Accuracy(PredictionObjective):
    def score(self, logits, labels):
        return float((predict(logits) == labels).double().mean())


class Loss(PredictionObjective):
    def score(self, logits, labels):
        return float(nn.functional.cross_entropy(logits.double(), labels))


class LargestLogit(PredictionObjective):
    """Stands for any objective without a fast path, and sees the order of samples."""

    def score(self, logits, labels):
        weights = torch.arange(len(labels)) % 7
        return float((logits.amax(dim=1).double() * weights).sum())


ACCURACY = Accuracy(
    name="accuracy", unit="1", sense="max", definition="fraction correct", source="test"
)
LOSS = Loss(name="loss", unit="nats", sense="min")
OTHER = LargestLogit(name="largest-logit", unit="1", sense="min")


def random_network(spec, rng):
    """A network whose batch norms are not the identity."""
    network = initialized(spec, seed=int(rng.integers(1000)))
    for block in network.blocks:
        if isinstance(block, nn.BatchNorm1d):
            for tensor, low in (
                (block.weight.data, 0.2),
                (block.bias.data, -1.0),
                (block.running_mean, -1.0),
                (block.running_var, 0.1),
            ):
                tensor.copy_(torch.from_numpy(rng.uniform(low, 2.0, tensor.shape)))
    return network.eval()


def reference_logits(network, options, row, features):
    precision = tuple(layer[index] for layer, index in zip(options, row, strict=True))
    return QuantizedNetwork(network, precision)(torch.from_numpy(features))


def differing_predictions(evaluator, network, options, choices, features):
    """Count predictions that differ from the reference's, and the widest margin among them.

    The margin is the reference's distance between the two logits in question, relative to its
    largest logit.
    """
    count, widest = 0, 0.0
    for row, logits in zip(choices, evaluator.logits(choices), strict=True):
        expected = reference_logits(network, options, row, features)
        ours, theirs = predict(logits), predict(expected)
        for sample in torch.nonzero(ours != theirs).flatten().tolist():
            values = expected[sample]
            gap = (values[theirs[sample]] - values[ours[sample]]) / values.abs().max()
            count, widest = count + 1, max(widest, float(gap))
    return count, widest


def data(rng, samples, channels, classes):
    features = rng.normal(scale=2.0, size=(samples, channels)).astype(np.float32)
    # Halves and quarters provoke ties in rounding and in predictions.
    features[::2] = np.round(features[::2] * 4) / 4
    return features, rng.integers(0, classes, samples)


@st.composite
def specs(draw):
    """Any network of the kind: norms and ReLUs before, between and after dense layers."""
    widths = draw(st.lists(st.integers(1, 9), min_size=2, max_size=5))
    layers = []
    for position, width in enumerate(widths):
        if position:
            layers.append(Linear(widths[position - 1], width))
        layers += draw(
            st.sampled_from(
                [
                    [],
                    [ReLU(width)],
                    [BatchNorm(width)],
                    [BatchNorm(width), ReLU(width)],
                    [ReLU(width), BatchNorm(width)],
                ]
            )
        )
    return NetworkSpec("random", tuple(layers))


# Sums of products in these formats have at most 24 significant bits for up to 9 inputs.
roundings = st.sampled_from(["even", "up", "down"])
exact_formats = st.builds(
    FixedPoint, st.integers(1, 6), st.integers(-1, 6), st.booleans(), roundings
)
weight_formats = (
    exact_formats
    | st.builds(Ternary, fraction=st.integers(-1, 6))
    | st.builds(PowerOfTwo, st.just(3), st.integers(0, 6))
)
bias_formats = st.builds(FixedPoint, st.integers(1, 8), st.integers(0, 8), st.booleans(), roundings)
exact_precisions = st.builds(
    LayerPrecision,
    exact_formats,
    weight_formats,
    bias_formats,
    st.sampled_from([0.0, 0.25, 0.5, 0.75]),
)


@st.composite
def exact_cases(draw):
    spec = draw(specs())
    options = [draw(st.lists(exact_precisions, min_size=1, max_size=4)) for _ in spec.linear_layers]
    every = list(itertools.product(*(range(len(layer)) for layer in options)))
    choices = draw(st.lists(st.sampled_from(every), min_size=1, max_size=12))
    return (
        spec,
        options,
        np.array(choices),
        draw(st.integers(1, 60)),
        draw(st.integers(0, 2**32 - 1)),
        draw(st.sampled_from([1, 3])),
        draw(st.sampled_from([1, 2**20])),
    )


@settings(max_examples=80, deadline=None)
@given(exact_cases())
def test_bit_for_bit_equal_where_arithmetic_is_exact(case):
    spec, options, choices, samples, seed, siblings, working_set = case
    rng = np.random.default_rng(seed)
    network = random_network(spec, rng)
    first, last = spec.linear_layers[0], spec.linear_layers[-1]
    features, labels = data(rng, samples, first.inputs, last.outputs)
    evaluator = BatchedEvaluator(
        network,
        options,
        features,
        labels,
        [ACCURACY, OTHER, LOSS],
        siblings=siblings,
        working_set=working_set,
    )
    logits = evaluator.logits(choices)
    values = evaluator.evaluate(choices)
    for row, ours, scores in zip(choices, logits, values, strict=True):
        expected = reference_logits(network, options, row, features)
        assert torch.equal(ours, expected)
        wanted = [o.score(expected, torch.from_numpy(labels)) for o in (ACCURACY, OTHER, LOSS)]
        assert scores[0] == wanted[0]
        assert scores[1] == wanted[1]
        assert scores[2] == pytest.approx(wanted[2], rel=1e-5, abs=1e-6)


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(5)
    network = random_network(network_spec("jsc-three-linear"), rng)
    features, labels = data(rng, 700, 16, 5)
    layer = [
        LayerPrecision(FixedPoint(d, d // 2), FixedPoint(w, w - 1), FixedPoint(8, 5))
        for d in (3, 5, 8)
        for w in (2, 4, 8)
    ]
    return network, [layer] * 3, features, labels


def test_a_value_does_not_depend_on_its_batch(case):
    network, options, features, labels = case
    float_options = [[*layer, FLOAT, LayerPrecision(weight=FixedPoint(4, 3))] for layer in options]
    evaluator = BatchedEvaluator(network, float_options, features, labels, [ACCURACY, LOSS])
    rng = np.random.default_rng(0)
    choices = rng.integers(0, 11, size=(400, 3))
    together = evaluator.evaluate(choices)
    order = rng.permutation(400)
    np.testing.assert_array_equal(evaluator.evaluate(choices[order]), together[order])
    for row in range(0, 400, 40):
        np.testing.assert_array_equal(
            evaluator.evaluate(choices[row : row + 1]), together[row : row + 1]
        )
        np.testing.assert_array_equal(
            evaluator.evaluate(choices[row : row + 7]), together[row : row + 7]
        )


def test_whole_space_in_small_batches(case, monkeypatch):
    network, options, features, labels = case
    evaluator = BatchedEvaluator(network, options, features, labels, [ACCURACY])
    choices = np.array(list(itertools.product(range(9), repeat=3)))
    together = evaluator.evaluate(choices)
    monkeypatch.setattr("moo_jsc.evaluation.evaluator._SUM_ENTRIES", 9 * 50)
    np.testing.assert_array_equal(evaluator.evaluate(choices), together)
    assert len(np.unique(together)) > 20


def test_the_generic_path_agrees_with_the_fast_one(case, monkeypatch):
    network, options, features, labels = case
    slow_accuracy = Accuracy(
        name="other-accuracy", unit="1", sense="max", definition="fraction correct", source="test"
    )
    evaluator = BatchedEvaluator(network, options, features, labels, [slow_accuracy, ACCURACY])
    monkeypatch.setattr("moo_jsc.evaluation.evaluator._LOGITS_BYTES", 2**20)
    choices = np.random.default_rng(0).integers(0, 9, size=(60, 3))
    values = evaluator.evaluate(choices)
    np.testing.assert_array_equal(values[:, 0], values[:, 1])


@pytest.mark.parametrize("name", ["jsc-tiny", "jsc-toy", "jsc-s", "jsc-three-linear"])
@pytest.mark.parametrize("final_relu", [False, True])
def test_the_family(name, final_relu):
    rng = np.random.default_rng(1)
    spec = network_spec(name, final_relu=final_relu)
    network = random_network(spec, rng)
    features, labels = data(rng, 300, 16, 5)
    layer = [
        LayerPrecision(FixedPoint(d, d // 2), FixedPoint(w, w // 2), FixedPoint(w, w // 2))
        for d in (4, 8)
        for w in (2, 4, 8)
    ]
    options = [layer] * len(spec.linear_layers)
    choices = rng.integers(0, 6, size=(20, len(options)))
    evaluator = BatchedEvaluator(network, options, features, labels, [ACCURACY, LOSS])
    values = evaluator.evaluate(choices)
    for row, (accuracy, loss) in zip(choices, values, strict=True):
        expected = reference_logits(network, options, row, features)
        assert accuracy == ACCURACY.score(expected, torch.from_numpy(labels))
        assert loss == pytest.approx(LOSS.score(expected, torch.from_numpy(labels)), rel=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        [FLOAT],
        [
            FLOAT,
            LayerPrecision(FixedPoint(16, 8), FixedPoint(16, 12), FixedPoint(16, 8)),
            LayerPrecision(FixedPoint(24, 12), FixedPoint(18, 15), None),
        ],
    ],
    ids=["float", "wide"],
)
def test_where_arithmetic_rounds_only_ties_differ(layer):
    rng = np.random.default_rng(2)
    network = random_network(network_spec("hls4ml-3layer"), rng)
    features, labels = data(rng, 2000, 16, 5)
    options = [layer] * 4
    choices = np.array(list(itertools.product(range(len(layer)), repeat=4)))
    evaluator = BatchedEvaluator(network, options, features, labels, [ACCURACY])
    count, widest = differing_predictions(evaluator, network, options, choices, features)
    print(f"{count} of {len(choices) * len(features)} predictions differ, margins <= {widest:.1e}")
    assert count <= 1e-4 * len(choices) * len(features)
    assert widest < 1e-3


def test_formats_beyond_the_range_of_scaled_weights():
    rng = np.random.default_rng(3)
    network = random_network(network_spec("jsc-tiny"), rng)
    network.blocks[2].weight.data.mul_(64)
    features, labels = data(rng, 50, 16, 5)
    options = [
        [
            LayerPrecision(FixedPoint(4, -126), FixedPoint(8, 0), FixedPoint(8, 4)),
            LayerPrecision(FixedPoint(8, 126), FixedPoint(8, 30), FixedPoint(8, 4)),
            LayerPrecision(FixedPoint(4, 2), FixedPoint(8, 0), FixedPoint(8, 4)),
        ]
    ]
    evaluator = BatchedEvaluator(network, options, features, labels, [ACCURACY])
    logits = evaluator.logits(np.arange(3)[:, None])
    for index in range(3):
        assert torch.equal(logits[index], reference_logits(network, options, [index], features))


def test_threads_are_left_as_they_were(case):
    network, options, features, labels = case
    evaluator = BatchedEvaluator(network, options, features, labels, [ACCURACY])
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        evaluator.evaluate(np.zeros((1, 3), dtype=np.int64))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_bad_input_is_named(case):
    network, options, features, labels = case

    def build(**changes):
        arguments = {
            "network": network,
            "options": options,
            "features": features,
            "labels": labels,
            "objectives": [ACCURACY],
        }
        return BatchedEvaluator(**{**arguments, **changes})

    broken = features.copy()
    broken[3, 4] = np.nan
    open_fraction = [[LayerPrecision(FixedPoint(4))]] * 3
    for changes, message in (
        ({"features": broken}, r"features\[3, 4\] = nan"),
        ({"features": features[:, :15]}, "expected 16 columns"),
        ({"labels": labels[:-1]}, r"expected \(n, channels\) and \(n,\)"),
        ({"labels": labels + 1}, "label 5: expected less than 5"),
        ({"labels": labels - 1}, "label -1: expected 0 or more"),
        ({"options": options[:2]}, "options of 2 dense layers: expected 3"),
        ({"options": [options[0], [], options[2]]}, "dense layer 1: expected at least one"),
        ({"options": open_fraction}, "open fraction"),
    ):
        with pytest.raises(InputError, match=message):
            build(**changes)
    evaluator = build()
    with pytest.raises(InputError, match=r"expected \(n, 3\)"):
        evaluator.evaluate(np.zeros((2, 2), dtype=np.int64))
    with pytest.raises(InputError, match=r"choice 9 for dense layer 1: expected 0\.\.8"):
        evaluator.evaluate(np.array([[0, 9, 0]]))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_equals_the_cpu_where_arithmetic_is_exact(case):
    network, options, features, labels = case
    choices = np.array(list(itertools.product(range(9), repeat=3)))
    on_cpu, on_gpu = (
        BatchedEvaluator(network, options, features, labels, [ACCURACY, LOSS], device=device)
        for device in ("cpu", "cuda")
    )
    expected, values = on_cpu.evaluate(choices), on_gpu.evaluate(choices)
    np.testing.assert_array_equal(values[:, 0], expected[:, 0])
    np.testing.assert_allclose(values[:, 1], expected[:, 1], rtol=1e-5)
