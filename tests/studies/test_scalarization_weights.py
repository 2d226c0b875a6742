import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest

from moo_jsc import Choice, FunctionProblem, Objective, SearchSpace
from moo_jsc.foundation.errors import InputError
from moo_jsc.problems.registered import PROBLEMS
from studies.common.console import parse
from studies.scalarization_weights import (
    Config,
    audited_objectives,
    command_line,
    main,
    own_weights,
    triangle_objectives,
)


def test_small_study_writes_its_report_and_prints_a_verdict_on_each_score(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cache"))
    main(
        Config(
            problem="lab3-types",
            weights=("accuracy=1", "size=0.2"),
            design=3,
            budget=4,
            seeds=2,
            samples=2000,
            out=tmp_path / "results",
            workers=1,
        )
    )
    printed = " ".join(capsys.readouterr().out.replace("\n  ", " ").split())
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    for label in ("R1 picks", "R3 picks", "R2 rewards", "MASE sum rewards"):
        assert f"- {label}" in printed
        assert label in page
    assert printed.index("Your weights") < printed.index("R1 picks")
    assert "The score with accuracy=1 size=0.2 picks" in printed
    assert printed.index("Three lab reports") < printed.index("R1 picks")
    assert page.index("Your weights: are they justified?") < page.index("R1 picks")
    assert page.index("Three lab reports") < page.index("R1 picks")
    assert "jsc-tiny (16-5)" in page
    methods = pd.read_csv(tmp_path / "results" / "tables" / "methods.csv")
    assert {"accuracy", "size", "bitops"} <= set(methods.columns)
    assert methods["accuracy"].dropna().between(0.4, 0.8).all()
    assert "flops is constant here" in printed
    assert "latency is constant over all 18 designs" in printed
    assert "multi-objective TPE" in printed
    assert "accuracy=1 size=0.2" in page
    assert "<script src" not in page and "http-equiv" not in page
    for name in ("classes", "regions", "scores_0", "methods", "search", "designs"):
        assert (tmp_path / "results" / "tables" / f"{name}.csv").exists()
    for name in ("triangle", "support", "score_tolerances_0", "association"):
        assert (tmp_path / "results" / "figures" / f"{name}.svg").exists()


def filtered(design):
    if design["gain"] == 4 and design["stages"] == 1:
        raise ArithmeticError("does not settle")
    gain, stages = design["gain"], design["stages"]
    return {"error": 1 / gain + 0.1 / stages, "delay": stages * 2.0, "power": 0.0 + gain * stages}


@pytest.fixture
def own_problem(tmp_path, monkeypatch):
    """Nine designs, one of which fails."""
    choices = Choice("gain", (1, 2, 4)), Choice("stages", (1, 2, 3))
    objectives = [Objective(name=name, unit="1", sense="min") for name in OWN]
    space = SearchSpace("filter", choices)
    problem = FunctionProblem(space, objectives, filtered, cache_dir=tmp_path)
    monkeypatch.setitem(PROBLEMS, "filter", problem)


OWN = ("error", "delay", "power")


def test_a_problem_of_ones_own_is_audited_by_its_own_metrics(own_problem, tmp_path, capsys):
    config = Config(
        problem="filter",
        weights=("error=10", "delay=1"),
        budget=4,
        seeds=2,
        samples=500,
        out=tmp_path / "results",
        workers=1,
    )
    main(config)
    printed = " ".join(capsys.readouterr().out.split())
    assert "The score with error=10 delay=1 picks [gain 4, stages 2]" in printed
    assert "1 of 9 designs failed and do not count, the first with gain = 4" in printed
    assert "Regret of the final pick under your weights, range scale: multi" in printed
    assert "R1" not in printed and "MASE" not in printed
    folder = tmp_path / "results"
    search = pd.read_csv(folder / "tables" / "search.csv")
    assert set(search.iloc[:, 0]) >= {"tpe-your-weights", "tpe-your-weights-scaled"}
    assert len(pd.read_csv(folder / "failed_designs.csv")) == 1
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Verdicts on the reports" not in page and "validation split" not in page
    with pytest.raises(InputError, match=r"objective 'powr'.*did you mean 'power'"):
        main(replace(config, objectives=("error", "powr")))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--weights", "accuracy=1", "size=-0.2"], "weight of size = -0.2"),
        (["--weights", "accuracy=0", "size=0"], "are all 0"),
        (["--weights", "speed=1"], "weight of 'speed': expected one of accuracy"),
        (["--weights", "accuracy"], "weights: 'accuracy', expected for instance accuracy=1"),
        (["--weights", "accuracy=nan"], "weight of accuracy = nan"),
        (["--objectives", "accuracy"], "expected at least two to weigh"),
        (["--objectives", "accuracy", "speed"], "objective 'speed'"),
        (["--triangle", "accuracy", "size", "size"], "expected three different ones"),
        (["--problem", "nothing"], "problem 'nothing'"),
    ],
)
def test_bad_input_gets_one_line_before_anything_is_computed(arguments, message):
    from analysis.foundation.errors import InputError as AnalysisInputError

    with pytest.raises((InputError, AnalysisInputError)) as caught:
        config = parse(Config, arguments)
        objectives = audited_objectives(config)
        own_weights(config, objectives)
        triangle_objectives(config, objectives)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_command_line_repeats_the_settings():
    config = Config(problem="lab3-types", weights=("accuracy=1", "size=0.2"), seeds=3)
    line = command_line(config)
    assert line == (
        "python studies/scalarization_weights.py --problem lab3-types "
        "--weights accuracy=1 size=0.2 --seeds 3"
    )
    assert parse(Config, line.split()[2:]) == config


def test_without_weights_the_flag_is_named():
    from types import SimpleNamespace

    from studies.weights.findings import own_title
    from studies.weights.own_page import ASKED

    assert own_title(SimpleNamespace(given=False)) == "Equal weights"
    assert own_title(SimpleNamespace(given=True)) == "Your weights"
    assert "--weights accuracy=1" in ASKED


def test_help_needs_no_heavy_imports():
    code = (
        "import sys; sys.argv = ['x', '--help']\n"
        "from studies.scalarization_weights import Config, main\n"
        "from studies.common.console import run_study\n"
        "try: run_study(main, Config)\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'optuna', 'pymoo', 'sklearn', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert finished.returncode == 0, finished.stderr.decode()
