"""The running front against the table's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.enumeration import StreamingFront, enumerate_problem, stream_front
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives import get_objectives


def agrees(front, table):
    np.testing.assert_array_equal(front.values, np.unique(table.front_values, axis=0))
    np.testing.assert_array_equal(front.ideal, table.ideal)
    np.testing.assert_array_equal(front.nadir, table.nadir)
    assert front.seen == table.space.size
    assert front.multiplicity.sum() == len(table.front_indices)
    for point, index, count in zip(front.values, front.indices, front.multiplicity, strict=True):
        same = np.flatnonzero((table.values == point).all(axis=1))
        assert index == same[0]
        assert count == len(same)


def test_equal_to_the_table_s_front(wavy, tmp_path):
    problem = wavy()
    front = stream_front(problem, cache_dir=tmp_path, block_size=13)
    agrees(front, enumerate_problem(problem, cache_dir=tmp_path))


def test_two_processes(wavy, tmp_path):
    problem = wavy()
    front = stream_front(problem, cache_dir=tmp_path, block_size=40, workers=2)
    agrees(front, enumerate_problem(problem, cache_dir=tmp_path))


def test_goes_on_where_it_stopped(wavy, tmp_path, monkeypatch):
    monkeypatch.setattr("moo_jsc.enumeration.streaming._CHECKPOINT_BLOCKS", 4)
    log = tmp_path / "log"

    class StoppedError(Exception):
        pass

    class Stopping(wavy):
        def _evaluate(self, configurations):
            if configurations[-1, 0] == 3:
                raise StoppedError
            return super()._evaluate(configurations)

    with pytest.raises(StoppedError):
        stream_front(Stopping(log=str(log)), cache_dir=tmp_path, block_size=10)
    assert len(log.read_text().split()) == 180
    log.unlink()
    problem = wavy(log=str(log))
    front = stream_front(problem, cache_dir=tmp_path, block_size=10)
    assert len(log.read_text().split()) == problem.space.size - 160
    agrees(front, enumerate_problem(wavy(), cache_dir=tmp_path))
    log.unlink()
    stream_front(problem, cache_dir=tmp_path, block_size=10)
    assert not log.exists()


def test_broken_checkpoint_is_named(wavy, tmp_path, caplog):
    problem = wavy()
    first = stream_front(problem, cache_dir=tmp_path)
    (path,) = tmp_path.glob("fronts/*")
    path.write_bytes(path.read_bytes()[:-3])
    again = stream_front(problem, cache_dir=tmp_path)
    (record,) = caplog.records
    assert str(path) in record.getMessage()
    np.testing.assert_array_equal(again.values, first.values)


points = st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=30)


@given(points, st.lists(st.integers(0, 30), max_size=4), st.randoms())
def test_cuts_and_order_do_not_matter(points, cuts, random):
    objectives = get_objectives(["accuracy", "size", "bitops"])
    values = np.array(points, dtype=float)
    indices = np.arange(len(values))
    whole = StreamingFront.empty(objectives).updated(indices, values)
    pieces = [piece for piece in np.split(indices, sorted(cuts)) if len(piece)]
    random.shuffle(pieces)
    front = StreamingFront.empty(objectives)
    for piece in pieces:
        front = front.updated(piece, values[piece])
    for name in ("values", "indices", "multiplicity", "ideal", "seen"):
        np.testing.assert_array_equal(getattr(front, name), getattr(whole, name))


def test_bad_settings(wavy, tmp_path):
    with pytest.raises(InputError, match="block_size = 0"):
        stream_front(wavy(), cache_dir=tmp_path, block_size=0)
