import json
from dataclasses import replace

import msgspec
import numpy as np
import pandas
import pytest

from moo_jsc.enumeration import TableProblem, enumerate_problem
from moo_jsc.foundation.code import code_hash
from moo_jsc.foundation.errors import InputError
from moo_jsc.runs import load_trials, run_comparison
from moo_jsc.runs.identity import read_identity
from moo_jsc.runs.log import open_log, read_log
from moo_jsc.runs.manifest import read_manifest, write_manifest
from moo_jsc.samplers import SAMPLERS, get_samplers
from moo_jsc.samplers.scalarized import scalarized_tpe

NAMES = ("optuna-random", "pymoo-nsga2", "exhaustive")


def compare(problem, folder, names=NAMES, seeds=(0, 1), budget=11, workers=1):
    return run_comparison(
        problem, get_samplers(names), seeds, budget, folder, workers=workers, progress=False
    )


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_table_holds_what_the_problem_says(problem, tmp_path):
    trials = compare(problem, tmp_path).trials()
    assert list(trials.columns) == [
        *("sampler", "seed", "trial", "repeat", "configuration"),
        *("accuracy", "size", "bitops", "sampler_seconds", "evaluation_seconds"),
    ]
    assert len(trials) == 3 * 2 * 11
    rows = problem.space.configurations(trials.configuration)
    np.testing.assert_array_equal(
        trials[["accuracy", "size", "bitops"]].to_numpy(), problem.evaluate(rows)
    )
    for _, run in trials.groupby(["sampler", "seed"]):
        assert run.trial.tolist() == list(range(11))
        assert run.repeat.tolist() == run.configuration.duplicated().tolist()
    assert trials.sampler.unique().tolist() == list(NAMES)


def test_csv_reads_back_exactly(problem, tmp_path):
    trials = compare(problem, tmp_path).trials()
    back = pandas.read_csv(tmp_path / "trials.csv")
    times = ["sampler_seconds", "evaluation_seconds"]
    for column in trials.columns.drop(times):
        assert back[column].tolist() == trials[column].tolist()
    timings = pandas.read_csv(tmp_path / "timings.csv")
    assert timings[times].to_numpy().tolist() == trials[times].to_numpy().tolist()


def test_workers_change_nothing(problem, tmp_path):
    names = ("optuna-tpe", *NAMES)
    compare(problem, tmp_path / "one", names, workers=1)
    compare(problem, tmp_path / "two", names, workers=2)
    one, two = (tmp_path / name / "trials.csv" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_finished_runs_are_not_repeated(problem, tmp_path, monkeypatch):
    compare(problem, tmp_path)
    before = files(tmp_path)

    def run(*arguments, **settings):
        raise AssertionError("ran again")

    for name in NAMES:
        monkeypatch.setattr(type(SAMPLERS[name]), "run", run)
    compare(problem, tmp_path)
    assert files(tmp_path) == before


def test_more_seeds_and_samplers_join_a_folder(problem, tmp_path):
    compare(problem, tmp_path / "a", NAMES[:1], seeds=(0,))
    compare(problem, tmp_path / "a", NAMES, seeds=(0, 1))
    compare(problem, tmp_path / "b", NAMES, seeds=(0, 1))
    a, b = (tmp_path / name / "trials.csv" for name in "ab")
    assert a.read_bytes() == b.read_bytes()
    subset = compare(problem, tmp_path / "a", NAMES[1:2], seeds=(1,))
    assert len(subset.trials()) == 11
    assert len(load_trials(tmp_path / "a")) == 3 * 2 * 11


@pytest.mark.parametrize("name", ["optuna-tpe", "pymoo-nsga2", "exhaustive-random"])
def test_an_interrupted_run_is_taken_up(problem, tmp_path, name):
    compare(problem, tmp_path, (name,), seeds=(5,))
    log = tmp_path / "logs" / name / "seed-5.jsonl"
    table, lines = (tmp_path / "trials.csv").read_bytes(), log.read_bytes().splitlines(True)
    for kept in (0, 1, 2, 7, 11, 12):
        (tmp_path / "trials.csv").unlink()
        log.with_suffix(".end").unlink()
        log.write_bytes(b"".join(lines[:kept]) + lines[kept][:25])
        compare(problem, tmp_path, (name,), seeds=(5,))
        assert (tmp_path / "trials.csv").read_bytes() == table
        assert log.read_bytes().splitlines(True)[:kept] == lines[:kept]
        assert len(log.read_bytes().splitlines()) == len(lines)


def test_a_run_ends_when_the_sampler_has_nothing_left(problem, tmp_path):
    compare(problem, tmp_path, ("exhaustive",), seeds=(0,), budget=300)
    last = (tmp_path / "logs" / "exhaustive" / "seed-0.jsonl").read_text().splitlines()[-1]
    end = json.loads(last)
    assert len(end.pop("check")) == 16
    assert end == {"line": "end", "reason": "sampler ended", "trials": 216}
    assert len(load_trials(tmp_path)) == 216


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": 12}, "budget 11, not 12"),
        ({"version": "2"}, "problem_fingerprint 1, not 2"),
        ({"objectives": 2}, "objectives accuracy, size, bitops, not accuracy, size"),
    ],
)
def test_a_folder_of_another_study_is_refused(toy, tmp_path, change, message):
    compare(toy(), tmp_path)
    before = files(tmp_path)
    other = toy(change.get("version", "1"))
    other.objectives = other.objectives[: change.get("objectives", 3)]
    with pytest.raises(InputError, match=message) as caught:
        compare(other, tmp_path, budget=change.get("budget", 11))
    assert str(caught.value).startswith(f"{tmp_path}: holds another study")
    assert files(tmp_path) == before


def test_other_versions_are_another_study(problem, tmp_path):
    compare(problem, tmp_path)
    path = tmp_path / "study.json"
    identity = json.loads(path.read_text())
    identity["versions"]["optuna"] = "3.0"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(identity)) + b"\n")
    with pytest.raises(InputError, match=r"another study \(optuna 3\.0, not "):
        compare(problem, tmp_path)


def test_every_change_of_the_study_file_is_found(problem, tmp_path):
    compare(problem, tmp_path)
    path = tmp_path / "study.json"
    whole = path.read_bytes()
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"study\.json|another study"):
            load_trials(tmp_path)


def test_values_that_are_not_the_table_s_are_found(problem, tmp_path):
    replay = TableProblem(enumerate_problem(problem, cache_dir=tmp_path / "cache"))
    compare(replay, tmp_path, ("exhaustive",), seeds=(0,))
    path = tmp_path / "logs" / "exhaustive" / "seed-0.jsonl"
    run = read_log(path)
    # Somebody changes a value and signs the log anew.
    values = (*run.trials[4].values[:2], 1.0)
    changed = [msgspec.structs.replace(run.trials[4], values=values)]
    path.unlink()
    with open_log(path, run.header) as log:
        log.append(run.trials[:4] + changed + run.trials[5:])
        log.end("budget", 11)
    with pytest.raises(InputError, match=r"seed-0\.jsonl, line 6: bitops = 1.0, the table of toy"):
        compare(replay, tmp_path, ("exhaustive",), seeds=(0,))
    run = [msgspec.structs.replace(run.trials[0], configuration=(9, 9, 9))]
    path.unlink()
    with open_log(path, read_identity(tmp_path).header(get_samplers(["exhaustive"])[0], 0)) as log:
        log.append(run)
    with pytest.raises(InputError, match=r"seed-0\.jsonl: "):
        compare(replay, tmp_path, ("exhaustive",), seeds=(0,))


def test_a_log_that_is_not_finished_is_named(problem, tmp_path, caplog):
    compare(problem, tmp_path, ("exhaustive",), seeds=(0,))
    path = tmp_path / "logs" / "exhaustive" / "seed-0.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(True)[:6]))
    with pytest.raises(InputError, match="its run was finished"):
        load_trials(tmp_path)
    path.with_suffix(".end").unlink()
    assert len(load_trials(tmp_path)) == 5
    (record,) = caplog.records
    assert record.getMessage() == f"{path}: not finished, it holds 5 trials"


def test_other_weights_under_the_same_name_are_refused(problem, tmp_path):
    for weight in (0.2, 0.3):
        sampler = scalarized_tpe({"accuracy": 1.0, "size": weight}, "weighted")
        arguments = (problem, [sampler], [0], 11, tmp_path)
        if weight == 0.2:
            run_comparison(*arguments, workers=1, progress=False)
            continue
        with pytest.raises(InputError, match=r"seed-0\.jsonl, line 1: settings is Scalarized"):
            run_comparison(*arguments, workers=1, progress=False)


def test_a_damaged_study_file_is_named(problem, tmp_path):
    (tmp_path / "study.json").write_text("{")
    with pytest.raises(InputError, match=r"study\.json: expected a study's identity"):
        compare(problem, tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"budget": 0}, "budget = 0: expected a whole number of at least 1"),
        ({"workers": 0}, "workers = 0: expected a whole number of at least 1"),
        ({"seeds": ()}, "expected at least one, each once"),
        ({"seeds": (1, 1)}, "expected at least one, each once"),
        ({"seeds": (-1,)}, "seed = -1: expected a whole number in 0..4294967295"),
    ],
)
def test_bad_arguments_write_nothing(problem, tmp_path, settings, message):
    with pytest.raises(InputError, match=message):
        compare(problem, tmp_path / "new", **settings)
    assert not (tmp_path / "new").exists()


def test_bad_weights_write_nothing(problem, tmp_path):
    sampler = scalarized_tpe({"latency": 1.0}, "weighted")
    with pytest.raises(InputError, match="weight of 'latency': expected one of accuracy, size"):
        run_comparison(problem, [sampler], [0], 5, tmp_path / "new", workers=1, progress=False)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written(problem, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match="cannot be written"):
        compare(problem, tmp_path / "taken" / "results")


def test_an_empty_folder_has_no_trials(tmp_path):
    with pytest.raises(InputError, match=r"study\.json: cannot be read"):
        load_trials(tmp_path)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_run_names_it(broken, tmp_path, workers):
    with pytest.raises(ArithmeticError, match="expected a finite number") as caught:
        compare(broken, tmp_path, workers=workers)
    assert caught.value.__notes__[0].startswith("in sampler '")


def test_manifest(problem, tmp_path):
    samplers = get_samplers(NAMES)
    written = write_manifest(
        tmp_path, problem, samplers, [0, 1], 11, config={"budget": 11, "objectives": ["size"]}
    )
    found = read_manifest(tmp_path)
    assert found == written
    assert found.code == code_hash("moo_jsc") != code_hash("moo_jsc", "analysis")
    assert found.samplers["exhaustive"] == "Exhaustive()"
    assert found.versions["optuna"][0].isdigit()
    assert found.space_size == 216
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(InputError, match=r"manifest\.json: expected a manifest"):
        read_manifest(tmp_path)


def test_a_run_under_a_former_name_is_taken_up(problem, tmp_path, monkeypatch):
    former = replace(SAMPLERS["scalarized-tpe"], name="scalarised-tpe")
    run_comparison(problem, [former], [0], 5, tmp_path, workers=1, progress=False)
    assert (tmp_path / "logs" / "scalarised-tpe").is_dir()

    def run(*arguments, **settings):
        raise AssertionError("ran again")

    monkeypatch.setattr(type(former), "run", run)
    found = compare(problem, tmp_path, ("scalarised-tpe",), seeds=(0,), budget=5)
    assert found.samplers == ("scalarized-tpe",)
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["scalarised-tpe"]
    assert load_trials(tmp_path).sampler.unique().tolist() == ["scalarized-tpe"]
