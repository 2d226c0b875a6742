"""The contract that every Sampler keeps, as tests for any sampler.

In a test file of your own::

    import pytest
    from moo_jsc.testing import SamplerContract

    @pytest.fixture
    def sampler():
        return MySampler()

    class TestMySampler(SamplerContract):
        pass
"""

from __future__ import annotations

import contextlib
import pickle
import random
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from moo_jsc.foundation.threads import one_thread
from moo_jsc.objectives.objective import Objective, Sense
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger, Trial
from moo_jsc.samplers.sampler import BudgetExhausted, Sampler, run_sampler

Rows = NDArray[np.int64]
Values = NDArray[np.float64]
Function = Callable[[Rows, int, int], Values]

DEFAULT_BUDGET = 23


class CountingLedger(Ledger):
    """A ledger that also says how many configurations were really evaluated."""

    evaluated: int = 0


def space(*radices: int) -> SearchSpace:
    """Return a space of ordered numbers with so many values each."""
    choices = (Choice(f"c{i}", tuple(range(2, 2 + r))) for i, r in enumerate(radices))
    return SearchSpace("test", tuple(choices))


WIDE = space(6, 6, 6, 6)


def objectives(count: int, sense: Sense | None = None) -> tuple[Objective, ...]:
    """Return a quality, then costs that are known; or all of one sense."""
    return tuple(
        Objective(
            name=f"o{i}",
            unit="1",
            sense=sense or ("max" if i == 0 else "min"),
            known=i > 0,
        )
        for i in range(count)
    )


def values(rows: Rows, count: int, largest: int) -> Values:
    """Quality first, costs after; scales six orders of magnitude apart."""
    x = np.asarray(rows) / largest
    weights = np.random.default_rng(7).random((x.shape[1], count))
    costs = x @ weights * 10.0 ** np.arange(-2, count - 2)
    costs[:, 0] = 1 - np.exp(-3 * x @ weights[:, 0]) + 0.1 * np.sin(5 * x.sum(axis=1))
    return costs


def proposed(ledger: Ledger) -> list[tuple[int, ...]]:
    """Return the configurations of all trials, in order."""
    return [trial.configuration for trial in ledger.trials]


class SamplerContract:
    """Tests of one sampler, which a fixture named ``sampler`` gives.

    Attributes
    ----------
    seedless
        Names of samplers that do the same whatever the seed.
    without_repeats
        Names of samplers that never propose a configuration twice and end with the space.
    budgets
        Fewer trials than `DEFAULT_BUDGET`, by name, for samplers that take long.
    """

    seedless: ClassVar[Collection[str]] = ()
    without_repeats: ClassVar[Collection[str]] = ()
    budgets: ClassVar[Mapping[str, int]] = {}

    @pytest.fixture(scope="class", autouse=True)
    def single_thread(self) -> Iterator[None]:
        """Keep torch on one thread."""
        with one_thread():
            yield

    def budget(self, sampler: Sampler, default: int = DEFAULT_BUDGET) -> int:
        """Return how many trials a test may take."""
        return min(default, self.budgets.get(sampler.name, default))

    def run(
        self,
        sampler: Sampler,
        *,
        where: SearchSpace = WIDE,
        count: int = 2,
        seed: int = 3,
        budget: int | None = None,
        hint: int | None = None,
        recorded: Sequence[Trial] = (),
        function: Function = values,
    ) -> CountingLedger:
        """Return the ledger of one run, after counting what it really evaluated.

        Samplers that declare it are told the costs.
        """
        budget = budget or self.budget(sampler)
        evaluated: list[tuple[int, ...]] = []
        largest = max(where.radices)

        def evaluate(rows: Rows) -> Values:
            evaluated.extend(map(tuple, rows.tolist()))
            return function(rows, count, largest)

        def known(rows: Rows) -> Values:
            found = function(rows, count, largest)
            found[:, 0] = np.nan
            return found

        ledger = CountingLedger(where, count, evaluate, budget=budget, recorded=recorded)
        sampler.load()
        try:
            run_sampler(
                sampler,
                where,
                objectives(count),
                ledger,
                seed=seed,
                budget=hint or budget,
                known=known,
            )
        except BudgetExhausted:
            assert ledger.exhausted
        assert len(ledger.trials) <= budget
        assert len(set(evaluated)) == len(evaluated)
        ledger.evaluated = len(evaluated)
        return ledger

    def test_budget_is_used_exactly_and_configurations_are_valid(self, sampler: Sampler) -> None:
        ledger = self.run(sampler)
        assert ledger.exhausted
        assert WIDE.indices(proposed(ledger)).max() < WIDE.size
        assert ledger.evaluated == len(set(proposed(ledger)))

    @pytest.mark.parametrize("budget", [1, 2, 5])
    def test_tiny_budgets(self, sampler: Sampler, budget: int) -> None:
        assert self.run(sampler, budget=budget).exhausted

    def test_the_ledger_has_the_last_word_on_the_budget(self, sampler: Sampler) -> None:
        assert len(self.run(sampler, budget=7, hint=40).trials) == 7

    def test_same_seed_same_trials_whatever_happened_before(self, sampler: Sampler) -> None:
        np.random.seed(1)
        random.seed(1)
        first = self.run(sampler)
        self.run(sampler, seed=4)
        np.random.seed(2)
        random.seed(2)
        assert proposed(self.run(pickle.loads(pickle.dumps(sampler)))) == proposed(first)

    def test_global_random_state_is_left_alone(self, sampler: Sampler) -> None:
        np.random.seed(5)
        random.seed(5)
        self.run(sampler, budget=11)
        found, expected = np.random.get_state(), np.random.RandomState(5).get_state()
        assert str(found) == str(expected)
        assert random.getstate() == random.Random(5).getstate()

    def test_different_seeds_differ(self, sampler: Sampler) -> None:
        same = proposed(self.run(sampler, seed=3)) == proposed(self.run(sampler, seed=4))
        assert same == (sampler.name in self.seedless)

    def test_single_value_choices(self, sampler: Sampler) -> None:
        ledger = self.run(sampler, where=space(1, 5, 1, 6))
        assert {(row[0], row[2]) for row in proposed(ledger)} == {(0, 0)}

    @pytest.mark.parametrize("radices", [(2, 3), (3,), (1, 1)], ids=str)
    @pytest.mark.parametrize("count", [1, 2])
    def test_space_smaller_than_the_budget(
        self, sampler: Sampler, radices: tuple[int, ...], count: int
    ) -> None:
        where = space(*radices)
        budget = min(14, self.budget(sampler, 14))
        ledger = self.run(sampler, where=where, count=count, budget=budget)
        assert 1 <= ledger.evaluated <= where.size
        if sampler.name in self.without_repeats:
            assert len(ledger.trials) == where.size
            assert not any(trial.repeat for trial in ledger.trials)

    def test_one_objective(self, sampler: Sampler) -> None:
        assert self.run(sampler, count=1).exhausted

    @pytest.mark.filterwarnings("ignore:Box decomposition")
    def test_five_objectives(self, sampler: Sampler) -> None:
        assert self.run(sampler, count=5).exhausted

    def test_choices_without_order(self, sampler: Sampler) -> None:
        formats = Choice("format", ((8, 4), (4, 2), (16, 8)))
        where = SearchSpace("named", (formats, Choice("kind", ("b", "a")), Choice("w", (2, 4, 8))))
        assert self.run(sampler, where=where, budget=11).evaluated > 1

    def test_maximizing_is_minimizing_the_negative(self, sampler: Sampler) -> None:
        def record(sense: Sense, sign: float) -> list[tuple[int, ...]]:
            def evaluate(rows: Rows) -> Values:
                return sign * values(rows, 1, 6)

            budget = self.budget(sampler, 23)
            ledger = Ledger(WIDE, 1, evaluate, budget=budget)
            with contextlib.suppress(BudgetExhausted):
                run_sampler(
                    sampler,
                    WIDE,
                    objectives(1, sense),
                    ledger,
                    seed=3,
                    budget=budget,
                    known=lambda rows: np.full((len(rows), 1), np.nan),
                )
            return proposed(ledger)

        assert record("max", 1.0) == record("min", -1.0)

    @pytest.mark.filterwarnings("error::RuntimeWarning")
    @pytest.mark.parametrize("constant", [[2], [0, 1, 2]], ids=["one", "all"])
    def test_constant_objectives(self, sampler: Sampler, constant: list[int]) -> None:
        def function(rows: Rows, count: int, largest: int) -> Values:
            found = values(rows, count, largest)
            found[:, constant] = 50.0
            return found

        budget = min(18, self.budget(sampler, 18))
        ledger = self.run(sampler, count=3, budget=budget, function=function)
        assert ledger.exhausted
        assert ledger.evaluated > 4

    def test_silent(self, sampler: Sampler, capfd: pytest.CaptureFixture[str]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", DeprecationWarning)
            self.run(sampler, budget=11)
        assert capfd.readouterr() == ("", "")

    def test_replay_continues_as_if_never_interrupted(self, sampler: Sampler) -> None:
        whole = self.run(sampler)
        known = len({trial.configuration for trial in whole.trials[:9]})
        resumed = self.run(sampler, recorded=whole.trials[:9])
        assert proposed(resumed) == proposed(whole)
        assert [trial.repeat for trial in resumed.trials] == [
            trial.repeat for trial in whole.trials
        ]
        assert resumed.evaluated == whole.evaluated - known

    def test_settings_survive_a_copy_and_hold_no_addresses(self, sampler: Sampler) -> None:
        assert pickle.loads(pickle.dumps(sampler)).settings == sampler.settings
        assert " at 0x" not in sampler.settings
