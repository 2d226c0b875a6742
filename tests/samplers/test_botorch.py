"""BoTorch's samplers, where it is installed: seeded, without repeats, told what they should be."""

import contextlib

import numpy as np
import pytest

from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import BudgetExhausted, get_samplers, run_sampler, told

SPACE = SearchSpace("test", (Choice("a", (2, 3, 4, 6)), Choice("b", (2, 3, 4, 6))))
WIDE = SearchSpace("wide", tuple(Choice(f"c{i}", tuple(range(2, 14))) for i in range(2)))
OBJECTIVES = (
    Objective(name="quality", unit="1", sense="max"),
    Objective(name="cost", unit="1", sense="min", known=True),
)


def values(rows):
    return np.column_stack([1 - np.exp(-rows.sum(axis=1) / 2), 1.0 + rows @ [1, 2]])


def known(rows):
    found = values(rows)
    found[:, 0] = np.nan
    return found


@pytest.mark.parametrize("name", ["botorch", "botorch-known-costs"])
def test_botorch(name, monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path))
    pytest.importorskip("botorch")
    (sampler,) = get_samplers([name])
    runs = []
    for _ in range(2):
        ledger = Ledger(SPACE, 2, values, budget=12)
        with contextlib.suppress(BudgetExhausted):
            run_sampler(sampler, SPACE, OBJECTIVES, ledger, seed=1, budget=12, known=known)
        runs.append([trial.configuration for trial in ledger.trials])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 12
    assert told(sampler, OBJECTIVES) == (("cost",) if name == "botorch-known-costs" else ())


def test_botorch_takes_bounds_as_constraints(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path))
    pytest.importorskip("botorch")
    (sampler,) = get_samplers(["botorch-known-costs"])
    bounds = Bounds({"quality": 0.95}, {"cost": 16.0})
    ledger = Ledger(WIDE, 2, values, budget=13)
    with contextlib.suppress(BudgetExhausted):
        run_sampler(
            sampler,
            WIDE,
            OBJECTIVES,
            ledger,
            seed=1,
            budget=13,
            known=known,
            bounds=bounds,
            scales={"cost": "logarithmic"},
        )
    found = np.array([trial.values for trial in ledger.trials])
    assert (found[:, 1] <= 16).all()
    assert bounds.kept(found[10:], OBJECTIVES).all()
    assert not bounds.kept(found[:10], OBJECTIVES).all()
