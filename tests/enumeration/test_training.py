"""Networks trained group by group on workers: the same networks, each group kept when done."""

import numpy as np
import pytest

from moo_jsc.data import Split
from moo_jsc.enumeration import Workers
from moo_jsc.enumeration.training import train_on_workers
from moo_jsc.networks.family import network_spec, widened
from moo_jsc.networks.training import CURVES, Schedule, train_ensemble


class StoppedError(Exception):
    """A crew that is stopped after so many groups."""


class Stopping(Workers):
    def arriving(self, task, problem, ranges):
        yield from super().arriving(task, problem, ranges[:1])
        raise StoppedError


@pytest.fixture
def settings():
    generator = np.random.default_rng(0)
    parts = [
        Split(generator.normal(size=(n, 16)).astype(np.float32), generator.integers(5, size=n))
        for n in (64, 32)
    ]
    specs = [network_spec("jsc-tiny"), widened(network_spec("jsc-three-linear"), (2, 1))] * 2
    return specs, [0, 0, 1, 1], *parts, Schedule(epochs=2, batch_size=32)


def test_networks_and_curves_are_the_same_and_done_groups_are_kept(settings, tmp_path):
    with pytest.raises(StoppedError):
        train_on_workers(*settings, Stopping(), cache_dir=tmp_path, progress=False)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("trainings/*")}
    assert len(kept) == 1
    there = train_on_workers(*settings, Workers(), cache_dir=tmp_path, progress=False)
    again = {path: path.stat().st_mtime_ns for path in tmp_path.glob("trainings/*")}
    assert len(again) == 2
    assert kept.items() <= again.items()
    here = train_ensemble(*settings, progress=False)
    for one, other in zip(there.networks, here.networks, strict=True):
        assert one.spec == other.spec
        for key, tensor in one.state_dict().items():
            np.testing.assert_array_equal(tensor.numpy(), other.state_dict()[key].numpy())
    for name in CURVES:
        np.testing.assert_array_equal(there.curves[name], here.curves[name])
