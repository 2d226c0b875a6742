from dataclasses import replace

import numpy as np
import pytest

from moo_jsc.enumeration.benchmark import load_benchmark
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.circuit import TERMS
from moo_jsc.problems.catalog import build_problem
from moo_jsc.problems.finishing import FIRST_FRESH_SEED, TO_THE_END
from studies import finish_front
from studies.common.console import run_study
from studies.finishing import outcomes
from studies.finishing.built import built, built_table, cheapest, cheapest_table
from studies.finishing.chosen import Chosen, fine_tuned_accuracy, on_front
from studies.finishing.training import Measured, measured

LUT = TERMS.index("lut")


def pretended(shorts, longs, sizes, jets=1000):
    """Three seeds of designs whose accuracies and sizes are given, (n, 3) each."""

    def told_right(accuracy):
        return np.arange(jets) < np.round(np.array(accuracy)[..., None] * jets)

    terms = np.zeros((*np.shape(sizes), len(TERMS)))
    terms[..., LUT] = sizes
    correct = {
        (length, split): told_right(values)
        for length, values in (("short", shorts), ("finished", longs))
        for split in ("validation", "test")
    }
    nothing = np.zeros(np.shape(sizes), dtype=np.int64)
    return Measured(correct, terms, nothing.astype(bool), nothing)


@pytest.fixture
def found():
    return pretended(
        [[0.70, 0.71, 0.72], [0.73, 0.73, 0.73], [0.74, 0.75, 0.76]],
        [[0.71, 0.72, 0.73], [0.72, 0.72, 0.72], [0.75, 0.76, 0.77]],
        [[300, 310, 320], [200, 200, 200], [900, 800, 700]],
    )


CHOSEN = Chosen(np.array([5, 9, 2]), np.array([0.72, 0.735, 0.76]), 7, 1)


def test_luck_gain_and_order_are_those_of_the_means(found):
    means = outcomes.resampled(found, resamples=50)
    np.testing.assert_allclose(means.long, [0.72, 0.72, 0.76])
    np.testing.assert_allclose(means.lut, [310, 200, 800])
    assert means.longs.shape == means.luts.shape == (50, 3)
    assert "0.83 points less on average" in outcomes.luck_sentence(CHOSEN, means)
    assert "3 of 3 have less" in outcomes.luck_sentence(CHOSEN, means)
    gain = outcomes.gain_sentence(means)
    assert "by +0.33 points on average" in gain
    assert "1 of 3 designs lose more than 0.3 points" in gain
    assert "is 0.82 (" in outcomes.order_sentence(CHOSEN, means)


def test_resamples_scatter_as_seeds_and_jets_do(found):
    means = outcomes.resampled(found, resamples=2000)
    jets = np.sqrt(0.72 * 0.28 / 1000)
    seeds = 0.01 * np.sqrt(2 / 3) / np.sqrt(3)
    assert means.longs[:, 1].std() == pytest.approx(jets, rel=0.1)
    assert means.longs[:, 0].std() == pytest.approx(np.hypot(jets, seeds), rel=0.1)
    np.testing.assert_allclose(means.luts[:, 1], 200)


def test_the_smallest_design_of_an_accuracy(found):
    means = outcomes.resampled(found, resamples=200)
    table = outcomes.least_table(CHOSEN, means, (0.72, 0.75, 0.9))
    assert table["LUTs, whole trace"].tolist() == ["200", "800", "none"]
    assert table["design"].tolist() == ["9", "2", ""]
    assert table["95 %"].tolist()[2] == "none to none"


def test_the_network_that_is_built_is_chosen_on_the_validation_split(found):
    right = found.correct["finished", "validation"]
    right[0, 0] = np.arange(1000) < 740
    networks = built(found, resamples=500)
    np.testing.assert_array_equal(networks.places, [0, 0, 2])
    np.testing.assert_allclose(networks.validation, [0.74, 0.72, 0.77])
    np.testing.assert_allclose(networks.test, [0.71, 0.72, 0.77])
    np.testing.assert_array_equal(networks.lut, [300, 200, 700])
    assert networks.tests[:, 0].std() == pytest.approx(np.sqrt(0.71 * 0.29 / 1000), rel=0.1)
    each = built_table(CHOSEN, networks, (7, 8, 9))
    assert each["seed"].tolist() == ["7", "7", "9"]
    places = cheapest(networks, (0.71, 0.73, 0.9))
    assert list(places.values()) == [1, 0, None, 1, 2, None]
    least = cheapest_table(each, networks, places, {0: 333, 1: 222, 2: 1666})
    assert least["at least, %"].tolist()[2:4] == ["90 (validation)", "71 (test)"]
    assert least["design"].tolist() == ["9", "5", "", "9", "2", ""]
    assert least["yosys, LUTs"].tolist() == ["222", "333", "", "222", "1,666", ""]
    assert least["LUTs, 95 %"].tolist()[-1] == "none to none"


@pytest.fixture(scope="module")
def problem():
    names = ("accuracy", "lut", "latency-ns")
    return build_problem("lab3-types", objectives=names, training="qat")


def test_the_shipped_table_says_what_designs_are_chosen_by(tmp_path):
    problem = build_problem("codesign-hardware", training="qat")
    accuracy = fine_tuned_accuracy(problem, 2, shipped=True, cache=tmp_path, workers=1)
    table = load_benchmark("codesign", objectives=["accuracy"], training="qat")
    np.testing.assert_array_equal(accuracy, table.single_trainings()[:, :2, 0].mean(axis=1))


def test_designs_are_spread_along_the_front(problem):
    accuracy = np.linspace(0.5, 0.7, problem.space.size)
    everything = on_front(problem, accuracy, 1, 30)
    assert len(everything.numbers) == everything.front > 3
    assert (np.diff(everything.accuracy) > 0).all()
    some = on_front(problem, accuracy, 1, 3)
    assert some.numbers[[0, -1]].tolist() == everything.numbers[[0, -1]].tolist()
    given = on_front(problem, accuracy, 1, 3, (7, 2))
    assert given.numbers.tolist() == [2, 7]
    with pytest.raises(InputError, match=r"designs 18: expected 0\.\.17"):
        on_front(problem, accuracy, 1, 3, (18,))


def test_what_is_measured_is_what_fine_tuning_scores(problem, tmp_path, monkeypatch):
    short = replace(problem.scoring.fine_tuning, samples=3000)
    long = replace(TO_THE_END, samples=6000)
    seeds = (FIRST_FRESH_SEED, FIRST_FRESH_SEED + 1)
    found = measured(problem, [9], seeds, (short, long), cache=tmp_path)
    row = problem.space.configurations([9])
    for column, seed in enumerate(seeds):
        recipes = [replace(recipe, seed=seed) for recipe in (short, long)]
        scores = problem.fine_tuned(row, recipes, ["validation", "test"])[0, :, :, 0]
        better = int(scores[1, 0] >= scores[0, 0])
        assert found.kept_short[0, column] == (not better)
        for line, length in ((0, "short"), (better, "finished")):
            for place, split in enumerate(("validation", "test")):
                share = found.correct[length, split][0, column].mean()
                assert share == pytest.approx(scores[line, place], abs=1e-12)
    assert not found.differing.any()

    monkeypatch.setattr("studies.finishing.training.measures", None)
    again = measured(problem, [9], seeds, (short, long), cache=tmp_path)
    np.testing.assert_array_equal(again.terms, found.terms)
    np.testing.assert_array_equal(
        again.correct["finished", "test"], found.correct["finished", "test"]
    )


def test_the_study(tmp_path, capsys):
    page = tmp_path / "page.md"
    marks = "<!-- begin: finished -->\n<!-- end: finished -->\n"
    page.write_text(marks + marks.replace("finished", "built"))
    flags = {"problem": "lab3-types", "at_least": ("accuracy=0.5",), "accuracies": ("0.6", "0.9")}
    results = finish_front.main(
        finish_front.Config(
            **flags,
            designs=2,
            table_seeds=1,
            seeds=2,
            samples=3000,
            workers=1,
            cache=tmp_path / "cache",
            out=tmp_path / "out",
            page=page,
        )
    )
    printed = capsys.readouterr().out
    assert "Luck: trained anew" in printed
    assert "the emulated circuits of all 4 finished networks have the same logits" in printed
    assert "| 60 | " in page.read_text()
    assert "| 60 (validation) | " in page.read_text()
    assert (results.folder / "finished.png").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--seeds", "1"], "seeds = 1: expected a whole number of at least 2"),
        (["--accuracies", "much"], "accuracies = much: expected numbers"),
        (["--numbers", "x"], "numbers = x: expected whole numbers"),
        (["--objectives", "lut"], "objectives: expected accuracy"),
    ],
)
def test_bad_input(flags, message, capsys):
    with pytest.raises(SystemExit) as stop:
        run_study(finish_front.main, finish_front.Config, ["--problem", "lab3-types", *flags])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
