from dataclasses import replace

import numpy as np

from moo_jsc.objectives.prediction import ACCURACY
from moo_jsc.problems.finishing import FIRST_FRESH_SEED, finish, told_right
from tests.enumeration.fine_tuned_toy import toy


def test_the_better_training_on_the_validation_split_is_kept():
    problem = toy()
    rows = problem.space.configurations(np.arange(problem.space.size))
    short = problem.scoring.fine_tuning
    long = replace(short, batch_size=30)
    done = finish(problem, rows, seed=5, short=short, long=long)
    recipes = [replace(recipe, seed=5) for recipe in (short, long)]
    column = problem.predicted.index(ACCURACY)
    scores = problem.fine_tuned(rows, recipes, ["validation"])[:, :, 0, column]
    better = scores[:, 0] > scores[:, 1]
    assert 0 < better.sum() < len(better)
    for found, kept_short, values in zip(done, better, scores, strict=True):
        assert found.kept_short == kept_short
        assert found.kept is (found.short if kept_short else found.long)
        assert np.isclose(told_right(found.kept, problem.data.validation).mean(), values.max())


def test_seeds_are_fresh_unless_given():
    problem = toy()
    rows = problem.space.configurations([3])
    recipe = problem.scoring.fine_tuning
    (fresh,) = finish(problem, rows, short=recipe, long=recipe)
    (again,) = problem.tuned(rows, replace(recipe, seed=FIRST_FRESH_SEED))
    for one, other in zip(fresh.kept.network.parameters(), again.network.parameters(), strict=True):
        assert bool((one == other).all())
