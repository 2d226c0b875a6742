"""Numbers of a study in a Markdown page, between marks, written by the study itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import write_text

if TYPE_CHECKING:
    import pandas as pd


def markdown(table: pd.DataFrame) -> str:
    """Return a table in Markdown.

    Examples
    --------
    >>> import pandas as pd
    >>> print(markdown(pd.DataFrame({"network": ["a"], "LUTs": [12000]})))
    | network | LUTs |
    |---|---|
    | a | 12,000 |
    """
    rows = [list(table.columns), ["---"] * len(table.columns)]
    rows += [[_shown(value) for value in row] for row in table.itertuples(index=False)]
    lines = [f"| {' | '.join(map(str, row))} |" for row in rows]
    lines[1] = lines[1].replace(" ", "")
    return "\n".join(lines)


def block(text: str) -> str:
    """Return printed text as a block that keeps its columns.

    Examples
    --------
    >>> print(block("a  b"))
    ```text
    a  b
    ```
    """
    return f"```text\n{text}\n```"


def quoted(sentences: Iterable[str]) -> str:
    """Return sentences as a quotation, a paragraph each.

    Examples
    --------
    >>> print(quoted(["One.", "Two."]))
    > One.
    >
    > Two.
    """
    return "\n>\n".join(f"> {sentence}" for sentence in sentences)


def marks(name: str) -> tuple[str, str]:
    """Return the marks of a page between which a study's part goes.

    Examples
    --------
    >>> marks("shares")
    ('<!-- begin: shares -->', '<!-- end: shares -->')
    """
    return f"<!-- begin: {name} -->", f"<!-- end: {name} -->"


def require_marks(page: Path, names: Iterable[str]) -> str:
    """Return the text of a page that must have the `marks` of each name.

    Raises
    ------
    InputError
        The page cannot be read, or has no such marks.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{page}: cannot be read ({error.strerror})") from None
    for begin, end in map(marks, names):
        if begin not in text or end not in text:
            raise InputError(f"{page}: expected the marks {begin} and {end}")
    return text


def fill(page: Path, parts: Mapping[str, str]) -> None:
    """Replace what stands between the `marks` of each name.

    Raises
    ------
    InputError
        The page cannot be read, or has no such marks.
    """
    text = require_marks(page, parts)
    for name, content in parts.items():
        begin, end = marks(name)
        head, rest = text.split(begin, 1)
        _, tail = rest.split(end, 1)
        text = f"{head}{begin}\n{content}\n{end}{tail}"
    write_text(page, text)


def _shown(value: object) -> str:
    if isinstance(value, int) or (isinstance(value, float) and value >= 1000):
        return f"{value:,.0f}"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:g}"
    return str(value)
