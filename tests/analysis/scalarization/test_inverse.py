import numpy as np
import pytest
from hypothesis import given, settings

from analysis.foundation.objectives import Objective
from analysis.scalarization.front import SCALINGS, Front
from analysis.scalarization.inverse import justify
from analysis.scalarization.picks import pick
from analysis.scalarization.support import Support, classify
from analysis.scalarization.weight_space import WeightSpace
from tests.analysis.scalarization.strategies import integer_fronts, sphere_front


def checked_answers(points):
    objectives = [Objective(name=f"f{k}") for k in range(points.shape[1])]
    front = Front.from_values(points, objectives)
    space = WeightSpace.of(front.points)
    support = classify(space)
    for row in range(len(front)):
        for scaling in SCALINGS:
            answer = justify(front, space, support, row, scaling)
            check(front, support, answer, row, scaling)


def check(front, support, answer, row, scaling):
    assert answer.weights.sum() == pytest.approx(1.0)
    assert (answer.weights >= -1e-12).all()
    scores = front.points / front.divisors(scaling) @ answer.weights
    if answer.support is Support.EXTREME:
        assert scores.argmin() == row
        assert answer.certificate is None and answer.distance == 0.0
        for corner in answer.region.corners:
            assert row in pick(front, np.maximum(corner, 0.0), scaling).ties or np.isclose(
                (front.points / front.divisors(scaling) @ corner)[row],
                (front.points / front.divisors(scaling) @ corner).min(),
            )
        return
    if answer.support is Support.SUPPORTED:
        assert scores[row] == pytest.approx(scores.min())
        assert answer.certificate is None
        return
    certificate = answer.certificate
    assert row not in certificate.rows
    assert certificate.parts.sum() == pytest.approx(1.0)
    mixture = certificate.parts @ front.points[certificate.rows]
    better = front.points[row] - mixture
    moving = ~front.degenerate
    assert better / front.divisors("range") == pytest.approx(certificate.gains, abs=1e-9)
    if answer.support is Support.UNSUPPORTED:
        assert certificate.verified
        assert (certificate.gains[moving] > 0).all()
        assert certificate.gains[moving].min() == pytest.approx(answer.regret, abs=1e-9)
    else:
        assert not certificate.verified
        assert (certificate.gains >= -1e-9).all() and certificate.gains.max() > 1e-9
    assert support.classes[answer.nearest] in (Support.EXTREME, Support.SUPPORTED)


@settings(max_examples=15, deadline=None)
@given(integer_fronts())
def test_answers_hold_on_degenerate_fronts(points):
    checked_answers(points)


@pytest.mark.parametrize("objectives", [2, 4])
def test_answers_hold_on_curved_fronts(objectives):
    checked_answers(sphere_front(30, objectives, seed=objectives) * 10.0 ** np.arange(objectives))


def test_a_constant_objective_does_not_hide_that_nothing_justifies_a_design():
    objectives = [Objective(name="a"), Objective(name="b"), Objective(name="flops")]
    front = Front.from_values([[0, 2, 7], [1, 1.5, 7], [2, 0, 7]], objectives)
    space = WeightSpace.of(front.points)
    answer = justify(front, space, classify(space), 1)
    assert answer.support is Support.UNSUPPORTED
    assert answer.certificate.verified
    assert answer.regret == pytest.approx(0.125)
