"""Results of a parallel run: in the order of their ranges, or as soon as each is there."""

import threading

import pytest

from moo_jsc.enumeration import Workers
from moo_jsc.enumeration.cluster import _first_result

RELEASED = threading.Event()
RANGES = [(0, 1), (1, 2), (2, 3)]


class Nothing:
    """What the ranges share."""

    fingerprint = "nothing"


def ten_times(held, start, stop):
    return 10 * start


def until_released():
    return RELEASED.wait(30)


@pytest.mark.parametrize("count", [1, 2])
def test_in_order_or_as_they_come(count):
    assert list(Workers(count).map(ten_times, Nothing(), RANGES)) == [0, 10, 20]
    arrived = Workers(count).arriving(ten_times, Nothing(), RANGES)
    assert sorted(arrived) == [((0, 1), 0), ((1, 2), 10), ((2, 3), 20)]


def test_of_a_cluster_what_is_done_comes_before_what_runs_or_failed():
    distributed = pytest.importorskip("distributed")
    settings = {"n_workers": 1, "threads_per_worker": 1, "processes": False}
    with (
        distributed.LocalCluster(**settings, dashboard_address=None) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        done, failed = client.submit(int, "1"), client.submit(int, "one")
        for future in (done, failed):
            future.exception()
        running = client.submit(until_released)
        assert _first_result(client, "here", [running, failed, done]) == (done, 1)
        with pytest.raises(ValueError, match="one"):
            _first_result(client, "here", [running, failed])
        RELEASED.set()
        assert _first_result(client, "here", [running]) == (running, True)
