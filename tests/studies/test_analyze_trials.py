import runpy
from pathlib import Path

import pandas as pd
import pytest

from studies.analyze_trials import Config, main
from studies.common.console import run_study
from tests.analysis.strategies import trial_table

ROOT = Path(__file__).parents[2]
OBJECTIVES = ("accuracy:max", "size:min:bytes", "latency:min:ms")


@pytest.fixture(autouse=True)
def without_png(monkeypatch):
    monkeypatch.setattr("analysis.report.figures.Drawing.png", lambda self: b"")


@pytest.fixture
def logs(tmp_path):
    table, values = trial_table(seeds=7)
    table.to_csv(tmp_path / "log.csv", index=False)
    pd.DataFrame(values, columns=["accuracy", "size", "latency"]).to_csv(
        tmp_path / "space.csv", index=False
    )
    return tmp_path


def test_csv_with_the_true_front(logs, capsys):
    config = Config(
        source=str(logs / "log.csv"),
        objectives=OBJECTIVES,
        front=logs / "space.csv",
        out=logs / "out",
    )
    main(config)
    printed = capsys.readouterr().out
    assert printed.startswith("After 6 trials, ")
    assert (logs / "out" / "report.html").exists()
    assert "space.csv" in (logs / "out" / "report.html").read_text(encoding="utf-8")


def test_optuna_journal(tmp_path, capsys):
    optuna = pytest.importorskip("optuna")
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = JournalStorage(JournalFileBackend(str(tmp_path / "study.log")))
    names = [f"{sampler}-{seed}" for sampler in ("random", "tpe") for seed in range(2)]
    for name in names:
        study = optuna.create_study(study_name=name, storage=storage, directions=["minimize"] * 2)
        study.optimize(lambda t: (t.suggest_float("x", 0, 1), (1 - t.params["x"]) ** 2), n_trials=5)
    main(Config(source=str(tmp_path / "study.log"), studies=tuple(names), out=tmp_path / "out"))
    printed = capsys.readouterr().out
    assert printed.startswith("After 5 trials, tpe cannot be told apart from random by the")
    assert "the best of all trials serve as the front" in (
        tmp_path / "out" / "report.html"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "source: missing"),
        (["--source", "none.csv", "--objectives", "a:min"], "none.csv: cannot be read"),
        (["--source", "none.csv"], "objectives: missing"),
        (["--source", "none.csv", "--objectives", "a:down"], "objective 'a:down'"),
        (["--source", "none.log", "--studies", "a-0"], "none.log: no such file"),
        (["--source", "none.csv", "--target", "2"], "target = 2.0"),
    ],
)
def test_bad_input_gets_one_line(flags, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        run_study(main, Config, flags)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["analyze_trials", "analyse_trials"])
def test_the_script_runs_under_both_names(name, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", [name, "--show-config", "--target", "0.5"])
    runpy.run_path(str(ROOT / "studies" / f"{name}.py"), run_name="__main__")
    assert "target = 0.5" in capsys.readouterr().out
