"""The constants of the grey box, and where they come from.

They were chosen on a synthetic family alone: networks of this package's shapes trained on mixtures
of Gaussians that have nothing to do with jets, and made-up problems under a bound
(`studies/grey_box_constants.py`), and are frozen.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Constants:
    """Hypotheses of the surrogate, on the scale where effects add up (logarithms of a quality).

    Parameters
    ----------
    slopes
        Damage that one choice does at its reference (2 bits, the fewest channels).
    expected_slope, slope_spread
        Median and log standard deviation of the prior over `slopes`.
    slope_scatter
        How much the damage of single choices differs, relative to the slope.
    shares
        Damage of choices that do not count bits, relative to those that do; equally likely.
    powers
        Damage of channels falls like one over them to this power; equally likely.
    rates
        How fast damage falls with every bit.
    expected_rate, rate_spread
        Mean and standard deviation of the prior over `rates`.
    interactions
        Standard deviation of what is not a sum over choices, relative to the slope.
    length
        Distance over which that changes, in damages.
    roughness
        Standard deviation of what differs from one design to the next.
    level
        Standard deviation of the level of the whole.
    above_bound
        How far the best design is above a bound on the quality, before the first trial.
    trendless
        Prior odds of a quality that follows no trend.
    kept
        Hypotheses that are mixed, the likeliest first.
    """

    slopes: tuple[float, ...] = (0.03, 0.06, 0.12, 0.25, 0.5)
    expected_slope: float = 0.12
    slope_spread: float = 0.8
    slope_scatter: float = 0.5
    shares: tuple[float, ...] = (0.3, 1.0)
    powers: tuple[float, ...] = (1.0,)
    rates: tuple[float, ...] = (0.7, 1.1, 1.6)
    expected_rate: float = 1.1
    rate_spread: float = 0.3
    interactions: tuple[float, ...] = (0.1, 0.4, 1.0)
    length: float = 0.7
    roughness: tuple[float, ...] = (0.004, 0.01, 0.025)
    level: float = 1.0
    above_bound: float = 0.06
    trendless: float = 0.05
    kept: int = 6


FROZEN = Constants()
"""Those of a search that uses trends."""

GENTLE = Constants(
    slopes=(0.008, 0.015, 0.03, 0.06, 0.12, 0.25, 0.5),
    expected_slope=0.08,
    slope_spread=1.0,
    shares=(0.3, 1.0, 3.0, 10.0),
    powers=(1.0, 2.0),
    roughness=(0.002, 0.004, 0.01, 0.025),
    kept=20,
)
"""Those of one that does not."""
