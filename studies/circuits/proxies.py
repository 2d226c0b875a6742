"""Are the stand-ins for a circuit's cost any good? Association, and what a front by them loses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from analysis.redundancy.audit import Redundancy

COSTS = (
    *("lut", "ff", "latency-cycles", "adder-depth"),
    *("bitops", "ebops", "size", "average-bitwidth"),
)
TRUE = ("lut", "latency-cycles")
PROXIES = ("bitops", "ebops", "size", "average-bitwidth", "adder-depth")
ACCURACY = "accuracy"


def association_table(found: Redundancy) -> pd.DataFrame:
    """Return Kendall's tau of every proxy with LUTs and cycles, over the space and on the front."""
    import pandas as pd

    rows = []
    for true in TRUE:
        for proxy in PROXIES:
            pair = found.pair(true, proxy)
            rows.append(
                {
                    "cost": true,
                    "proxy": proxy,
                    "tau, space": round(pair.space.tau, 3),
                    "95 %": _interval(pair.space.low, pair.space.high),
                    "tau, front": round(pair.front.tau, 3),
                }
            )
    return pd.DataFrame(rows)


def _interval(low: float, high: float) -> str:
    """Return an interval as text; where all designs were used tau is exact."""
    return "exact" if low == high else f"{low:.3f} to {high:.3f}"


def front_by_proxy(values: pd.DataFrame, proxy: str, true: str) -> tuple[int, float]:
    """Return the size of the front of accuracy and a proxy, and its median excess of the true cost.

    For each point of that front: its true cost over the least true cost of any design that is
    at least as accurate.
    """
    import numpy as np

    from analysis.front.pareto import nondominated

    accuracy, cost = values[ACCURACY].to_numpy(), values[true].to_numpy()
    chosen = np.flatnonzero(
        nondominated(np.c_[-accuracy, values[proxy].to_numpy()], keep_duplicates=False)
    )
    order = np.argsort(accuracy, kind="stable")
    least = np.minimum.accumulate(cost[order][::-1])[::-1]
    places = np.searchsorted(accuracy[order], accuracy[chosen], side="left")
    return len(chosen), float(np.median(cost[chosen] / least[places]))


def loss_sentences(values: pd.DataFrame, proxies: Sequence[str] = PROXIES) -> list[str]:
    """Say what a front found with each proxy pays in LUTs."""
    lines = []
    for proxy in proxies:
        size, excess = front_by_proxy(values, proxy, "lut")
        lines.append(
            f"The front of accuracy and {proxy} has {size} designs; at their accuracies they take "
            f"{excess - 1:.1%} more LUTs (median) than the front of accuracy and LUTs."
        )
    return lines
