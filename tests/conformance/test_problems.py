"""The contract that every Problem keeps; add a problem to `PROBLEMS` to have it tested."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.data import split_table
from moo_jsc.data.jets import jet_table
from moo_jsc.data.jets.columns import CLASSES, FEATURES
from moo_jsc.evaluation.scoring import Scoring
from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec, widened
from moo_jsc.objectives import get_objectives
from moo_jsc.objectives.objective import CostObjective, MeasuredObjective, PredictionObjective
from moo_jsc.problems.architecture import ChannelMultipliers
from moo_jsc.problems.network_problem import (
    ArchitectureProblem,
    JointProblem,
    QuantizationProblem,
)
from moo_jsc.problems.precision import PRECISION_SPACES, PrecisionSpace, widths
from moo_jsc.quantization.network import QuantizedNetwork
from moo_jsc.testing import ProblemContract

MULTIPLIERS = ChannelMultipliers((1, 2))
NARROW = PrecisionSpace(widths(3, 8), widths(2, 6), per_layer=True)


def jets(rows=600):
    generator = np.random.default_rng(5)
    labels = np.arange(rows) % len(CLASSES)
    centers = generator.normal(size=(len(CLASSES), len(FEATURES)))
    features = centers[labels] + generator.normal(size=(rows, len(FEATURES)))
    return split_table(jet_table("synthetic", features, labels))


def objectives(*names):
    return get_objectives(names)


def networks():
    spec = network_spec("jsc-three-linear")
    combinations = MULTIPLIERS.combinations(2)
    return [initialized(widened(spec, m), seed=i).eval() for i, m in enumerate(combinations)]


def quantization():
    network = initialized(network_spec("jsc-toy"), seed=1).eval()
    names = ("accuracy", "loss", "size", "bitops", "average-bitwidth")
    space = PrecisionSpace(widths(3, 8), widths(2, 6), widths(4, 8))
    return QuantizationProblem("toy", network, space, objectives(*names), jets())


def report_types():
    network = initialized(network_spec("jsc-tiny", final_relu=True), seed=1).eval()
    names = ("accuracy-macro", "memory-density")
    return QuantizationProblem(
        "types", network, PRECISION_SPACES["lab3-types"], objectives(*names), jets()
    )


def architecture():
    return ArchitectureProblem(
        "wide",
        networks(),
        MULTIPLIERS,
        objectives("accuracy", "latency", "flops"),
        jets(),
        Scoring(latency=(0.1, 0.2, 0.3, 0.4)),
    )


def joint():
    return JointProblem(
        "joint",
        networks(),
        MULTIPLIERS,
        NARROW,
        objectives("accuracy", "latency", "size", "flops", "bitops"),
        jets(),
        Scoring(latency=(0.1, 0.2, 0.3, 0.4)),
    )


PROBLEMS = [quantization, report_types, architecture, joint]


@pytest.fixture(scope="module", params=PROBLEMS, ids=lambda build: build.__name__)
def problem(request):
    return request.param()


class TestProblems(ProblemContract):
    def test_values_are_those_of_the_plain_reference(self, problem, some):
        import torch

        split = problem.data.validation
        features, labels = torch.from_numpy(split.features), torch.from_numpy(split.labels)
        values = problem.evaluate(some)
        for row, found in zip(some, values, strict=True):
            network, precision = problem.design(row)
            with torch.inference_mode():
                logits = QuantizedNetwork(network, precision)(features)
            for objective, value in zip(problem.objectives, found, strict=True):
                if isinstance(objective, CostObjective):
                    assert value == objective.cost(network.spec, precision)
                elif isinstance(objective, PredictionObjective):
                    assert value == pytest.approx(objective.score(logits, labels), abs=1e-6)
                else:
                    assert isinstance(objective, MeasuredObjective)
                    index = problem.networks.index(network)
                    assert value == problem.scoring.latency[index]


def test_another_split_is_another_problem():
    validation = joint()
    test = validation.on("test")
    rows = validation.space.configurations(np.arange(validation.space.size))
    differs = validation.evaluate(rows) != test.evaluate(rows)
    assert differs[:, 0].any()
    assert not differs[:, 1:].any()
    assert validation.fingerprint != test.fingerprint
    assert validation.on("validation").fingerprint == validation.fingerprint


def test_fingerprints_tell_problems_apart():
    built = [build() for build in PROBLEMS]
    assert len({problem.fingerprint for problem in built}) == len(built)


def test_fingerprint_is_the_same_in_a_fresh_process():
    path = Path(__file__).resolve()
    script = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('contract', {str(path)!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "print(module.quantization().fingerprint)\n"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert fresh.stdout.strip() == quantization().fingerprint


def test_joint_order_is_architecture_first():
    problem = joint()
    architectures = problem.architectures(problem.space.configurations(range(problem.space.size)))
    precisions = problem.space.size // 4
    assert architectures.tolist() == list(
        itertools.chain.from_iterable([index] * precisions for index in range(4))
    )


@pytest.mark.parametrize(
    ("count", "latency", "words"),
    [(3, (0.1,) * 3, "3 networks, expected 4"), (4, None, "needs the latency")],
)
def test_incomplete_problems_are_refused(count, latency, words):
    with pytest.raises(InputError, match=words):
        ArchitectureProblem(
            "wide",
            networks()[:count],
            MULTIPLIERS,
            objectives("accuracy", "latency"),
            jets(),
            Scoring(latency=latency),
        )
