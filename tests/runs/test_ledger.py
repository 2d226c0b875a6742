import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import BudgetExhausted

SPACE = SearchSpace("test", (Choice("a", (1, 2, 3)), Choice("b", (1, 2))))
ROWS = SPACE.configurations(range(6))


def square(rows):
    return np.column_stack([rows.sum(axis=1) ** 0.5, -rows[:, 0] / 3])


def reference(batches, budget):
    """Return what must be recorded, said slowly: (configuration, values, repeat) in order."""
    seen, trials = set(), []
    for row in (row for batch in batches for row in batch):
        if len(trials) == budget:
            break
        configuration = tuple(ROWS[row].tolist())
        trials.append((configuration, tuple(square(ROWS[[row]])[0]), configuration in seen))
        seen.add(configuration)
    return trials


@given(
    st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=6),
    st.integers(1, 20),
    st.integers(0, 20),
)
def test_counts_caches_marks_and_stops(batches, budget, interrupted_after):
    def run(recorded):
        evaluated, answers = [], []

        def evaluate(rows):
            evaluated.extend(SPACE.indices(rows).tolist())
            return square(rows)

        ledger = Ledger(SPACE, 2, evaluate, budget=budget, recorded=recorded)
        total = 0
        for batch in batches:
            total += len(batch)
            if total > budget:
                with pytest.raises(BudgetExhausted):
                    ledger(ROWS[batch])
                break
            answers.append(ledger(ROWS[batch]))
            np.testing.assert_array_equal(answers[-1], square(ROWS[batch]).reshape(-1, 2))
        return ledger, evaluated

    ledger, evaluated = run(())
    found = [(trial.configuration, trial.values, trial.repeat) for trial in ledger.trials]
    assert found == reference(batches, budget)
    assert [trial.trial for trial in ledger.trials] == list(range(len(found)))
    assert len(set(evaluated)) == len(evaluated)
    assert ledger.exhausted == (len(found) == budget)

    resumed, again = run(ledger.trials[:interrupted_after])
    assert resumed.trials[:interrupted_after] == ledger.trials[:interrupted_after]
    assert [(t.configuration, t.values, t.repeat) for t in resumed.trials] == found
    assert len(again) == sum(not trial.repeat for trial in ledger.trials[interrupted_after:])


def test_trials_are_recorded_before_the_sampler_sees_their_values():
    lines = []
    ledger = Ledger(SPACE, 2, square, budget=5, record=lines.extend)
    ledger(ROWS[:3])
    assert lines == ledger.trials
    with pytest.raises(BudgetExhausted):
        ledger(ROWS)
    assert lines == ledger.trials
    assert len(lines) == 5


def test_times_are_shared_by_the_trials_of_a_batch():
    ledger = Ledger(SPACE, 2, square, budget=5)
    ledger(ROWS[[0, 1, 0]])
    first, second, repeat = ledger.trials
    assert first.sampler_seconds == second.sampler_seconds == repeat.sampler_seconds > 0
    assert first.evaluation_seconds == second.evaluation_seconds > 0
    assert repeat.evaluation_seconds == 0


def test_a_sampler_may_change_what_it_gave_and_got():
    ledger = Ledger(SPACE, 2, square, budget=5)
    rows = ROWS[:1].copy()
    values = ledger(rows)
    rows[:], values[:] = 1, 99.0
    assert ledger.trials[0].configuration == (0, 0)
    np.testing.assert_array_equal(ledger(ROWS[:1]), square(ROWS[:1]))


def test_replay_refuses_another_order():
    first = Ledger(SPACE, 2, square, budget=5)
    first(ROWS[:2])
    second = Ledger(SPACE, 2, square, budget=5, recorded=first.trials, source="seed-1.jsonl")
    with pytest.raises(InputError, match=r"seed-1.jsonl: trial 0 is recorded as \(0, 0\), but"):
        second(ROWS[1:])


@pytest.mark.parametrize(
    ("rows", "message"), [([[0, 2]], "choice 'b' has index 2"), ([[0.5, 0]], "whole choice")]
)
def test_foreign_configurations_are_refused(rows, message):
    ledger = Ledger(SPACE, 2, square, budget=5)
    with pytest.raises(InputError, match=message):
        ledger(rows)
    assert not ledger.trials


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(value):
    ledger = Ledger(SPACE, 2, lambda rows: np.full((len(rows), 2), value), budget=5)
    with pytest.raises(ArithmeticError, match="not finite"):
        ledger(ROWS[:1])
    assert not ledger.trials


def test_a_wrong_number_of_values_is_refused():
    with pytest.raises(ArithmeticError, match=r"shape \(1, 3\), expected \(1, 2\)"):
        Ledger(SPACE, 2, lambda rows: np.zeros((len(rows), 3)), budget=5)(ROWS[:1])


def test_no_budget():
    with pytest.raises(InputError, match="budget = 0: expected a whole number of at least 1"):
        Ledger(SPACE, 2, square, budget=0)
