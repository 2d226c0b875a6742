import pandas as pd
import pytest

from moo_jsc.enumeration.benchmark import load_benchmark
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.bounds import UNBOUNDED
from moo_jsc.samplers import get_samplers
from moo_jsc.samplers.grey_box import GreyBox, Noise
from moo_jsc.samplers.sampler import told_of
from studies import grey_box_constants
from studies.grey_box_peers import Config, main
from studies.peers.measuring import Plan, compared


@pytest.fixture(autouse=True)
def without_png(monkeypatch):
    monkeypatch.setattr("analysis.report.figures.Drawing.png", lambda self: b"")


def test_table_and_figure_of_a_small_problem(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n<!-- begin: peers -->\n<!-- end: peers -->\n")
    config = Config(
        problems=("lab3-types",),
        samplers=("grey-box", "optuna-random", "cheapest-architecture", "uniform-widths"),
        costly=("optuna-qmc",),
        costly_seeds=3,
        seeds=2,
        budget=10,
        short_budget=5,
        workers=1,
        out=tmp_path / "out",
        page=page,
    )
    tmp_path = main(config).folder
    table = (tmp_path / "peers.md").read_text()
    assert table.strip() in capsys.readouterr().out
    assert "| lab3-types | grey-box |" in table
    assert table.count("size, bitops") == 1
    shares = pd.read_csv(tmp_path / "shares.csv")
    assert list(shares["sampler"].value_counts(sort=False)) == [2, 2, 2, 3]
    costly = shares["sampler"] == "optuna-qmc"
    assert (shares["10"] >= shares["5"])[~costly].all()
    assert shares["10"][costly].isna().all()
    assert "| lab3-types | optuna-qmc | 0." in table
    assert "| 3 |" in table
    assert (tmp_path / "peers.svg").exists()
    assert table.strip() in page.read_text()
    assert "--costly optuna-qmc --costly-seeds 3" in page.read_text()


def test_noisy_runs_are_judged_by_means_and_the_grey_box_expects_scatter(tmp_path):
    random, grey = get_samplers(["optuna-random", "grey-box"])
    problem = load_benchmark("codesign", noisy=True)
    assert 0.001 < problem.noise["accuracy"].training < 0.01
    assert problem.for_run(3).noise == problem.noise
    assert told_of(grey, problem.bounds, problem.scales, problem.noise).noise == problem.noise
    assert told_of(grey, UNBOUNDED, {}, {}) is grey
    own = {"accuracy": Noise(5)}
    assert told_of(random, UNBOUNDED, {}, problem.noise) is random
    assert GreyBox(noise=own).expecting(problem.noise).noise is own
    plan = Plan((random,), (), seeds=2, costly_seeds=2, budget=40, short_budget=5, many=10**6)
    noisy, plain = (
        compared(problem, plan, folder=tmp_path / problem.replace("/", "-"))
        for problem in ("codesign/noisy", "codesign")
    )
    columns = ["seed", "5", "10", "15", "20"]
    assert noisy[columns].equals(plain[columns])
    (log, *_) = (tmp_path / "codesign-noisy").rglob("seed-0.jsonl")
    (other, *_) = (tmp_path / "codesign").rglob("seed-0.jsonl")
    assert log.read_text() != other.read_text()


def test_bad_samplers_get_one_line(tmp_path):
    with pytest.raises(InputError, match="sampler 'grey': expected one of"):
        main(Config(samplers=("grey",), out=tmp_path))


def test_constants_are_compared_on_networks_without_jets(tmp_path, capsys):
    results = grey_box_constants.main(
        grey_box_constants.Config(
            members=1,
            budget=2,
            kinds=("mixed",),
            variants=("frozen",),
            workers=1,
            out=tmp_path / "out",
            cache=tmp_path / "cache",
        )
    )
    assert "frozen" in capsys.readouterr().out
    assert results.page.exists()
