import numpy as np
import pandas as pd
import pytest

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.front.reference import Reference
from analysis.indicators.curves import hypervolume_curves
from analysis.trials.loaders import from_frame, from_optuna_study, from_pymoo_result, read_csv
from analysis.trials.table import Trials
from tests.analysis.strategies import OBJECTIVES, trial_table


def same(one, other):
    assert one.objectives == other.objectives and one.seeds == other.seeds
    for left, right in zip(one.everything, other.everything, strict=True):
        assert np.array_equal(left.values, right.values)
        assert np.array_equal(left.new, right.new) and len(left) == len(right)


def test_csv_round_trip(tmp_path):
    table, _ = trial_table()
    table.to_csv(tmp_path / "log.csv", index=False)
    found = read_csv(tmp_path / "log.csv", OBJECTIVES)
    same(found, Trials.from_frame(table, OBJECTIVES))


def test_columns_may_have_other_names():
    table, _ = trial_table(seeds=2)
    foreign = table.rename(columns={"sampler": "algorithm", "seed": "run", "trial": "n"})
    foreign["run"] = foreign["run"].map({0: "first", 1: "second"})
    found = from_frame(foreign, OBJECTIVES, sampler="algorithm", seed="run", trial="n")
    same(found, Trials.from_frame(table, OBJECTIVES))


def test_one_run_needs_nothing_but_values():
    found = from_frame(
        pd.DataFrame({"loss": [0.3, 0.2]}),
        [Objective(name="loss")],
        sampler=None,
        seed=None,
        trial=None,
    )
    [run] = found.runs["sampler"]
    assert run.values.tolist() == [[0.3], [0.2]]


def test_numbers_in_labels_are_read_as_numbers():
    """Sorted as text, trial_10 came before trial_9: an area of 0.085 became 0.518."""
    loss = np.linspace(1.0, 0.0, 15)
    frame = pd.DataFrame({"trial": [f"trial_{i}" for i in range(15)], "loss": loss})
    [run] = from_frame(frame, [Objective(name="loss")], sampler=None, seed=None).runs["sampler"]
    assert run.values.ravel().tolist() == loss.tolist()
    runs = frame.assign(run=[f"run {i}" for i in range(15)])
    found = from_frame(runs, [Objective(name="loss")], sampler=None, seed="run", trial=None)
    assert [run.values[0, 0] for run in found.runs["sampler"]] == loss.tolist()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("sampler,seed,trial\nx,0,0\n", "log.csv: trial table: no column 'accuracy'"),
        ("", "not a CSV file with a head line"),
        ("sampler,seed,trial,accuracy,size,latency\nx,0,0,high,1,1\n", "else than numbers"),
        ("sampler,seed,trial,accuracy,size,latency\nx,0,0,,1,1\n", "no trial has a finite value"),
        ('a,b\n"1,2\n', "log.csv: "),
    ],
)
def test_bad_csv_gets_one_line(tmp_path, content, message):
    path = tmp_path / "log.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        read_csv(path, OBJECTIVES)
    assert "\n" not in str(caught.value)


def test_missing_csv(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_csv(tmp_path / "none.csv", OBJECTIVES)


@pytest.fixture
def without_png(monkeypatch):
    monkeypatch.setattr("analysis.report.figures.Drawing.png", lambda self: b"")


@pytest.fixture
def journal(tmp_path):
    """A study made with Optuna alone: two values, one failed and one pruned trial."""
    optuna = pytest.importorskip("optuna")
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    path = tmp_path / "study.log"
    study = optuna.create_study(
        study_name="lab",
        storage=JournalStorage(JournalFileBackend(str(path))),
        directions=["maximize", "minimize"],
        sampler=optuna.samplers.RandomSampler(seed=0),
    )

    def objective(trial):
        width = trial.suggest_categorical("width", [2, 4, 8])
        depth = trial.suggest_int("depth", 1, 3)
        if trial.number == 3:
            raise ValueError
        return 1.0 - 1.0 / (width * depth), float(width * depth)

    study.optimize(objective, n_trials=12, catch=(ValueError,))
    return path, study


def test_optuna_journal_in_five_lines(journal, tmp_path, without_png):
    path, study = journal
    from analysis.efficiency.page import efficiency_report

    trials = from_optuna_study(path, "lab", objectives=["accuracy", "size"])
    report = efficiency_report(
        trials, trials.best_known(), folder=tmp_path / "out", setting={"study": "lab"}
    )
    assert report.page.exists()
    assert [objective.sense for objective in trials.objectives] == ["max", "min"]
    [run] = trials.runs["lab"]
    expected = [trial.values for trial in study.trials if trial.values is not None]
    assert run.values.tolist() == expected
    assert run.new.sum() == len({tuple(sorted(t.params.items())) for t in study.trials})


def test_failed_trials_count_against_the_budget(journal):
    path, study = journal
    trials = from_optuna_study(path, "lab")
    [run] = trials.runs["lab"]
    assert len(run) == len(study.trials) == 12 and len(run.values) == 11
    assert 3 not in run.position
    assert trials.failed == 1
    assert trials.first_failed == "value_0 = nan at sampler lab, seed 0, trial 3"
    curve = hypervolume_curves(trials, trials.best_known()).values["lab"][0]
    assert curve[3] == curve[2]


def test_optuna_names_units_and_runs(journal):
    path, _ = journal
    trials = from_optuna_study(path, "lab", units=["1", "bytes"], sampler="r", seed=4)
    assert trials.names == ("value_0", "value_1")
    assert trials.objectives[1].unit == "bytes"
    assert trials.seeds == {"r": (4,)}
    both = Trials.joined([trials, from_optuna_study(path, "lab", units=["1", "1"], sampler="r")])
    assert both.seeds == {"r": (0, 4)}
    with pytest.raises(InputError, match="r, seed 4 is there twice"):
        Trials.joined([trials, trials])


def test_optuna_metric_names_are_used(journal):
    path, study = journal
    study.set_metric_names(["accuracy", "cost"])
    assert from_optuna_study(path, "lab").names == ("accuracy", "cost")


def test_optuna_sqlite(tmp_path):
    optuna = pytest.importorskip("optuna")
    url = f"sqlite:///{tmp_path / 'study.db'}"
    study = optuna.create_study(study_name="lab", storage=url)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    same(from_optuna_study(url, "lab"), from_optuna_study(tmp_path / "study.db", "lab"))


def test_bad_optuna_storages_get_one_line(journal, tmp_path):
    path, _ = journal
    (tmp_path / "text").write_text("hello\n")
    for call, message in (
        (lambda: from_optuna_study(path, "other"), "no study 'other'"),
        (lambda: from_optuna_study(tmp_path / "none", "lab"), "no such file"),
        (lambda: from_optuna_study(tmp_path / "text", "lab"), "text: "),
        (lambda: from_optuna_study(path, "lab", objectives=["a"]), "1 names"),
        (lambda: from_optuna_study("nothing://x", "lab"), "not an Optuna storage"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)


def test_pymoo_run_in_five_lines(tmp_path, without_png):
    minimize = pytest.importorskip("pymoo.optimize").minimize
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.problems import get_problem

    from analysis.efficiency.page import efficiency_report

    result = minimize(
        get_problem("zdt1", n_var=3), NSGA2(8), ("n_gen", 4), seed=1, save_history=True
    )
    objectives = (Objective(name="f1"), Objective(name="f2"))
    trials = from_pymoo_result(result, objectives, seed=1)
    reference = Reference.from_values(get_problem("zdt1").pareto_front(), objectives)
    report = efficiency_report(trials, reference, folder=tmp_path, setting={"problem": "zdt1"})
    assert report.page.exists()
    assert trials.budget == result.algorithm.evaluator.n_eval == 32
    final = hypervolume_curves(trials, reference).final()["NSGA2"]
    found = trials.values
    assert {tuple(row) for row in result.F} <= {tuple(row) for row in found}
    assert 0.0 <= final[0] <= 1.0


class Individuals:
    def __init__(self, x, f):
        self.columns = {"X": np.array(x), "F": np.array(f)}

    def __len__(self):
        return len(self.columns["X"])

    def get(self, key):
        return self.columns[key]


class Recorded:
    def __init__(self, *generations, evaluations):
        counter = type("Evaluator", (), {"n_eval": evaluations})()
        self.history = [
            type("Algorithm", (), {"off": made, "pop": made, "evaluator": counter})()
            for made in generations
        ]
        self.algorithm = self


def test_maximized_objectives_are_turned_back():
    recorded = Recorded(
        Individuals([[0]], [[-0.7, 3.0]]), Individuals([[1]], [[-0.6, 2.0]]), evaluations=2
    )
    found = from_pymoo_result(recorded, OBJECTIVES[:2])
    assert found.values.tolist() == [[0.7, 3.0], [0.6, 2.0]]
    assert found.everything[0].configurations.tolist() == ["[0]", "[1]"]


def test_bad_pymoo_results():
    with pytest.raises(InputError, match="save_history=True"):
        from_pymoo_result(object(), OBJECTIVES)
    with pytest.raises(InputError, match="holds 1 of 5 evaluations"):
        from_pymoo_result(Recorded(Individuals([[0]], [[1.0]]), evaluations=5), OBJECTIVES[:1])
