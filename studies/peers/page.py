"""The table and the figure of the comparison with peers, on the terminal and on a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.samplers import Sampler
from studies.common.running import Results, write_figures
from studies.common.settings import Settings, command_line
from studies.peers.drawings import drawn
from studies.peers.measuring import TRIALS

if TYPE_CHECKING:
    import pandas as pd

FIGURE = "peers"


def summarized(shares: pd.DataFrame) -> pd.DataFrame:
    """Return means over seeds with the 95 % interval of the last, a row a problem and sampler.

    The interval is Student's, over seeds; a sampler without chance has none.
    """
    import numpy as np
    from scipy.stats import t

    counts = [str(n) for n in TRIALS if str(n) in shares]
    last = counts[-1]
    groups = shares.groupby(["problem", "sampler"], sort=False)
    table = groups[counts].mean()
    error = groups[last].std(ddof=1) / np.sqrt(groups[last].count())
    half = t.ppf(0.975, groups[last].count() - 1) * error
    table["low"], table["high"] = table[last] - half, table[last] + half
    table["seconds"] = groups["seconds"].mean()
    table["told"] = groups["told"].first()
    return table.reset_index()


def write(
    folder: Path, shares: pd.DataFrame, samplers: Sequence[Sampler], config: Settings
) -> Results:
    """Print the table, and write page, figure and tables."""
    from analysis.report import Column, Report
    from moo_jsc.foundation.files import write_text

    table = summarized(shares)
    seeds = shares["seed"].nunique()
    counts = [str(n) for n in TRIALS if str(n) in shares]
    print(f"\nMean share of the true hypervolume over {seeds} seeds, after so many trials:\n")
    print(markdown(table, counts))
    figure = drawn(shares)
    informed = [
        s.name for s in samplers if (table.loc[table["sampler"] == s.name, "told"] != "").any()
    ]
    report = Report(
        "What is gained by knowing costs and trends beforehand?",
        f"{seeds} seeds, told costs beforehand: {', '.join(informed) or 'no sampler'}",
    )
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
            *(Column(n, f"{n} trials (%)", "percent", 1) for n in counts[:-1]),
            Column(counts[-1], f"{counts[-1]} trials (%)", "percent", 1, limits=("low", "high")),
            Column("seconds", "s a trial", "significant", 2),
            Column("told", "told beforehand", "text", wrap=True),
        ],
        "Mean share of the true front's hypervolume over seeds.",
    )
    last = report.section("How to reproduce")
    last.code(command_line(config))
    page = report.write(folder)
    write_text(folder / f"{FIGURE}.md", markdown(table, counts) + "\n")
    write_text(folder / "shares.csv", shares.to_csv(index=False))
    write_figures(folder, {FIGURE: figure})
    return Results(page, (f"{FIGURE}.md", f"{FIGURE}.png", "shares.csv"))


def markdown(table: pd.DataFrame, counts: Sequence[str]) -> str:
    """Return the table as Markdown, the interval in the last share's column."""
    head = ["problem", "sampler", *counts, "s a trial", "told beforehand"]
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(counts) + 1) + "---|"]
    for row in table.to_dict("records"):
        means = [f"{row[n]:.3f}" for n in counts]
        means[-1] += f" [{row['low']:.3f}, {row['high']:.3f}]"
        told_ = row["told"] or "nothing"
        cells = [row["problem"], row["sampler"], *means, f"{row['seconds']:.2g}", told_]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
