import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.efficiency.analyze import Questions, analyze_efficiency
from analysis.efficiency.page import efficiency_report
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.front.reference import Reference
from analysis.report.figures import Drawing
from tests.analysis.report.test_report import parsed
from tests.analysis.strategies import OBJECTIVES, trial_table

NAMES = [objective.name for objective in OBJECTIVES]


@pytest.fixture(scope="module")
def study():
    table, values = trial_table(samplers=("random", "tpe", "nsga2"), seeds=8, budget=8, space=60)
    table["sampler_seconds"] = 0.01
    return table, Reference.from_values(values, OBJECTIVES), values


@pytest.fixture(scope="module")
def made(study, tmp_path_factory):
    table, reference, values = study
    retested = pd.DataFrame(values, columns=NAMES).assign(configuration=range(len(values)))
    retested["accuracy"] -= 0.01
    return efficiency_report(
        table,
        reference,
        folder=tmp_path_factory.mktemp("report"),
        setting={"problem": "simulated"},
        questions=Questions(baseline="random", space_size=60, populations={"nsga2": 8}),
        retested=retested,
        command="python study.py",
    )


def test_first_sentence_answers_the_question(made):
    page = made.page.read_text(encoding="utf-8")
    start = page.index('<p class="lead">') + len('<p class="lead">')
    lead = re.sub("<[^>]+>", "", page[start : page.index("</p>", start)])
    assert lead.startswith("After 8 trials, ")
    assert made.answer.startswith("After 8 trials, ")
    assert "random" in made.answer


def test_page_holds_every_part(made):
    html = made.page.read_text(encoding="utf-8")
    page = parsed(html)
    assert all(target.startswith("tables/") for target in page.outside)
    assert {Path(target).stem for target in page.outside} == {
        path.stem for path in (made.page.parent / "tables").glob("*.csv")
    }
    for anchor in (
        "answer",
        "what-each-sampler-reached",
        "over-the-budget",
        "the-true-front",
        "tests-and-effect-sizes",
        "robustness",
        "on-data-that-the-search-has-not-seen",
        "warnings",
        "setting-and-how-to-reproduce",
    ):
        assert anchor in page.identifiers
    assert "nsga2 never left its first generation" in html
    assert "python study.py" in html


def test_files_lie_beside_it(made):
    folder = made.page.parent
    figures = {path.name for path in (folder / "figures").iterdir()}
    assert {"hypervolume_curves.png", "hypervolume_curves.svg", "effect_sizes.svg"} <= figures
    table = pd.read_csv(folder / "tables" / "summary.csv", index_col="sampler")
    assert table["hypervolume"].to_numpy() == pytest.approx(
        made.findings.summary["hypervolume"].to_numpy(), rel=0, abs=0
    )
    assert (folder / "tables" / "against_baseline.tex").read_text().count(r"\\") == 3


def test_order_of_the_rows_changes_nothing(study):
    table, reference, _ = study
    order = {"random": 0, "tpe": 1, "nsga2": 2}
    shuffled = table.sample(frac=1.0, random_state=1)
    shuffled = shuffled.sort_values("sampler", key=lambda names: names.map(order), kind="stable")
    one, other = (
        analyze_efficiency(rows, reference, Questions(baseline="random"))
        for rows in (table, shuffled)
    )
    assert one.answers == other.answers
    pd.testing.assert_frame_equal(one.summary, other.summary)
    pd.testing.assert_frame_equal(one.pairs, other.pairs)


@pytest.fixture
def without_png(monkeypatch):
    monkeypatch.setattr(Drawing, "png", lambda self: b"")


def test_one_sampler_with_one_seed_still_gets_its_page(study, tmp_path, without_png):
    table, reference, _ = study
    alone = table[(table["sampler"] == "tpe") & (table["seed"] == 0)]
    found = efficiency_report(alone, reference, folder=tmp_path, setting={})
    assert found.findings.comparison is None
    assert "nothing can be compared" in found.answer
    parsed(found.page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("objectives", [1, 2])
def test_fewer_objectives(objectives):
    table, values = trial_table(seeds=7)
    reference = Reference.from_values(values[:, :objectives], OBJECTIVES[:objectives])
    found = analyze_efficiency(table, reference)
    assert len(found.summary) == 2
    assert len(found.robustness.table) == (7 if objectives == 1 else 8)


def test_constant_objective_and_complete_runs():
    objectives = (Objective(name="a"), Objective(name="b"), Objective(name="c"))
    table, _ = trial_table(seeds=7, budget=2)
    table[["a", "b", "c"]] = [[0.0, 1.0, 5.0], [1.0, 0.0, 5.0]] * (len(table) // 2)
    reference = Reference.from_values([[0, 1, 5], [1, 0, 5]], objectives)
    found = analyze_efficiency(table, reference)
    assert "tpe cannot be told apart from random" in found.answers[0]
    assert any("constant" in sentence for sentence in found.warnings)


def test_a_front_that_the_trials_show_to_be_incomplete_is_refused(study):
    table, reference, values = study
    worse = np.delete(values, np.flatnonzero((values == reference.front[0]).all(axis=1)), axis=0)
    best = table.assign(**dict(zip(NAMES, reference.front[0], strict=True)))
    with pytest.raises(InputError, match="it is not the true front of their problem"):
        analyze_efficiency(best, Reference.from_values(worse, OBJECTIVES))
    found = analyze_efficiency(best, Reference.from_values(worse, OBJECTIVES, complete=False))
    assert all("true" not in answer for answer in found.answers)


def test_unknown_baseline(study):
    table, reference, _ = study
    with pytest.raises(InputError, match="baseline 'other': expected one of random, tpe, nsga2"):
        analyze_efficiency(table, reference, Questions(baseline="other"))


def test_logs_without_configurations_have_no_unique_curves(study):
    table, reference, _ = study
    assert analyze_efficiency(table.drop(columns="configuration"), reference).unique is None
