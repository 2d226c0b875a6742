"""Progress bars say what they are about."""

import numpy as np

from moo_jsc.enumeration import ObjectiveTable, TableProblem, enumerate_problem
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs import run_comparison
from moo_jsc.samplers import get_samplers


def test_enumerating_and_searching_are_named(tmp_path, monkeypatch):
    import tqdm

    from moo_jsc.enumeration import enumerate as enumerating
    from moo_jsc.runs import comparison

    seen = []
    bar = tqdm.tqdm

    def noted(*arguments, **settings):
        seen.append(settings["desc"])
        return bar(*arguments, **settings)

    monkeypatch.setattr(enumerating, "tqdm", noted)
    monkeypatch.setattr(comparison, "tqdm", noted)
    values = np.array([[0.5, 10.0], [0.7, 20.0], [0.6, 40.0]])
    space = SearchSpace("toy", (Choice("width", (2, 4, 8)),))
    toy = TableProblem(
        ObjectiveTable("toy", space, get_objectives(["accuracy", "size"]), values, "toy-1")
    )
    enumerate_problem(toy, cache_dir=tmp_path / "cache")
    run_comparison(toy, get_samplers(["exhaustive"]), [0], 2, tmp_path / "out", workers=1)
    assert seen == ["enumerating toy", "searching toy"]
