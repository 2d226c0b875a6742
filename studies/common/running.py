"""What every study does around its own work: checks, cache, kept settings, closing line, page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from studies.common.settings import ELSEWHERE, Settings, as_toml, command_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from analysis.report import Report

CONFIG_FILE = "config.toml"

Config = TypeVar("Config", bound=Settings)


@dataclass(frozen=True)
class Results:
    """What a study leaves behind.

    Attributes
    ----------
    page
        Its report, in the folder of all its results.
    files
        Names of what else is worth naming in that folder.
    """

    page: Path
    files: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder of the results."""
        return self.page.parent


def study(body: Callable[[Config], Results]) -> Callable[[Config], Results]:
    """Make a study of a function: settings are checked before, and kept with the results after.

    Parameters
    ----------
    body
        Takes the study's settings (a subclass of `Settings`), writes a report page and returns
        where it is.
    """

    @wraps(body)
    def main(config: Config) -> Results:
        config.check()
        with cache_in(config.cache):
            results = body(config)
        keep_settings(results.folder, config)
        also = f" (beside it: {', '.join(results.files)})" if results.files else ""
        print(f"\nreport: {results.page}{also}")
        if config.open:
            import webbrowser

            webbrowser.open(results.page.resolve().as_uri())
        return results

    return main


@contextmanager
def reporting() -> Iterator[None]:
    """Say on a terminal that the answers are computed and the page is written, and for how long."""
    from tqdm import tqdm

    with tqdm(desc="reporting", bar_format="{desc} [{elapsed}]", disable=None):
        yield


def keep_settings(folder: Path, config: Settings) -> None:
    """Write the settings that decide the results beside them, as a file for ``--config``.

    Plugins are named with the hash of the file, so that a changed one is not taken for the same.
    """
    from moo_jsc.foundation.files import write_text

    if config.plugin:
        from moo_jsc.runs.plugins import pinned

        config = replace(config, plugin=tuple(pinned(each) for each in config.plugin))
    head = f"# python studies/{config.script}.py --config {folder / CONFIG_FILE}\n\n"
    write_text(folder / CONFIG_FILE, head + as_toml(config, leaving_out=ELSEWHERE))


@contextmanager
def cache_in(folder: Path | None) -> Iterator[None]:
    """Keep what is reused between studies in a folder, for this process and its workers."""
    from moo_jsc.foundation.store import ROOT_VARIABLE, use_root

    before = os.environ.get(ROOT_VARIABLE)
    use_root(folder)
    try:
        yield
    finally:
        os.environ.pop(ROOT_VARIABLE, None)
        if before is not None:
            os.environ[ROOT_VARIABLE] = before


def write_results(
    folder: Path,
    report: Report,
    config: Settings,
    *,
    setting: str | Mapping[str, object],
    files: Mapping[str, str],
    figures: Mapping[str, Figure],
) -> Results:
    """End a page with its setting and command, and write it with its files and figures.

    Parameters
    ----------
    folder
        Of the results.
    report
        The page without its last section.
    config
        The study's settings.
    setting
        What was run, as a line or as names with values.
    files
        Texts by file name.
    figures
        Figures by name, see `write_figures`.
    """
    from moo_jsc.foundation.files import write_text

    end_page(report, config, {"Setting": setting} if isinstance(setting, str) else setting)
    page = report.write(folder)
    for name, text in files.items():
        write_text(folder / name, text)
    write_figures(folder, figures)
    return Results(page, (*files, *(f"{name}.png" for name in figures)))


def end_page(report: Report, config: Settings, setting: Mapping[str, object]) -> None:
    """Add a page's last section: its setting, the code's version and the command."""
    from studies.common.provenance import code_in_words

    last = report.section("Setting, and how to reproduce")
    last.definitions({**setting, "Code": code_in_words()})
    last.code(command_line(config))


def write_figures(folder: Path, figures: Mapping[str, Figure]) -> None:
    """Write figures as PNG and SVG files, each whole or not at all."""
    from matplotlib import rc_context

    from analysis.plots.style import style
    from moo_jsc.foundation.files import atomic_path

    with rc_context(style()):  # type: ignore[arg-type]
        for name, figure in figures.items():
            for kind in ("png", "svg"):
                with atomic_path(folder / f"{name}.{kind}") as path:
                    figure.savefig(path, format=kind, facecolor="white")
