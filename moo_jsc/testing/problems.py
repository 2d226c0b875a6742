"""The contract that every Problem keeps, as tests for any problem.

In a test file of your own::

    import pytest
    from moo_jsc.testing import ProblemContract

    @pytest.fixture(scope="module")
    def problem():
        return MyProblem()

    class TestMyProblem(ProblemContract):
        pass
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from moo_jsc.enumeration import TableProblem, enumerate_problem
from moo_jsc.foundation.errors import InputError
from moo_jsc.problems.problem import Problem

LARGEST_ENUMERATED = 10_000


class ProblemContract:
    """Tests of one problem, which a fixture named ``problem`` gives."""

    @pytest.fixture
    def some(self, problem: Problem) -> NDArray[np.int64]:
        """Up to 40 configurations, drawn without repeats."""
        picks = problem.space.permuted(np.arange(min(problem.space.size, 40)), seed=3)
        return problem.space.configurations(picks)

    def test_values_have_the_stated_shape(self, problem: Problem, some: NDArray[np.int64]) -> None:
        values = problem.evaluate(some)
        assert values.shape == (len(some), len(problem.objectives))
        assert values.dtype == np.float64

    def test_rows_do_not_depend_on_one_another(
        self, problem: Problem, some: NDArray[np.int64]
    ) -> None:
        together = problem.evaluate(some)
        alone = np.concatenate([problem.evaluate(row[None]) for row in some])
        backwards = problem.evaluate(some[::-1])[::-1]
        repeated = problem.evaluate(np.repeat(some, 2, axis=0))[::2]
        np.testing.assert_array_equal(together, alone)
        np.testing.assert_array_equal(together, backwards)
        np.testing.assert_array_equal(together, repeated)

    def test_known_values_are_those_that_evaluation_returns(
        self, problem: Problem, some: NDArray[np.int64]
    ) -> None:
        known = [objective.known for objective in problem.objectives]
        expected = np.where(known, problem.evaluate(some), np.nan)
        assert np.array_equal(problem.known_values(some), expected, equal_nan=True)

    def test_no_configuration_gives_no_row(self, problem: Problem) -> None:
        none = np.empty((0, problem.space.dimensions), dtype=int)
        assert problem.evaluate(none).shape == (0, len(problem.objectives))

    def test_foreign_configurations_are_refused(self, problem: Problem) -> None:
        with pytest.raises(InputError):
            problem.evaluate([[max(problem.space.radices)] * problem.space.dimensions])

    def test_a_copy_from_another_process_gives_the_same(
        self, problem: Problem, some: NDArray[np.int64]
    ) -> None:
        values = problem.evaluate(some)
        copy = pickle.loads(pickle.dumps(problem))
        np.testing.assert_array_equal(copy.evaluate(some), values)
        assert copy.fingerprint == problem.fingerprint

    def test_table_replays_the_problem(
        self, problem: Problem, some: NDArray[np.int64], tmp_path: Path
    ) -> None:
        if problem.space.size > LARGEST_ENUMERATED:
            pytest.skip(f"{problem.space.size} configurations are too many to enumerate here")
        table = enumerate_problem(problem, cache_dir=tmp_path, workers=1, progress=False)
        replay = TableProblem(table)
        np.testing.assert_array_equal(replay.evaluate(some), problem.evaluate(some))
        assert replay.space == problem.space
        assert replay.objectives == problem.objectives

    def test_pymoo_and_optuna_see_the_same_values(
        self, problem: Problem, some: NDArray[np.int64]
    ) -> None:
        import optuna

        from moo_jsc.problems.optuna_adapter import parameter_values

        signs = np.array([-1.0 if o.sense == "max" else 1.0 for o in problem.objectives])
        values = problem.evaluate(some[:3])
        np.testing.assert_array_equal(problem.as_pymoo().evaluate(some[:3]), signs * values)
        objective, directions = problem.as_optuna()
        assert [d == "maximize" for d in directions] == list(signs < 0)
        parameters = {
            choice.name: parameter_values(choice)[index]
            for choice, index in zip(problem.space.choices, some[0], strict=True)
        }
        trial = cast(optuna.Trial, optuna.trial.FixedTrial(parameters))
        assert objective(trial) == tuple(values[0])

    def test_it_shows_itself_in_one_line(self, problem: Problem) -> None:
        assert problem.name in repr(problem)
        assert "\n" not in repr(problem)
