"""Any function as a problem: values kept, failures listed, nothing evaluated twice."""

import os
import pickle
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from moo_jsc import FunctionProblem
from moo_jsc.enumeration import TableProblem, enumerate_problem, stream_front
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.functions import function_hash
from moo_jsc.objectives import Bounds, Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs import load_trials, run_comparison
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import get_samplers
from moo_jsc.samplers.sampler import BudgetExhausted, run_sampler
from moo_jsc.testing import ProblemContract

ROOT = Path(__file__).parents[2]
SPACE = SearchSpace("leaves", (Choice("leaves", tuple(range(2, 12))), Choice("depth", (1, 2, 3))))
ACCURACY = Objective(name="accuracy", unit="1", sense="max")
NODES = Objective(name="nodes", unit="nodes", sense="min", known=True)
TIME = Objective(name="time", unit="ms", sense="min")


def nodes(design):
    return {"nodes": 2 * design["leaves"] - 1}


def tree(design, log=None, seconds=0.0):
    """One design in ten has no value."""
    if log:
        with open(log, "a") as stream:  # noqa: PTH123
            stream.write(f"{design['leaves']} {design['depth']}\n")
    time.sleep(seconds)
    if design["leaves"] == 7:
        raise ValueError(f"no tree has {design['leaves']} leaves")
    return {
        "time": design["depth"] * 0.5,
        "accuracy": 1 - 1 / design["leaves"] - 0.01 * (design["depth"] - 2) ** 2,
        **nodes(design),
    }


def never_failing(design):
    return {"accuracy": design["depth"] / design["leaves"], **nodes(design)}


def forest(designs):
    return [tree(design) for design in designs]


def problem_of(folder, evaluate=tree, objectives=(ACCURACY, NODES, TIME), **settings):
    return FunctionProblem(SPACE, objectives, evaluate, known=nodes, cache_dir=folder, **settings)


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def problem(tmp_path):
    return problem_of(tmp_path / "cache")


ROWS = SPACE.configurations(range(SPACE.size))
EXPECTED = np.array(
    [
        [np.nan, 13.0, np.nan]
        if leaves == 7
        else [1 - 1 / leaves - 0.01 * (depth - 2) ** 2, 2 * leaves - 1, depth * 0.5]
        for leaves in range(2, 12)
        for depth in (1, 2, 3)
    ]
)
FAILED = [15, 16, 17]


class TestValues:
    def test_are_those_of_the_function(self, problem):
        np.testing.assert_array_equal(problem.evaluate(ROWS), EXPECTED)
        assert problem.failures(ROWS[14:16]) == ["", "ValueError: no tree has 7 leaves"]
        assert np.isnan(problem.known_values(ROWS)[:, [0, 2]]).all()
        np.testing.assert_array_equal(problem.known_values(ROWS)[:, 1], EXPECTED[:, 1])

    def test_many_at_a_time_are_the_same(self, tmp_path):
        many = problem_of(tmp_path, forest, many=True)
        np.testing.assert_array_equal(many.evaluate(ROWS), EXPECTED)
        assert many.failures(ROWS[15:16]) == ["ValueError: no tree has 7 leaves"]

    def test_a_number_that_is_not_finite_is_a_failure(self, tmp_path):
        values = problem_of(tmp_path, lambda design: [np.inf, 3.0, 1.0])
        assert np.isnan(values.evaluate(ROWS[:1])[0, [0, 2]]).all()
        assert values.failures(ROWS[:1]) == ["accuracy = inf"]

    def test_some_of_the_objectives_share_the_evaluations(self, tmp_path):
        log = tmp_path / "log"
        problem = problem_of(tmp_path / "cache", partial(tree, log=str(log)))
        problem.evaluate(ROWS[:4])
        some = problem.within(Bounds({"accuracy": 0.6})).selected(["time", "accuracy"])
        np.testing.assert_array_equal(some.evaluate(ROWS[:4]), EXPECTED[:4][:, [2, 0]])
        assert len(lines(log)) == 4
        assert some.bounds.at_least == {"accuracy": 0.6}
        assert some.fingerprint != problem.fingerprint

    def test_nothing_is_evaluated_twice(self, tmp_path):
        log = tmp_path / "log"
        problem = problem_of(tmp_path / "cache", partial(tree, log=str(log)))
        problem.evaluate(np.repeat(ROWS, 2, axis=0))
        again = pickle.loads(pickle.dumps(problem))
        np.testing.assert_array_equal(again.evaluate(ROWS), EXPECTED)
        assert len(lines(log)) == len(set(lines(log))) == SPACE.size
        assert again.forget_failures() == len(FAILED)
        again.evaluate(ROWS)
        assert len(lines(log)) == SPACE.size + len(FAILED)

    def test_a_damaged_outcome_is_made_again(self, problem, caplog):
        problem.evaluate(ROWS[:1])
        path = problem.outcomes.path(0)
        path.write_text(path.read_text().replace("0.5", "0.6"))
        np.testing.assert_array_equal(problem.evaluate(ROWS[:1]), EXPECTED[:1])
        assert "does not match its hash; it is made again" in caplog.text


class TestWrongUse:
    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            ({"accuracy": 1.0}, "expected numbers for accuracy, nodes, time"),
            ([1.0, 2.0], r"returned \[1.0, 2.0\], expected numbers"),
            (0.5, "returned 0.5, expected numbers"),
            (["a", 1, 2], "expected numbers"),
        ],
    )
    def test_an_answer_of_the_wrong_form_ends_it(self, tmp_path, answer, words):
        with pytest.raises(InputError, match=words):
            problem_of(tmp_path, lambda design: answer, version="1").evaluate(ROWS[:1])

    def test_rows_that_are_missing_end_it(self, tmp_path):
        problem = problem_of(tmp_path, lambda designs: [[1, 2, 3]], many=True)
        with pytest.raises(InputError, match="for 2 designs, expected as many rows"):
            problem.evaluate(ROWS[:2])

    def test_settings_are_checked(self, tmp_path):
        with pytest.raises(InputError, match="each name once"):
            problem_of(tmp_path, objectives=(ACCURACY, ACCURACY))
        with pytest.raises(InputError, match="nothing to evaluate"):
            problem_of(tmp_path, objectives=(NODES,))
        with pytest.raises(InputError, match="nodes known: expected a function"):
            FunctionProblem(SPACE, (ACCURACY, NODES), tree)
        with pytest.raises(InputError, match="one design at a time"):
            problem_of(tmp_path, many=True, time_limit=1)
        with pytest.raises(InputError, match="above 0"):
            problem_of(tmp_path, time_limit=0)

    def test_all_failed(self, tmp_path):
        problem = problem_of(tmp_path, lambda design: 1 / 0)
        with pytest.raises(InputError, match=r"all 30 designs failed \(ZeroDivisionError: "):
            enumerate_problem(problem, progress=False)
        with pytest.raises(InputError, match="no design has any values"):
            stream_front(problem, cache_dir=tmp_path, progress=False)


class TestIdentity:
    def test_what_a_function_holds_counts(self):
        assert function_hash(partial(tree, seconds=1)) != function_hash(partial(tree, seconds=2))
        array = np.arange(3)
        assert function_hash(lambda: array) != function_hash(lambda: array + 1)

    def test_what_has_no_hash_needs_a_version(self, tmp_path):
        held = object()
        with pytest.raises(InputError, match="it holds a object, which has no hash"):
            problem_of(tmp_path, lambda design: held)
        assert problem_of(tmp_path, lambda design: held, version="1").fingerprint

    def test_settings_that_change_values_change_it(self, problem, tmp_path):
        names = {
            problem.fingerprint,
            problem_of(tmp_path, version="1").fingerprint,
            problem_of(tmp_path, depends_on=["data"]).fingerprint,
            problem_of(tmp_path, packages=["numpy"]).fingerprint,
        }
        assert len(names) == 4
        assert problem_of(tmp_path, time_limit=3).fingerprint == problem.fingerprint


class TestTimeLimit:
    def test_what_takes_too_long_or_dies_has_failed(self, tmp_path):
        def moody(design):
            import os
            import time

            if design["leaves"] == 2:
                time.sleep(60)
            if design["leaves"] == 3:
                os._exit(9)
            if design["leaves"] == 4:
                raise ValueError("four")
            return [design["leaves"], 9, 1]

        problem = problem_of(tmp_path, moody, version="1", time_limit=0.5)
        rows = ROWS[[0, 3, 6, 9]]
        values = problem.evaluate(rows)
        assert values[3].tolist() == [5, 9, 1]
        first, second, *rest = problem.failures(rows)
        assert first == "took longer than 0.5 seconds"
        assert second == "its process was ended (EXIT(9))"
        assert rest == ["ValueError: four", ""]
        problem._isolated.close()


class TestEnumeration:
    def test_failures_are_in_the_table_and_do_not_count(self, problem):
        table = enumerate_problem(problem, progress=False)
        np.testing.assert_array_equal(table.values, EXPECTED)
        assert list(table.failures) == FAILED
        assert set(table.failures.values()) == {"ValueError: no tree has 7 leaves"}
        assert len(table.counting) == SPACE.size - len(FAILED)
        assert not set(table.front_indices) & set(FAILED)
        front = stream_front(problem, cache_dir=problem.cache_dir, block_size=7, progress=False)
        np.testing.assert_array_equal(front.values, np.unique(table.front_values, axis=0))

    def test_processes_find_the_same(self, problem, tmp_path, monkeypatch):
        monkeypatch.setattr("moo_jsc.enumeration.enumerate._WORTH_STARTING_SECONDS", 0)
        log = tmp_path / "log"
        table = enumerate_problem(
            problem_of(tmp_path / "two", partial(tree, log=str(log))), workers=2, progress=False
        )
        np.testing.assert_array_equal(table.values, EXPECTED)
        assert sorted(lines(log)) == sorted(f"{n} {d}" for n in range(2, 12) for d in (1, 2, 3))

    def test_a_replay_fails_where_the_problem_does(self, problem):
        replay = TableProblem(enumerate_problem(problem, progress=False))
        np.testing.assert_array_equal(replay.evaluate(ROWS), EXPECTED)
        np.testing.assert_array_equal(replay.known_values(ROWS), problem.known_values(ROWS))
        assert replay.failures(ROWS) == problem.failures(ROWS)


KILLED = """
import sys, time
from moo_jsc import FunctionProblem, enumerate_problem
from moo_jsc.objectives import Objective
from moo_jsc.problems.space import Choice, SearchSpace

def slow(design):
    time.sleep(0.05)
    with open(sys.argv[1] + "/log", "a") as stream:
        stream.write(f"{design['x']}\\n")
    if design["x"] % 10 == 3:
        raise ValueError("three")
    return [design["x"], -design["x"]]

space = SearchSpace("slow", (Choice("x", tuple(range(40))),))
objectives = [Objective(name=name, unit="1", sense="min") for name in ("a", "b")]
problem = FunctionProblem(space, objectives, slow, cache_dir=sys.argv[1], version="1")
table = enumerate_problem(problem)
print(len(table.failures), len(table.front_indices))
"""


def test_a_killed_study_goes_on_without_repeating_anything(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    log = tmp_path / "log"
    process = subprocess.Popen(command, env=environment)
    while len(lines(log)) < 8:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = len(lines(log))
    assert before < 40
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["4", "36"], done.stderr
    # The one in flight may have been evaluated and not yet kept.
    assert len(lines(log)) <= 41
    assert len(set(lines(log))) == 40


SEARCHING = (
    *("optuna-random", "optuna-tpe", "optuna-nsga2", "optuna-nsga3", "optuna-brute-force"),
    *("pymoo-nsga2", "pymoo-nsga3", "pymoo-sms-emoa", "pymoo-moead", "pymoo-gde3"),
    *("scalarised-tpe", "grey-box", "without-repeats(optuna-tpe)", "known-costs(pymoo-nsga2)"),
    *("cheapest-architecture", "one-factor", "exhaustive-random"),
)


class TestRuns:
    def test_failures_are_charged_and_listed(self, problem, tmp_path):
        comparison = run_comparison(
            problem,
            ["exhaustive", "optuna-random"],
            [0],
            20,
            tmp_path / "out",
            workers=1,
            progress=False,
        )
        trials = comparison.trials()
        exhaustive = trials[trials["sampler"] == "exhaustive"]
        assert exhaustive["trial"].tolist() == list(range(20))
        np.testing.assert_array_equal(
            exhaustive[["accuracy", "time"]].to_numpy(), EXPECTED[:20][:, [0, 2]]
        )
        written = (tmp_path / "out" / "failures.csv").read_text().splitlines()
        assert written[0] == "sampler,seed,trial,configuration,failure"
        assert written[1] == "exhaustive,0,15,15,ValueError: no tree has 7 leaves"
        again = load_trials(tmp_path / "out", samplers=["exhaustive"])
        assert again["failure"].tolist()[14:17] == [
            "",
            *["ValueError: no tree has 7 leaves"] * 2,
        ]

    def test_a_replayed_comparison_is_the_same(self, problem, tmp_path):
        replay = TableProblem(enumerate_problem(problem, progress=False))
        settings = {"workers": 1, "progress": False}
        names = ["exhaustive-random"]
        first = run_comparison(replay, names, [0, 1], 25, tmp_path / "a", **settings)
        path = next((tmp_path / "a").rglob("seed-0.jsonl"))
        whole = path.read_bytes()
        path.with_suffix(".end").unlink()
        path.write_bytes(b"".join(whole.splitlines(keepends=True)[:12]))
        again = run_comparison(replay, names, [0, 1], 25, tmp_path / "a", **settings)
        columns = ["trial", "configuration", "accuracy", "failure"]
        assert first.trials()[columns].equals(again.trials()[columns])

    @pytest.mark.parametrize("name", SEARCHING)
    def test_every_sampler_finishes(self, problem, name):
        problem = problem.selected(["accuracy", "nodes"])
        (sampler,) = get_samplers([name])
        ledger = Ledger(SPACE, 2, problem.evaluate, budget=24, failures=problem.failures)
        with suppress(BudgetExhausted):
            run_sampler(
                sampler,
                SPACE,
                problem.objectives,
                ledger,
                seed=1,
                budget=24,
                known=problem.known_values,
                bounds=Bounds({"accuracy": 0.6}),
            )
        assert len(ledger.trials) >= 12
        assert all(bool(trial.failure) == (trial.configuration[0] == 5) for trial in ledger.trials)

    def test_a_failure_is_an_error_where_none_is_possible(self, problem):
        ledger = Ledger(SPACE, 3, problem.evaluate, budget=3)
        with pytest.raises(ArithmeticError, match="not finite"):
            ledger(ROWS[15:16])

    def test_optuna_sees_failed_trials(self, problem):
        import optuna

        objective, directions = problem.within(Bounds({"accuracy": 0.1})).as_optuna()
        study = optuna.create_study(
            directions=directions, sampler=optuna.samplers.BruteForceSampler(seed=1)
        )
        study.optimize(objective, n_trials=30)
        failed = [t for t in study.trials if t.state == optuna.trial.TrialState.FAIL]
        assert len(failed) == len(FAILED)
        values = problem.as_pymoo().evaluate(ROWS[14:16])
        assert np.isfinite(values[0]).all()
        assert np.isposinf(values[1]).all()


class TestContract(ProblemContract):
    """What holds for every problem."""

    @pytest.fixture
    def problem(self, tmp_path):
        return FunctionProblem(
            SPACE, (ACCURACY, NODES), never_failing, known=nodes, cache_dir=tmp_path
        )
