"""What finished designs say: luck, gain, order, and the least look-up tables at an accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from studies.finishing.chosen import Chosen
    from studies.finishing.training import Measured

RESAMPLES = 1000
LEVEL = 0.95
WORSE = 0.003
"""A design that loses more than this by longer training is counted."""


@dataclass(frozen=True)
class Resampled:
    """Means over seeds, as measured and in resamples of seeds and test jets, both shared.

    Attributes
    ----------
    short, long
        Accuracy on the test split of n designs, after a short training and finished, (n,).
    lut
        Of whole traces, (n,).
    shorts, longs, luts
        The same in r resamples, (r, n).
    """

    short: NDArray[np.float64]
    long: NDArray[np.float64]
    lut: NDArray[np.float64]
    shorts: NDArray[np.float64]
    longs: NDArray[np.float64]
    luts: NDArray[np.float64]


def luts(terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the look-up tables (...) of terms (..., k)."""
    from moo_jsc.objectives.circuit import LUT

    return LUT.finish(terms)


def resampled(found: Measured, *, resamples: int = RESAMPLES, seed: int = 0) -> Resampled:
    """Resample seeds and jets, the same ones for every design and both trainings."""
    short, long = (found.correct[length, "test"] for length in ("short", "finished"))
    n, seeds, jets = long.shape
    rng = np.random.default_rng(seed)
    drawn = rng.integers(seeds, size=(resamples, seeds))
    counts = np.stack([np.bincount(row, minlength=seeds) for row in drawn]) / seeds
    means: dict[str, list[NDArray[np.float64]]] = {"short": [], "finished": []}
    flat = {
        "short": short.reshape(-1, jets).astype(np.float32),
        "finished": long.reshape(-1, jets).astype(np.float32),
    }
    for weights in counts:
        jet_weights = np.bincount(rng.integers(jets, size=jets), minlength=jets) / jets
        for length, rows in flat.items():
            by_seed = (rows @ jet_weights.astype(np.float32)).reshape(n, seeds)
            means[length].append(by_seed.astype(np.float64) @ weights)
    cost = luts(found.terms)
    return Resampled(
        short.mean(axis=(1, 2)),
        long.mean(axis=(1, 2)),
        cost.mean(axis=1),
        np.stack(means["short"]),
        np.stack(means["finished"]),
        counts @ cost.T,
    )


def limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % percentile interval of resamples."""
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values, [tail, 1 - tail], method="closest_observation")
    return float(low), float(high)


def design_table(chosen: Chosen, found: Measured, means: Resampled) -> pd.DataFrame:
    """Return one row for each design, accuracies in percent."""
    import pandas as pd

    from moo_jsc.objectives.circuit import LATENCY_NS

    lows, highs = np.array([limits(column) for column in means.longs.T]).T
    cost = luts(found.terms)
    return pd.DataFrame(
        {
            "design": chosen.numbers.astype(str),
            "chosen by, %": np.round(100 * chosen.accuracy, 2),
            "trained anew, %": np.round(100 * means.short, 2),
            "finished, %": np.round(100 * means.long, 2),
            "95 %": [
                f"{100 * low:.2f} to {100 * high:.2f}"
                for low, high in zip(lows, highs, strict=True)
            ],
            "seeds, sd": np.round(
                100 * found.correct["finished", "test"].mean(axis=2).std(axis=1, ddof=1), 2
            ),
            "LUTs": np.round(means.lut).astype(int),
            "least": np.round(cost.min(axis=1)).astype(int),
            "most": np.round(cost.max(axis=1)).astype(int),
            "ns": np.round(LATENCY_NS.finish(found.terms).mean(axis=1), 1),
        }
    )


def luck_sentence(chosen: Chosen, means: Resampled) -> str:
    """Say how much of the front's accuracies was luck."""
    luck = chosen.accuracy - means.short
    low, high = limits((chosen.accuracy - means.shorts).mean(axis=1))
    return (
        f"Luck: trained anew in the same way and scored on the test split, the designs have "
        f"{100 * luck.mean():.2f} points less on average than they were chosen by "
        f"({100 * low:.2f} to {100 * high:.2f}), {(luck > 0).sum()} of {len(luck)} have less; the "
        f"most that one loses is {100 * luck.max():.2f}."
    )


def gain_sentence(means: Resampled) -> str:
    """Say what training to the end brings."""
    gain = means.long - means.short
    low, high = limits((means.longs - means.shorts).mean(axis=1))
    return (
        f"Finishing changes accuracies by {100 * gain.mean():+.2f} points on average "
        f"({100 * low:+.2f} to {100 * high:+.2f}), from {100 * gain.min():+.2f} to "
        f"{100 * gain.max():+.2f}, the median by {100 * np.median(gain):+.2f}; "
        f"{(gain < -WORSE).sum()} of {len(gain)} designs lose more than {100 * WORSE:g} points."
    )


def order_sentence(chosen: Chosen, means: Resampled) -> str:
    """Say whether the order of accuracies holds."""
    from scipy.stats import kendalltau

    tau = kendalltau(chosen.accuracy, means.long).statistic
    low, high = limits(
        np.array([kendalltau(chosen.accuracy, row).statistic for row in means.longs])
    )
    return (
        f"Order: Kendall's tau between the accuracies that the designs were chosen by and those "
        f"of the finished ones is {tau:.2f} ({low:.2f} to {high:.2f})."
    )


def smallest_at(
    accuracy: NDArray[np.float64], cost: NDArray[np.float64], wanted: float
) -> int | None:
    """Return the place of the least cost (n,) at an accuracy (n,) of `wanted`; None of no such."""
    enough = accuracy >= wanted
    return int(np.where(enough, cost, np.inf).argmin()) if enough.any() else None


def least_luts(means: Resampled, wanted: float) -> tuple[int | None, float, float]:
    """Return the place of the smallest design of an accuracy, and the interval of its size.

    The interval is that of the least look-up tables of any design whose mean accuracy is
    `wanted` in a resample, infinite where none is.
    """

    def least(accuracy: NDArray[np.float64], cost: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(accuracy >= wanted, cost, np.inf).min(axis=-1)

    low, high = limits(least(means.longs, means.luts))
    return smallest_at(means.long, means.lut, wanted), low, high


def least_table(chosen: Chosen, means: Resampled, wanted: Sequence[float]) -> pd.DataFrame:
    """Return the smallest designs at some accuracies, by means over seeds."""
    import pandas as pd

    rows = []
    for accuracy in wanted:
        place, low, high = least_luts(means, accuracy)
        rows.append(
            {
                "at least, %": f"{100 * accuracy:g}",
                "LUTs, whole trace": "none" if place is None else f"{means.lut[place]:,.0f}",
                "95 %": f"{_size(low)} to {_size(high)}",
                "design": "" if place is None else str(chosen.numbers[place]),
                "accuracy, %": "" if place is None else f"{100 * means.long[place]:.2f}",
            }
        )
    return pd.DataFrame(rows)


def _size(value: float) -> str:
    return f"{value:,.0f}" if np.isfinite(value) else "none"
