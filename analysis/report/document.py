"""A report: sections of sentences, figures and tables, written as one HTML file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.foundation.errors import InputError
from analysis.report.figures import Drawing
from analysis.report.files import write_whole
from analysis.report.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class Report:
    """A page that stands alone: no script, style, font or picture is loaded from elsewhere.

    Parameters
    ----------
    title
        The question.
    subtitle
        One line on what was measured.

    Examples
    --------
    >>> report = Report("Which is larger?")
    >>> section = report.section("Answer")
    >>> section.lead("Neither.")
    >>> "Neither." in report.html()
    True
    """

    def __init__(self, title: str, subtitle: str = "") -> None:
        self.title = title
        self.subtitle = subtitle
        self.sections: list[Section] = []

    def section(self, title: str) -> Section:
        """Start a section; content is added to what this returns."""
        section = Section(title, self)
        self.sections.append(section)
        return section

    @property
    def drawings(self) -> list[Drawing]:
        """All figures, in order."""
        return [drawing for section in self.sections for drawing in section.drawings]

    @property
    def tables(self) -> list[Table]:
        """All tables, in order."""
        return [table for section in self.sections for table in section.tables]

    def html(self) -> str:
        """Return the page."""
        templates = files("analysis.report") / "templates"
        css = (templates / "report.css").read_text(encoding="utf-8")
        script = (templates / "report.js").read_text(encoding="utf-8")
        links = "".join(
            f'<a href="#{section.anchor}">{escape(section.title)}</a>' for section in self.sections
        )
        body = "\n".join(section.html() for section in self.sections)
        subtitle = f"<p>{escape(self.subtitle)}</p>" if self.subtitle else ""
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>\n{css}</style></head>\n<body><main>\n"
            f"<header><h1>{escape(self.title)}</h1>{subtitle}<nav>{links}</nav></header>\n"
            f"{body}\n</main>\n<script>\n{script}</script></body></html>\n"
        )

    def write(self, folder: Path | str, *, name: str = "report.html") -> Path:
        """Write the page, its figures (SVG, on request PNG) and its tables (CSV and LaTeX).

        Parameters
        ----------
        folder
            Made if it is not there. Figures and tables go to ``figures/`` and ``tables/`` in it.
        name
            Of the page.

        Returns
        -------
        pathlib.Path
            The page.

        Raises
        ------
        InputError
            The folder cannot be written to.
        """
        folder = Path(folder)
        for drawing in self.drawings:
            write_whole(folder / "figures" / f"{drawing.name}.svg", drawing.svg())
            if drawing.with_png:
                write_whole(folder / "figures" / f"{drawing.name}.png", drawing.png())
        for table in self.tables:
            write_whole(folder / "tables" / f"{table.name}.csv", table.csv())
            write_whole(folder / "tables" / f"{table.name}.tex", table.latex())
        write_whole(folder / name, self.html())
        return folder / name


class Section:
    """Part of a report; made by `Report.section`."""

    def __init__(self, title: str, report: Report) -> None:
        self.title = title
        self.drawings: list[Drawing] = []
        self.tables: list[Table] = []
        self._report = report
        self._parts: list[str] = []

    @property
    def anchor(self) -> str:
        """Where links lead."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    def lead(self, sentence: str) -> None:
        """Add the sentence that answers the question, set larger."""
        self._parts.append(f'<p class="lead">{escape(sentence)}</p>')

    def sentences(self, sentences: Sequence[str]) -> None:
        """Add sentences as a list; nothing if there are none."""
        if sentences:
            items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
            self._parts.append(f"<ul>{items}</ul>")

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(f"<p>{escape(text)}</p>")

    def heading(self, text: str) -> None:
        """Add a heading below the section's own."""
        self._parts.append(f"<h3>{escape(text)}</h3>")

    def warnings(self, sentences: Sequence[str]) -> None:
        """Add warnings; says so if there are none."""
        if not sentences:
            self.text("None.")
            return
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
        self._parts.append(f'<ul class="warnings">{items}</ul>')

    def definitions(self, entries: Mapping[str, object]) -> None:
        """Add names with their values, such as a setting."""
        items = "".join(
            f"<dt>{escape(str(key))}</dt><dd>{escape(str(value))}</dd>"
            for key, value in entries.items()
        )
        self._parts.append(f"<dl>{items}</dl>")

    def code(self, text: str) -> None:
        """Add lines to be typed or copied."""
        self._parts.append(f"<pre><code>{escape(text)}</code></pre>")

    def figure(
        self,
        name: str,
        figure: Figure,
        caption: str,
        *,
        narrow: bool = False,
        png: bool = False,
    ) -> None:
        """Add a figure (see `figures.Drawing`).

        Raises
        ------
        InputError
            The name is taken.
        """
        self._free(name, [drawing.name for drawing in self._report.drawings])
        drawing = Drawing(name, figure, caption, narrow, png)
        self.drawings.append(drawing)
        self._parts.append(drawing.html())

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        columns: Sequence[Column],
        caption: str = "",
        *,
        folded: bool = False,
    ) -> None:
        """Add a table (see `tables.Table`), folded away behind its caption if it is long.

        Raises
        ------
        InputError
            The name is taken, or a column is not in the frame.
        """
        self._free(name, [table.name for table in self._report.tables])
        table = Table(name, frame, tuple(columns), caption)
        self.tables.append(table)
        if folded:
            summary = f"{escape(caption or name)} ({len(frame)} rows)"
            inner = Table(name, frame, tuple(columns)).html()
            self._parts.append(f"<details><summary>{summary}</summary>{inner}</details>")
        else:
            self._parts.append(table.html())

    def html(self) -> str:
        """Return the section."""
        body = "\n".join(self._parts)
        return f'<section id="{self.anchor}"><h2>{escape(self.title)}</h2>\n{body}</section>'

    @staticmethod
    def _free(name: str, taken: Sequence[str]) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise InputError(f"name {name!r}: expected lower-case letters, digits and underscores")
        if name in taken:
            raise InputError(f"name {name!r}: taken already")
