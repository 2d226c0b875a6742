"""Colors of values: they fade into the page, so that they are read on light and on dark ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.plots.palette import BLUE, INK, OCHRE
from analysis.plots.style import SMALL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap
    from numpy.typing import NDArray

_STRONGEST = 0.75
"""Opacity of the largest values: text on them stays readable."""


def diverging(steps: int = 256, least: float = 0.0) -> ListedColormap:
    """Return ochre through nothing to blue, for values on both sides of a middle.

    Parameters
    ----------
    steps
        Colors, an even number.
    least
        Opacity beside the middle; above 0 the smallest difference can be seen.
    """
    half = np.linspace(_STRONGEST, least, steps // 2)
    return _listed([_faded(OCHRE, half), _faded(BLUE, half[::-1])])


def sequential() -> ListedColormap:
    """Return nothing to blue, for values from 0 up."""
    return _listed([_faded(BLUE, np.linspace(0.0, _STRONGEST, 256))])


def ordered() -> ListedColormap:
    """Return viridis without its ends, which vanish on white or on black: for points and lines."""
    from matplotlib import colormaps

    return _listed([colormaps["viridis"](np.linspace(0.28, 0.8, 256))])


def heat_map(
    axes: Axes,
    values: pd.DataFrame,
    texts: NDArray[np.str_],
    *,
    colors: ListedColormap,
    limits: tuple[float, float],
    bar: str | None = None,
    size: float = SMALL,
) -> None:
    """Draw a table of numbers, colored by its values, with a text in every cell.

    Parameters
    ----------
    axes
        Where.
    values
        Not finite: an empty cell.
    texts
        One for each value.
    colors, limits
        Of the values.
    bar
        Label of a color bar; None: no bar.
    size
        Of the texts, in points.
    """
    import seaborn as sns

    sns.heatmap(
        values,
        mask=~np.isfinite(values.to_numpy()),
        cmap=colors,
        vmin=limits[0],
        vmax=limits[1],
        annot=texts,
        fmt="",
        annot_kws={"fontsize": size, "color": INK},
        cbar=bar is not None,
        cbar_kws=None if bar is None else {"shrink": 0.7, "label": bar},
        ax=axes,
    )
    axes.tick_params(length=0)
    axes.tick_params(axis="y", rotation=0)
    axes.grid(visible=False)


def _faded(color: str, opacity: NDArray[np.float64]) -> NDArray[np.float64]:
    from matplotlib.colors import to_rgb

    return np.column_stack([np.tile(to_rgb(color), (len(opacity), 1)), opacity])


def _listed(parts: list[NDArray[np.float64]]) -> ListedColormap:
    from matplotlib.colors import ListedColormap

    return ListedColormap(np.concatenate(parts))
