import numpy as np
import pytest

from analysis.efficiency.summary import summarize
from analysis.front.reference import Reference
from analysis.indicators.curves import hypervolume_curves
from tests.analysis.strategies import OBJECTIVES, trial_table


@pytest.fixture
def study():
    table, values = trial_table(seeds=5)
    table["sampler_seconds"] = 0.5
    return table, Reference.from_values(values, OBJECTIVES)


def test_summary_adds_up(study):
    table, reference = study
    curves = hypervolume_curves(table, reference)
    summary = summarize(table, reference, curves, target=0.5)
    assert summary["hypervolume"].is_monotonic_decreasing
    for name, row in summary.iterrows():
        rows = table[table["sampler"] == name]
        assert row["seeds"] == 5
        assert row["hypervolume"] == pytest.approx(curves.final()[name].mean())
        assert row["hypervolume_low"] <= row["hypervolume"] <= row["hypervolume_high"]
        assert row["area"] == pytest.approx(curves.area()[name].mean())
        assert row["trials"] == 6
        unique = rows.groupby("seed")["configuration"].nunique().mean()
        assert row["unique"] == unique
        assert row["reached"] == (curves.final()[name] >= 0.5).sum()
        assert row["overhead_seconds"] == 3.0


def test_what_is_not_known_is_nan(study):
    table, reference = study
    bare = table.drop(columns=["configuration", "sampler_seconds"])
    summary = summarize(bare, reference, hypervolume_curves(bare, reference))
    assert np.isnan(summary["unique"]).all()
    assert np.isnan(summary["overhead_seconds"]).all()
