"""The studies that make and use whole tables of a problem, small and in this process."""

import numpy as np
import pandas as pd

from moo_jsc.enumeration.benchmark import load_benchmark
from studies import make_benchmark, which_sampler
from studies.budgets.verdicts import choice
from studies.common.pages import marks


def test_that_one_of_ten_alike_has_the_best_mean_shuts_out_no_other():
    """Against the best alone, as if it had been named beforehand, one of these would be worse."""
    shares = np.random.default_rng(16).beta(8, 2, (30, 10))
    rows = [
        ("p", 20, f"s{j}", i, share) for i, row in enumerate(shares) for j, share in enumerate(row)
    ]
    frame = pd.DataFrame(rows, columns=["problem", "budget", "sampler", "seed", "share"])
    assert len(choice(frame).alike) == 9


def test_which_sampler_for_which_budget(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("analysis.report.figures.Drawing.png", lambda self: b"")
    page = tmp_path / "page.md"
    page.write_text("\n".join(["\nold\n".join(marks(name)) for name in ("choices", "means")]))
    which_sampler.main(
        which_sampler.Config(
            problems=("lab3-types",),
            budgets=(3, 5),
            seeds=3,
            samplers=("optuna-random", "exhaustive-random"),
            page=page,
            workers=1,
            out=tmp_path / "out",
        )
    )
    shares = (tmp_path / "out" / "shares.csv").read_text()
    assert len(shares.splitlines()) == 1 + 2 * 2 * 3
    assert "old" not in page.read_text()
    assert "lab3-types" in page.read_text()
    assert "optuna-random" in capsys.readouterr().out


def test_a_table_that_is_only_rounded(tmp_path, capsys):
    config = make_benchmark.Config(problem="lab3-types", seeds=0, workers=1, out=tmp_path)
    make_benchmark.main(config)
    assert "18 designs" in capsys.readouterr().out
    table = load_benchmark("lab3-types", training="ptq", folder=tmp_path)
    assert table.space.size == 18
