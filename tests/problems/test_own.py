"""Problems from networks and tables of one's own: everything that the jets have."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from torch import nn

import moo_jsc
from moo_jsc.data import from_arrays, load_dataset, split_table
from moo_jsc.enumeration import enumerate_problem
from moo_jsc.evaluation.fine_tuning import FineTuning, fine_tune
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.group_training import Schedule
from moo_jsc.objectives import Bounds, get_objectives
from moo_jsc.objectives.objective import CostObjective
from moo_jsc.problems.own import problem_from_torch
from moo_jsc.problems.precision import PrecisionSpace, widths
from moo_jsc.quantization.network import QuantizedNetwork
from moo_jsc.testing import ProblemContract

TWO_EACH = PrecisionSpace(widths(4, 6), widths(3, 4), per_layer=True)
SHARED = PrecisionSpace(widths(4, 6), widths(3, 4))
FEW_STEPS = FineTuning(samples=64, batch_size=16)


@contextmanager
def use_store(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOO_JSC_CACHE", str(folder))
        yield


def table(features, classes, each=10, seed=0):
    """Classes that a little training tells apart."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each)
    centers = rng.normal(size=(classes, features))
    values = centers[labels] + 0.3 * rng.normal(size=(len(labels), features))
    return split_table(from_arrays(values, labels, name="blobs"))


def trained(net, data, steps=60):
    optimizer = torch.optim.Adam(net.parameters(), 0.02)
    features = torch.from_numpy(data.train.features)
    labels = torch.from_numpy(data.train.labels)
    with one_thread():
        for _ in range(steps):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net.train()(features), labels).backward()
            optimizer.step()
    return net.eval()


def small(data, hidden=6):
    torch.manual_seed(0)
    features, classes = len(data.feature_names), len(data.class_names)
    return nn.Sequential(
        nn.Linear(features, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, classes)
    )


@pytest.fixture(scope="module")
def problem():
    data = table(7, 3)
    objectives = ("accuracy", "loss", "size", "flops", "bitops", "average-bitwidth")
    return problem_from_torch(
        trained(small(data), data), data, precision=TWO_EACH, objectives=objectives
    )


class TestOwnNetwork(ProblemContract):
    pass


def assert_plain_evaluation_agrees(problem, count=6):
    """Compare with `QuantizedNetwork` and each objective's own definition, one design at a time."""
    rows = problem.space.configurations(
        problem.space.permuted(np.arange(min(count, problem.space.size)), seed=1)
    )
    part = problem.data.part(problem.scoring.split)
    for row, values in zip(rows, problem.evaluate(rows), strict=True):
        network, precision = problem.design(row)
        with torch.inference_mode():
            logits = QuantizedNetwork(network, precision)(torch.from_numpy(part.features))
        for objective, value in zip(problem.objectives, values, strict=True):
            if objective.name == "accuracy":
                assert value == objective.score(logits, torch.from_numpy(part.labels))
            elif objective.name == "loss":
                expected = objective.score(logits, torch.from_numpy(part.labels))
                assert value == pytest.approx(expected, rel=1e-5)
            elif isinstance(objective, CostObjective):
                assert value == objective.cost(network.spec, precision)


def test_batched_and_plain_evaluation_agree(problem):
    assert_plain_evaluation_agrees(problem, 16)
    assert problem.evaluate(problem.space.configurations([15]))[0, 0] > 0.8


def assert_fine_tuning_agrees(problem, rows, scores):
    """Compare scores with those of the finished networks, rounded one at a time."""
    part = problem.data.validation
    ((_, batch),) = problem.batches(rows)
    precisions, places = batch.precisions(asked=True)
    finished = fine_tune(batch.network, precisions, problem.data.train, FEW_STEPS)
    for place, (accuracy, loss) in zip(places, scores, strict=True):
        network, precision = finished[place]
        with torch.inference_mode():
            logits = QuantizedNetwork(network, precision)(torch.from_numpy(part.features))
        labels = torch.from_numpy(part.labels)
        found = [objective.score(logits, labels) for objective in problem.objectives]
        assert [accuracy, loss] == pytest.approx(found, rel=1e-5)


BETWEEN = {"n": nn.BatchNorm1d, "r": lambda _: nn.ReLU(), "d": lambda _: nn.Dropout()}


def built(sizes, biases, between, seed):
    """A stack of dense layers; `between` says what comes before the first and after each."""
    torch.manual_seed(seed)
    layers = [BETWEEN[kind](sizes[0]) for kind in between[0]]
    for inputs, outputs, bias, kinds in zip(sizes, sizes[1:], biases, between[1:], strict=False):
        layers.append(nn.Linear(inputs, outputs, bias=bias))
        layers += [BETWEEN[kind](outputs) for kind in kinds]
    return nn.Sequential(*layers), sizes[0], sizes[-1]


@st.composite
def stacks(draw, widest=100):
    """Depth 1 to 6, widths 1 to `widest`, batch norms and ReLUs anywhere."""
    depth = draw(st.integers(1, 6))
    hidden = st.lists(st.integers(1, widest), min_size=depth - 1, max_size=depth - 1)
    sizes = [draw(st.integers(1, widest)), *draw(hidden), draw(st.integers(2, widest))]
    biases = draw(st.lists(st.booleans(), min_size=depth, max_size=depth))
    kinds = st.lists(st.sampled_from("nnrrd"), max_size=3)
    between = draw(st.lists(kinds, min_size=depth + 1, max_size=depth + 1))
    return built(sizes, biases, between, draw(st.integers(0, 2**16)))


@given(stack=stacks())
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_stack_goes_all_the_way(stack, tmp_path_factory):
    net, features, classes = stack
    data = table(features, classes, each=5)
    with torch.inference_mode():
        net.train()(torch.from_numpy(data.train.features))
    net.eval()
    names = ("accuracy", "loss", "size", "bitops", "flops")
    problem = problem_from_torch(net, data, precision=SHARED, objectives=names)
    rows = torch.from_numpy(data.test.features)
    with torch.inference_mode():
        torch.testing.assert_close(problem.networks[0](rows), net(rows), rtol=1e-4, atol=1e-4)
    assert_plain_evaluation_agrees(problem, 2)
    found = enumerate_problem(
        problem, workers=1, progress=False, cache_dir=tmp_path_factory.mktemp("cache")
    )
    np.testing.assert_array_equal(
        found.values, problem.evaluate(problem.space.configurations(range(4)))
    )
    tuned = problem_from_torch(
        net, data, precision=SHARED, objectives=("accuracy", "loss"), training="qat"
    )
    ends = tuned.space.configurations([0, 3])
    scores = tuned.fine_tuned(ends, [FEW_STEPS], ["validation"])[:, 0, 0]
    assert_fine_tuning_agrees(tuned, ends, scores)


ONE_EACH = PrecisionSpace(widths(3, 4), widths(3), unsigned_after_relu=True)


@given(stack=stacks(widest=10))
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_stack_is_a_circuit(stack, tmp_path_factory):
    """Narrow ones: a trace takes time in proportion to the weights."""
    pytest.importorskip("alkaid")
    from moo_jsc.hardware.emulation import Design, compare

    net, features, classes = stack
    data = table(features, classes, each=5)
    with torch.inference_mode():
        net.train()(torch.from_numpy(data.train.features))
    net.eval()
    with use_store(tmp_path_factory.mktemp("cache")):
        problem = problem_from_torch(
            net, data, precision=ONE_EACH, objectives=("accuracy", "lut", "latency-cycles")
        )
        ends = problem.space.configurations([0, 1])
        values = problem.evaluate(ends)
    assert np.isfinite(values).all() and (values >= 0).all()
    found = compare(Design.of(*problem.design(ends[0])), data.test.features)
    assert found.equal


def test_circuits_of_own_networks_cost_luts(tmp_path, monkeypatch):
    pytest.importorskip("alkaid")
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
    data = table(5, 3)
    precision = PrecisionSpace(widths(4), widths(2, 3), per_layer=True)
    problem = problem_from_torch(
        trained(small(data, 4), data), data, precision=precision, objectives=("accuracy", "lut")
    )
    values = problem.evaluate(problem.space.configurations(range(4)))
    assert (values[:, 1] > 0).all() and values[3, 1] > values[0, 1]


def test_widths_are_trained_together(tmp_path):
    data = table(7, 3)
    problem = moo_jsc.Problem.from_torch(
        small(data),
        data,
        widths=(2, 4, 8),
        precision=None,
        objectives=("accuracy", "size"),
        schedule=Schedule(epochs=12, batch_size=16),
        cache_dir=tmp_path,
        bounds=Bounds({"accuracy": 0.5}),
    )
    assert problem.space.choices[0].name == "layer_0.channels"
    assert problem.space.choices[0].values == (2, 4, 8)
    assert [network.spec.linear_layers[0].outputs for network in problem.networks] == [2, 4, 8]
    values = problem.evaluate(problem.space.configurations(range(3)))
    assert (np.diff(values[:, 1]) > 0).all() and values[2, 0] > 0.8
    both = problem_from_torch(
        small(data), data, widths=(2, 4), schedule=Schedule(epochs=1), cache_dir=tmp_path
    )
    assert both.space.size == 2 * 12**2 and both.objectives == get_objectives(
        ["accuracy", "size", "bitops"]
    )


def test_a_network_in_raw_units_takes_raw_data():
    rng = np.random.default_rng(0)
    values = rng.normal(5, 3, size=(60, 4))
    columns = {"x": values, "y": np.arange(60) % 2}
    data = load_dataset(columns, label="y", standardize=False)
    every = np.concatenate([data.part(name).features for name in ("train", "validation", "test")])
    assert sorted(every[:, 0]) == sorted(values[:, 0].astype("f4"))
    assert (data.mean == 0).all() and (data.std == 1).all()
    assert data.fingerprint != load_dataset(columns, label="y").fingerprint


@pytest.mark.parametrize(
    ("said", "change"),
    [
        (r"network: 7 features; expected 8, those of blobs", {"data": (8, 3)}),
        (r"network: 3 classes; expected 4, those of blobs", {"data": (7, 4)}),
        (r"precision 'mixed-precison': expected .* did you mean", {"precision": "mixed-precison"}),
        (r"objective 'acuracy': expected .* did you mean", {"objectives": ["acuracy"]}),
        (r"objectives = 'size': expected a list", {"objectives": "size"}),
        (r"nothing to choose, expected precisions or widths", {"precision": None}),
        (r"width 0: expected a whole number", {"widths": (0, 4)}),
        (r"widths \(4, 4\): expected at least one, each once", {"widths": (4, 4)}),
        (r"widths train every form anew", {"widths": (4,), "weights": "state"}),
        (r"accuracy at least 2|speed", {"bounds": Bounds({"speed": 2.0})}),
    ],
)
def test_bad_input_is_answered_in_one_line(said, change):
    data = table(7, 3)
    net = small(data)
    if "data" in change:
        data = table(*change.pop("data"), each=6)
    if change.get("weights") == "state":
        change = {**change, "weights": net.state_dict()}
    with pytest.raises(InputError, match=said) as found:
        problem_from_torch(net, data, **change)
    assert "\n" not in str(found.value)


def test_a_single_layer_has_no_widths():
    data = table(7, 3)
    with pytest.raises(InputError, match="no hidden layer, expected no widths"):
        problem_from_torch(nn.Sequential(nn.Linear(7, 3)), data, widths=(4,))


def test_what_is_no_network_and_no_data_is_one_line():
    data = table(7, 3)
    with pytest.raises(InputError, match="network of type function: expected a module or an ONNX"):
        problem_from_torch(lambda rows: rows, data)
    with pytest.raises(InputError, match="data of type str: expected what load_dataset returns"):
        problem_from_torch(small(data), "table.csv")
    with pytest.raises(InputError, match=r"network: 1 class \(one logit\); expected 3"):
        problem_from_torch(nn.Linear(7, 1), data)


def test_unknown_settings_are_not_swallowed():
    with pytest.raises(TypeError, match="precisions"):
        moo_jsc.Problem.from_torch(nn.Linear(7, 3), table(7, 3), precisions="lab3-grid")


def test_breast_cancer_has_two_classes():
    from sklearn.datasets import load_breast_cancer

    cancer = load_breast_cancer()
    names = [str(cancer.target_names[code]) for code in cancer.target]
    data = split_table(from_arrays(cancer.data, names, name="breast cancer"))
    assert data.class_names == ("benign", "malignant")
    problem = problem_from_torch(trained(small(data), data), data, precision=TWO_EACH)
    assert_plain_evaluation_agrees(problem)
    assert problem.evaluate(problem.space.configurations([15]))[0, 0] > 0.9


def test_a_table_of_a_hundred_classes():
    data = table(20, 100, each=8)
    problem = problem_from_torch(trained(small(data, 40), data, 150), data, precision=SHARED)
    assert_plain_evaluation_agrees(problem, 2)
    assert problem.evaluate(problem.space.configurations([3]))[0, 0] > 0.8


def test_a_problem_of_the_catalog_takes_other_data():
    data = table(16, 5)
    problem = moo_jsc.build_problem("lab3-types", jets=data)
    assert problem.data is data
    with pytest.raises(InputError, match="jsc-tiny: 16 features; expected 15"):
        moo_jsc.build_problem("lab3-types", jets=table(15, 5))
