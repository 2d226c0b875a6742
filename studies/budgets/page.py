"""The tables of choices, printed, on a report page and in the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studies.budgets.verdicts import choices, table_of_choices, table_of_means
from studies.common.pages import fill, markdown
from studies.common.running import Results, write_results
from studies.common.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


def write(
    folder: Path, shares: pd.DataFrame, config: Settings, *, page: Path | None = None
) -> Results:
    """Print the tables and write the report, its figure and the shares.

    Parameters
    ----------
    folder
        Of the results.
    shares
        From `final_shares`, of all problems and budgets.
    config
        The study's settings.
    page
        A page of the documentation whose tables are to be written anew.
    """
    from analysis.plots import shares_at
    from analysis.report import Column, Report

    problems, seeds = list(dict.fromkeys(shares["problem"])), shares["seed"].nunique()
    found, means = table_of_choices(choices(shares)), table_of_means(shares)
    print(f"\n{markdown(found)}\n\n{markdown(means)}")
    report = Report(
        "Which sampler for which budget?",
        f"{', '.join(problems)}; {seeds} paired seeds",
    )
    section = report.section("What to use")
    section.text(
        "For each problem and budget: the sampler with the highest mean share of the true "
        "hypervolume over seeds, the 95 % interval of that mean, and the samplers that were not "
        "shown to find less (differences of means over paired seeds, all pairs together at 5 %)."
    )
    section.table(
        "choices", found, [Column(str(name), str(name), "text", wrap=True) for name in found], ""
    )
    figure = shares_at(shares.rename(columns={"budget": "trials"}), scale="logarithmic")
    section.figure(
        "shares",
        figure,
        "Mean over seeds with 95 % intervals; every budget in runs of its own. The samplers that "
        "are best at the largest budget have a color.",
    )
    section.table("means", means, [Column(str(name), str(name), "text") for name in means], "")
    if page is not None:
        budgets = list(dict.fromkeys(shares["budget"]))
        alone = f", {budgets[0]} trials" if len(budgets) == 1 else ""
        fill(page, {f"choices{alone}": markdown(found), f"means{alone}": markdown(means)})
    return write_results(
        folder,
        report,
        config,
        setting={"Problems": ", ".join(problems), "Seeds": seeds},
        files={"shares.csv": shares.to_csv(index=False)},
        figures={"shares": figure},
    )
