"""Compare the shipped jets with OpenML 42468, feature by feature.

Writes the figure and the table between the markers of the page.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.jets import FEATURES
from moo_jsc.data.jets.reference import FeatureReference, kolmogorov_distance, openml_reference
from moo_jsc.data.jets.sample import SAMPLE_TITLE, read_sample
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path, write_text

TABLE_BEGIN = "<!-- comparison table: begin -->"
TABLE_END = "<!-- comparison table: end -->"

_UNITS = {"mass_mmdt": "GeV", "multiplicity": "particles"}
_COLOURS = {"openml": "#000000", "sample": "#D55E00"}


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, write figure and table; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--page", type=Path, default=Path("docs/jets.md"))
    parser.add_argument("--figure", type=Path, default=Path("docs/figures/jets_vs_openml.png"))
    options = parser.parse_args(arguments)
    try:
        features = read_sample().features
        table = comparison_table(features)
        replace_table(options.page, table)
        draw_quantiles(features, options.figure)
    except InputError as error:
        print(f"compare_jets_to_openml: {error}", file=sys.stderr)
        return 2
    print(table)
    print(f"wrote {options.page} and {options.figure}")
    return 0


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


def replace_table(page: Path, table: str) -> None:
    """Put the table between the markers of the page."""
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{page}: cannot be read ({error.strerror})") from None
    before, begin, rest = text.partition(TABLE_BEGIN)
    _, end, after = rest.partition(TABLE_END)
    if not (begin and end):
        raise InputError(f"{page}: expected the lines {TABLE_BEGIN!r} and {TABLE_END!r}")
    write_text(page, f"{before}{begin}\n{table}\n{end}{after}")


def draw_quantiles(features: NDArray[np.float64], target: Path) -> None:
    """Draw the quantile functions of sample and reference, one panel a feature."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(4, 4, figsize=(11, 9), sharex=True, layout="constrained")
    for column, (feature, axis) in enumerate(zip(FEATURES, axes.flat, strict=True)):
        _draw_feature(axis, feature, features[:, column], openml_reference()[feature])
    figure.supxlabel("share of jets below")
    figure.supylabel("feature value (dimensionless where no unit is given)")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False)
    with atomic_path(target) as temporary:
        figure.savefig(temporary, format="png", dpi=110)
    plt.close(figure)


def _draw_feature(
    axis: Any, feature: str, values: NDArray[np.float64], reference: FeatureReference
) -> None:
    shares = np.linspace(0.01, 0.995, 198)
    axis.plot(
        reference.probabilities,
        reference.quantiles,
        "o",
        markersize=4,
        markerfacecolor="none",
        color=_COLOURS["openml"],
        label="OpenML 42468",
    )
    axis.plot(
        shares, np.quantile(values, shares), color=_COLOURS["sample"], lw=1.5, label=SAMPLE_TITLE
    )
    unit = _UNITS.get(feature)
    axis.set_title(f"{feature} ({unit})" if unit else feature, fontsize=9)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    distance = kolmogorov_distance(values, reference)
    axis.text(0.04, 0.88, f"D = {distance:.3f}", transform=axis.transAxes, fontsize=8)


if __name__ == "__main__":
    sys.exit(main())
