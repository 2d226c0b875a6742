"""Designs and the plotting library as text that a page carries: JSON, compressed, in base 64."""

from __future__ import annotations

import base64
import gzip
import json
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analysis.report.explorer.designs import FRONT, NUMBER, Designs

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 7
"""Significant digits of the values that travel with the page."""


def packed(text: str) -> str:
    """Return a text, compressed and in base 64: the same text gives the same result.

    Examples
    --------
    >>> unpacked(packed("a design"))
    'a design'
    """
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def unpacked(text: str) -> str:
    """Return what `packed` was given."""
    return gzip.decompress(base64.b64decode(text)).decode()


@lru_cache(maxsize=1)
def packed_library() -> str:
    """Return plotly.js as it comes with the plotly package, packed."""
    from plotly.offline import get_plotlyjs

    return packed(get_plotlyjs())


def as_json(designs: Designs) -> str:
    """Return designs by columns; words once, with their places."""
    frame = designs.frame
    content = {
        "total": designs.total or len(frame),
        "runs": designs.runs,
        "numbers": frame[NUMBER].astype(int).tolist(),
        "front": frame[FRONT].astype(int).tolist(),
        "measures": [
            {
                "key": measure.key,
                "label": measure.label,
                "unit": "" if measure.unit == "1" else measure.unit,
                "sense": measure.sense,
                "log": measure.logarithmic,
                "data": _numbers(frame[measure.key]),
            }
            for measure in designs.measures
        ],
        "choices": [{"key": key, **_words(frame[key])} for key in designs.choices],
        "layers": [{"key": key, **_words(frame[key])} for key in designs.layers],
        "found": [
            {"key": name, "data": frame[key].astype(int).tolist()}
            for name, key in designs.found.items()
        ],
        "commands": [{"key": name, "line": line} for name, line in designs.commands.items()],
    }
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def _numbers(column: pd.Series) -> list[float | None]:
    return [
        float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
        for value in column.to_numpy(dtype=np.float64).tolist()
    ]


def _words(column: pd.Series) -> dict[str, list[int] | list[str]]:
    """Return distinct values in their order, as text, and each row's place among them."""
    codes, values = column.factorize(sort=True)
    return {"values": [str(value) for value in values], "codes": codes.tolist()}
