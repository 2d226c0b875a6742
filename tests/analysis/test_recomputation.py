"""Every printed number, computed again from trials.csv by other code: pandas, scipy, pymoo.

Nothing of `analysis` is used on this side but what it printed and wrote.
"""

import itertools
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


def signed_rank(differences):
    """Wilcoxon's test (Pratt's zeros), all signs tried."""
    ranks = stats.rankdata(np.abs(differences))[differences != 0]
    every = np.array(list(itertools.product((-1, 1), repeat=len(ranks)))) @ ranks
    seen = abs(np.sign(differences[differences != 0]) @ ranks)
    return np.mean(np.abs(every) >= seen - 1e-9)


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
            p[name] = signed_rank(differences)
            t = abs(differences.mean()) / (differences.std(ddof=1) / np.sqrt(SEEDS))
            assert (row["verdict"] in ("better", "worse")) == (t > row["critical"])
        assert row["p"] == pytest.approx(p[name], abs=1e-6)
    assert table.loc["copy", "verdict"] == "identical"
    assert table.loc["tpe", "verdict"] == "better"
    corrected = np.minimum(3 * min(p.values()), 1.0)
    assert table["p_holm"].min() == pytest.approx(corrected, abs=1e-6)


def test_pairs_keep_their_error_rate_together(study, again):
    """The critical values are those of the largest |t| over resamples, in units that few need."""
    folder, _, _, _ = study
    _, curves = again
    table = pd.read_csv(folder / "tables" / "against_baseline.csv", index_col="sampler")
    base = curves["random"][:, -1]
    differences = np.column_stack([curves[name][:, -1] - base for name in ("tpe", "nsga2")])
    rng = np.random.default_rng(5)
    found = []
    for _ in range(4000):
        sample = differences[rng.integers(0, SEEDS, SEEDS)]
        error = sample.std(axis=0, ddof=1) / np.sqrt(SEEDS)
        found.append(np.abs(sample.mean(axis=0) - differences.mean(axis=0)) / error)
    units = np.quantile(found, 0.99, axis=0)
    units = np.maximum(units, 1.25 * np.median(units))
    critical = np.quantile((np.array(found) / units).max(axis=1), 0.95) * units
    assert table.loc[["tpe", "nsga2"], "critical"].to_numpy() == pytest.approx(critical, rel=0.1)


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


def said(report, start):
    return next(text for text in report.findings.answers if start in text)


def test_who_got_to_the_target_and_when(study, again):
    _, _, _, report = study
    _, curves = again
    medians = {
        name: np.median(
            [np.argmax(c >= 0.8 - 1e-9) + 1 if c[-1] >= 0.8 - 1e-9 else np.inf for c in curve]
        )
        for name, curve in curves.items()
    }
    half = {name: when for name, when in medians.items() if np.isfinite(when)}
    text = said(report, "80 % of the true hypervolume")
    assert half, "the study is made so that somebody gets there"
    first = min(half.values())
    (quickest,) = [name for name, when in half.items() if when == first]
    assert f"{quickest} after {first:g} trials (median)" in text
    count = {1: "One sampler"}.get(len(half), f"{len(half)} samplers")
    assert text.startswith(f"{count} got to")


def test_how_often_each_is_best_in_resamples(study, again):
    _, _, _, report = study
    _, curves = again
    names = list(curves)
    finals = np.column_stack([curves[name][:, -1] for name in names])
    rng, often = np.random.default_rng(3), np.zeros(len(names))
    for _ in range(4000):
        means = finals[rng.integers(0, SEEDS, SEEDS)].mean(axis=0)
        best = means >= means.max() - 1e-9
        often += best / best.sum()
    frequency = dict(zip(names, often / often.sum(), strict=True))
    text = said(report, "a frequency over these runs")
    found = dict(re.findall(r"(\w+) (?:has the best mean )?in (\d+) %", text))
    assert found
    for name, percent in found.items():
        assert int(percent) / 100 == pytest.approx(frequency[name], abs=0.04)
    named = sum(int(percent) for percent in found.values()) / 100
    assert named == pytest.approx(sum(frequency[name] for name in found), abs=0.04)


def test_what_the_design_could_have_found(study, again):
    """New studies with the detectable difference, drawn by plain resampling, find it."""
    folder, _, _, report = study
    _, curves = again
    table = pd.read_csv(folder / "tables" / "against_baseline.csv", index_col="sampler")
    base, rng = curves["random"][:, -1], np.random.default_rng(4)
    for name in ("tpe", "nsga2"):
        differences, row = curves[name][:, -1] - base, table.loc[name]
        centered = differences - differences.mean()
        found = {}
        for share in (1.0, 0.5):
            drawn = rng.choice(centered, (4000, SEEDS)) + share * row["detectable"]
            t = drawn.mean(axis=1) / (drawn.std(axis=1, ddof=1) / np.sqrt(SEEDS))
            found[share] = np.mean(t > row["critical"])
        # The tables are a little cautious: they enlarge the spread.
        assert 0.78 <= found[1.0] <= 0.93
        assert row["power_at_half"] - 0.03 <= found[0.5] <= row["power_at_half"] + 0.15
    rows = table[table["verdict"] != "identical"]
    low, high = 100 * rows["detectable"].min(), 100 * rows["detectable"].max()
    text = said(report, "a true difference of")
    assert f"{100 * rows['detectable'].median():.1f} percentage points" in text
    assert f"({low:.1f} to {high:.1f}, by sampler)" in text
    assert f"with power {100 * rows['power_at_half'].median():.0f} %." in text


def test_other_ways_of_measuring(study):
    """Means and rank correlations at other reference points, and with an objective left out."""
    folder, values, _, report = study
    table = pd.read_csv(folder / "tables" / "robustness.csv").set_index("scenario")
    means = report.findings.robustness.means
    scale = Scale(values)
    found = {}
    for point in (1.0, 1.1, 2.0):
        other = Scale(values)
        other.point = point
        other.whole = other.volume(other.front)
        found[f"reference point {point:g}"] = {
            name: np.mean([other.share(run[:, :3]) for run in rows])
            for name, rows in runs(folder).items()
        }
    reported = {
        name: np.mean([scale.share(run[:, :3]) for run in rows])
        for name, rows in runs(folder).items()
    }
    order = list(reported)
    for scenario, shares in found.items():
        for name, share in shares.items():
            assert means.loc[name, scenario] == pytest.approx(share, abs=1e-9)
        both = [np.round([part[name] for name in order], 9) for part in (reported, shares)]
        tau = stats.kendalltau(*both).statistic
        assert table.loc[scenario, "tau"] == pytest.approx(tau, abs=1e-9)
    others = table.drop("as reported", errors="ignore")
    most = int((others["lost"] + others["gained"]).max())
    text = said(report, "of measuring")
    assert f"Over {len(others)} other ways" in text
    assert ("no pairwise verdict appears" in text) == (most == 0)
    if most:
        assert f"at most {most} of {len(SAMPLERS) * (len(SAMPLERS) - 1) // 2} pairwise" in text
    assert ("none is reversed" in text) == (not (others["reversed"] > 0).any())
    worst = others["tau"].idxmin()
    assert f"(Kendall's tau = {others.loc[worst, 'tau']:.2f})" in said(report, "agrees least")
