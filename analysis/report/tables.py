"""Tables: one data frame, shown as HTML that sorts, as CSV with every digit, and as LaTeX."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from analysis.foundation.errors import InputError
from analysis.report.rendering import part

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "number", "significant", "whole", "percent", "p"]

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\u221e": r"$\infty$",
    "\u2212": "$-$",
    "\u2013": "--",
    "\u2265": r"$\geq$",
    "\u2264": r"$\leq$",
}


@dataclass(frozen=True)
class Column:
    """How one column of a table is shown.

    Parameters
    ----------
    key
        Column (or the index's name) in the data frame.
    title
        Table head.
    kind
        ``"text"``; ``"number"`` with `digits` decimals; ``"significant"`` with
        `digits` significant digits, more before the point; ``"whole"``; ``"percent"``: a share
        shown in percent with `digits` decimals; ``"p"``: a p-value.
    digits
        Decimals.
    limits
        Keys of an interval's limits, shown behind the value in brackets.
    signed
        Show a plus sign.
    wrap
        Let long text break over lines.

    Examples
    --------
    >>> column = Column("share", "share (%)", "percent", 1, limits=("low", "high"))
    >>> column.shown({"share": 0.5, "low": 0.4, "high": 0.625})
    '50.0 [40.0, 62.5]'
    >>> Column("p", "p", "p").shown({"p": 0.00002})
    '< 0.001'
    """

    key: str
    title: str
    kind: Kind = "number"
    digits: int = 3
    limits: tuple[str, str] | None = None
    signed: bool = False
    wrap: bool = False

    def shown(self, row: Any) -> str:
        """Return the cell's text for a row (a mapping by key)."""
        if self.limits is None:
            return self.estimate(row)
        return f"{self.estimate(row)} {self.interval(row)}".rstrip()

    def estimate(self, row: Any) -> str:
        """Return the value's text."""
        return self._one(row[self.key])

    def interval(self, row: Any) -> str:
        """Return the interval's text; empty if the column has none, or the row knows none."""
        if self.limits is None or all(math.isnan(float(row[key])) for key in self.limits):
            return ""
        low, high = (self._one(row[key]) for key in self.limits)
        return f"[{low}, {high}]"

    def sort_value(self, row: Any) -> str:
        """Return what the column is sorted by."""
        if self.kind == "text":
            return str(row[self.key])
        number = float(row[self.key])
        return "" if math.isnan(number) else repr(number).replace("inf", "Infinity")

    @property
    def css(self) -> str:
        """Class of the cells."""
        if self.kind != "text":
            return "number"
        return "text wrap" if self.wrap else "text"

    def _one(self, value: Any) -> str:
        if self.kind == "text":
            return str(value)
        number = float(value)
        if math.isnan(number):
            return "\u2013"
        if math.isinf(number):
            return "\u221e" if number > 0 else "\u2212\u221e"
        if self.kind == "p":
            return "< 0.001" if number < 0.001 else f"{number:.3f}"
        if self.kind == "significant":
            return _significant(number, self.digits).replace("-", "\u2212")
        scaled = 100.0 * number if self.kind == "percent" else number
        digits = 0 if self.kind == "whole" else self.digits
        text = f"{scaled:+.{digits}f}" if self.signed else f"{scaled:.{digits}f}"
        if float(text) == 0.0:
            text = text.lstrip("+-")
        return text.replace("-", "\u2212")


@dataclass(frozen=True, eq=False)
class Table:
    """A data frame with the columns that are shown, and in which form.

    Parameters
    ----------
    name
        File name without its ending; unique in a report.
    frame
        All of it goes to the CSV file.
    columns
        Shown in HTML and LaTeX, in this order.
    caption
        Below the table.

    Raises
    ------
    InputError
        A column is not in the frame.
    """

    name: str
    frame: pd.DataFrame
    columns: Sequence[Column]
    caption: str = ""

    def __post_init__(self) -> None:
        known = {*map(str, self.frame.columns), str(self.frame.index.name)}
        for column in self.columns:
            for key in (column.key, *(column.limits or ())):
                if key not in known:
                    raise InputError(f"table {self.name!r}: no column {key!r}")

    def html(self) -> str:
        """Return the table with heads that sort."""
        return part("table", self)

    def _repr_html_(self) -> str:
        return self.html()

    def latex(self) -> str:
        """Return a tabular with booktabs rules."""
        spec = "".join("l" if column.kind == "text" else "r" for column in self.columns)
        heads = " & ".join(escape_latex(column.title) for column in self.columns)
        lines = [
            " & ".join(escape_latex(column.shown(row)) for column in self.columns) + r" \\"
            for row in self.rows()
        ]
        return "\n".join(
            [
                f"% {self.caption}" if self.caption else f"% {self.name}",
                rf"\begin{{tabular}}{{{spec}}}",
                r"\toprule",
                heads + r" \\",
                r"\midrule",
                *lines,
                r"\bottomrule",
                r"\end{tabular}",
                "",
            ]
        )

    def csv(self) -> str:
        """Return the whole frame with every digit."""
        return str(self.frame.to_csv(index=self.frame.index.name is not None, lineterminator="\n"))

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows, the index included if it has a name."""
        frame = self.frame.reset_index() if self.frame.index.name is not None else self.frame
        return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _significant(number: float, digits: int) -> str:
    """Return a number with so many digits, more before the point, without a power of ten if short.

    Examples
    --------
    >>> _significant(0.0000681, 2), _significant(206848.0, 4), _significant(3e20, 2)
    ('0.000068', '206848', '3e+20')
    """
    if 10**digits <= abs(number) < 1e15:
        return f"{number:.0f}"
    if 1e-7 <= abs(number) < 1e-4:
        return f"{number:.{digits - 1 - math.floor(math.log10(abs(number)))}f}".rstrip("0")
    return f"{number:.{digits}g}"


def escape_latex(text: str) -> str:
    r"""Return text that LaTeX prints as it is.

    Examples
    --------
    >>> print(escape_latex("50 % of a_b"))
    50 \% of a\_b
    """
    return "".join(_LATEX.get(character, character) for character in text)
