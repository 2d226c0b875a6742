"""Outcomes of fine-tuning are kept one by one, so that an interruption loses one at most."""

from dataclasses import replace

import numpy as np
import pytest

from moo_jsc.data.jets import load_jets
from moo_jsc.evaluation.fine_tuning import FineTuning
from studies.fine_tuning import outcomes


def thinned(jets, rows):
    parts = {
        name: replace(part, features=part.features[:rows], labels=part.labels[:rows])
        for name in ("train", "validation", "test")
        for part in [getattr(jets, name)]
    }
    return replace(jets, **parts, fingerprint=f"{jets.fingerprint}-{rows}")


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
