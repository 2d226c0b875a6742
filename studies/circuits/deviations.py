"""How far costs by look-up are from those of whole traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


COSTS = ("lut", "ff", "latency-cycles", "adder-depth", "ebops")


def finished(cost: str, terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a circuit cost (...) of terms (..., k)."""
    from moo_jsc.objectives import OBJECTIVES
    from moo_jsc.objectives.circuit import CircuitObjective

    objective = OBJECTIVES[cost]
    assert isinstance(objective, CircuitObjective)
    return objective.finish(terms)


def deviations(
    name: str, looked_up: NDArray[np.float64], whole: NDArray[np.float64]
) -> pd.DataFrame:
    """Return one row for each cost: how far look-ups are from whole traces.

    Parameters
    ----------
    name
        Of the network, or of what the designs are.
    looked_up, whole
        Terms of the same designs, shape (n, terms).
    """
    import numpy as np
    import pandas as pd
    from scipy.stats import spearmanr

    rows = []
    for cost in COSTS:
        mine, traced = (finished(cost, terms) for terms in (looked_up, whole))
        error = mine / traced - 1
        rows.append(
            {
                "network": name,
                "designs": len(mine),
                "cost": cost,
                "lowest": f"{error.min():+.1%}",
                "median": f"{np.median(error):+.1%}",
                "highest": f"{error.max():+.1%}",
                "rank correlation": round(float(spearmanr(mine, traced).statistic), 3),
            }
        )
    return pd.DataFrame(rows)
