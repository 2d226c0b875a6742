"""Figures for a report: SVG that follows the page's colors, and files beside it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from analysis.plots.palette import GRID, INK, MUTED, PAPER
from analysis.plots.style import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INKS = {INK: "var(--ink)", GRID: "var(--rule)", MUTED: "var(--muted)", PAPER: "var(--paper)"}
"""Colors of the figures that the page replaces by its own, so that dark mode can be read."""


ENLARGED = 1.5
"""How much larger than in print figures are on a page: their texts are as large as the page's."""


_COORDINATES = re.compile(r'\s(?:d|x|y)="[^"]*"')
_DECIMALS = re.compile(r"-?\d+\.\d+")


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with its name and caption.

    Parameters
    ----------
    name
        File name without its ending; unique in a report.
    figure
        From `analysis.plots`; text, axes and grid in the palette's inks.
    caption
        Below the figure: what is to be seen, with units.
    narrow
        Small enough to shrink on a phone instead of scrolling.
    with_png
        A PNG file is wanted beside the SVG file.
    """

    name: str
    figure: Figure
    caption: str
    narrow: bool = False
    with_png: bool = False
    _svg: list[str] = field(default_factory=list, init=False)

    def svg(self) -> str:
        """Return the figure as a stand-alone SVG file on white."""
        if not self._svg:
            self._svg.append(rounded(_saved(self.figure, "svg").decode()))
        return self._svg[0]

    def png(self) -> bytes:
        """Return the figure as a PNG file on white."""
        return _saved(self.figure, "png")

    def inline(self) -> str:
        """Return the figure as SVG for use inside a page."""
        return inline_svg(self.svg(), self.name, self.caption)


def rounded(svg: str) -> str:
    """Return an SVG whose outlines are given in hundredths of a point, in half the letters.

    Examples
    --------
    >>> rounded('<path d="M 10.123456 -0.001 L -0.5 4.5"/><use x="1.23456"/>')
    '<path d="M 10.12 0 L -0.5 4.5"/><use x="1.23"/>'
    """
    return _COORDINATES.sub(lambda found: _DECIMALS.sub(_hundredths, found[0]), svg)


def _hundredths(found: re.Match[str]) -> str:
    text = f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def inline_svg(svg: str, name: str, label: str) -> str:
    """Return an SVG made by matplotlib for use inside a page.

    Identifiers get the name as a prefix, so that figures do not share clip paths by accident; the
    palette's inks become the page's, the white ground goes, one and a half times the natural
    width is the upper limit.

    Examples
    --------
    >>> svg = '<svg width="72pt" height="36pt" viewBox="0 0 72 36"><g id="a"/></svg>'
    >>> inline_svg(svg, "f", "A")
    '<svg role="img" aria-label="A" style="max-width:144px" viewBox="0 0 72 36"><g id="f-a"/></svg>'
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(
        r'<g id="patch_1">\s*<path d="[^"]*" style="fill: #ffffff"/>\s*</g>\s*', "", body, count=1
    )
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r"url\(#", f"url(#{name}-", body)
    body = re.sub(r'href="#', f'href="#{name}-', body)
    for ink, variable in INKS.items():
        body = body.replace(f": {ink}", f": {variable}")
    head = body[: body.index(">")]
    width = re.search(r'\bwidth="([\d.]+)pt"', head)
    limit = f"{float(width[1]) * ENLARGED * 96 / 72:.0f}px" if width else "100%"
    box = re.search(r'viewBox="[^"]*"', head)
    opening = (
        f'<svg role="img" aria-label="{escape(label)}" style="max-width:{limit}" '
        f"{box[0] if box else ''}"
    )
    return opening + body[body.index(">") :]


def _saved(figure: Figure, form: str) -> bytes:
    from matplotlib import rc_context

    stream = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else {}
    with rc_context(style()):  # type: ignore[arg-type]
        figure.savefig(stream, format=form, metadata=metadata, facecolor="white")
    return stream.getvalue()
