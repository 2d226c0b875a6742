"""The table and the figure of the comparison with peers, on the terminal and on a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.running import Results, write_results
from studies.common.settings import Settings, command_line
from studies.peers.measuring import TRIALS

if TYPE_CHECKING:
    import pandas as pd

FIGURE = "peers"


def summarized(shares: pd.DataFrame) -> pd.DataFrame:
    """Return means over seeds with the 95 % interval at 20 trials, a row a problem and sampler.

    The interval is Student's, over seeds, within 0 and 1; with a budget below 20 it is that of
    the last number of trials that is tabulated.
    """
    import numpy as np
    from scipy.stats import t

    counts = tabulated(shares)
    at = interval_at(counts)
    groups = shares.groupby(["problem", "sampler"], sort=False)
    table = groups[counts].mean()
    table["seeds"] = groups["seed"].count()
    half = t.ppf(0.975, table["seeds"] - 1) * groups[at].std(ddof=1) / np.sqrt(table["seeds"])
    table["low"], table["high"] = (table[at] - half).clip(0.0), (table[at] + half).clip(upper=1.0)
    table["seconds"] = groups["seconds"].mean()
    table["told"] = groups["told"].first()
    return table.reset_index()


def tabulated(shares: pd.DataFrame) -> list[str]:
    """Return the numbers of trials that any run reached, as columns."""
    return [str(n) for n in TRIALS if shares[str(n)].notna().any()]


def interval_at(counts: Sequence[str]) -> str:
    """Return the number of trials that gets an interval."""
    return "20" if "20" in counts else counts[-1]


def write(folder: Path, shares: pd.DataFrame, config: Settings) -> Results:
    """Print the table, and write page, figure and tables."""
    from analysis.plots import shares_at
    from analysis.report import Column, Report

    table = summarized(shares)
    counts = tabulated(shares)
    print(f"\n{setting_of(shares)}\n")
    print(markdown(table, counts))
    figure = shares_at(by_trials(shares))
    report = Report("What is gained by knowing costs and trends beforehand?", setting_of(shares))
    section = report.section("Shares of the true hypervolume")
    section.figure(
        FIGURE, figure, "Mean over seeds; bands are 95 % intervals over seeds.", png=True
    )
    section.table(
        FIGURE,
        table,
        [
            Column("problem", "problem", "text"),
            Column("sampler", "sampler", "text"),
            *(
                Column(
                    n,
                    f"{n} trials (%)",
                    "percent",
                    1,
                    limits=("low", "high") if n == interval_at(counts) else None,
                )
                for n in counts
            ),
            Column("seeds", "seeds", "whole"),
            Column("seconds", "s a trial", "significant", 2),
            Column("told", "told beforehand", "text", wrap=True),
        ],
        "Mean share of the true front's hypervolume over seeds.",
    )
    return write_results(
        folder,
        report,
        config,
        setting=setting_of(shares),
        files={
            f"{FIGURE}.md": markdown(table, counts) + "\n",
            "shares.csv": shares.to_csv(index=False),
        },
        figures={FIGURE: figure},
    )


def parts(shares: pd.DataFrame, config: Settings) -> dict[str, str]:
    """Return what goes into a Markdown page, by the names of its marks."""
    return {
        "peers": f"`{command_line(config)}` printed:\n\n{setting_of(shares)}\n\n"
        + markdown(summarized(shares), tabulated(shares))
    }


def by_trials(shares: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each run and number of trials."""
    counts = [str(n) for n in TRIALS if str(n) in shares]
    table = shares.melt(["problem", "sampler", "seed"], counts, "trials", "share")
    return table.astype({"trials": int})


def setting_of(shares: pd.DataFrame) -> str:
    """Say what was measured, in a sentence."""
    problems = shares.drop_duplicates("problem")
    sizes = ", ".join(f"{row.problem} {row.designs:,}" for row in problems.itertuples(index=False))
    return (
        "Mean share of the true front's hypervolume after so many trials, with the 95 % interval "
        f"over seeds after {interval_at(tabulated(shares))}; designs: {sizes}. Seconds are the "
        "sampler's own for a trial, on a processor shared with other work."
    )


def markdown(table: pd.DataFrame, counts: Sequence[str]) -> str:
    """Return the table as Markdown, with the interval behind its share; - where none was run."""
    head = ["problem", "sampler", *counts, "seeds", "s a trial", "told beforehand"]
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(counts) + 2) + "---|"]
    for row in table.to_dict("records"):
        means = {n: "-" if row[n] != row[n] else f"{row[n]:.3f}" for n in counts}
        means[interval_at(counts)] += f" [{row['low']:.3f}, {row['high']:.3f}]"
        cells = [row["problem"], row["sampler"], *means.values(), str(row["seeds"])]
        cells += [f"{row['seconds']:.2g}", row["told"] or "nothing"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
