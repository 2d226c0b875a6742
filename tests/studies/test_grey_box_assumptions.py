import numpy as np
import pandas as pd
import pytest

from moo_jsc.foundation.errors import InputError
from studies.grey_box_assumptions import Config, main
from studies.peers.assumptions import CASES, SPACE, MadeUp
from studies.peers.assumptions_page import differences


def test_tables_on_the_terminal_and_on_a_page(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- begin: assumptions -->\n<!-- end: assumptions -->\n"
        "<!-- begin: jets -->\n<!-- end: jets -->\n"
    )
    config = Config(
        budget=4,
        seeds=2,
        cases=("as-assumed", "noisy"),
        jets=(500, 2000),
        totals=(1000, 4000),
        out=tmp_path / "out",
        page=page,
    )
    results = main(config)
    printed = capsys.readouterr().out
    assert "| noisy | grey-box-plain |" in printed
    assert "| 500 |" in page.read_text()
    assert "--budget 4 --seeds 2 --cases as-assumed noisy" in page.read_text()
    shares = pd.read_csv(results.folder / "shares.csv")
    assert len(shares) == 2 * 3 * 2
    jets = pd.read_csv(results.folder / "jets.csv")
    assert (jets["share"][(jets["jets a trial"] == 2000) & (jets["jets"] == 1000)] == 0).all()
    assert results.page.exists()


def test_kinds_of_problems_are_what_they_are_called():
    rows = SPACE.configurations(np.arange(SPACE.size))
    totals = rows.sum(axis=1)
    for case, sign in (("as-assumed", 1), ("falling", -1)):
        accuracy = MadeUp(case, 0).values[:, 0]
        assert sign * np.corrcoef(totals, accuracy)[0, 1] > 0.5
    for case in CASES:
        problem = MadeUp(case, 1)
        assert np.isclose(problem.share(range(SPACE.size)), 1.0)
        assert np.isnan(problem.known(rows[:2])[:, 0]).all()
    scores = np.array([MadeUp("noisy", 0).scores(500, 0.01)(rows[:1])[0, 0] for _ in range(2)])
    assert scores[0] == scores[1]
    assert scores[0] * 500 == round(scores[0] * 500)


def test_differences_are_paired_and_judged_by_their_interval():
    shares = pd.DataFrame(
        [
            {"case": "shuffled", "sampler": name, "seed": seed, "share": share + seed / 10}
            for name, share in (("grey-box", 0.49), ("random", 0.5))
            for seed in range(4)
        ]
    )
    (row,) = differences(shares).to_dict("records")
    assert row["ahead by (points)"].startswith("-1.0 [-1.0, -1.0]")
    assert row["not below -2"] == "yes"


def test_an_unknown_case_gets_one_line(tmp_path):
    with pytest.raises(InputError, match=r"case .shufled.: expected one of"):
        main(Config(cases=("shufled",), out=tmp_path))
