import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.front.pareto import pareto_front


@st.composite
def integer_fronts(
    draw: st.DrawFn, least: int = 2, most: int = 4, largest: int = 6, count: int = 14
) -> NDArray[np.float64]:
    """Distinct nondominated points on a small grid: many ties and degenerate hyperplanes."""
    objectives = draw(st.integers(least, most))
    rows = draw(
        st.lists(st.tuples(*[st.integers(0, largest)] * objectives), min_size=1, max_size=count)
    )
    return pareto_front(np.array(rows, dtype=float))


def sphere_front(count: int, objectives: int, seed: int, spread: float = 20.0) -> NDArray:
    """A front of `count` points near the convex part of a sphere, some of them inside."""
    generator = np.random.default_rng(seed)
    directions = abs(generator.normal(size=(40 * count, objectives)))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    depth = generator.beta(spread, 1.0, size=(40 * count, 1))
    return pareto_front(1.0 - directions * depth)[:count]
