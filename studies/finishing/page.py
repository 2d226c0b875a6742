"""The page of finished designs: sentences, tables, and the figure beside published designs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studies.finishing import outcomes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

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
    tables: Tables,
    lines: Sequence[str],
    figure: Figure,
    legend: str,
) -> Results:
    """Write the page with its tables and figure."""
    from analysis.report import Report
    from studies.common.running import write_results

    report = Report("Designs trained to the end", lines[1])
    section = report.section("What came of it")
    for line in lines:
        section.text(line)
    for title, table in (
        ("Smallest designs", tables.smallest),
        ("Smallest networks", tables.cheapest),
    ):
        report.section(title).code(table.to_string(index=False))
    report.section("Beside published designs").figure("finished", figure, legend, png=True)
    for title, table in (
        ("All designs", tables.designs),
        ("The network that is built of each", tables.built),
    ):
        report.section(title).code(table.to_string(index=False))
    return write_results(
        folder,
        report,
        config,
        setting=lines[0],
        files={
            "finished.csv": tables.designs.to_csv(index=False),
            "built.csv": tables.built.to_csv(index=False),
        },
        figures={"finished": figure},
    )


def markdown_parts(lines: Sequence[str], tables: Tables) -> dict[str, str]:
    """Return what goes between the marks of a page."""
    from studies.common.pages import markdown

    words = "\n".join(f"- {line}" for line in lines)
    return {
        "finished": f"{words}\n\n{markdown(tables.smallest)}\n\n{markdown(tables.designs)}",
        "built": f"{markdown(tables.cheapest)}\n\n{markdown(tables.built)}",
    }


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
