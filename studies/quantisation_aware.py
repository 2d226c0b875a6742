"""How much accuracy quantisation-aware fine-tuning recovers over post-training quantisation.

Fine-tunes every configuration of two spaces, lab3-types on jsc-tiny and a three-layer space of
2 to 4 bits on jsc-three-linear, and compares both on the test split. Intervals cover the seeds
(of fine-tuning, and of training where several trainings are shipped) and the test sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from studies.common.console import listed, require_at_least, run_study

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.problems.precision import PrecisionSpace

SPACES = ("lab3-types", "three-layer")
WORTH_A_SHARE = 0.01
"""Accuracy that rounding must cost before the recovered share of it is worth stating."""

LOOKS = {2: ("#ee6677", "o"), 3: ("#ccbb44", "^"), 4: ("#4477aa", "s"), 8: ("#228833", "D")}


@dataclass
class Config:
    """Settings of the comparison."""

    spaces: tuple[str, ...] = SPACES
    """Of lab3-types (jsc-tiny, 18 configurations) and three-layer (jsc-three-linear, data of 2
    or 4 bits and weights of 2, 3 or 4 in each layer, 216 configurations)."""
    seeds: int = 5
    """Repetitions, at least 2; of the trainings of jsc-three-linear 5 are shipped."""
    epochs: int = 2
    """Passes over the training split in fine-tuning."""
    learning_rate: float = 1e-2
    """Of Adam at the start of fine-tuning; falls to 0 along half a cosine."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    workers: int = 2
    """Processes on this machine, one thread each."""
    out: Path = Path("results/quantisation_aware")
    """Folder for the results."""
    config: Path | None = None
    """TOML file with any of these settings; flags override it."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One space and one seed.

    Attributes
    ----------
    space, seed
        Which.
    data, weight
        Narrowest data and weight width of each configuration, bits, (n,).
    labels
        Each configuration's formats as text.
    before, after
        Whether each test jet is classified correctly, quantised after training and fine-tuned,
        (n, jets) of bool.
    unquantised, continued
        The same of the float network, as it is and fine-tuned in float32, (jets,).
    """

    space: str
    seed: int
    data: NDArray[np.int64]
    weight: NDArray[np.int64]
    labels: tuple[str, ...]
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    unquantised: NDArray[np.bool_]
    continued: NDArray[np.bool_]


def main(config: Config) -> None:
    """Run the study."""
    require_at_least("seeds", config.seeds, 2)
    require_at_least("workers", config.workers, 1)
    require_at_least("epochs", config.epochs, 1)
    spaces = listed(config.spaces)
    for name in spaces:
        if name not in SPACES:
            raise InputError(f"space {name!r}: expected one of {', '.join(SPACES)}")
    if config.out.exists() and not config.out.is_dir():
        raise InputError(f"{config.out}: expected a folder")

    from joblib import Parallel, delayed
    from tqdm import tqdm

    from moo_jsc.data.jets import load_jets
    from moo_jsc.evaluation.fine_tuning import FineTuning

    FineTuning(config.epochs, config.learning_rate)
    jets = load_jets(config.jets)
    jobs = [(name, seed) for name in spaces for seed in range(config.seeds)]
    running = Parallel(n_jobs=config.workers, return_as="generator", max_nbytes=None)(
        delayed(outcome)(name, seed, config, jets) for name, seed in jobs
    )
    outcomes = list(tqdm(running, total=len(jobs), desc="fine-tuning", unit="seed"))

    table = summary(outcomes)
    print(f"\n{config.seeds} seeds, {len(jets.test):,} test jets of {jets.name}, ", end="")
    print(f"{config.epochs} epochs of fine-tuning\n")
    print(shown(table))
    print()
    for name in spaces:
        print("\n".join(conclusions(name, outcomes, table)))
    write(config.out, outcomes, table)
    print(f"\nwrote configurations.csv, summary.csv, quantisation_aware.png to {config.out}")


def base(space: str, seed: int) -> tuple[Classifier, PrecisionSpace]:
    """Return the trained network of one repetition and the formats to choose from."""
    from moo_jsc.networks.weights import load_network, load_widened
    from moo_jsc.problems.precision import PRECISION_SPACES, PrecisionSpace, widths

    if space == "lab3-types":
        return load_network("jsc-tiny"), PRECISION_SPACES["lab3-types"]
    network = load_widened("jsc-three-linear", (1, 1), seed=seed)
    return network, PrecisionSpace(widths(2, 4), widths(2, 3, 4), per_layer=True)


def outcome(space: str, seed: int, config: Config, jets: Dataset) -> Outcome:
    """Fine-tune every configuration of a space with one seed."""
    import numpy as np
    import torch

    from moo_jsc.evaluation.fine_tuning import FineTuning, fine_tune
    from moo_jsc.foundation.threads import one_thread
    from moo_jsc.networks.classifier import predict
    from moo_jsc.quantization.calibration import Calibration
    from moo_jsc.quantization.formats import LayerPrecision, NetworkPrecision
    from moo_jsc.quantization.network import QuantizedNetwork

    network, choices = base(space, seed)
    layers = len(network.spec.linear_layers)
    points = choices.search_space(space, network.spec)
    calibration = Calibration(network, jets.train.features)
    rows = points.configurations(np.arange(points.size))
    precisions = [calibration.resolve(choices.precision(row, layers)) for row in rows]
    unquantised = (LayerPrecision(),) * layers
    features = torch.from_numpy(jets.test.features)

    def correct(member: Classifier, precision: NetworkPrecision) -> NDArray[np.bool_]:
        with one_thread():
            found = predict(QuantizedNetwork(member, precision)(features))
        return np.asarray(found.numpy() == jets.test.labels)

    settings = FineTuning(config.epochs, config.learning_rate, seed=seed)
    asked = [*precisions, unquantised]
    tuned = fine_tune(network, asked, jets.train, settings)
    *after, continued = [correct(*pair) for pair in zip(tuned, asked, strict=True)]
    return Outcome(
        space,
        seed,
        data=np.array([min(layer.data_width for layer in p) for p in precisions]),
        weight=np.array([min(layer.weight_width for layer in p) for p in precisions]),
        labels=tuple(" ".join(f"{k}={v}" for k, v in points.named(row).items()) for row in rows),
        before=np.array([correct(network, precision) for precision in precisions]),
        after=np.array(after),
        unquantised=correct(network, unquantised),
        continued=continued,
    )


def summary(outcomes: list[Outcome]) -> pd.DataFrame:
    """Return one row for each space and pair of narrowest weight and data widths.

    Verdicts are corrected for the number of rows of a space (Holm).
    """
    import numpy as np
    import pandas as pd

    from analysis.statistics.network_accuracies import judged, paired_difference

    rows: list[dict[str, object]] = []
    for name in dict.fromkeys(found.space for found in outcomes):
        repeats = [found for found in outcomes if found.space == name]
        first = repeats[0]
        groups = sorted(set(zip(first.weight.tolist(), first.data.tolist(), strict=True)))
        claims = []
        for weight, data in groups:
            chosen = (first.weight == weight) & (first.data == data)
            before = np.array([found.before[chosen].mean(axis=0) for found in repeats])
            after = np.array([found.after[chosen].mean(axis=0) for found in repeats])
            difference = paired_difference(after, before)
            lost = np.mean([found.unquantised.mean() for found in repeats]) - before.mean()
            claims.append((f"{weight}/{data}", difference))
            rows.append(
                {
                    "space": name,
                    "weight_bits": weight,
                    "data_bits": data,
                    "configurations": int(chosen.sum()),
                    "post_training": before.mean(),
                    "fine_tuned": after.mean(),
                    "recovered": difference.estimate,
                    "recovered_low": difference.low,
                    "recovered_high": difference.high,
                    "lost": lost,
                    "best_post_training": np.mean(
                        [found.before[chosen].mean(axis=1).max() for found in repeats]
                    ),
                    "best_fine_tuned": np.mean(
                        [found.after[chosen].mean(axis=1).max() for found in repeats]
                    ),
                }
            )
        for row, verdict in zip(rows[-len(groups) :], judged(name, claims), strict=True):
            row |= {"p_holm": verdict.p, "verdict": verdict.verdict}
    return pd.DataFrame(rows)


def shown(table: pd.DataFrame) -> str:
    """Return the table as text; accuracies in per cent, mean over configurations and seeds."""
    lines = [
        f"{'space':12} {'weight':>6} {'data':>5} {'config.':>8} {'post-training':>14} "
        f"{'fine-tuned':>11} {'recovered [95 %]':>24} {'of lost':>8}  verdict"
    ]
    for row in table.itertuples():
        low, high = 100 * row.recovered_low, 100 * row.recovered_high
        recovered = f"{100 * row.recovered:+.2f} [{low:+.2f}, {high:+.2f}]"
        share = f"{row.recovered / row.lost:.0%}" if row.lost > WORTH_A_SHARE else "-"
        lines.append(
            f"{row.space:12} {row.weight_bits:>6} {row.data_bits:>5} {row.configurations:>8} "
            f"{100 * row.post_training:>14.2f} {100 * row.fine_tuned:>11.2f} {recovered:>24} "
            f"{share:>8}  {row.verdict}"
        )
    lines.append("weight, data: the narrowest of all layers, bits")
    return "\n".join(lines)


def conclusions(space: str, outcomes: list[Outcome], table: pd.DataFrame) -> list[str]:
    """Say in sentences, computed from the data, what fine-tuning does."""
    import numpy as np
    from scipy.stats import kendalltau

    from analysis.statistics.network_accuracies import paired_difference

    repeats = [found for found in outcomes if found.space == space]
    rows = table[table.space == space]
    control = paired_difference(
        np.array([found.continued for found in repeats]),
        np.array([found.unquantised for found in repeats]),
    )
    ranks = [
        kendalltau(found.before.mean(axis=1), found.after.mean(axis=1)).statistic
        for found in repeats
    ]
    worse = np.mean([found.after.mean(axis=1) < found.before.mean(axis=1) for found in repeats])
    counts = ", ".join(f"{count} {word}" for word, count in rows.verdict.value_counts().items())
    unquantised = 100 * np.mean([found.unquantised.mean() for found in repeats])
    return [
        f"{space}: fine-tuned against post-training, by width: {counts} (of {len(rows)}); "
        f"{worse:.0%} of configurations came out lower.",
        f"  Best: {100 * rows.best_post_training.max():.2f} % post-training, "
        f"{100 * rows.best_fine_tuned.max():.2f} % fine-tuned, {unquantised:.2f} % in float32.",
        f"  Training on in float32 alone changes {100 * control.estimate:+.2f} points "
        f"[{100 * control.low:+.2f}, {100 * control.high:+.2f}].",
        f"  Rank correlation of the two accuracies over configurations: Kendall's tau "
        f"{np.mean(ranks):.2f}.",
    ]


def write(folder: Path, outcomes: list[Outcome], table: pd.DataFrame) -> None:
    """Write the tables and the figure, each whole or not at all."""
    import pandas as pd
    from matplotlib import rc_context

    from analysis.plots.palette import style
    from moo_jsc.foundation.files import atomic_path, write_text

    configurations = pd.concat(
        pd.DataFrame(
            {
                "space": found.space,
                "seed": found.seed,
                "configuration": found.labels,
                "weight_bits": found.weight,
                "data_bits": found.data,
                "post_training": found.before.mean(axis=1),
                "fine_tuned": found.after.mean(axis=1),
                "float32": found.unquantised.mean(),
            }
        )
        for found in outcomes
    )
    write_text(folder / "configurations.csv", configurations.to_csv(index=False))
    write_text(folder / "summary.csv", table.to_csv(index=False))
    with rc_context(style()):  # type: ignore[arg-type]
        drawn = figure(configurations, table)
        for kind in ("png", "svg"):
            with atomic_path(folder / f"quantisation_aware.{kind}") as path:
                drawn.savefig(path, format=kind, dpi=160, bbox_inches="tight")


def figure(configurations: pd.DataFrame, table: pd.DataFrame) -> Figure:
    """Draw both accuracies of every configuration, and what is recovered at each width."""
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(table.space))
    canvas = Figure(figsize=(3.7 * len(names) + 3.9, 3.7), layout="constrained")
    *clouds, recovered = canvas.subplots(1, len(names) + 1)
    for axes, name in zip(clouds, names, strict=True):
        draw_cloud(axes, configurations[configurations.space == name])
        axes.set_title(f"{name}, mean over seeds")
    clouds[0].set_ylabel("fine-tuned, test accuracy (%)")
    draw_recovered(recovered, table)
    return canvas


def draw_cloud(axes: Axes, configurations: pd.DataFrame) -> None:
    """Draw the mean over seeds of every configuration."""
    columns = ["weight_bits", "post_training", "fine_tuned", "float32"]
    means = configurations.groupby("configuration", sort=False)[columns].mean()
    for width, rows in means.groupby("weight_bits"):
        colour, marker = LOOKS[int(width)]
        axes.plot(
            100 * rows.post_training,
            100 * rows.fine_tuned,
            marker,
            ms=4,
            color=colour,
            alpha=0.75,
            mew=0,
            label=f"{int(width)}",
        )
    top = 100 * means.float32.iloc[0]
    lowest = 100 * float(means[["post_training", "fine_tuned"]].min().min()) - 2
    axes.plot([lowest, top + 1], [lowest, top + 1], color="#7f868f", lw=0.9, zorder=0)
    axes.axhline(top, color="#24292f", lw=0.9, ls=(0, (4, 2)), zorder=0)
    axes.annotate("float32", (lowest, top), xytext=(3, 3), textcoords="offset points", fontsize=8)
    axes.annotate(
        "no change",
        ((lowest + top) / 2, (lowest + top) / 2),
        xytext=(4, -4),
        textcoords="offset points",
        fontsize=8,
        ha="left",
        va="top",
    )
    axes.set_aspect("equal")
    axes.set_xlabel("post-training, test accuracy (%)")
    axes.legend(title="narrowest\nweight (bits)", loc="lower right", handletextpad=0.2)


def draw_recovered(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the recovered points with intervals, one row for each pair of widths."""
    places, labels = [], []
    place = 0.0
    for name in dict.fromkeys(table.space):
        labels.append(f"{name}")
        places.append(place)
        place += 1
        for row in table[table.space == name].itertuples():
            colour, marker = LOOKS[int(row.weight_bits)]
            errors = [
                [100 * (row.recovered - row.recovered_low)],
                [100 * (row.recovered_high - row.recovered)],
            ]
            axes.errorbar(
                100 * row.recovered, place, xerr=errors, fmt=marker, ms=4.5, color=colour, capsize=2
            )
            labels.append(f"weight {row.weight_bits}, data {row.data_bits}")
            places.append(place)
            place += 1
        place += 0.5
    axes.axvline(0, color="#7f868f", lw=0.9, zorder=0)
    axes.set_yticks(places, labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(place, -0.5)
    axes.set_xlabel("recovered (points), 95 % interval")


if __name__ == "__main__":
    run_study(main, Config)
