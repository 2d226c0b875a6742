from dataclasses import dataclass

import numpy as np
import pytest

from moo_jsc.data.jets import load_jets
from moo_jsc.evaluation.contract import Evaluator, NetworkBatch
from moo_jsc.evaluation.evaluators import EVALUATORS, evaluators_of
from moo_jsc.evaluation.scoring import Scoring
from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.weights import load_network
from moo_jsc.objectives import get_objectives
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.catalog import build_problem
from moo_jsc.problems.network_problem import CALIBRATION_ROWS, QuantizationProblem
from moo_jsc.problems.precision import PRECISION_SPACES
from moo_jsc.quantization.calibration import Calibration


@pytest.fixture(scope="module")
def jets():
    return load_jets()


@dataclass(frozen=True, kw_only=True)
class Depth(Objective):
    """A kind of its own: something that is known of a network as a whole."""

    known: bool = True


class DepthEvaluator(Evaluator):
    def evaluate(self, batch):
        return np.full((len(batch.choices), 1), float(len(batch.network.spec.layers)))


DEPTH = Depth(name="depth", unit="layers", sense="min")


def test_a_new_kind_of_objective_brings_its_evaluator(jets, monkeypatch):
    monkeypatch.setitem(EVALUATORS, Depth, lambda objectives, data, scoring: DepthEvaluator())
    problem = QuantizationProblem(
        "toy",
        load_network("jsc-tiny"),
        PRECISION_SPACES["lab3-types"],
        (*get_objectives(["size", "accuracy"]), DEPTH),
        jets,
    )
    rows = problem.space.configurations([0, 17, 3])
    values = problem.evaluate(rows)
    plain = QuantizationProblem(
        "toy",
        problem.networks[0],
        problem.precision,
        get_objectives(["accuracy", "size"]),
        jets,
    )
    assert values[:, 2].tolist() == [3.0] * 3
    np.testing.assert_array_equal(values[:, [1, 0]], plain.evaluate(rows))
    assert np.isnan(problem.known_values(rows)).tolist() == [[False, True, False]] * 3


def test_an_objective_without_an_evaluator_is_refused(jets):
    with pytest.raises(InputError, match=r"^objective 'depth': Depth has no evaluator, expected"):
        evaluators_of([DEPTH], jets, Scoring())


def test_one_evaluator_for_each_kind(jets):
    objectives = get_objectives(["loss", "size", "latency", "accuracy", "flops"])
    found = evaluators_of(objectives, jets, Scoring(latency=(0.5,)))
    assert [(type(c.evaluator).__name__, c.places, c.known) for c in found] == [
        ("RoundedEvaluator", (0, 3), False),
        ("CostEvaluator", (1, 4), True),
        ("LatencyEvaluator", (2,), True),
    ]


def test_identity_covers_what_values_depend_on(jets):
    accuracy, latency = get_objectives(["accuracy"]), get_objectives(["latency"])

    def identity(objectives, **scoring):
        (columns,) = evaluators_of(objectives, jets, Scoring(**scoring))
        return columns.evaluator.identity

    assert identity(accuracy) != identity(accuracy, split="test")
    assert identity(accuracy) != identity(accuracy, training="qat")
    assert identity(latency, latency=(0.5,)) != identity(latency, latency=(0.25,))
    assert identity(get_objectives(["size"])) == ()


def test_designs_of_a_batch_are_trained_once_each():
    options, asked = (("a", "b"), ("c", "d")), (("A", "B"), ("C", "D"))
    batch = NetworkBatch(0, None, options, np.array([[1, 0], [1, 0]]), asked)
    assert batch.precisions(asked=True)[0] == [("B", "C")]
    precisions, places = batch.precisions()
    assert precisions == [("b", "c")]
    assert places.tolist() == [0, 0]


@pytest.mark.parametrize("name", ["codesign", "hardware-formats", "lab3-types"])
def test_fine_tuning_trains_the_formats_that_are_rounded_and_built(name):
    problem = build_problem(name, objectives=["accuracy", "size"])
    numbers = np.random.default_rng(0).integers(problem.space.size, size=4)
    for _, batch in problem.batches(problem.space.configurations(numbers)):
        calibration = Calibration(batch.network, problem.data.train.features[:CALIBRATION_ROWS])
        asked, explicit = batch.precisions(asked=True)[0], batch.precisions()[0]
        assert [calibration.resolve(precision) for precision in asked] == explicit
