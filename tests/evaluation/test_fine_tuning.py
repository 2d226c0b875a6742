import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from moo_jsc.data import Split
from moo_jsc.evaluation import fine_tuning
from moo_jsc.evaluation.fine_tuning import (
    STRAIGHT_THROUGH,
    FineTuning,
    fine_tune,
    fine_tuned_scores,
    side_by_side,
)
from moo_jsc.evaluation.stack_training import ESTIMATION_BATCH
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.threads import one_thread
from moo_jsc.hardware.form import dense_forms, hardware_form, in_hardware_form
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.objectives.prediction import ACCURACY, ACCURACY_MACRO, LOSS
from moo_jsc.quantization.calibration import Calibration
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, Ternary
from moo_jsc.quantization.network import QuantizedNetwork
from tests.evaluation.plain_fine_tuning import plain_fine_tuning

SHORT = FineTuning(samples=600, batch_size=64, learning_rate=5e-3)
FLOAT = (LayerPrecision(),) * 3


def clusters(seed, rows):
    rng = np.random.default_rng(seed)
    centers = np.random.default_rng(0).normal(size=(5, 16))
    labels = rng.integers(0, 5, size=rows)
    features = centers[labels] + rng.normal(scale=0.8, size=(rows, 16))
    return Split(features.astype(np.float32), labels.astype(np.int64))


TRAIN, HELD_OUT = clusters(1, 600), clusters(2, 300)


@pytest.fixture(scope="module", autouse=True)
def one_thread_of_torch():
    """Small tensors are slower on two threads, much so when test processes share the cores."""
    with one_thread():
        yield


def trained_for_a_moment(name):
    network = initialized(network_spec(name), seed=0)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    features, labels = torch.as_tensor(TRAIN.features), torch.as_tensor(TRAIN.labels)
    for _ in range(60):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(features), labels).backward()
        optimizer.step()
    return network.eval()


@pytest.fixture(scope="module")
def network():
    """A three-layer network in float32."""
    return trained_for_a_moment("jsc-three-linear")


@pytest.fixture(scope="module")
def precisions():
    """Sixty random configurations of 2 to 8 bits, some layers in float32, all fractions open."""
    rng = np.random.default_rng(3)

    def layer(data):
        weight, bias = (FixedPoint(int(width)) for width in rng.choice([2, 3, 4, 8], size=2))
        kind = rng.random()
        weight = Ternary() if kind < 0.2 else None if kind < 0.3 else weight
        return LayerPrecision(data and FixedPoint(data), weight, bias, float(rng.choice([0, 0.3])))

    datas = [(4, 4, 4)] * 40 + [(3, 2, 8)] * 10 + [(4, None, 4)] * 10
    return [tuple(map(layer, data)) for data in datas]


def same_bits(first, second):
    one, other = first.network.state_dict(), second.network.state_dict()
    return first.precision == second.precision and all(
        torch.equal(one[key], other[key]) for key in one
    )


def scores_of(tuned, split, objectives):
    logits = QuantizedNetwork(*tuned)(torch.as_tensor(split.features))
    return [objective.score(logits, torch.as_tensor(split.labels)) for objective in objectives]


def test_together_is_as_alone_bit_for_bit(network, precisions):
    together = fine_tune(network, precisions, TRAIN, SHORT)
    size = side_by_side(network.spec)
    assert len(together) == len(precisions) > 2 * size
    for position in (0, 7, size - 1, size, 45, len(precisions) - 1):
        (alone,) = fine_tune(network, [precisions[position]], TRAIN, SHORT)
        assert same_bits(alone, together[position])


def test_neither_order_nor_company_matters(network, precisions):
    some = [precisions[i] for i in (5, 39, 5, 55)]
    arguments = TRAIN, [HELD_OUT], [ACCURACY, LOSS], SHORT
    scores = fine_tuned_scores(network, precisions, *arguments)
    again = fine_tuned_scores(network, some, *arguments)
    assert np.array_equal(again, scores[[5, 39, 5, 55]])
    turned = fine_tuned_scores(network, precisions[::-1], *arguments)
    assert np.array_equal(turned[::-1], scores)


def test_scores_are_those_of_the_quantized_networks(network, precisions):
    objectives = [ACCURACY, LOSS, ACCURACY_MACRO]
    some = precisions[::6]
    scores = fine_tuned_scores(network, some, TRAIN, [HELD_OUT, TRAIN], objectives, SHORT)
    assert scores.shape == (len(some), 2, 3)
    for row, tuned in zip(scores, fine_tune(network, some, TRAIN, SHORT), strict=True):
        for values, split in zip(row, (HELD_OUT, TRAIN), strict=True):
            assert np.allclose(values, scores_of(tuned, split, objectives), atol=1e-6)


@pytest.mark.parametrize("size", [1, 5, 64])
def test_the_size_of_the_group_changes_nothing(network, precisions, monkeypatch, size):
    expected = fine_tuned_scores(network, precisions[36:44], TRAIN, [HELD_OUT], [LOSS], SHORT)
    monkeypatch.setattr(fine_tuning, "side_by_side", lambda spec: size)
    scores = fine_tuned_scores(network, precisions[36:44], TRAIN, [HELD_OUT], [LOSS], SHORT)
    assert np.array_equal(scores, expected)


def test_the_number_of_threads_does_not_matter(network, precisions):
    found = []
    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found.append(fine_tune(network, precisions[:3], TRAIN, SHORT))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert all(same_bits(*pair) for pair in zip(*found, strict=True))


def plainly(network, precision, train, settings):
    explicit = Calibration(network, train.features).resolve(precision)
    learned = [layer.data is not None and layer.data.fraction is None for layer in precision]
    return explicit, plain_fine_tuning(
        network, explicit, learned, train, settings, ESTIMATION_BATCH
    )


@pytest.mark.parametrize("name", ["jsc-tiny", "jsc-toy", "hls4ml-3layer"])
def test_in_float32_it_is_the_plain_loop(name):
    start = initialized(network_spec(name), seed=1)
    (tuned,) = fine_tune(start, [(LayerPrecision(),) * len(start.spec.linear_layers)], TRAIN, SHORT)
    _, plain = plainly(start, tuned.precision, TRAIN, SHORT)
    # Not weight by weight: a bias before a batch norm goes where the rounding of a sum that is
    # zero takes it.
    features = torch.as_tensor(HELD_OUT.features)
    with torch.no_grad():
        assert torch.allclose(tuned.network(features), plain(features), atol=2e-3)


@pytest.mark.parametrize("settings", [SHORT, STRAIGHT_THROUGH])
def test_with_rounding_it_predicts_as_the_plain_loop(network, precisions, settings):
    # Rounding is discontinuous: a last-bit difference may flip a code and grow from there, so
    # what is predicted must agree, not every weight.
    settings = replace(settings, samples=1800, batch_size=64, learning_rate=5e-3)
    some = precisions[::8]
    features, labels = torch.as_tensor(HELD_OUT.features), torch.as_tensor(HELD_OUT.labels)
    for precision, tuned in zip(some, fine_tune(network, some, TRAIN, settings), strict=True):
        _, plain = plainly(network, precision, TRAIN, settings)
        (loss,) = scores_of(tuned, HELD_OUT, [LOSS])
        assert loss == pytest.approx(LOSS.score(plain(features).detach(), labels), abs=0.05)
        steps = [2.0**-p.data.fraction for p in tuned.precision if p.data]
        expected = [
            float(torch.exp2(t.detach().round()))
            for t, layer in zip(plain.logarithms, precision, strict=True)
            if layer.data
        ]
        assert np.abs(np.log2(steps) - np.log2(expected)).max() <= 1


def test_open_steps_are_learned_and_explicit_ones_stay(network):
    calibration = Calibration(network, TRAIN.features)
    layer = LayerPrecision(FixedPoint(3), FixedPoint(3), FixedPoint(8))
    settings = replace(SHORT, samples=2000, step_rate=0.3)
    opened = (layer,) * 3
    fixed = calibration.resolve(opened)
    free, kept = fine_tune(network, [opened, fixed], TRAIN, settings, calibration=calibration)
    assert kept.precision == fixed
    assert free.precision != fixed
    for one, other in zip(free.precision, fixed, strict=True):
        assert (one.weight, one.bias) == (other.weight, other.bias)
    (still,) = fine_tune(network, [opened], TRAIN, replace(settings, step_rate=0.0))
    assert still.precision == fixed


def test_pruned_weights_stay_zero(network):
    layer = LayerPrecision(FixedPoint(4), FixedPoint(4), FixedPoint(8), pruned=0.5)
    (tuned,) = fine_tune(network, [(layer,) * 3], TRAIN, SHORT)
    for before, after in zip(network.blocks, tuned.network.blocks, strict=True):
        if isinstance(before, nn.Linear):
            smallest = before.weight.abs().flatten().argsort()[: before.weight.numel() // 2]
            assert not after.weight.flatten()[smallest].any()


def test_it_recovers_what_rounding_cost(network, precisions):
    low = [p for p in precisions if min(layer.weight_width for layer in p) == 2]
    explicit = [Calibration(network, TRAIN.features).resolve(p) for p in low]
    before = np.array([scores_of((network, p), HELD_OUT, [LOSS])[0] for p in explicit])
    settings = FineTuning(samples=2400, learning_rate=5e-3, batch_size=64)
    after = fine_tuned_scores(network, low, TRAIN, [HELD_OUT], [LOSS], settings)[:, 0, 0]
    assert len(low) > 10
    assert (after < before).mean() > 0.9


def test_a_network_in_hardware_form_stays_in_it():
    start = hardware_form(trained_for_a_moment("jsc-toy"))
    layer = LayerPrecision(FixedPoint(4), FixedPoint(3), FixedPoint(8))
    some = [(layer,) * 3, (replace(layer, weight=Ternary()),) * 3]
    scores = fine_tuned_scores(start, some, TRAIN, [HELD_OUT], [ACCURACY, LOSS], SHORT)
    for row, tuned in zip(scores, fine_tune(start, some, TRAIN, SHORT), strict=True):
        assert in_hardware_form(tuned.network)
        dense_forms(tuned.network, tuned.precision)  # refuses a norm in float32
        np.testing.assert_allclose(row[0], scores_of(tuned, HELD_OUT, [ACCURACY, LOSS]), rtol=1e-6)


def test_the_network_stays_as_it_was(network, precisions):
    before = copy.deepcopy(network.state_dict())
    fine_tune(network, precisions[:1], TRAIN, SHORT)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    assert not network.training


def test_seeds_matter(network, precisions):
    (one,) = fine_tune(network, precisions[:1], TRAIN, SHORT)
    (other,) = fine_tune(network, precisions[:1], TRAIN, replace(SHORT, seed=1))
    assert not same_bits(one, other)


def test_every_row_is_shown_once_before_any_is_shown_again():
    settings = FineTuning(samples=1000, batch_size=30)
    shown = np.concatenate(list(settings.batches(rows=100)))
    assert len(shown) == 30 * settings.steps == 990
    for epoch in range(9):
        assert len(set(shown[100 * epoch : 100 * (epoch + 1)])) == 100
    few = np.concatenate(list(settings.batches(rows=7)))
    assert len(few) == 990


def test_rates_fall_to_nothing():
    settings = FineTuning(samples=100_000)
    rates = [settings.rate(step) for step in range(settings.steps)]
    assert rates[0] == settings.learning_rate
    assert np.all(np.diff(rates) < 0)
    assert rates[-1] < 1e-3 * settings.learning_rate
    assert settings.rate_of_steps(0) == settings.step_rate
    assert settings.rate_of_steps(settings.steps // 2 + 1) == 0
    assert settings.averaged_from == settings.steps - round(0.3 * settings.steps)


def test_nothing_to_do(network):
    scores = fine_tuned_scores(network, [], TRAIN, [HELD_OUT], [ACCURACY])
    assert scores.shape == (0, 1, 1)


def test_formats_for_another_number_of_layers_are_named(network):
    with pytest.raises(InputError, match="precision of 2 layers: expected 3"):
        fine_tune(network, [FLOAT[:2]], TRAIN, SHORT)


def test_no_training_rows(network):
    empty = Split(TRAIN.features[:0], TRAIN.labels[:0])
    with pytest.raises(InputError, match="at least one training row"):
        fine_tune(network, [FLOAT], empty, SHORT)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("samples", 0),
        ("batch_size", 0),
        ("seed", -1),
        ("learning_rate", 0.0),
        ("samples", 1.5),
        ("step_rate", -0.1),
        ("averaged", 1.5),
        ("learning_rate", float("nan")),
    ],
)
def test_settings_out_of_range_are_named(setting, value):
    with pytest.raises(InputError, match=f"fine-tuning {setting} = "):
        FineTuning(**{setting: value})
