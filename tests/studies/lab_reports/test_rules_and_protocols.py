"""Rules of the verdicts, and what a protocol reports."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studies.lab_reports import rules
from studies.lab_reports.claims import ClaimVerdict
from studies.lab_reports.effects import NO_SEED, chosen, protocol_effects, width_effects
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

REPRODUCED, NOT, OTHER, UNDECIDED = (
    ClaimVerdict.REPRODUCED,
    ClaimVerdict.NOT_REPRODUCED,
    ClaimVerdict.ANOTHER_REASON,
    ClaimVerdict.UNDECIDED,
)


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
