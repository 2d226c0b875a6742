"""Samplers over several problems: one page with ranks, the curves of each, critical differences."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from studies.common.running import Results, write_results
from studies.common.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from analysis.efficiency.page import EfficiencyReport
    from analysis.report import Report
    from analysis.statistics.several_problems import Ranking

FIGURE = "critical_differences"


def rank_over_problems(
    folder: Path, reports: Mapping[str, EfficiencyReport], config: Settings
) -> Results:
    """Rank the samplers that ran on every problem, and show the curves of each problem.

    Parameters
    ----------
    folder
        Of the results.
    reports
        Of the comparison on each problem, by the problem's name.
    config
        The study's settings.

    Raises
    ------
    InputError
        Fewer than 3 samplers ran on all problems.
    """
    import pandas as pd

    from analysis.plots import critical_differences
    from analysis.report import Report
    from analysis.statistics.several_problems import friedman

    means = {name: each.findings.summary["hypervolume"] for name, each in reports.items()}
    frame = pd.DataFrame(means).T.dropna(axis=1)
    if frame.shape[1] < 3:
        raise InputError("problems: fewer than 3 samplers ran on all of them, nothing to rank")
    ranking = friedman(frame)
    said = sentence(ranking)
    print(f"\n{said}")
    for name, rank in ranking.ranks.items():
        print(f"  {rank:5.2f}  {name}")
    report = Report(
        "Which samplers are more sample-efficient over several problems?", ", ".join(reports)
    )
    section = report.section("Answer")
    section.lead(said)
    figures = {}
    if enough(ranking):
        figures[FIGURE] = critical_differences(ranking)
        section.figure(
            FIGURE,
            critical_differences(ranking),
            "Mean ranks, best on the left; bars join samplers that cannot be told apart.",
        )
    add_ranks(report, frame, ranking)
    for name, each in reports.items():
        add_problem(report, name, each, folder)
    return write_results(
        folder,
        report,
        config,
        setting={"Problems": ", ".join(reports)},
        files={},
        figures=figures,
    )


def enough(ranking: Ranking) -> bool:
    """Say whether the problems are so many that any two ranks could be told apart.

    Examples
    --------
    >>> from analysis.statistics.several_problems import Ranking
    >>> ranks = {"a": 1.0, "b": 2.0, "c": 3.0}
    >>> enough(Ranking(ranks, 0.1, 2.34, (), 2)), enough(Ranking(ranks, 0.1, 1.9, (), 3))
    (False, True)
    """
    return ranking.critical_difference < len(ranking.ranks) - 1


def sentence(ranking: Ranking) -> str:
    """Say what the ranks can tell."""
    head = f"Mean rank over {ranking.problems} problems (Friedman p = {ranking.p:.3g}): "
    if enough(ranking):
        return (
            f"{head}mean ranks that differ by less than {ranking.critical_difference:.2f} cannot "
            "be told apart."
        )
    return (
        f"{head}so few problems tell no samplers apart; mean ranks would have to differ by "
        f"{ranking.critical_difference:.2f}, and cannot by more than {len(ranking.ranks) - 1}."
    )


def add_ranks(report: Report, frame: pd.DataFrame, ranking: Ranking) -> None:
    """Add a table of mean ranks, and of each problem's share and rank."""
    import pandas as pd

    from analysis.report import Column

    table = frame.T.rename_axis("sampler")
    places = frame.rank(axis=1, ascending=False).T
    for name in frame.index:
        table[f"rank on {name}"] = places[name]
    table.insert(0, "rank", pd.Series(ranking.ranks))
    columns = [Column("sampler", "sampler", "text"), Column("rank", "mean rank", digits=2)]
    for name in frame.index:
        columns += [
            Column(name, f"{name} (%)", "percent", 1),
            Column(f"rank on {name}", "rank", "significant", 3),
        ]
    report.section("Ranks").table(
        "ranks",
        table.sort_values("rank", kind="stable"),
        columns,
        "Mean rank; and on each problem the mean share of the true front's hypervolume at the "
        "end, with the rank that it gives (1 is best).",
    )


def add_problem(report: Report, name: str, found: EfficiencyReport, folder: Path) -> None:
    """Add the answer and the curves of one problem."""
    from analysis.plots import hypervolume_curves

    section = report.section(name)
    section.lead(found.answer)
    findings = found.findings
    section.figure(
        f"hypervolume_curves_{name.replace('-', '_')}",
        hypervolume_curves(findings.hypervolume, baseline=findings.questions.baseline),
        f"Share of the true front's hypervolume on {name}: mean over seeds and interval of each "
        "sampler, best first.",
    )
    section.link("All about this problem:", os.path.relpath(found.page, folder))
