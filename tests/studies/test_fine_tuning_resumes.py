"""Outcomes of fine-tuning are kept one by one, so that an interruption loses one at most."""

from dataclasses import replace

import numpy as np
import pytest

from moo_jsc.data.jets import load_jets
from moo_jsc.evaluation.fine_tuning import FineTuning
from moo_jsc.foundation.errors import InputError
from studies.fine_tuning import outcomes


def thinned(jets, rows):
    parts = {
        name: replace(part, features=part.features[:rows], labels=part.labels[:rows])
        for name in ("train", "validation", "test")
        for part in [getattr(jets, name)]
    }
    return replace(jets, **parts, fingerprint=f"{jets.fingerprint}-{rows}")


def test_a_cluster_does_the_same_and_what_it_did_is_kept(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    jets, settings = thinned(load_jets(), 400), FineTuning(samples=256)
    arguments = (("lab3-types",), 2, settings, jets)
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "alone"))
    alone = outcomes.fine_tuned(*arguments, workers=1)
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cluster"))
    made, make = [], outcomes.outcome

    def stopping(space, seed, *rest):
        made.append(seed)
        if len(made) == 2:
            raise InputError("the worker's disk is full")
        return make(space, seed, *rest)

    monkeypatch.setattr(outcomes, "outcome", stopping)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        with pytest.raises(InputError, match="disk is full"):
            outcomes.fine_tuned(*arguments, workers=1, scheduler=address)
        shared = outcomes.fine_tuned(*arguments, workers=1, scheduler=address)
        outcomes.fine_tuned(*arguments, workers=1, scheduler=address)
    first, *others = made  # Either seed may be taken first.
    assert others == [1 - first] * 2
    for one, other in zip(alone, shared, strict=True):
        assert (one.space, one.seed, one.labels) == (other.space, other.seed, other.labels)
        np.testing.assert_array_equal(one.after, other.after)


def test_interrupted_it_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
    jets, settings = thinned(load_jets(), 400), FineTuning(samples=512)
    made, make = [], outcomes.outcome

    def stopping(space, seed, *rest):
        if seed == 1 and len(made) < 2:
            made.append("stopped")
            raise KeyboardInterrupt
        made.append(seed)
        return make(space, seed, *rest)

    monkeypatch.setattr(outcomes, "outcome", stopping)
    arguments = (("lab3-types",), 2, settings, jets)
    with pytest.raises(KeyboardInterrupt):
        outcomes.fine_tuned(*arguments, workers=1)
    resumed = outcomes.fine_tuned(*arguments, workers=1)
    assert made == [0, "stopped", 1]
    again = outcomes.fine_tuned(*arguments, workers=1)
    assert made == [0, "stopped", 1]
    for found, kept in zip(resumed, again, strict=True):
        plain = make("lab3-types", found.seed, settings, jets)
        for name in ("labels", "data", "weight", "before", "after", "unquantized", "continued"):
            np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))
            np.testing.assert_array_equal(getattr(kept, name), getattr(plain, name))
    other = outcomes.fine_tuned(("lab3-types",), 1, FineTuning(samples=1024), jets, workers=1)
    assert len(other) == 1
    assert made == [0, "stopped", 1, 0]
