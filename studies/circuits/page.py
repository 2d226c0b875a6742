"""The page of a front as circuits: whole traces, published designs, and stand-ins for costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from analysis.report import Report


def page(
    name: str,
    lines: Sequence[str],
    front: pd.DataFrame,
    associations: pd.DataFrame,
    said: Mapping[str, Sequence[str]],
    figure: Figure,
    legend: str,
) -> Report:
    """Return the page without its last section.

    Parameters
    ----------
    name
        Of the problem.
    lines
        What whole traces say; the first sentence is the page's subtitle.
    front
        One row a design of the front, its number as index: ``accuracy`` (a share), ``looked_up``
        and ``lut``, ``cycles``, ``latency_ns``.
    associations
        From `studies.circuits.proxies.association_table`.
    said
        What is said of the stand-ins, by heading.
    figure, legend
        Beside published designs, and its caption.
    """
    from analysis.report import Column, Report

    report = Report(f"What do designs of {name} cost as circuits?", lines[0])
    section = report.section("Look-up against whole traces")
    section.text(
        "A look-up adds up the layers of a design, each traced once for all designs; a whole trace "
        "is of the very circuit."
    )
    section.sentences(lines[1:])
    report.section("Beside published designs").figure("published", figure, legend, png=True)
    section = report.section("Are the stand-ins any good?")
    section.table(
        "proxies",
        associations,
        [
            Column("cost", "cost", "text"),
            Column("proxy", "stand-in", "text"),
            Column("tau, space", "tau, all designs", digits=3),
            Column("95 %", "95 % interval", "text"),
            Column("tau, front", "tau, front", digits=3),
        ],
        "Kendall's tau of each stand-in with the cost that it stands for, over all designs, and "
        "along the front of accuracy and all costs.",
    )
    for heading, sentences in said.items():
        section.heading(heading)
        section.sentences(sentences)
    report.section("The front").table(
        "front",
        front.rename_axis("design"),
        [
            Column("design", "design", "whole"),
            Column("accuracy", "accuracy (%)", "percent", 2),
            Column("looked_up", "LUTs, look-up", "whole"),
            Column("lut", "LUTs, whole trace", "whole"),
            Column("cycles", "cycles", "whole"),
            Column("latency_ns", "latency (ns)", "whole"),
        ],
        "Designs on the front of accuracy, LUTs and cycles by look-up, with the costs of their "
        "whole traces.",
    )
    return report
