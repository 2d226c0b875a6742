import numpy as np
import pytest

from studies.grey_box_constants import Config, main
from studies.peers.bounded import bounded, bounded_networks


@pytest.mark.parametrize("seed", [0, 1])
def test_few_designs_keep_the_bound_of_a_made_up_problem(seed):
    table = bounded(seed)
    assert np.array_equal(table.values, bounded(seed).values)
    assert 0.09 < table.inside.mean() < 0.11
    rows = table.space.configurations(np.arange(table.space.size))
    for choice in rows.T:
        accuracy = [table.values[choice == value, 0].mean() for value in (0, choice.max())]
        assert accuracy[1] > accuracy[0]
    assert len(table.front_indices) >= 20


def test_a_problem_of_trained_networks():
    table = bounded_networks(0, epochs=1)
    assert table.space.size == 18_225
    assert 0.09 < table.inside.mean() < 0.11
    names = [objective.name for objective in table.objectives]
    assert names == ["accuracy", "latency", "size", "bitops"]
    first, last = table.values[0], table.values[-1]
    assert first[0] < last[0] and (first[1:] < last[1:]).all()


def test_constants_are_compared_under_a_bound(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin: constants -->\n<!-- end: constants -->\n")
    results = main(
        Config(
            members=2,
            budget=5,
            kinds=("bounded",),
            variants=("frozen", "smooth"),
            plain=True,
            page=page,
            out=tmp_path,
        )
    )
    assert "member 1, bounded, smooth: 0." in capsys.readouterr().out
    assert results.page.exists()
    assert "| variant | bounded | all | against frozen (points) |" in page.read_text()
