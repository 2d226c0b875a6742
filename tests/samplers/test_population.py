import math

from hypothesis import given, settings
from hypothesis import strategies as st

from moo_jsc.samplers.population import partitions, population_size
from moo_jsc.samplers.pymoo_samplers import reference_directions


@given(st.integers(1, 10**6))
def test_population_fits_the_budget(budget):
    size = population_size(budget)
    assert 4 <= size <= 100
    assert size % 2 == 0
    assert budget < 8 or size <= budget / 2
    assert population_size(budget + 1) >= size


def test_population_at_the_studies_budgets():
    assert [population_size(budget) for budget in (20, 50, 200)] == [8, 14, 28]


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(4, 100))
def test_partitions_are_the_most_that_fit(objectives, population):
    count = partitions(objectives, population)

    def directions(parts):
        return math.comb(parts + objectives - 1, objectives - 1)

    assert count == 1 or directions(count) <= population
    assert directions(count + 1) > population
    assert len(reference_directions(objectives, population)) == directions(count)


def test_one_objective_has_one_direction():
    assert reference_directions(1, 8).tolist() == [[1.0]]
