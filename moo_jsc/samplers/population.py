"""How large a population a budget carries, and how many reference directions fit it."""

import math

_SMALLEST, _LARGEST = 4, 100


def population_size(budget: int) -> int:
    """Return the population: 2 floor(sqrt(budget)), at most half the budget, in 4..100.

    The published default of 100 (pymoo) or 50 (Optuna) leaves no second generation to a budget
    of 20. This rule gives about half as many generations as individuals: 8 for 20 trials
    (2.5 generations), 20 for 100, 28 for 200, 62 for 1000, and 100 from 2500 trials on.

    Examples
    --------
    >>> [population_size(budget) for budget in (1, 20, 100, 200, 1000, 10000)]
    [4, 8, 20, 28, 62, 100]
    """
    return max(_SMALLEST, min(_LARGEST, 2 * math.isqrt(budget), 2 * (budget // 4)))


def partitions(objectives: int, population: int) -> int:
    """Return the Das-Dennis partitions p whose reference directions fit a population.

    There are C(p + m - 1, m - 1) of them for m objectives; the largest p with no more of them
    than individuals is taken, at least 1 (the m corners).

    Examples
    --------
    >>> partitions(2, 8), partitions(3, 28), partitions(5, 8), partitions(5, 20)
    (7, 6, 1, 2)
    """
    if objectives == 1:
        return 1
    count = 1
    while math.comb(count + objectives, objectives - 1) <= population:
        count += 1
    return count
