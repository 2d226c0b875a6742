"""Samplers ranked over several problems: a page with ranks and critical differences."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from studies.common.running import Results, write_results
from studies.common.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

FIGURE = "critical_differences"


def rank_over_problems(folder: Path, scores: Mapping[str, pd.Series], config: Settings) -> Results:
    """Rank the samplers that ran on every problem: Friedman's test, critical differences.

    Parameters
    ----------
    folder
        Of the results.
    scores
        Mean final hypervolume share of each sampler, by problem.
    config
        The study's settings.

    Raises
    ------
    InputError
        Fewer than 3 samplers ran on all problems.
    """
    import pandas as pd

    from analysis.plots import critical_differences
    from analysis.report import Column, Report
    from analysis.statistics.several_problems import friedman

    frame = pd.DataFrame(scores).T.dropna(axis=1)
    if frame.shape[1] < 3:
        raise InputError("problems: fewer than 3 samplers ran on all of them, nothing to rank")
    ranking = friedman(frame)
    said = (
        f"Mean rank over {ranking.problems} problems (Friedman p = {ranking.p:.3g}); mean ranks "
        f"that differ by less than {ranking.critical_difference:.2f} cannot be told apart."
    )
    print(f"\n{said}")
    for name, rank in ranking.ranks.items():
        print(f"  {rank:5.2f}  {name}")
    table = frame.T.rename_axis("sampler")
    table.insert(0, "rank", pd.Series(ranking.ranks))
    table = table.sort_values("rank", kind="stable")
    report = Report(
        "Which samplers are more sample-efficient over several problems?", ", ".join(scores)
    )
    section = report.section("Answer")
    section.lead(said)
    figure = critical_differences(ranking)
    section.figure(
        FIGURE,
        figure,
        "Mean ranks, best on the left; bars join samplers that cannot be told apart.",
    )
    section.table(
        "ranks",
        table,
        [
            Column("sampler", "sampler", "text"),
            Column("rank", "mean rank", digits=2),
            *(Column(name, f"{name} (%)", "percent", 1) for name in scores),
        ],
        "Mean rank, and the mean share of the true front's hypervolume at the end on each problem.",
    )
    return write_results(
        folder,
        report,
        config,
        setting="The report of each problem is in the folder of its name, or under results/.",
        files={},
        figures={FIGURE: figure},
    )
