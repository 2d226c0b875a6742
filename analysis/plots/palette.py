"""One color, marker and line for each sampler, the same in every figure.

Colors are Paul Tol's *bright* and *muted* schemes (readable with the common color deficiencies,
on light and on dark ground); within a family samplers differ by marker and dashes as well.
Names that are not known here get a pair by a hash of the name, so it never depends on which
other samplers are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

BASELINE_INK = "#7f868f"
INK = "#24292f"
GRID = "#d8dee4"
MUTED = "#b7bec6"
PAPER = "#ffffff"

DASHES: tuple[str | tuple[int, tuple[float, ...]], ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1.5, 1.2)),
    (0, (5, 1.2, 1.2, 1.2)),
)


@dataclass(frozen=True)
class Look:
    """How a sampler is drawn."""

    color: str
    marker: str
    dashes: str | tuple[int, tuple[float, ...]] = "-"


SAMPLERS: dict[str, Look] = {
    "optuna-random": Look(BASELINE_INK, "o"),
    "optuna-qmc": Look("#66ccee", "h", DASHES[1]),
    "optuna-tpe": Look("#4477aa", "s"),
    "optuna-tpe-multivariate": Look("#4477aa", "D", DASHES[1]),
    "scalarized-tpe": Look("#4477aa", "*", DASHES[2]),
    "optuna-gp": Look("#aa3377", "X"),
    "optuna-nsga2": Look("#ee6677", "^"),
    "optuna-nsga3": Look("#ee6677", "v", DASHES[1]),
    "pymoo-nsga2": Look("#e08a2c", "^"),
    "pymoo-nsga3": Look("#e08a2c", "v", DASHES[1]),
    "pymoo-unsga3": Look("#e08a2c", "<", DASHES[2]),
    "pymoo-sms-emoa": Look("#b09a1e", "P"),
    "pymoo-age-moea": Look("#b09a1e", ">", DASHES[1]),
    "pymoo-rvea": Look("#b09a1e", "p", DASHES[2]),
    "pymoo-moead": Look("#b09a1e", "d", DASHES[3]),
    "pymoo-spea2": Look("#cc6688", "8", DASHES[3]),
    "optuna-brute-force": Look("#228833", "|", DASHES[2]),
    "exhaustive": Look("#228833", "+", DASHES[1]),
    "exhaustive-random": Look("#228833", "x"),
}

_SPARE_COLORS = ("#44aa99", "#999933", "#882255", "#aa4499", "#88ccee", "#cc6677", "#6688bb")
_SPARE_MARKERS = ("o", "s", "^", "v", "D", "P", "X", "<", ">", "p", "h", "d", "*", "8")


def look(sampler: str) -> Look:
    """Return how a sampler is drawn, known or not.

    Examples
    --------
    >>> look("optuna-tpe")
    Look(color='#4477aa', marker='s', dashes='-')
    >>> look("mine") == look("mine")
    True
    """
    known = SAMPLERS.get(sampler)
    if known is not None:
        return known
    digest = sha256(sampler.encode()).digest()
    return Look(
        _SPARE_COLORS[digest[0] % len(_SPARE_COLORS)],
        _SPARE_MARKERS[digest[1] % len(_SPARE_MARKERS)],
        DASHES[digest[2] % len(DASHES)],
    )


def style() -> dict[str, object]:
    """Return the matplotlib settings that all figures share (for ``rc_context``)."""
    return {
        "text.parse_math": False,  # a sampler may be called $\\frac{a}$
        "font.size": 9.0,
        "axes.titlesize": 9.0,
        "axes.labelsize": 9.0,
        "xtick.labelsize": 8.0,
        "ytick.labelsize": 8.0,
        "legend.fontsize": 8.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.facecolor": "none",
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "figure.dpi": 100,
        "savefig.dpi": 160,
        "figure.constrained_layout.use": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "analysis",
        "font.family": "sans-serif",
    }
