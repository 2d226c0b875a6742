"""The study of a front, in this process."""

import pandas as pd
import pytest

from studies.enumerate_front import Config, main


@pytest.mark.parametrize("stream", [False, True])
def test_front_of_a_small_space(tmp_path, capsys, stream):
    results = main(
        Config(
            problem="lab3-types",
            out=tmp_path / "out",
            cache=tmp_path / "cache",
            workers=1,
            stream=stream,
        )
    )
    table = pd.read_csv(tmp_path / "out" / "front.csv")
    printed = capsys.readouterr().out
    assert f"front: {len(table)} distinct points" in printed
    assert table["accuracy"].is_monotonic_decreasing
    text = results.page.read_text(encoding="utf-8")
    assert "figure-front_projections" in text
    assert "python studies/enumerate_front.py --problem lab3-types" in text
