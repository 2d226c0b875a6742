import pandas as pd
import pytest

from moo_jsc.foundation.errors import InputError
from studies import grey_box_constants
from studies.grey_box_peers import Config, main


@pytest.fixture(autouse=True)
def without_png(monkeypatch):
    monkeypatch.setattr("analysis.report.figures.Drawing.png", lambda self: b"")


def test_table_and_figure_of_a_small_problem(tmp_path, capsys):
    config = Config(
        problems=("lab3-types",),
        samplers=("grey-box", "optuna-random"),
        seeds=2,
        budget=10,
        workers=1,
        out=tmp_path,
    )
    main(config)
    table = (tmp_path / "peers.md").read_text()
    assert table.strip() in capsys.readouterr().out
    assert "| lab3-types | grey-box |" in table
    assert table.count("size, bitops") == 1
    shares = pd.read_csv(tmp_path / "shares.csv")
    assert len(shares) == 4
    assert (shares["10"] >= shares["5"]).all()
    assert (tmp_path / "peers.svg").exists()


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
