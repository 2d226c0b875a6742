"""The page of finished designs: sentences, tables, and the figure beside published designs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.finishing import outcomes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from moo_jsc.problems.network_problem import NetworkProblem
    from studies.common.running import Results
    from studies.common.settings import Settings
    from studies.finishing.chosen import Chosen
    from studies.finishing.outcomes import Resampled
    from studies.finishing.training import Measured


def sentences(
    chosen: Chosen, found: Measured, means: Resampled, *, front_of: Sequence[str], samples: int
) -> list[str]:
    """Say what was done and what came of it.

    Parameters
    ----------
    chosen, found, means
        Designs and what was measured.
    front_of
        The objectives whose front the designs are on; none where they were given by number.
    samples
        Shown in training to the end.
    """
    n, seeds, jets = found.correct["finished", "test"].shape
    what = (
        f"{n} of the {chosen.front} designs on the front of {', '.join(front_of)}"
        if front_of
        else f"{n} given designs"
    )
    differing = int((found.differing > 0).sum())
    circuits = (
        f"{differing} of the {n * seeds} finished networks have LOGITS THAT DIFFER from those of "
        "their emulated circuit"
        if differing
        else f"the emulated circuits of all {n * seeds} finished networks have the same logits "
        "as these"
    )
    return [
        f"{what} (accuracy of {chosen.trainings} short "
        f"{'training' if chosen.trainings == 1 else 'trainings'}, validation split), each trained "
        f"anew with {seeds} fresh seeds, shortly and with {samples:,} samples, of which the better "
        "one on the validation split is kept (the short one "
        f"{int(found.kept_short.sum())} times); scored on {jets:,} test jets; {circuits}. "
        f"Intervals: 95 %, {outcomes.RESAMPLES:,} "
        "resamples of seeds and test jets.",
        outcomes.luck_sentence(chosen, means),
        outcomes.gain_sentence(means),
        outcomes.order_sentence(chosen, means),
    ]


def write(
    folder: Path,
    config: Settings,
    problem: NetworkProblem,
    table: pd.DataFrame,
    smallest: pd.DataFrame,
    lines: Sequence[str],
    figure: Figure,
    legend: str,
) -> Results:
    """Write the page with its table and figure."""
    from pandas.api.types import is_numeric_dtype

    from analysis.report import Column, Report
    from studies.common.provenance import provenance
    from studies.common.running import write_results

    report = Report("How much of a front was luck?", lines[0])
    section = report.section("Answer")
    section.lead(lines[1])
    section.sentences(lines[2:])
    report.section("Smallest designs").table(
        "smallest",
        smallest,
        [Column(str(name), str(name), "text", wrap=True) for name in smallest],
        "The design of the fewest look-up tables whose mean accuracy on the test split is at least "
        "so high when it is trained to the end, with the interval of that number of tables.",
    )
    report.section("Beside published designs").figure("finished", figure, legend, png=True)
    report.section("All designs").table(
        "finished",
        table,
        [
            Column(str(name), str(name), "significant" if is_numeric_dtype(column) else "text", 6)
            for name, column in table.items()
        ],
        "Accuracies: means over seeds; chosen by: on the validation split, all others on the test "
        "split; 95 %: interval of the finished one. Look-up tables: mean, least and most over "
        "seeds, by whole traces; ns: latency of the pipeline.",
    )
    return write_results(
        folder,
        report,
        config,
        setting={"Setting": lines[0], **provenance(problem)},
        files={"finished.csv": table.to_csv(index=False)},
        figures={"finished": figure},
    )


def markdown_part(lines: Sequence[str], smallest: pd.DataFrame, table: pd.DataFrame) -> str:
    """Return what goes between the marks of a page."""
    from studies.common.pages import markdown

    words = "\n".join(f"- {line}" for line in lines)
    return f"{words}\n\n{markdown(smallest)}\n\n{markdown(table)}"


def drawn(found: Measured, means: Resampled, jets: str) -> tuple[Figure, str]:
    """Draw finished designs beside published ones; return the figure and its caption."""
    import pandas as pd

    from moo_jsc.objectives.circuit import LATENCY_NS
    from studies.circuits.published import beside_published, caption

    ours = pd.DataFrame(
        {
            "accuracy": 100 * means.long,
            "lut": means.lut,
            "latency_ns": LATENCY_NS.finish(found.terms).mean(axis=1),
        }
    )
    return beside_published(ours, jets), caption(jets, len(ours))
