"""Tables of the grey box without its assumptions, on the terminal and on pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.pages import markdown
from studies.common.running import Results, write_results
from studies.common.settings import Settings, command_line
from studies.peers.assumptions import CASES, RANDOM, SPACE

if TYPE_CHECKING:
    import pandas as pd

ALLOWED = -0.02
"""How far below random search the interval of the difference may reach."""


def differences(shares: pd.DataFrame) -> pd.DataFrame:
    """Return mean shares, and what each sampler is ahead of random search in points.

    Differences are paired over the problems; intervals are 95 %, of a studentized bootstrap.
    """
    import pandas as pd

    from analysis.statistics.intervals import mean_interval

    rows = []
    for case, part in shares.groupby("case", sort=False):
        wide = part.pivot_table(index="seed", columns="sampler", values="share", sort=False)
        *informed, random = wide.columns
        for sampler in informed:
            ahead = mean_interval((wide[sampler] - wide[random]).to_numpy())
            rows.append(
                {
                    "problem": case,
                    "sampler": sampler,
                    "share": f"{wide[sampler].mean():.3f}",
                    "random": f"{wide[random].mean():.3f}",
                    "ahead by (points)": f"{100 * ahead.estimate:+.1f} "
                    f"[{100 * ahead.low:+.1f}, {100 * ahead.high:+.1f}]",
                    "not below -2": "yes" if ahead.low > ALLOWED else "not shown",
                }
            )
    return pd.DataFrame(rows)


def jets_table(jets: pd.DataFrame) -> pd.DataFrame:
    """Return mean shares, a row for each number of jets a trial, a column for each total."""
    table = jets.pivot_table(index="jets a trial", columns="jets", values="share")
    table.columns = [f"{total:,} jets" for total in table.columns]
    return table.map("{:.3f}".format).reset_index()


def meanings(shares: pd.DataFrame) -> str:
    """Say what was run."""
    cases = "; ".join(f"{case}: {CASES[case]}" for case in shares["case"].unique())
    return (
        f"{shares['seed'].nunique()} made-up problems of {SPACE.size:,} designs for each kind, "
        f"three objectives. {cases}. Random search is {RANDOM}; all designs are judged by their "
        "true values; intervals are 95 %."
    )


def parts(shares: pd.DataFrame, jets: pd.DataFrame, config: Settings) -> dict[str, str]:
    """Return what goes into a Markdown page, by the names of its marks."""
    return {
        "assumptions": f"`{command_line(config)}` printed:\n\n{meanings(shares)}\n\n"
        + markdown(differences(shares)),
        "jets": markdown(jets_table(jets)),
    }


def write(folder: Path, shares: pd.DataFrame, jets: pd.DataFrame, config: Settings) -> Results:
    """Print both tables, and write the page."""
    from analysis.report import Column, Report

    ahead, by_jets = differences(shares), jets_table(jets)
    print(f"\n{meanings(shares)}\n\n{markdown(ahead)}\n\n{markdown(by_jets)}")
    report = Report("The grey box where its assumptions fail", meanings(shares))
    section = report.section("Against random search")
    section.table(
        "assumptions",
        ahead,
        [Column(name, name, "text") for name in ahead.columns],
        "Mean shares of the true hypervolume at the end, and the paired difference.",
    )
    section = report.section("By jets")
    section.table(
        "jets",
        by_jets,
        [
            Column(name, name, "whole" if name == "jets a trial" else "text")
            for name in by_jets.columns
        ],
        "Mean shares when so many jets have been scored, so many in each trial.",
    )
    return write_results(
        folder,
        report,
        config,
        setting=meanings(shares),
        files={"shares.csv": shares.to_csv(index=False), "jets.csv": jets.to_csv(index=False)},
        figures={},
    )
