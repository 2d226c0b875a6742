"""Rules of choice against looking at every design."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.foundation.errors import InputError
from analysis.front.choosing import cheapest_at, most_accurate, one_standard_error

DESIGNS = st.lists(
    st.tuples(st.sampled_from([0.7, 0.72, 0.74, 0.75]), st.sampled_from([1.0, 2.0, 5.0])),
    min_size=1,
    max_size=12,
)


def cheapest(designs, least):
    passing = [(cost, -seen, row) for row, (seen, cost) in enumerate(designs) if seen >= least]
    return min(passing)[2] if passing else None


@given(DESIGNS, st.sampled_from([0.0, 0.01, 0.03]))
def test_choices_are_those_of_looking_at_every_design(designs, error):
    seen, cost = np.array(designs).T
    best = max(seen)
    assert most_accurate(seen, cost) == cheapest(designs, best)
    assert one_standard_error(seen, cost, error) == cheapest(designs, best - error)
    passing = [(c, -s, r) for r, (s, c) in enumerate(designs) if s - error >= 0.74]
    assert cheapest_at(seen, cost, 0.74, error) == (min(passing)[2] if passing else None)


def test_bad_input_is_named():
    with pytest.raises(InputError, match="expected \\(n,\\) each"):
        most_accurate([], [])
    with pytest.raises(InputError, match="error = -1"):
        one_standard_error([0.7], [1], -1)
