"""Compare the shipped jets with OpenML 42468, feature by feature.

Writes the figure and the tables between the markers of the page. With ``--against`` it compares
class by class with real jets instead, and only prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.plots.axes import number_axis
from analysis.plots.palette import INK, RUST
from analysis.plots.style import PAGE, SMALL, styled
from moo_jsc.data.jets import CLASSES, FEATURES
from moo_jsc.data.jets.landmarks import LANDMARKS
from moo_jsc.data.jets.reference import FeatureReference, kolmogorov_distance, openml_reference
from moo_jsc.data.jets.sample import SAMPLE_TITLE, read_sample
from moo_jsc.data.jets.sources import read_file, read_openml
from moo_jsc.data.table import LabeledTable
from moo_jsc.foundation.files import atomic_path
from studies.common.console import run_study
from studies.common.pages import fill
from studies.common.running import Results, end_page, study
from studies.common.settings import Settings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TABLE = "comparison table"
SHARES = "shares within classes"

_UNITS = {"mass_mmdt": "GeV", "multiplicity": "particles"}
_COLORS = {"openml": INK, "sample": RUST}


@dataclass
class Config(Settings):
    """Settings of the comparison."""

    page: Path = Path("docs/jets.md")
    """Markdown page with the markers of the tables."""
    figure: Path = Path("docs/figures/jets_vs_openml.png")
    """Where the figure is written."""
    against: str | None = None
    """Real jets to compare with, class by class: openml or a file."""

    script = "compare_jets_to_openml"


@study
def main(config: Config) -> Results:
    """Write figure, tables and report."""
    config.check_folders()
    raw = read_sample()
    if config.against:
        source = config.against
        real = read_openml() if source == "openml" else read_file(Path(source))
        parts = {
            "Shares within classes": shares_table(raw, real),
            "Classes": class_table(raw, real),
        }
        print("\n\n".join(parts.values()))
        return Results(report(config, parts, None))
    table, shares = comparison_table(raw.features), shares_table(raw)
    fill(config.page, {TABLE: table, SHARES: shares})
    draw_quantiles(raw.features, config.figure)
    print(f"{table}\n\n{shares}\nwrote {config.page} and {config.figure}")
    parts = {"Features": table, "Shares within classes": shares}
    return Results(report(config, parts, quantiles_figure(raw.features)))


CAPTIONS = {
    "Features": "Distance: Kolmogorov's, the largest difference of the two distribution functions.",
    "Classes": "Kolmogorov distances, the largest differences of two distribution functions.",
}
"""What is said below a table, by its title."""


def report(config: Config, parts: dict[str, str], figure: Figure | None) -> Path:
    """Write the page with the tables, given as Markdown, and the figure."""
    import pandas as pd

    from analysis.report import Column, Report

    page = Report(
        "Are the shipped jets like the real ones?", f"{SAMPLE_TITLE} against OpenML 42468"
    )
    for title, table in parts.items():
        head, _, *rows = (
            [cell.strip().strip("`") for cell in line.strip("|").split("|")]
            for line in table.splitlines()
        )
        section = page.section(title)
        section.table(
            title.lower().replace(" ", "_"),
            pd.DataFrame(rows, columns=head),
            [Column(name, name, "text") for name in head],
            CAPTIONS.get(title, ""),
        )
    if figure is not None:
        page.section("Quantiles").figure(
            "quantiles",
            figure,
            "Quantile functions of sample and reference, one panel a feature; D: Kolmogorov "
            "distance.",
        )
    end_page(page, config, {})
    return page.write(config.out or Path("results/jets_vs_openml"))


def comparison_table(features: NDArray[np.float64]) -> str:
    """Give a Markdown table: means, deviations and Kolmogorov distance of each feature."""
    lines = [
        "| feature | mean, OpenML | mean, sample | std, OpenML | std, sample | distance |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for column, feature in enumerate(FEATURES):
        reference = openml_reference()[feature]
        values = features[:, column]
        numbers = (reference.mean, values.mean(), reference.std, values.std())
        cells = " | ".join(f"{number:.4g}" for number in numbers)
        distance = kolmogorov_distance(values, reference)
        lines.append(f"| `{feature}` | {cells} | {distance:.3f} |")
    return "\n".join(lines)


def shares_table(sample: LabeledTable, real: LabeledTable | None = None) -> str:
    """Give a Markdown table: shares within classes that the distributions do not show.

    Parameters
    ----------
    sample
        Jets to compare.
    real
        Real jets; without them the reported shares of OpenML 42468.
    """
    lines = ["| share of the class | OpenML | sample |", "| --- | ---: | ---: |"]
    for landmark in LANDMARKS:
        expected = landmark.openml if real is None else landmark.share_of(real)
        cells = f"{100 * expected:.1f} % | {100 * landmark.share_of(sample):.1f} %"
        lines.append(f"| {landmark.name} | {cells} |")
    return "\n".join(lines)


def class_table(sample: LabeledTable, real: LabeledTable) -> str:
    """Give a Markdown table: two-sample Kolmogorov distance of each feature in each class."""
    from scipy.stats import ks_2samp

    lines = [f"| feature | {' | '.join(CLASSES)} |", f"| --- |{' ---: |' * len(CLASSES)}"]
    for column, feature in enumerate(FEATURES):
        distances = [
            ks_2samp(
                sample.features[sample.labels == code, column],
                real.features[real.labels == code, column],
                method="asymp",
            ).statistic
            for code in range(len(CLASSES))
        ]
        lines.append(f"| `{feature}` | {' | '.join(f'{found:.3f}' for found in distances)} |")
    return "\n".join(lines)


def draw_quantiles(features: NDArray[np.float64], target: Path) -> None:
    """Write the figure of `quantiles_figure`, whole or not at all."""
    with atomic_path(target) as temporary:
        quantiles_figure(features).savefig(temporary, format="png", dpi=200, facecolor="white")


@styled
def quantiles_figure(features: NDArray[np.float64]) -> Figure:
    """Draw the quantile functions of sample and reference, one panel a feature."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(PAGE, 6.6))
    axes = figure.subplots(4, 4, sharex=True)
    for column, (feature, axis) in enumerate(zip(FEATURES, axes.flat, strict=True)):
        _draw_feature(axis, feature, features[:, column], openml_reference()[feature])
    figure.supxlabel("share of jets below")
    figure.supylabel("feature value (pure numbers where no unit is given)")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def _draw_feature(
    axis: Any, feature: str, values: NDArray[np.float64], reference: FeatureReference
) -> None:
    shares = np.linspace(0.01, 0.995, 198)
    axis.plot(
        reference.probabilities,
        reference.quantiles,
        "o",
        markersize=3,
        markerfacecolor="none",
        color=_COLORS["openml"],
        label="OpenML 42468",
    )
    axis.plot(
        shares, np.quantile(values, shares), color=_COLORS["sample"], lw=1.2, label=SAMPLE_TITLE
    )
    unit = _UNITS.get(feature)
    axis.set_title(f"{feature} ({unit})" if unit else feature)
    number_axis(axis, "x")
    number_axis(axis, "y")
    distance = kolmogorov_distance(values, reference)
    axis.text(0.04, 0.88, f"D = {distance:.3f}", transform=axis.transAxes, fontsize=SMALL)


if __name__ == "__main__":
    run_study(main, Config)
