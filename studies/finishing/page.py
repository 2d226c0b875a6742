"""The page of finished designs: sentences, tables, and the figure beside published designs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studies.finishing import outcomes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from analysis.report import Column
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


class Tables(NamedTuple):
    """What the study prints and writes."""

    smallest: pd.DataFrame
    """Smallest designs at some accuracies, by means over seeds."""
    designs: pd.DataFrame
    """All designs, means over seeds."""
    cheapest: pd.DataFrame
    """Smallest networks at some accuracies."""
    built: pd.DataFrame
    """The network that is built of each design."""


def write(
    folder: Path,
    config: Settings,
    problem: NetworkProblem,
    tables: Tables,
    lines: Sequence[str],
    figure: Figure,
    legend: str,
) -> Results:
    """Write the page with its tables and figure."""
    from analysis.report import Report
    from studies.common.provenance import provenance
    from studies.common.running import write_results

    report = Report("How much of a front was luck?", lines[0])
    section = report.section("Answer")
    section.lead(lines[1])
    section.sentences(lines[2:])
    report.section("Smallest designs").table(
        "smallest",
        tables.smallest,
        _columns(tables.smallest),
        "The design of the fewest look-up tables whose mean accuracy on the test split is at least "
        "so high when it is trained to the end, with the interval of that number of tables.",
    )
    report.section("Smallest networks").table(
        "cheapest",
        tables.cheapest,
        _columns(tables.cheapest),
        "Of each design the network that is best on the validation split is built; here the one of "
        "the fewest look-up tables whose accuracy on the split named is at least so high.",
    )
    report.section("Beside published designs").figure("finished", figure, legend, png=True)
    report.section("All designs").table(
        "finished",
        tables.designs,
        _columns(tables.designs),
        "Accuracies: means over seeds; chosen by: on the validation split, all others on the test "
        "split; 95 %: interval of the finished one. Look-up tables: mean, least and most over "
        "seeds, by whole traces; ns: latency of the pipeline.",
    )
    report.section("The network that is built of each").table(
        "built",
        tables.built,
        _columns(tables.built),
        "Of the seed that is best on the validation split; the interval is over test jets.",
    )
    return write_results(
        folder,
        report,
        config,
        setting={"Setting": lines[0], **provenance(problem)},
        files={
            "finished.csv": tables.designs.to_csv(index=False),
            "built.csv": tables.built.to_csv(index=False),
        },
        figures={"finished": figure},
    )


def _columns(table: pd.DataFrame) -> list[Column]:
    """Numbers with as many digits as they need; texts may wrap."""
    from pandas.api.types import is_numeric_dtype

    from analysis.report import Column

    return [
        Column(str(name), str(name), "significant", 6)
        if is_numeric_dtype(column)
        else Column(str(name), str(name), "text", wrap=True)
        for name, column in table.items()
    ]


def markdown_parts(lines: Sequence[str], tables: Tables) -> tuple[str, str]:
    """Return what goes between the marks of a page: on finished designs, on built networks."""
    from studies.common.pages import markdown

    words = "\n".join(f"- {line}" for line in lines)
    return (
        f"{words}\n\n{markdown(tables.smallest)}\n\n{markdown(tables.designs)}",
        f"{markdown(tables.cheapest)}\n\n{markdown(tables.built)}",
    )


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
