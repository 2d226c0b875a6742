"""Templates of the page (jinja2): all text is escaped."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("analysis.report"), autoescape=True, undefined=StrictUndefined
    )


def rendered(report: object, *, explorers: bool = False) -> str:
    """Return a report (`analysis.report.document.Report`) as one page.

    `explorers` says whether it has design explorers, which share a library.
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
            report=report, css=css, script=script, explorers=_shared_parts() if explorers else None
        )
        + "\n"
    )


def _shared_parts() -> dict[str, str]:
    """Return what all explorers of a page share."""
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
    return str(getattr(template.module, kind)(content))
