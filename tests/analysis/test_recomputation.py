"""Every printed number, computed again from trials.csv by other code: pandas, scipy, pymoo.

Nothing of `analysis` is used on this side but what it printed and wrote.
"""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import Questions, Reference, Trials, efficiency_report, read_csv
from tests.analysis.strategies import OBJECTIVES, trial_table

NAMES = [objective.name for objective in OBJECTIVES]
SIGNS = np.array([-1.0, 1.0, 1.0])
SAMPLERS = ("random", "tpe", "nsga2", "copy")
SEEDS, BUDGET = 12, 15


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    table, values = trial_table(samplers=SAMPLERS, seeds=SEEDS, budget=BUDGET, space=150)
    ahead = table["sampler"] == "tpe"
    turned = values * SIGNS
    good = [
        row
        for row, p in enumerate(turned)
        if not any((q <= p).all() and (q < p).any() for q in turned)
    ]
    table.loc[ahead, "configuration"] = np.random.default_rng(1).choice(good, ahead.sum())
    table.loc[table["sampler"] == "copy", "configuration"] = table.loc[
        table["sampler"] == "random", "configuration"
    ].to_numpy()
    table[NAMES] = values[table["configuration"]]
    table.to_csv(folder / "trials.csv", index=False)
    other = values.copy()
    other[:, 0] = (other[:, 0] + np.random.default_rng(2).normal(0, 0.02, len(other))).round(3)
    retested = pd.DataFrame(other, columns=NAMES).assign(configuration=range(len(other)))
    report = efficiency_report(
        read_csv(folder / "trials.csv", OBJECTIVES),
        Reference.from_values(values, OBJECTIVES),
        folder=folder,
        setting={},
        questions=Questions(baseline="random", target=0.8, splits=("one", "two")),
        retested=retested,
        retested_reference=Reference.from_values(other, OBJECTIVES),
    )
    return folder, values, other, report


def front_of(points):
    """The obvious filter, on minimized points."""
    return np.array(
        [p for p in points if not any((q <= p).all() and (q < p).any() for q in points)]
    )


class Scale:
    """Ideal, nadir and reference point of a set of all values, from their definitions."""

    def __init__(self, values):
        from math import comb

        front = np.unique(front_of(values * SIGNS), axis=0)
        self.low, self.high = front.min(axis=0), front.max(axis=0)
        divisions = 1
        while comb(divisions + 3, 2) <= len(front):
            divisions += 1
        self.point = 1 + 1 / divisions
        self.front = self.turned(values)[0:0]
        self.front = (front - self.low) / (self.high - self.low)
        self.whole = self.volume(self.front)

    def turned(self, values):
        return (np.asarray(values) * SIGNS - self.low) / (self.high - self.low)

    def volume(self, points):
        hv = pytest.importorskip("pymoo.indicators.hv").HV
        return float(hv(ref_point=np.full(3, self.point))(np.asarray(points)))

    def share(self, values):
        return self.volume(self.turned(values)) / self.whole


def runs(folder):
    table = pd.read_csv(folder / "trials.csv").sort_values("trial")
    return {
        name: [part[[*NAMES, "configuration"]].to_numpy() for _, part in rows.groupby("seed")]
        for name, rows in table.groupby("sampler")
    }


@pytest.fixture(scope="module")
def again(study):
    folder, values, _, _ = study
    scale = Scale(values)
    curves = {
        name: np.array([[scale.share(run[: t + 1, :3]) for t in range(BUDGET)] for run in found])
        for name, found in runs(folder).items()
    }
    return scale, curves


def test_summary(study, again):
    folder, _, _, _ = study
    _, curves = again
    table = pd.read_csv(folder / "tables" / "summary.csv", index_col="sampler")
    for name, curve in curves.items():
        row = table.loc[name]
        assert row["hypervolume"] == pytest.approx(curve[:, -1].mean(), abs=1e-9)
        assert row["area"] == pytest.approx(curve.mean(), abs=1e-9)
        first = [np.argmax(c >= 0.8 - 1e-9) + 1 if c[-1] >= 0.8 - 1e-9 else np.inf for c in curve]
        assert row["reached"] == np.isfinite(first).sum()
        assert row["trials_to_target"] == np.median(first)
        visited = [len(np.unique(run[:, 3])) for run in runs(folder)[name]]
        assert row["unique"] == pytest.approx(np.mean(visited))
        error = curve[:, -1].std(ddof=1) / np.sqrt(SEEDS)
        assert row["hypervolume_low"] <= row["hypervolume"] <= row["hypervolume_high"]
        assert row["hypervolume_high"] - row["hypervolume_low"] < 12 * error + 1e-12


def test_comparison(study, again):
    folder, _, _, _ = study
    _, curves = again
    table = pd.read_csv(folder / "tables" / "against_baseline.csv", index_col="sampler")
    base = curves["random"][:, -1]
    p = {}
    for name in ("tpe", "nsga2", "copy"):
        final, row = curves[name][:, -1], table.loc[name]
        differences = np.where(np.abs(final - base) < 1e-9, 0.0, final - base)
        assert row["difference"] == pytest.approx(differences.mean(), abs=1e-9)
        assert row["wins"] == (differences > 0).sum()
        assert row["ties"] == (differences == 0).sum()
        beats = np.mean([(a > b + 1e-9) + 0.5 * (abs(a - b) <= 1e-9) for a in final for b in base])
        assert row["a12"] == pytest.approx(beats)
        p[name] = 1.0
        if differences.any():
            method = stats.PermutationMethod(n_resamples=np.inf)
            p[name] = stats.wilcoxon(differences, zero_method="pratt", method=method).pvalue
            t = abs(differences.mean()) / (differences.std(ddof=1) / np.sqrt(SEEDS))
            assert (row["verdict"] in ("better", "worse")) == (t > row["critical"])
        assert row["p"] == pytest.approx(p[name], abs=1e-6)
    assert table.loc["copy", "verdict"] == "identical"
    assert table.loc["tpe", "verdict"] == "better"
    corrected = np.minimum(3 * min(p.values()), 1.0)
    assert table["p_holm"].min() == pytest.approx(corrected, abs=1e-6)


def test_pairs_keep_their_error_rate_together(study, again):
    """The critical value is that of the largest |t| over resamples of the seeds."""
    folder, _, _, _ = study
    _, curves = again
    table = pd.read_csv(folder / "tables" / "against_baseline.csv", index_col="sampler")
    base = curves["random"][:, -1]
    differences = np.column_stack([curves[name][:, -1] - base for name in ("tpe", "nsga2")])
    rng = np.random.default_rng(5)
    largest = []
    for _ in range(4000):
        sample = differences[rng.integers(0, SEEDS, SEEDS)]
        error = sample.std(axis=0, ddof=1) / np.sqrt(SEEDS)
        largest.append(np.max(np.abs(sample.mean(axis=0) - differences.mean(axis=0)) / error))
    assert table["critical"].iloc[0] == pytest.approx(np.quantile(largest, 0.95), rel=0.1)


def test_indicators_and_attainment(study, again):
    folder, _, _, report = study
    scale, _ = again
    igd_plus = pytest.importorskip("pymoo.indicators.igd_plus").IGDPlus(scale.front)
    found = report.findings
    for name, rows in runs(folder).items():
        points = [scale.turned(run[:, :3]) for run in rows]
        assert found.igd_plus.final()[name] == pytest.approx(
            [igd_plus(front_of(part)) for part in points]
        )
        epsilon = [max(min(max(a - z) for a in part) for z in scale.front) for part in points]
        assert found.epsilon.final()[name] == pytest.approx(epsilon)
        near = [
            np.mean([any((a - z <= 0.02 + 1e-9).all() for a in part) for z in scale.front])
            for part in points
        ]
        assert found.attainment.curves().final()[name] == pytest.approx(near)


def test_the_other_split(study):
    folder, values, other, _ = study
    table = pd.read_csv(folder / "tables" / "selection_optimism.csv", index_col="sampler")
    scale, anew = Scale(values), Scale(other)
    for name, rows in runs(folder).items():
        claimed, delivered, survive = [], [], []
        for run in rows:
            turned = run[:, :3] * SIGNS
            front = [
                i
                for i, p in enumerate(turned)
                if not any((q <= p).all() and (q < p).any() for q in turned)
            ]
            chosen = np.unique(run[front, 3].astype(int))
            claimed.append(scale.share(run[front, :3]))
            delivered.append(anew.share(other[chosen]))
            there = other[chosen] * SIGNS
            survive.append(
                np.mean([not any((q <= p).all() and (q < p).any() for q in there) for p in there])
            )
        row = table.loc[name]
        assert row["claimed"] == pytest.approx(np.mean(claimed), abs=1e-9)
        assert row["delivered"] == pytest.approx(np.mean(delivered), abs=1e-9)
        assert row["survive"] == pytest.approx(np.mean(survive))


def test_numbers_in_sentences_are_those_of_the_tables(study):
    folder, _, _, report = study
    table = pd.read_csv(folder / "tables" / "against_baseline.csv", index_col="sampler")
    row = 100 * table.loc["tpe", ["difference", "difference_low", "difference_high"]]
    name, *numbers = re.search(
        r"than random: (\S+) by ([\d.]+) \[([-\d.]+), ([-\d.]+)\] percentage", report.answer
    ).groups()
    assert name == "tpe"
    assert [float(number) for number in numbers] == [float(f"{value:.1f}") for value in row]
    optimism = pd.read_csv(folder / "tables" / "selection_optimism.csv")
    said = next(text for text in report.findings.answers if "own front" in text)
    assert f"{100 * optimism['delivered'].mean():.1f} % of that of two's own front" in said


def test_the_order_of_evaluation_leaves_no_trace(study):
    folder, values, _, report = study
    table = pd.read_csv(folder / "trials.csv")
    table["trial"] = np.random.default_rng(0).permutation(len(table))
    trials = Trials.from_frame(table.sort_values(["sampler", "trial"]), OBJECTIVES)
    from analysis import hypervolume_curves

    reference = Reference.from_values(values, OBJECTIVES)
    finals = hypervolume_curves(trials, reference).final()
    for name, final in report.findings.hypervolume.final().items():
        assert np.array_equal(finals[name], final)
