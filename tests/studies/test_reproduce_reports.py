"""The reproduction of the reports: rules, protocols, claims that follow their data, the command."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from moo_jsc.data import Dataset
from moo_jsc.data.jets import FEATURES, load_jets
from moo_jsc.data.jets.columns import CLASS_COLUMN
from moo_jsc.foundation.code import code_hash
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.threads import one_thread
from studies.common.console import parse, run_study
from studies.lab_reports import figures, rules, workshop
from studies.lab_reports.catalog import all_measurements, all_reports, claims_of, reports_of
from studies.lab_reports.claims import ClaimVerdict, Measured, claims_table, judge_all
from studies.lab_reports.crossover import REPORTED_COST, crossover
from studies.lab_reports.effects import NO_SEED, chosen, protocol_effects, width_effects
from studies.lab_reports.markdown import update_page
from studies.lab_reports.measurements import MEASUREMENTS
from studies.lab_reports.protocols import (
    AS_REPORTED,
    CONTROLS,
    CORRECT,
    FAULTS,
    Counts,
    drawn_rows,
    drift,
    reported_accuracy,
)
from studies.lab_reports.searching import RunningMeans
from studies.lab_reports.spaces import TYPES, few_jets, precisions, table
from studies.lab_reports.workshop import PIECES, Setting, Workshop
from studies.reproduce_reports import Config, main, measure

REPRODUCED, NOT, OTHER, UNDECIDED = (
    ClaimVerdict.REPRODUCED,
    ClaimVerdict.NOT_REPRODUCED,
    ClaimVerdict.ANOTHER_REASON,
    ClaimVerdict.UNDECIDED,
)
SMALL = Setting(seeds=4, budget=20, training_seeds=2)


def thinned(jets: Dataset, train: int, validation: int) -> Dataset:
    """Return the first jets of two splits."""

    def part(split, count):
        return replace(split, features=split.features[:count], labels=split.labels[:count])

    return replace(
        jets,
        train=part(jets.train, train),
        validation=part(jets.validation, validation),
        fingerprint=f"{jets.fingerprint}-{train}-{validation}",
    )


@pytest.fixture(scope="session", autouse=True)
def one_thread_only():
    with one_thread():
        yield


@pytest.fixture(scope="session")
def jets() -> Dataset:
    return thinned(load_jets("sample"), 3000, 1500)


@pytest.fixture(scope="session")
def few(tmp_path_factory) -> Path:
    """Write a file of few jets."""
    sample = load_jets("sample").train
    path = tmp_path_factory.mktemp("jets") / "few.npz"
    rows = slice(0, 900)
    columns = dict(zip(FEATURES, sample.features[rows].T, strict=True))
    np.savez(path, **columns, **{CLASS_COLUMN: sample.labels[rows]})
    return path


@pytest.fixture(scope="session")
def shop(jets, few, tmp_path_factory) -> Workshop:
    folder = tmp_path_factory.mktemp("reports")
    setting = replace(SMALL, jets=str(few))
    return Workshop(setting, folder, workers=1, jets=jets, cache=folder / "cache")


@pytest.fixture(scope="session")
def measured(shop):
    """Every measurement, on few jets, with few seeds."""
    return measure(reports_of(None), shop, progress=False)


@pytest.fixture
def data(measured):
    """A copy of the measurements that a test may change."""
    return copy.deepcopy(measured)


def verdict(key: str, data) -> ClaimVerdict:
    (claim,) = [claim for claim in claims_of(None) if claim.key == key]
    return claim.judge(data).verdict


class TestRules:
    def test_exact_figures_allow_no_difference(self):
        assert rules.exact(468, 468) is REPRODUCED
        assert rules.exact([134.0, 37.75], [134.0, np.nextafter(37.75, 38)]) is NOT

    @settings(deadline=None, max_examples=40)
    @given(arrays(float, 8, elements=st.integers(-9, 9).map(float)))
    def test_a_difference_and_its_opposite_are_never_both_reproduced(self, differences):
        verdicts = {rules.larger(differences), rules.larger(-differences)}
        assert verdicts != {REPRODUCED}

    @settings(deadline=None, max_examples=40)
    @given(
        arrays(float, 6, elements=st.integers(-9, 9).map(float)), st.sampled_from([0.1, 1.0, 3.0])
    )
    def test_within_a_margin_is_symmetric(self, differences, margin):
        assert rules.within(differences, margin) is rules.within(-differences, margin)

    def test_prediction_covers_one_further_run(self):
        rng = np.random.default_rng(0)
        inside = 0
        for _ in range(400):
            runs = rng.normal(size=11)
            low, high = rules.prediction_limits(runs[:10])
            inside += low <= runs[10] <= high
        assert 0.92 <= inside / 400 <= 0.98

    def test_one_seed_decides_nothing(self):
        assert rules.mean_above([0.9], 0.5) is UNDECIDED
        assert rules.within([0.0], 0.1) is UNDECIDED
        assert rules.larger([0.5]) is UNDECIDED
        assert rules.predicted([0.4], [0.4], widest=0.2) is UNDECIDED

    def test_a_range_that_excludes_nothing_decides_nothing(self):
        wide = [0.2, 0.5, 0.8]
        assert rules.predicted([0.5], wide, widest=0.25) is UNDECIDED
        assert rules.predicted([0.5], wide, widest=10) is REPRODUCED

    def test_reasons(self):
        assert rules.unless_otherwise_explained(REPRODUCED, True) is OTHER
        assert rules.unless_otherwise_explained(REPRODUCED, False) is REPRODUCED
        assert rules.unless_otherwise_explained(UNDECIDED, True) is UNDECIDED
        assert rules.by_protocol(NOT, REPRODUCED) is OTHER
        assert rules.by_protocol(REPRODUCED, NOT) is REPRODUCED
        assert rules.by_protocol(NOT, NOT) is NOT


class TestProtocols:
    def test_the_correct_protocol_is_the_problem_itself(self, shop, jets):
        network = shop.tiny_networks[0]
        formats = precisions(TYPES, network)
        reported = reported_accuracy(CORRECT, network, formats, jets, order=range(18), seed=0)
        assert np.array_equal(reported, table(TYPES, network, jets, ("accuracy",))[:, 0])

    def test_the_control_is_the_problem_on_few_jets(self, shop, jets):
        network = shop.tiny_networks[1]
        reported = reported_accuracy(
            CONTROLS["512 jets, no fault"],
            network,
            precisions(TYPES, network),
            jets,
            order=range(18),
            seed=5,
        )
        exact = table(TYPES, network, few_jets(jets, 512, 5), ("accuracy",))[:, 0]
        assert np.array_equal(reported, exact)

    def test_a_metric_that_is_never_reset_blends_trials(self):
        metric = RunningMeans(np.array([[0.581], [0.469]]), metrics=(0,))
        assert metric.answer(0)[0] == 0.581
        assert metric.answer(1)[0] == pytest.approx(0.525)

    def test_never_reset_reports_the_running_mean_of_the_visits(self, shop, jets):
        network, order = shop.tiny_networks[0], np.random.default_rng(3).permutation(18)
        formats = precisions(TYPES, network)
        arguments = (network, formats, jets)
        own = reported_accuracy(CONTROLS["512 jets, no fault"], *arguments, order=order, seed=1)
        reported = reported_accuracy(FAULTS["metric never reset"], *arguments, order=order, seed=1)
        means = np.cumsum(own[order]) / np.arange(1, 19)
        assert np.allclose(reported[order], means, atol=1e-12)

    @settings(deadline=None, max_examples=40)
    @given(st.integers(0, 2**16), st.integers(1, 40))
    def test_both_averages_are_those_of_torchmetrics(self, seed, size):
        import torch
        from torchmetrics.functional.classification import multiclass_accuracy

        rng = np.random.default_rng(seed)
        predictions, labels = rng.integers(0, 5, size=(2, size))
        counts = Counts.of(predictions, labels, classes=5)
        for macro in (False, True):
            expected = multiclass_accuracy(
                torch.from_numpy(predictions),
                torch.from_numpy(labels),
                num_classes=5,
                average="macro" if macro else "micro",
            )
            assert counts.accuracy(macro=macro) == pytest.approx(float(expected), abs=1e-6)

    def test_a_class_that_is_predicted_and_absent_counts_as_zero(self):
        batch = Counts.of(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]), classes=5)
        assert batch.accuracy(macro=False) == 0.75
        assert batch.accuracy(macro=True) == 0.375

    def test_training_mode_is_that_of_torch(self, shop, jets):
        import torch

        from moo_jsc.quantization.formats import LayerPrecision

        protocol = replace(FAULTS["batch norms in training mode"], jets=40)
        network = copy.deepcopy(shop.tiny_networks[0])
        reported = reported_accuracy(
            protocol, network, [(LayerPrecision(),)], jets, order=[0], seed=2
        )
        rows = drawn_rows(len(jets.validation), 40, 2)
        features = torch.from_numpy(jets.validation.features[rows])
        with torch.no_grad():
            logits = torch.cat([network.train()(batch) for batch in features.split(8)])
        hits = logits.argmax(dim=1).numpy() == jets.validation.labels[rows]
        assert reported[0] == hits.mean()

    def test_no_protocol_changes_the_network(self, shop, jets):
        network = shop.tiny_networks[0]
        before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
        for protocol in (*FAULTS.values(), *AS_REPORTED.values()):
            reported_accuracy(
                protocol, network, precisions(TYPES, network)[:2], jets, order=[1, 0], seed=0
            )
        start, _ = drift(network, precisions(TYPES, network), jets, seed=0)
        for key, tensor in network.state_dict().items():
            assert (tensor == before[key]).all(), key
        assert start == drift(network, [], jets, seed=0)[1]

    def test_by_type_reports_the_float_network_every_time(self, measured):
        reported = measured["protocols"]["search by type quantises nothing"]
        assert (np.ptp(reported, axis=1) == 0).all()

    def test_the_first_visited_of_equals_is_chosen(self):
        scores = np.array([[0.7, 0.7, 0.1], [0.7, 0.7, 0.1]])
        assert chosen(scores, np.array([[1, 2, 0], [2, 0, 1]])).tolist() == [1, 0]

    def test_effects(self, measured):
        effects = {effect.name: effect for effect in protocol_effects(measured["protocols"])}
        assert set(effects) == {*CONTROLS, *FAULTS, *AS_REPORTED, NO_SEED}
        assert effects["search by type quantises nothing"].tau.value == 0
        assert all(effect.lost.value >= 0 for effect in effects.values())
        left_out, added = width_effects(measured["widths"]).values()
        assert left_out[0] < 1
        assert left_out[1] > 20, "a network with one layer in float passes as one of 2 bits"
        assert added[0] < 1 or added[1] == 2


class TestClaims:
    def test_every_claim_gets_a_row_with_a_verdict(self, measured):
        findings = judge_all(claims_of(None), measured)
        frame = claims_table(findings, {key: r.title for key, r in all_reports().items()})
        assert frame["claim"].is_unique
        assert set(frame["verdict"]) <= {str(v) for v in ClaimVerdict}
        assert set(all_reports()) == set(frame["report"])
        for column in ("title", "section", "statement", "setting", "measured", "because", "rule"):
            assert frame[column].str.len().min() > 1, column

    def test_claims_need_known_measurements(self):
        for claim in claims_of(None):
            assert set(claim.needs) <= set(all_measurements()), claim.key

    @pytest.mark.parametrize(
        "key", ["R0.1", "R0.2", "R0.8", "R1.2", "R1.5", "R2.1", "R2.6", "R2.8", "R3.1", "R3.3",
                "R3.4", "R3.5", "R3.8", "R4.2", "R4.3", "R4.4", "R4.6", "R4.9", "R4.10", "R4.13"]
    )  # fmt: skip
    def test_exact_claims_reproduce_exactly(self, measured, key):
        assert verdict(key, measured) is REPRODUCED

    @pytest.mark.parametrize("key", ["R2.2", "R2.3", "R4.15"])
    def test_contradictions_and_vacuous_claims_do_not(self, measured, key):
        assert verdict(key, measured) is NOT

    def test_the_stated_figures_of_the_exact_claims(self, measured):
        exact = measured["exact"]
        assert exact["size"].tolist() == [468]
        assert exact["flops"].tolist() == [1280, 1320]
        assert exact["ptflops"].tolist() == [159, 767]
        assert exact["flops at run time"].tolist() == [230, 1833]
        assert exact["quantised size"].tolist() == [134.0, 37.75]
        assert exact["bitops"].tolist() == [9960, 1250]
        assert exact["parameters"].tolist() == [661, 1797, 3013]
        assert exact["independent shapes"].tolist() == [25, 625]
        trials = measured["pair-searches"]["optuna-brute-force.trials"]
        assert [np.count_nonzero(run >= 0) for run in trials] == [18] * SMALL.seeds

    def test_widths_outside_a_space_that_is_not_stated_decide_nothing(self, data):
        assert verdict("R1.4", data) is UNDECIDED
        data["exact"]["bitwidths"] = np.array([2.0, 4.0, 8.0, 16.0])
        assert verdict("R1.4", data) is REPRODUCED

    def test_the_whole_space_with_repeats(self, data):
        everything = np.r_[np.arange(18.0), 0, 0]
        data["pair-searches"]["optuna-tpe.trials"] = np.tile(everything, (30, 1))
        assert verdict("R2.2", data) is REPRODUCED
        data["pair-searches"]["optuna-tpe.trials"][:, 17] = 3
        assert verdict("R2.2", data) is NOT, "repeats alone are half of the claim"

    def test_report_two_is_judged_by_the_sign_of_its_score(self, data, monkeypatch):
        turned = {**figures.stated_figures()}
        turned["R2.score.latency"] = figures.StatedFigure(-0.1, "1", "turned")
        monkeypatch.setattr(figures, "stated_figures", lambda: turned)
        assert verdict("R2.3", data) is REPRODUCED

    def test_one_trial_more_is_not_the_size_of_the_space(self, data):
        data["pair-searches"]["optuna-brute-force.trials"][0, 18] = 0
        assert verdict("R2.1", data) is NOT

    def test_latency_added_up_over_batches(self, data):
        first = np.tile(np.arange(18.0) + 1, (4, 1))
        data["summed-latency"]["milliseconds"] = np.stack([first, first * 2], axis=1)
        assert verdict("R0.3", data) is REPRODUCED
        rng = np.random.default_rng(0)
        data["summed-latency"]["milliseconds"] = rng.random((30, 2, 18))
        assert verdict("R0.3", data) is NOT

    def test_between_alike_and_unlike_nothing_is_decided(self, data):
        base = np.arange(18.0)
        noisy = [base + np.random.default_rng(seed).normal(scale=6, size=18) for seed in range(30)]
        data["summed-latency"]["milliseconds"] = np.stack([np.tile(base, (30, 1)), noisy], axis=1)
        assert verdict("R0.3", data) is UNDECIDED

    def test_accuracy_and_loss(self, data):
        accuracy = np.random.default_rng(0).random((6, 18))
        data["types"] |= {"accuracy": accuracy, "loss": -accuracy}
        assert verdict("R0.4", data) is REPRODUCED
        data["types"]["loss"] = accuracy
        assert verdict("R0.4", data) is NOT

    @staticmethod
    def timed(data, *, tpe, brute, trial):
        """Make up searches: the samplers' own seconds for each of 20 and 18 trials."""
        jitter = np.linspace(1, 1.1, 8)[:, None]
        steps = np.arange(1, 21)
        seconds = data["search-seconds"]
        for name, own, trials in (("optuna-tpe", tpe, 20), ("optuna-brute-force", brute, 18)):
            used = np.where(steps <= trials, own * steps * jitter, -1.0)
            seconds[f"{name}.own"] = used
            seconds[f"{name}.end"] = own * trials * jitter[:, 0]
            seconds[f"{name}.trial"] = np.full(8, trial)
            seconds[f"{name}.seconds"] = seconds[f"{name}.end"] + trials * trial

    def test_what_brute_force_saves_and_why(self, data):
        self.timed(data, tpe=0.004, brute=0.0, trial=0.001)
        costs = crossover(data["search-seconds"])
        assert np.allclose(costs.saved, costs.saved_at(0.001))
        assert costs.saved_at(REPORTED_COST).mean() > 2 * REPORTED_COST
        (share,) = costs.space_shares([0.0]).mean(axis=0, keepdims=True)
        assert share[0] == pytest.approx(0.1), "two of twenty trials of TPE's own work"
        at_crossing = costs.space_shares(costs.crossing())[range(8), range(8)]
        assert np.allclose(at_crossing, 0.5)
        assert verdict("R0.5", data) is NOT, "it makes fewer trials and works less for each"
        assert verdict("R2.4", data) is REPRODUCED, "at 0.65 s a trial the space explains it"

    def test_a_sampler_that_is_slow_itself_is_another_reason(self, data):
        self.timed(data, tpe=0.5, brute=0.0, trial=0.001)
        assert verdict("R2.4", data) is OTHER

    def test_brute_force_that_is_slow_itself(self, data):
        self.timed(data, tpe=0.004, brute=0.5, trial=0.001)
        assert verdict("R0.5", data) is REPRODUCED
        assert verdict("R2.4", data) is NOT

    def test_timed_searches_split_into_own_work_and_trials(self, measured):
        seconds = measured["search-seconds"]
        costs = crossover(seconds)
        assert (costs.trials == 20).all() and (costs.trials_saved == 2).all()
        for name, trials in (("optuna-tpe", 20), ("optuna-brute-force", 18)):
            whole = seconds[f"{name}.end"] + trials * seconds[f"{name}.trial"]
            assert np.allclose(whole, seconds[f"{name}.seconds"])
        assert (np.diff(seconds["optuna-tpe.own"], axis=1) >= 0).all()

    def test_a_better_result_by_the_protocol_alone(self, data):
        tpe, brute = "optuna-tpe.reported", "optuna-brute-force.reported"
        faulty = data["never-reset-searches"]
        faulty[tpe] = np.tile([0.6, 1.0, 4.0], (8, 20, 1))
        faulty[brute] = np.tile([0.5, 1.2, 4.0], (8, 20, 1))
        assert verdict("R0.7", data) is OTHER
        data["types"] |= {"accuracy of 512": np.ones((4, 18))}
        faulty[tpe] = np.tile([0.6, 1.0, 4.0], (90, 20, 1))
        faulty[brute] = np.tile([0.7, 0.9, 4.0], (90, 20, 1))
        assert verdict("R0.7", data) is NOT

    def test_brute_force_against_tpe_by_accuracy(self, data):
        types, runs = data["types"], data["pair-searches"]
        types["accuracy of 512"] = np.tile(np.arange(18) / 1000, (8, 1))
        everything = np.tile(np.r_[np.arange(18), -1, -1], (8, 1)).astype(float)
        runs["optuna-brute-force.trials"] = everything
        runs["optuna-tpe.trials"] = np.tile(np.r_[np.arange(8, 18), np.arange(8, 18)], (8, 1))
        runs["optuna-random.trials"] = np.zeros((8, 20))
        assert (verdict("R1.6", data), verdict("R1.7", data)) == (NOT, REPRODUCED)
        runs["optuna-random.trials"] = runs["optuna-tpe.trials"]
        assert verdict("R1.7", data) is OTHER, "random search comes as close"
        runs["optuna-tpe.trials"] = np.tile(np.arange(20.0) % 4, (8, 1))
        runs["optuna-tpe.trials"][:, 0] = np.arange(8) % 3
        types["accuracy of 512"] = np.tile(np.arange(18) / 100, (8, 1)) + np.arange(8)[:, None]
        assert verdict("R1.6", data) is REPRODUCED
        runs["optuna-tpe.trials"] = everything
        assert verdict("R1.7", data) is NOT, "not with fewer configurations"

    def test_numbers_of_best_trials(self, data):
        runs = data["reported-searches"]
        rows = np.tile([0.4, 8.0], (6, 20, 1))
        rows[:, 2] = [0.5, 4.0]
        rows[:, 3] = [0.6, 8.0]
        rows[3:, 4] = [0.7, 16.0]
        for sampler in ("optuna-tpe", "optuna-brute-force"):
            runs[f"{sampler}.reported"] = rows
        assert verdict("R1.10", data) is REPRODUCED
        rows[:, :, 0] = np.linspace(0.4, 0.6, 20)
        rows[:, :, 1] = np.linspace(2, 8, 20)
        assert verdict("R1.10", data) is NOT

    def test_tandem(self, data):
        accuracy = np.random.default_rng(0).random((6, 18))
        data["types"] |= {"accuracy": accuracy, "loss": -accuracy}
        assert verdict("R1.11", data) is REPRODUCED
        data["types"]["loss"] = accuracy
        assert verdict("R1.11", data) is NOT

    def test_stated_accuracies(self, data):
        runs = data["reported-searches"]
        for sampler in ("optuna-tpe", "optuna-brute-force"):
            reported = np.full((4, 20, 2), 4.0)
            reported[:, :, 0] = np.array([0.42, 0.43, 0.44, 0.41])[:, None]
            runs[f"{sampler}.reported"] = reported
        assert verdict("R1.1", data) is REPRODUCED
        runs["optuna-tpe.reported"][:, :, 0] += 0.2
        assert verdict("R1.1", data) is NOT
        assert verdict("R1.3", data) is REPRODUCED

    def test_large_spaces(self, data):
        searches = data["large-searches"]
        steps = np.linspace(0.9, 1.1, 8)[:, None]
        for sampler, score in (("tpe", 0.5), ("brute-force", 0.3), ("random", 0.4)):
            searches[f"optuna-{sampler}.score"] = score * steps
        assert verdict("R2.5", data) is REPRODUCED
        searches["optuna-random.score"] = 0.5 * steps[::-1]
        assert verdict("R2.5", data) is OTHER
        searches["optuna-brute-force.score"] = 0.6 * steps
        assert verdict("R2.5", data) is NOT

    @pytest.mark.parametrize(
        ("key", "name"), [("R2.7", "trained-search"), ("R4.14", "trained-grid")]
    )
    def test_picks_of_trained_networks(self, data, key, name):
        networks = data[name]["accuracy"].shape[1]
        data[name]["accuracy"] = np.tile(np.arange(networks) / 100.0, (6, 1))
        assert verdict(key, data) is REPRODUCED
        data[name]["accuracy"] = np.eye(6, networks)
        assert verdict(key, data) is NOT

    def test_weights(self, data):
        assert verdict("R3.2", data) is NOT, "BitOPs in thousands leave no say to accuracy"
        for name in ("average-bitwidth", "bitops-report"):
            data["types"][name] = data["types"][name] * 1e-9
        assert verdict("R3.2", data) is REPRODUCED

    def test_complexity_and_memory(self, data):
        rng = np.random.default_rng(1)
        data["types"]["size"] = rng.random(18)
        data["types"]["bitops-bops"] = rng.random(18)
        assert verdict("R3.3", data) is NOT
        assert verdict("R3.4", data) is NOT

    def test_local_maxima(self, data):
        types, runs = data["types"], data["hardware-searches"]
        for name in ("average-bitwidth", "bitops-report", "flops-ptflops"):
            types[name] = np.zeros(18)
        score = np.zeros(18)
        score[[0, 17]] = (0.6, 0.9)
        types["accuracy of 512"] = np.tile(score, (8, 1))
        runs["optuna-brute-force.trials"] = np.tile(np.r_[np.arange(18), -1, -1], (8, 1))
        runs["optuna-tpe.trials"] = np.tile(np.arange(20.0) % 17, (8, 1))
        assert verdict("R3.5", data) is REPRODUCED
        assert verdict("R3.6", data) is REPRODUCED, "0 has no better neighbour, 17 is better"
        runs["optuna-tpe.trials"] = np.tile(np.arange(20.0) % 18, (8, 1))
        assert verdict("R3.6", data) is NOT, "it reaches the best"

    def test_post_training_quantization_of_all_configurations(self, data):
        grid = data["grid"]
        grid["accuracy"] = np.tile(grid["float accuracy"][:, None], (1, 16))
        assert verdict("R4.5", data) is REPRODUCED
        grid["accuracy"][:, 7] -= 0.1
        assert verdict("R4.5", data) is NOT, "one of sixteen is enough"

    def test_inverse_proportionality(self, data):
        grid = data["grid"]
        grid["accuracy"] = np.random.default_rng(0).uniform(0.4, 0.7, (6, 16))
        grid["loss"] = 0.7 / grid["accuracy"]
        assert verdict("R4.17", data) is REPRODUCED
        grid["loss"] = 2 - grid["accuracy"] / 10
        assert verdict("R4.17", data) is NOT

    def test_untrained_networks(self, data):
        rng = np.random.default_rng(0)
        data["trained-grid"]["accuracy"] = rng.random((60, 25))
        data["untrained-grid"]["accuracy"] = rng.random((60, 25))
        assert verdict("R4.16", data) is REPRODUCED
        data["untrained-grid"]["accuracy"] = data["trained-grid"]["accuracy"] / 3
        assert verdict("R4.16", data) is NOT

    def test_precision(self, data):
        grid = data["grid"]
        bits = grid["data width"] + grid["weight width"]
        grid["accuracy"] = np.tile(bits / 100, (4, 1)) + np.arange(4)[:, None] * 0.01
        grid["loss"] = grid["accuracy"]
        assert verdict("R4.7", data) is REPRODUCED
        assert verdict("R4.8", data) is NOT
        grid["size-report"] = -grid["size-report"]
        assert verdict("R4.9", data) is NOT
        base = np.linspace(1, 1.1, 20)
        data["precision-latency"]["milliseconds"] = np.column_stack([base, 1.3 * base])
        assert verdict("R4.11", data) is REPRODUCED
        data["precision-latency"]["milliseconds"] = np.column_stack([base, base])
        assert verdict("R4.11", data) is NOT

    def test_the_float_network(self, data):
        data["grid"]["float accuracy"] = np.array([0.50, 0.51, 0.52, 0.53])
        assert verdict("R4.1", data) is REPRODUCED
        data["grid"]["float accuracy"] += 0.2
        assert verdict("R4.1", data) is NOT

    def test_doubled_widths_are_judged_by_their_shapes(self, data):
        data["exact"]["doubled outputs"][1] += 1
        assert verdict("R4.13", data) is NOT

    def test_measured_numbers_are_shown_with_units_and_limits(self):
        assert str(Measured("size", 468, "bytes")) == "size: 468 bytes"
        assert str(Measured("tau", 0.5, "1", 0.25, 0.75, 4)) == "tau: 0.500 [0.250, 0.750]"


class TestKeeping:
    def test_a_finished_piece_is_not_measured_again(self, shop, measured):
        def never(_):
            raise AssertionError("measured again")

        never.__module__ = MEASUREMENTS["types"].__module__
        again = shop.piece("types", never)
        for key, values in measured["types"].items():
            assert np.array_equal(again[key], values), key

    def test_another_setting_and_a_damaged_file_are_measured_again(self, jets, tmp_path, caplog):
        calls = []

        def count(_):
            calls.append(1)
            return {"numbers": np.arange(3.0)}

        first = Workshop(Setting(seeds=2), tmp_path, jets=jets, cache=tmp_path)
        first.piece("count", count)
        first.piece("count", count)
        assert len(calls) == 1
        (path,) = (tmp_path / PIECES).iterdir()
        path.write_bytes(path.read_bytes()[:-1])
        first.piece("count", count)
        assert len(calls) == 2
        assert [str(path) in record.getMessage() for record in caplog.records] == [True]
        Workshop(Setting(seeds=3), tmp_path, jets=jets, cache=tmp_path).piece("count", count)
        assert len(calls) == 3

    def test_other_code_of_the_problems_measures_again(self, jets, tmp_path, monkeypatch):
        shop = Workshop(Setting(seeds=2), tmp_path, jets=jets, cache=tmp_path)
        shop.piece("count", lambda _: {"numbers": np.zeros(1)})
        edited = code_hash("moo_jsc") + "edited"
        monkeypatch.setattr(workshop, "code_hash", lambda *names: edited + repr(names))
        found = shop.piece("count", lambda _: {"numbers": np.ones(1)})
        assert found["numbers"].tolist() == [1.0]

    def test_seeds_decide_everything_but_time(self, shop, measured, tmp_path):
        again = Workshop(SMALL, tmp_path, workers=1, jets=shop.jets, cache=tmp_path)
        for name in ("types", "pair-searches"):
            repeated = again.piece(name, MEASUREMENTS[name])
            for key, values in measured[name].items():
                if not key.endswith(".seconds"):
                    assert np.allclose(repeated[key], values, atol=1e-6), (name, key)


class TestSixthReport:
    @pytest.fixture
    def registered(self, tmp_path, monkeypatch):
        """Put the example of the documentation beside the shipped reports, as one file."""
        import re

        from studies.lab_reports import catalog, reports

        page = Path(__file__).parents[2] / "docs" / "extending.md"
        code = re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL)[-1]
        (tmp_path / "r9_example.py").write_text(code)
        monkeypatch.setattr(reports, "__path__", [*reports.__path__, str(tmp_path)])
        catalog.all_reports.cache_clear()
        yield
        catalog.all_reports.cache_clear()

    def test_it_is_one_file(self, registered, few, tmp_path, capsys):
        arguments = ["--report", "R9", "--seeds", "2", "--budget", "6", "--jets", str(few)]
        folders = ["--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]
        main(parse(Config, [*arguments, *folders, "--workers", "1"]))
        assert "R9.1" in capsys.readouterr().out
        page = (tmp_path / "out" / "report.html").read_text()
        assert "An example" in page and "The network is better than chance." in page
        assert len(reports_of(None)) == len({r.key for r in reports_of(None)})

    def test_a_claim_of_no_section_is_refused(self):
        report = all_reports()["R0"]
        with pytest.raises(ValueError, match="one of its sections"):
            replace(report, sections={"elsewhere": ""})


class TestPage:
    def test_numbers_are_written_between_the_markers(self, measured, tmp_path):
        page = tmp_path / "page.md"
        page.write_text((Path(__file__).parents[2] / "docs" / "reports.md").read_text())
        findings = judge_all(claims_of(None), measured)
        update_page(page, findings, measured, reports_of(None))
        text = page.read_text()
        assert text.count("\n| R") == len(findings)
        assert "R4 says that quantising does not compromise accuracy" in text
        update_page(page, findings, measured, reports_of(None))
        assert page.read_text() == text

    def test_a_page_without_markers_gets_one_line(self, measured, tmp_path):
        page = tmp_path / "page.md"
        page.write_text("nothing")
        with pytest.raises(InputError, match="expected the marks"):
            update_page(page, (), measured, reports_of(None))


class TestCommand:
    def test_one_report_from_the_command_line(self, few, tmp_path, capsys, monkeypatch):
        monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
        arguments = ["--report", "R1", "--seeds", "2", "--budget", "6", "--jets", str(few)]
        config = parse(Config, [*arguments, "--out", str(tmp_path), "--workers", "1"])
        main(config)
        printed = capsys.readouterr().out
        assert "R1.4" in printed and "cannot be told apart" in printed
        page = (tmp_path / "report.html").read_text()
        for part in ("R1.6", "Contradictions", "metric never reset", "Practical 2 (first)", "Q4"):
            assert part in page
        assert len((tmp_path / "claims.csv").read_text().splitlines()) == 1 + len(claims_of("R1"))
        pieces = tmp_path / PIECES
        assert list(pieces.glob("types-*")) and not list(pieces.glob("trained-grid-*"))
        stamps = {path: path.stat().st_mtime_ns for path in pieces.iterdir()}
        main(config)
        assert stamps == {path: path.stat().st_mtime_ns for path in pieces.iterdir()}

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--report", "R9"], "report 'R9': expected one of R0, R1, R2, R3, R4"),
            (["--seeds", "1"], "seeds = 1: expected a whole number of at least 2"),
            (["--budget", "0"], "budget = 0"),
            (["--jets", "nowhere.csv"], "nowhere.csv"),
            (["--colour", "red"], "--colour"),
        ],
    )
    def test_bad_input_gets_one_line(self, arguments, message, tmp_path, capsys):
        with pytest.raises(SystemExit) as stopped:
            run_study(main, Config, [*arguments, "--out", str(tmp_path / "out")])
        error = capsys.readouterr().err
        assert stopped.value.code == 2
        assert message in error
        assert len(error.strip().splitlines()) == 1
        assert not (tmp_path / "out").exists()
