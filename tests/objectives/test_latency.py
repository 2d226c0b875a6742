import copy
import gc

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec, widened
from moo_jsc.objectives import latency, latency_protocol
from moo_jsc.objectives.latency import (
    LATENCY,
    LatencyMeasurement,
    cached_measurement,
    latency_for,
    measure_latency,
)
from moo_jsc.objectives.latency_protocol import LatencySettings, time_rounds
from moo_jsc.objectives.latency_statistics import LEVEL_DRIFT, OWN_DRIFT, quiet_rounds, summarize
from moo_jsc.objectives.objective import OBJECTIVES

TINY = network_spec("jsc-tiny")
WIDE = widened(network_spec("jsc-three-linear"), (5, 5))


@pytest.fixture
def networks():
    return [initialized(spec, seed=0) for spec in (WIDE, TINY)]


@pytest.fixture
def count_measurements(monkeypatch):
    """Replace the timing by invented numbers, and count how often it is asked for."""
    calls = []

    def invented(networks, inputs, protocol):
        calls.append(len(networks))
        base = np.array([network.spec.parameters for network in networks], dtype=float)
        rounds = np.outer(1 + 0.001 * np.arange(protocol.rounds), base) / 1000 * len(calls)
        return rounds, 0.01

    monkeypatch.setattr(latency, "time_rounds", invented)
    return calls


def measurement_of(rounds, **changes):
    count = len(rounds[0])
    fields = {
        "networks": tuple(f"net{i}" for i in range(count)),
        "architectures": tuple(f"hash{i}" for i in range(count)),
        "batch_size": 1024,
        "rounds": tuple(tuple(float(v) for v in row) for row in rounds),
        "disturbance": 0.02,
        "machine": "a machine",
        "seed": 0,
    }
    return LatencyMeasurement(**{**fields, **changes})


def simulated(rng, truth, *, rounds=20, own=0.004, common=0.02, level_drift=0.0, own_drift=0.0):
    """Draw the rounds of one measurement under the model of latency_statistics."""
    drift = rng.normal(scale=level_drift) + rng.normal(scale=own_drift, size=len(truth))
    noise = rng.normal(scale=own, size=(rounds, len(truth)))
    return np.exp(
        np.log(truth) + drift + noise + np.abs(rng.normal(scale=common, size=(rounds, 1)))
    )


# ---------------------------------------------------------------- the objective


def test_latency_is_registered_with_its_unit_and_sense():
    assert OBJECTIVES["latency"] is LATENCY
    assert (LATENCY.unit, LATENCY.sense) == ("ms", "min")


# ---------------------------------------------------------------- timing


def test_a_larger_network_takes_longer_and_names_keep_their_order(networks):
    measurement = measure_latency(networks, rounds=5)
    assert measurement.networks == (WIDE.name, TINY.name)
    assert measurement.median_ms[0] > 2 * measurement.median_ms[1] > 0
    assert len(measurement.summary.tied) == 0


def test_timing_leaves_everything_as_it_was(networks):
    before = [copy.deepcopy(network.state_dict()) for network in networks]
    threads = torch.get_num_threads()
    state = torch.get_rng_state()
    for network in networks:
        network.train()
    measure_latency(networks, batch_size=64, rounds=5)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
    assert gc.isenabled()
    assert not torch.is_inference_mode_enabled()
    assert all(network.training for network in networks)
    for network, kept in zip(networks, before, strict=True):
        assert all(torch.equal(kept[key], value) for key, value in network.state_dict().items())


def test_threads_and_garbage_collection_come_back_after_an_error(networks):
    threads = torch.get_num_threads()
    with pytest.raises(RuntimeError):
        time_rounds(networks, [3, 3], LatencySettings(rounds=5))
    assert torch.get_num_threads() == threads
    assert gc.isenabled()


def test_networks_run_on_one_thread_in_inference_and_evaluation_mode():
    seen = []

    class Witness(torch.nn.Module):
        def forward(self, features):
            seen.append((torch.get_num_threads(), torch.is_inference_mode_enabled(), self.training))
            return features

    time_rounds([Witness()], [16], LatencySettings(batch_size=4, rounds=5))
    assert set(seen) == {(1, True, False)}


def test_every_network_is_visited_equally_often_in_changing_order(monkeypatch):
    visits = []

    def recording(network, batch, nanoseconds):
        visits.append(network.name)
        nanoseconds[:] = 1e6

    class Named(torch.nn.Module):
        def __init__(self, name):
            super().__init__()
            self.name = name

        def forward(self, features):
            return features

    monkeypatch.setattr(latency_protocol, "_time_block", recording)
    protocol = LatencySettings(batch_size=2, rounds=5, blocks=4)
    rounds, disturbance = time_rounds([Named(name) for name in "abc"], [16] * 3, protocol)
    orders = ["".join(visits[start : start + 3]) for start in range(0, len(visits), 3)]
    assert len(orders) == 20
    assert {"".join(sorted(order)) for order in orders} == {"abc"}
    assert len(set(orders)) > 3
    assert (rounds == 1.0).all()
    assert disturbance == 0.0


def test_a_disturbed_pass_does_not_move_its_round(monkeypatch):
    draws = np.random.default_rng(0)

    def mostly_disturbed(network, batch, nanoseconds):
        slow = draws.random(len(nanoseconds)) < 0.6
        nanoseconds[:] = np.where(slow, 5e6, 1e6)

    monkeypatch.setattr(latency_protocol, "_time_block", mostly_disturbed)
    rounds, disturbance = time_rounds([torch.nn.Identity()], [16], LatencySettings(batch_size=2))
    assert (rounds == 1.0).all()
    assert disturbance == pytest.approx(4.0)


def test_one_thread_restores_another_number():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("setting", "value"), [("batch_size", 0), ("rounds", 4), ("seed", -1), ("batch_size", 1.5)]
)
def test_settings_out_of_range_are_named(networks, setting, value):
    with pytest.raises(InputError, match=f"latency {setting} = "):
        measure_latency(networks, **{setting: value})


def test_no_network_is_an_error():
    with pytest.raises(InputError, match="at least one network"):
        measure_latency([])


def test_small_batches_warn_that_they_time_dispatch(networks):
    with pytest.warns(UserWarning, match="batch 1 is mostly the dispatch"):
        measure_latency(networks, batch_size=1, rounds=5)


def test_a_busy_machine_is_a_caution():
    assert measurement_of([[1.0, 2.0]] * 5).cautions == ()
    assert "busy" in measurement_of([[1.0, 2.0]] * 5, disturbance=0.5).cautions[0]


# ---------------------------------------------------------------- statistics


def test_quiet_rounds_match_a_plain_loop():
    logs = np.random.default_rng(1).normal(size=(9, 4))
    ranked = sorted(range(9), key=lambda r: sum(logs[r]))[:5]
    assert np.array_equal(quiet_rounds(logs), logs[sorted(ranked)])


def test_disturbed_rounds_do_not_matter():
    rng = np.random.default_rng(2)
    calm = simulated(rng, np.array([1.0, 2.0, 3.0]))
    disturbed = calm[:10] * np.array([1.3, 1.5, 1.9])
    both = summarize(np.concatenate([calm[:10], disturbed]))
    assert np.allclose(np.log(both.median), np.median(np.log(calm[:10]), axis=0), rtol=1e-12)


def test_intervals_hold_their_medians_and_never_fall_below_the_drift():
    summary = summarize(np.tile([[1.0, 2.0, 4.0]], (10, 1)))
    assert np.allclose(summary.median, [1.0, 2.0, 4.0])
    least = np.exp(2 * 1.96 * np.hypot(LEVEL_DRIFT, OWN_DRIFT))
    assert (summary.high / summary.low > least).all()
    assert (summary.relative_high / summary.relative_low > np.exp(2 * 1.96 * OWN_DRIFT)).all()
    assert (summary.low < summary.median).all()
    assert (summary.median < summary.high).all()
    assert summary.tied == ()


def test_intervals_contain_the_medians_of_later_measurements():
    rng = np.random.default_rng(3)
    truth = np.linspace(0.1, 0.3, 25)
    drifts = {"level_drift": LEVEL_DRIFT / 2**0.5, "own_drift": OWN_DRIFT / 2**0.5}
    inside = inside_relative = total = 0
    for _ in range(60):
        earlier, later = (summarize(simulated(rng, truth, **drifts)) for _ in range(2))
        inside += ((earlier.low <= later.median) & (later.median <= earlier.high)).sum()
        shape = later.median / np.exp(np.log(later.median).mean())
        within = (earlier.relative_low <= shape) & (shape <= earlier.relative_high)
        inside_relative += within.sum()
        total += len(truth)
    assert inside / total >= 0.9
    assert inside_relative / total >= 0.9


def test_equal_networks_are_tied_and_different_ones_are_not():
    rng = np.random.default_rng(4)
    false_orders = 0
    for _ in range(50):
        rounds = simulated(rng, np.array([1.0, 1.0, 1.5, 1.5]), own_drift=OWN_DRIFT / 2**0.5)
        tied = set(summarize(rounds).tied)
        assert not tied & {(0, 2), (0, 3), (1, 2), (1, 3)}
        false_orders += tied != {(0, 1), (2, 3)}
    assert false_orders <= 5


def test_holm_matches_its_definition():
    from scipy import stats

    rng = np.random.default_rng(5)
    rounds = simulated(rng, 1 + 0.02 * np.arange(6))
    logs = quiet_rounds(np.log(rounds))
    tests = []
    for i in range(6):
        for j in range(i + 1, 6):
            d = logs[:, i] - logs[:, j]
            mad = np.median(np.abs(d - np.median(d)))
            se = 1.4826 * mad * np.sqrt(np.pi / 2) / np.sqrt(len(d))
            t = abs(np.median(d)) / np.sqrt(2 * se**2 + 2 * OWN_DRIFT**2)
            tests.append((2 * stats.t.sf(t, len(d) - 1), (i, j)))
    tied = set()
    tests.sort()
    for rank, (p, pair) in enumerate(tests):
        if p > 0.05 / (len(tests) - rank):
            tied = {pair for _, pair in tests[rank:]}
            break
    assert tied
    assert set(summarize(rounds).tied) == tied


@settings(max_examples=50, deadline=None)
@given(
    st.integers(5, 12),
    st.integers(1, 6),
    st.integers(0, 2**32 - 1),
    st.floats(0.001, 1000.0),
)
def test_a_unit_of_time_changes_nothing_but_the_unit(rounds, count, seed, factor):
    rng = np.random.default_rng(seed)
    timings = simulated(rng, rng.uniform(0.1, 1.0, size=count), rounds=rounds)
    one, other = summarize(timings), summarize(timings * factor)
    assert np.allclose(other.median, one.median * factor)
    assert np.allclose(other.low, one.low * factor)
    assert np.allclose(other.relative_high, one.relative_high)
    assert other.tied == one.tied


# ---------------------------------------------------------------- storage


def test_a_measurement_survives_its_file(tmp_path):
    measurement = measurement_of(np.random.default_rng(0).uniform(0.1, 0.2, size=(6, 3)))
    measurement.save(tmp_path / "deep" / "latency.json")
    again = LatencyMeasurement.load(tmp_path / "deep" / "latency.json")
    assert again == measurement
    assert np.array_equal(again.median_ms, measurement.median_ms)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: text.replace('"batch_size"', '"batchsize"'),
        lambda text: text.replace("0.1", "0.3"),
        lambda text: text[:-1] + " ",
    ],
)
def test_a_damaged_file_is_named_in_one_line(tmp_path, damage):
    path = tmp_path / "latency.json"
    measurement_of([[0.1, 0.2]] * 5).save(path)
    path.write_text(damage(path.read_text()))
    with pytest.raises(InputError) as caught:
        LatencyMeasurement.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 99},
        {"rounds": ((1.0,), (1.0,))},
        {"rounds": ((1.0, 0.0), (1.0, 1.0))},
        {"networks": (), "architectures": ()},
    ],
)
def test_a_measurement_that_makes_no_sense_is_named(tmp_path, change):
    path = tmp_path / "latency.json"
    msgspec.structs.replace(measurement_of([[0.1, 0.2]] * 5), **change).save(path)
    with pytest.raises(InputError, match=str(path)):
        LatencyMeasurement.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.json: no such file"):
        LatencyMeasurement.load(tmp_path / "absent.json")


def test_latency_is_measured_once(tmp_path, networks, count_measurements):
    first = latency_for(networks, cache_dir=tmp_path)
    assert np.array_equal(latency_for(networks[::-1], cache_dir=tmp_path), first[::-1])
    assert count_measurements == [2]


def test_equal_architectures_share_one_latency(tmp_path, count_measurements):
    twins = [initialized(TINY, seed=seed) for seed in (0, 1)]
    values = latency_for([twins[0], initialized(WIDE, seed=0), twins[1]], cache_dir=tmp_path)
    assert values[0] == values[2] < values[1]
    assert count_measurements == [2]


def test_other_settings_are_measured_apart(tmp_path, networks, count_measurements, monkeypatch):
    latency_for(networks, cache_dir=tmp_path)
    latency_for(networks, cache_dir=tmp_path, batch_size=512)
    latency_for(networks[:1], cache_dir=tmp_path)
    monkeypatch.setattr(latency, "machine_description", lambda: "another machine")
    latency_for(networks, cache_dir=tmp_path)
    assert count_measurements == [2, 2, 1, 2]


def test_a_damaged_cache_is_measured_anew_and_says_so(
    tmp_path, networks, count_measurements, caplog
):
    latency_for(networks, cache_dir=tmp_path)
    (stored,) = (tmp_path / "latency").glob("*.json")
    stored.write_text("{")
    cached_measurement(networks, cache_dir=tmp_path)
    assert [record.getMessage().split("; ")[-1] for record in caplog.records] == ["measured anew"]
    assert str(stored) in caplog.text
    assert cached_measurement(networks, cache_dir=tmp_path)
    assert count_measurements == [2, 2]
