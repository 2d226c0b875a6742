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


def rendered(report: object) -> str:
    """Return a report (`analysis.report.document.Report`) as one page."""
    from markupsafe import Markup

    templates = files("analysis.report") / "templates"
    css, script = (
        Markup((templates / name).read_text(encoding="utf-8"))
        for name in ("report.css", "report.js")
    )
    return (
        environment()
        .get_template("report.html.jinja")
        .render(report=report, css=css, script=script)
        + "\n"
    )


def part(kind: str, content: object) -> str:
    """Return one part of a section, as in ``parts.html.jinja``."""
    template = environment().get_template("parts.html.jinja")
    return str(getattr(template.module, kind)(content))
