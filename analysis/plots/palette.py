"""One color, marker and line for each sampler, the same in every figure.

The twelve colors were chosen for three things at once: 2.4 times the luminance of a dark page and
as much below that of white paper, so that one figure serves both; far apart for full sight; and
far apart where red or green is not seen (Machado, Oliveira and Fernandes 2009). No color is given
to more than two samplers, and those two differ by marker and dashes. Names that are not known
here get a look by a hash of the name, so it never depends on which other samplers are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

BASELINE_INK = "#7f868f"
INK = "#24292f"
GRID = "#d8dee4"
MUTED = "#b7bec6"
PAPER = "#ffffff"

BLUE, SKY, VIOLET, ORCHID = "#016ba0", "#2e95fd", "#7154d1", "#c366d7"
PLUM, ROSE, RUST, SALMON = "#aa2d84", "#e64e72", "#bb2904", "#e3937a"
OCHRE, LIME, FOREST, TEAL = "#b57200", "#84ae09", "#306e3f", "#01bab9"
COLORS = (BLUE, RUST, FOREST, OCHRE, VIOLET, TEAL, ROSE, LIME, PLUM, SKY, SALMON, ORCHID)
"""In the order in which kinds of things without a color of their own get one."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "d", "*", "8")
STROKES = ("+", "x", "|")
"""Markers without an inside: they cannot be drawn hollow."""

Dashes = str | tuple[int, tuple[float, ...]]
DASHES: tuple[Dashes, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1.5, 1.2)),
    (0, (5, 1.2, 1.2, 1.2)),
)

MOST_LINES = 8
"""Lines in one panel that are told apart; the others are grey."""


@dataclass(frozen=True)
class Look:
    """How a sampler is drawn."""

    color: str
    marker: str
    dashes: Dashes = "-"


SAMPLERS: dict[str, Look] = {
    "optuna-random": Look(BASELINE_INK, "o"),
    "optuna-qmc": Look(TEAL, "h"),
    "optuna-tpe": Look(BLUE, "s"),
    "optuna-tpe-multivariate": Look(SKY, "D"),
    "optuna-tpe-known-costs": Look(SKY, "s", DASHES[1]),
    "scalarized-tpe": Look(VIOLET, "*"),
    "optuna-gp": Look(PLUM, "X"),
    "optuna-nsga2": Look(ROSE, "^"),
    "optuna-nsga3": Look(SALMON, "v"),
    "optuna-brute-force": Look(SALMON, "|", DASHES[1]),
    "pymoo-nsga2": Look(OCHRE, "^"),
    "pymoo-nsga3": Look(RUST, "v"),
    "pymoo-unsga3": Look(ROSE, "<", DASHES[1]),
    "pymoo-sms-emoa": Look(ORCHID, "P"),
    "pymoo-moead": Look(VIOLET, "d", DASHES[1]),
    "pymoo-gde3": Look(BLUE, ">", DASHES[1]),
    "pymoo-mopso-cd": Look(PLUM, "p", DASHES[1]),
    "cheapest-architecture": Look(TEAL, "<", DASHES[1]),
    "uniform-widths": Look(INK, "8"),
    "one-factor": Look(LIME, "d"),
    "grey-box": Look(FOREST, "o", DASHES[1]),
    "grey-box-plain": Look(LIME, "X", DASHES[1]),
    "botorch": Look(OCHRE, "P", DASHES[1]),
    "botorch-known-costs": Look(RUST, "D", DASHES[1]),
    "exhaustive": Look(INK, "+", DASHES[1]),
    "exhaustive-random": Look(FOREST, "x"),
}


def look(sampler: str) -> Look:
    """Return how a sampler is drawn, known or not.

    Examples
    --------
    >>> look("optuna-tpe")
    Look(color='#016ba0', marker='s', dashes='-')
    >>> look("mine") == look("mine")
    True
    """
    known = SAMPLERS.get(sampler)
    if known is not None:
        return known
    digest = sha256(sampler.encode()).digest()
    return Look(
        COLORS[digest[0] % len(COLORS)],
        MARKERS[digest[1] % len(MARKERS)],
        DASHES[2 + digest[2] % 2],
    )


def told_apart(ranked: Sequence[str], baseline: str | None, most: int = MOST_LINES) -> list[str]:
    """Return the samplers that get a color of their own: the best, and the baseline.

    Examples
    --------
    >>> told_apart(["a", "b", "c", "d"], "d", most=3)
    ['a', 'b', 'd']
    """
    if len(ranked) <= most:
        return list(ranked)
    kept = [name for name in ranked if name != baseline]
    chosen = set(kept[: most - (baseline in ranked)]) | {baseline}
    return [name for name in ranked if name in chosen]
