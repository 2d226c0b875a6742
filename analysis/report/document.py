"""A report: sections of sentences, figures and tables, written as one HTML file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.foundation.errors import InputError
from analysis.report.explorer.designs import Designs
from analysis.report.explorer.page import USE, Explorer
from analysis.report.figures import Drawing
from analysis.report.files import write_whole
from analysis.report.rendering import rendered
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

    @property
    def explorers(self) -> list[Explorer]:
        """All design explorers, in order."""
        return [explorer for section in self.sections for explorer in section.explorers]

    def html(self) -> str:
        """Return the page."""
        return rendered(self, explorers=bool(self.explorers))

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        return f"Report({self.title!r}, {len(self.sections)} sections)"

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
        for explorer in self.explorers:
            write_whole(folder / "tables" / f"{explorer.name}.csv", explorer.csv())
        write_whole(folder / name, self.html())
        return folder / name


class Section:
    """Part of a report; made by `Report.section`."""

    def __init__(self, title: str, report: Report) -> None:
        self.title = title
        self.drawings: list[Drawing] = []
        self.tables: list[Table] = []
        self.explorers: list[Explorer] = []
        self._report = report
        self.parts: list[tuple[str, object]] = []

    @property
    def anchor(self) -> str:
        """Where links lead."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    def lead(self, sentence: str) -> None:
        """Add the sentence that answers the question, set larger."""
        self.parts.append(("lead", sentence))

    def sentences(self, sentences: Sequence[str]) -> None:
        """Add sentences as a list; nothing if there are none."""
        if sentences:
            self.parts.append(("sentences", list(sentences)))

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self.parts.append(("text", text))

    def link(self, text: str, target: Path | str) -> None:
        """Add a paragraph that ends with a link to another page.

        Parameters
        ----------
        text
            What is there.
        target
            Where, from the folder of this page.
        """
        self.parts.append(("link", (text, Path(target).as_posix())))

    def heading(self, text: str) -> None:
        """Add a heading below the section's own."""
        self.parts.append(("heading", text))

    def warnings(self, sentences: Sequence[str]) -> None:
        """Add warnings; says so if there are none."""
        if sentences:
            self.parts.append(("warnings", list(sentences)))
        else:
            self.text("None.")

    def definitions(self, entries: Mapping[str, object]) -> None:
        """Add names with their values, such as a setting."""
        self.parts.append(("definitions", dict(entries)))

    def code(self, text: str) -> None:
        """Add lines to be typed or copied."""
        self.parts.append(("code", text))

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
        self.parts.append(("figure", drawing))

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
        self.add(Table(name, frame, tuple(columns), caption), folded=folded)

    def add(self, table: Table, *, folded: bool = False) -> None:
        """Add a table that is made already.

        Raises
        ------
        InputError
            Its name is taken.
        """
        self._free(table.name, self._table_names())
        self.tables.append(table)
        self.parts.append(("folded" if folded else "table", table))

    def explorer(self, name: str, designs: Designs, caption: str = USE) -> None:
        """Add linked plots of designs, with filters, hover and a table of pinned ones.

        Raises
        ------
        InputError
            The name is taken, by a table or another explorer.
        """
        self._free(name, self._table_names())
        explorer = Explorer(name, designs, f"{caption} {designs.note}".rstrip())
        self.explorers.append(explorer)
        self.parts.append(("explorer", explorer))

    def _table_names(self) -> list[str]:
        tables, explorers = self._report.tables, self._report.explorers
        return [*(table.name for table in tables), *(explorer.name for explorer in explorers)]

    @staticmethod
    def _free(name: str, taken: Sequence[str]) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise InputError(f"name {name!r}: expected lower-case letters, digits and underscores")
        if name in taken:
            raise InputError(f"name {name!r}: taken already")
