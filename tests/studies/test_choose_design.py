"""Rules of choice and the card of a table: their commands, and what they say."""

import numpy as np
import pandas as pd

from moo_jsc.enumeration.benchmark import load_benchmark
from studies import benchmark_card, choose_design
from studies.benchmark.properties import retrained
from studies.choosing.trying import standard_error, tried


def test_the_command_prints_and_fills_its_page(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin: rules -->\nold\n<!-- end: rules -->\n")
    results = choose_design.main(
        choose_design.Config(draws=3, wanted=(0.75,), out=tmp_path / "out", page=page)
    )
    assert "| one standard error |" in capsys.readouterr().out
    assert "| cheapest at 75 %, 2 s.e. above |" in page.read_text()
    choices = pd.read_csv(results.folder / "choices.csv")
    assert len(choices) == 5 * 3
    assert (choices["paid"] >= 1).all()


def test_what_is_paid_is_over_the_cheapest_as_accurate_design():
    benchmark = load_benchmark("codesign-hardware", noisy=True)
    choices = tried(benchmark, "lut", 2, (0.74,))
    cost = benchmark.column_of("lut")
    true = benchmark.on("test").column_of("accuracy")
    for row in choices.itertuples():
        assert row.test == true[row.design]
        assert row.paid == row.cost / cost[true >= row.test].min()
    accuracy = benchmark.column_of("accuracy")[benchmark.table.inside].mean()
    assert standard_error(benchmark) > np.sqrt(accuracy * (1 - accuracy) / 20_000)


def test_the_card_of_a_table(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin: joint, properties -->\n<!-- end: joint, properties -->\n")
    benchmark_card.main(benchmark_card.Config(problem="joint", out=tmp_path / "a", page=page))
    assert "| designs | 43,200 |" in page.read_text()
    assert "tau of validation and test accuracy" in capsys.readouterr().out


def test_designs_are_trained_again_and_compared():
    rows = dict(retrained(load_benchmark("codesign"), [0, 77, 1000]))
    assert rows["trained again on this machine"] == "3 random designs"
    assert rows["accuracies that are equal"].endswith(" %")
