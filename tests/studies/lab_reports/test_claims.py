"""Claims follow their data."""

import numpy as np
import pytest

from studies.lab_reports import figures
from studies.lab_reports.catalog import all_measurements, all_reports
from studies.lab_reports.claims import ClaimVerdict, Measured, claims_table, judge_all
from studies.lab_reports.crossover import REPORTED_COST, crossover
from tests.studies.lab_reports.conftest import SMALL, every_claim

REPRODUCED, NOT, OTHER, UNDECIDED = (
    ClaimVerdict.REPRODUCED,
    ClaimVerdict.NOT_REPRODUCED,
    ClaimVerdict.ANOTHER_REASON,
    ClaimVerdict.UNDECIDED,
)


def verdict(key: str, data) -> ClaimVerdict:
    (claim,) = [claim for claim in every_claim() if claim.key == key]
    return claim.judge(data).verdict


class TestClaims:
    def test_every_claim_gets_a_row_with_a_verdict(self, measured):
        findings = judge_all(every_claim(), measured)
        frame = claims_table(findings, {key: r.title for key, r in all_reports().items()})
        assert frame["claim"].is_unique
        assert set(frame["verdict"]) <= {str(v) for v in ClaimVerdict}
        assert set(all_reports()) == set(frame["report"])
        for column in ("title", "section", "statement", "setting", "measured", "because", "rule"):
            assert frame[column].str.len().min() > 1, column

    def test_claims_need_known_measurements(self):
        for claim in every_claim():
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
