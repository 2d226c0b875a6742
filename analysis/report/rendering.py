"""Templates of the page (jinja2): all text is escaped."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from analysis.report.glossary import Terms, term_anchor

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("analysis.report"), autoescape=True, undefined=StrictUndefined
    )
    made.filters |= {
        "linked": _linked,
        "asked": _asked,
        "term_anchor": term_anchor,
        "breakable": _breakable,
    }
    return made


def rendered(report: object, *, explorers: bool = False) -> str:
    """Return a report (`analysis.report.document.Report`) as one page.

    Parameters
    ----------
    report
        What is on the page.
    explorers
        It has explorers, so that the page carries what they need.
    """
    from markupsafe import Markup

    templates = files("analysis.report") / "templates"
    css, script = (
        Markup((templates / name).read_text(encoding="utf-8"))
        for name in ("report.css", "report.js")
    )
    return (
        environment()
        .get_template("report.html.jinja")
        .render(
            report=report,
            css=css,
            script=script,
            explorers=_shared_by_explorers() if explorers else None,
            terms=Terms(),
        )
        + "\n"
    )


def _shared_by_explorers() -> dict[str, str]:
    """Return what all explorers of a page need once."""
    from markupsafe import Markup

    from analysis.report.explorer import page
    from analysis.report.explorer.packing import packed_library

    return {
        "css": Markup(page.css()),
        "script": Markup(page.script()),
        "library": packed_library(),
    }


def part(kind: str, content: object) -> str:
    """Return one part of a section, as in ``parts.html.jinja``."""
    template = environment().get_template("parts.html.jinja")
    return str(getattr(template.make_module({"terms": None}), kind)(content))


def _linked(text: str, terms: Terms | None) -> str:
    """Return a text as HTML, its terms linked to their explanations where a page has them."""
    from markupsafe import Markup, escape

    return escape(text) if terms is None else Markup(terms.linked(text))


def _breakable(text: str) -> str:
    """Return a table head as HTML that may break inside a name such as seq_blocks_2.weight.

    Examples
    --------
    >>> print(_breakable("seq_blocks_2.weight < 1"))
    seq_<wbr>blocks_<wbr>2.<wbr>weight &lt; 1
    """
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([_.])(?=\w)", r"\1<wbr>", str(escape(text))))


def _asked(text: str, terms: Terms | None) -> str:
    """Return a link to the explanation of a table head's term, where a page has it."""
    from markupsafe import Markup

    return "" if terms is None else Markup(terms.asked(text))
