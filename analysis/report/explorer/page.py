"""An explorer as a part of a page, and what the page needs once for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from analysis.report.explorer.designs import Designs
from analysis.report.explorer.packing import as_json, packed

SCRIPTS = ("model.js", "scatter.js", "parallel.js", "panels.js", "start.js")
"""Parts of the script, in the order they are read."""


USE = (
    "The designs of the front and a random sample of the others. Drag a box in the plot, or along "
    "an axis below it, to keep a part (double click on the axis: all of it again); bounds work on "
    "both. Point at a design to see its layers, click to pin it and to get the commands for it. "
    "Formats are in bits, in brackets those after the point."
)
"""What is said below an explorer of its use."""


@dataclass(frozen=True, eq=False)
class Explorer:
    """Designs to be looked at from all sides.

    Parameters
    ----------
    name
        File name without its ending; unique among a report's tables.
    designs
        What is drawn.
    caption
        Below the plots.
    """

    name: str
    designs: Designs
    caption: str = USE

    def data(self) -> str:
        """Return the designs as the page carries them (see `packing.packed`)."""
        return packed(as_json(self.designs))

    def csv(self) -> str:
        """Return all columns of all designs that are drawn, with every digit."""
        return str(self.designs.frame.to_csv(index=False, lineterminator="\n"))


@lru_cache(maxsize=1)
def script() -> str:
    """Return the program of all explorers of a page, with names of its own."""
    parts = (_asset(name) for name in SCRIPTS)
    return "(() => {\n" + "\n".join(parts) + "})();\n"


@lru_cache(maxsize=1)
def css() -> str:
    """Return the style of the explorers."""
    return _asset("explorer.css")


def _asset(name: str) -> str:
    return (files("analysis.report.explorer") / "assets" / name).read_text(encoding="utf-8")
