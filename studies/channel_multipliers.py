"""Grid search over channel multipliers: whether wider is better, and layer by layer or alike.

Takes every network of jsc-three-linear x {1..5}^2, trained with several seeds, and compares
accuracy against FLOPs and size: uniform multipliers against per-layer ones. Every
difference has an interval that covers training seeds and test sample; verdicts are computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from moo_jsc.foundation.errors import InputError
from studies.common.console import require_at_least, run_study

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from analysis.statistics.network_accuracies import Grid, Verdict
    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier

NETWORK = "jsc-three-linear"
UNIFORM = "#ee6677"
PER_LAYER = "#4477aa"


@dataclass
class Config:
    """Settings of the grid search."""

    training: Literal["shipped", "reports"] = "shipped"
    """Use the shipped weights, or train anew as the reports do (10 epochs, batch 512, Adam
    1e-3)."""
    seeds: int = 5
    """Training seeds, at least 2; of the shipped ones there are 5."""
    largest: int = 5
    """Largest multiplier, at least 2."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    out: Path = Path("results/channel_multipliers")
    """Folder for the results."""
    config: Path | None = None
    """TOML file with any of these settings; flags override it."""


def main(config: Config) -> None:
    """Run the study."""
    require_at_least("seeds", config.seeds, 2)
    require_at_least("largest", config.largest, 2)
    if config.out.exists() and not config.out.is_dir():
        raise InputError(f"{config.out}: expected a folder")

    from analysis.statistics.network_accuracies import (
        conclusions,
        good_enough,
        per_layer,
        sample_half_width,
        widening,
    )
    from moo_jsc.data.jets import load_jets
    from moo_jsc.networks.family import count_independent_shapes, network_spec

    jets = load_jets(config.jets)
    choices = range(1, config.largest + 1)
    grid = scored_grid(trained_networks(config, jets), jets)
    table = network_table(grid)
    verdicts = [*widening(grid), *per_layer(grid), *good_enough(grid)[1]]

    print(f"{NETWORK} x {{1..{config.largest}}}^2, {config.training} training, ", end="")
    print(f"{config.seeds} seeds, {grid.correct.shape[2]:,} test jets of {jets.name}\n")
    print(shown_table(table))
    print(
        f"accuracy: 95 % intervals over training seeds; another test sample would move all "
        f"accuracies together by up to {100 * sample_half_width(grid):.2f} points\n"
        "gain: paired, intervals over training seeds and test sample"
    )
    print()
    print(shown_verdicts(v for v in verdicts if v.group != "against the most accurate"))
    print()
    for sentence in conclusions(grid):
        print(sentence)
    shapes = count_independent_shapes(network_spec(NETWORK), choices)
    print(f"With independent multipliers for inputs and outputs {shapes.explanation}.")
    write(config.out, grid, table, verdicts)
    print(f"\nwrote networks.csv, seeds.csv, verdicts.csv, channel_multipliers.png to {config.out}")


def trained_networks(config: Config, jets: Dataset) -> dict[tuple[int, ...], list[Classifier]]:
    """Return each multiplier's networks, one for each seed."""
    from moo_jsc.foundation.threads import one_thread
    from moo_jsc.networks.family import network_spec, widened_family
    from moo_jsc.networks.training import REPORTS, train_ensemble
    from moo_jsc.networks.weights import load_widened

    family = widened_family(network_spec(NETWORK), range(1, config.largest + 1))
    seeds = range(config.seeds)
    if config.training == "shipped":
        return {
            multipliers: [load_widened(NETWORK, multipliers, seed=seed) for seed in seeds]
            for multipliers in family
        }
    found: dict[tuple[int, ...], list[Classifier]] = {multipliers: [] for multipliers in family}
    for seed in seeds:
        with one_thread():
            ensemble = train_ensemble(
                list(family.values()),
                [seed] * len(family),
                jets.train,
                jets.validation,
                REPORTS,
                checkpoint=config.out / f".training-{seed}.checkpoint",
            )
        for multipliers, network in zip(family, ensemble.networks, strict=True):
            found[multipliers].append(network)
    return found


def scored_grid(networks: dict[tuple[int, ...], list[Classifier]], jets: Dataset) -> Grid:
    """Evaluate every network in float32 on the validation and test splits."""
    import numpy as np
    import torch

    from analysis.statistics.network_accuracies import Grid
    from moo_jsc.networks.classifier import predict
    from moo_jsc.objectives import get_objectives
    from moo_jsc.objectives.objective import CostObjective
    from moo_jsc.quantization.formats import LayerPrecision

    def correct(network: Classifier, split: Literal["validation", "test"]) -> NDArray[np.bool_]:
        part = getattr(jets, split)
        with torch.inference_mode():
            found = predict(network(torch.from_numpy(part.features)))
        return np.asarray(found.numpy() == part.labels)

    specs = [members[0].spec for members in networks.values()]
    unquantised = [(LayerPrecision(),) * len(spec.linear_layers) for spec in specs]
    costs = {}
    for objective in get_objectives(("flops", "size")):
        assert isinstance(objective, CostObjective)
        costs[objective.name] = np.array(
            [objective.cost(*pair) for pair in zip(specs, unquantised, strict=True)]
        )
    by_seed = list(zip(*networks.values(), strict=True))
    return Grid(
        multipliers=tuple(networks),
        parameters=np.array([spec.parameters for spec in specs]),
        flops=costs["flops"],
        size=costs["size"],
        validation=np.array(
            [[correct(network, "validation").mean() for network in row] for row in by_seed]
        ),
        correct=np.array([[correct(network, "test") for network in row] for row in by_seed]),
    )


def network_table(grid: Grid) -> pd.DataFrame:
    """Return one row for each network, in the order of FLOPs."""
    import pandas as pd

    from analysis.statistics.network_accuracies import (
        compare,
        front_shares,
        on_front,
        seed_interval,
    )

    narrowest = grid.position(1)
    intervals = [seed_interval(accuracy) for accuracy in grid.test.T]
    gains = [compare(grid, i, narrowest) for i in range(len(grid.multipliers))]
    table = pd.DataFrame(
        {
            "multipliers": [grid.name(i) for i in range(len(grid.multipliers))],
            "uniform": grid.uniform,
            "parameters": grid.parameters,
            "flops": grid.flops,
            "size_bytes": grid.size,
            "accuracy": grid.test.mean(axis=0),
            "accuracy_low": [low for low, _ in intervals],
            "accuracy_high": [high for _, high in intervals],
            "gain": [gain.estimate for gain in gains],
            "gain_low": [gain.low for gain in gains],
            "gain_high": [gain.high for gain in gains],
            "on_front": on_front(grid, grid.test.mean(axis=0)),
            "front_share": front_shares(grid),
        }
    )
    return table.sort_values(["flops", "size_bytes"], kind="stable", ignore_index=True)


def shown_table(table: pd.DataFrame) -> str:
    """Return the table as text; accuracies in per cent with 95 % intervals."""
    lines = [
        f"{'multipliers':>11}  {'parameters':>10}  {'FLOPs':>7}  {'bytes':>7}  "
        f"{'test accuracy (%)':>22}  {'gain over narrowest':>22}  {'on front':>10}"
    ]
    for row in table.itertuples():
        low, high = 100 * row.accuracy_low, 100 * row.accuracy_high
        accuracy = f"{100 * row.accuracy:.2f} [{low:.2f}, {high:.2f}]"
        gain = f"{100 * row.gain:+.2f} [{100 * row.gain_low:+.2f}, {100 * row.gain_high:+.2f}]"
        front = f"{'*' if row.on_front else ' '} {row.front_share:.0%}"
        lines.append(
            f"{row.multipliers + (' =' if row.uniform else '  '):>11}  {row.parameters:>10}  "
            f"{row.flops:>7.0f}  {row.size_bytes:>7.0f}  {accuracy:>22}  {gain:>22}  {front:>10}"
        )
    lines.append(
        "= uniform; * on the front of the mean accuracies; per cent of seeds whose front holds it"
    )
    return "\n".join(lines)


def shown_verdicts(verdicts: Iterable[Verdict]) -> str:
    """Return verdicts as text."""
    lines = [f"{'claim':44}  {'points [95 %]':>24}  {'p (Holm)':>9}  verdict"]
    group = ""
    for verdict in verdicts:
        if verdict.group != group:
            group = verdict.group
            lines.append(f"{group}:")
        found = verdict.difference
        amount = f"{100 * found.estimate:+.2f} [{100 * found.low:+.2f}, {100 * found.high:+.2f}]"
        lines.append(f"  {verdict.claim:42}  {amount:>24}  {verdict.p:>9.2g}  {verdict.verdict}")
    return "\n".join(lines)


def write(folder: Path, grid: Grid, table: pd.DataFrame, verdicts: list[Verdict]) -> None:
    """Write the tables and the figure, each whole or not at all."""
    import pandas as pd
    from matplotlib import rc_context

    from analysis.plots.palette import style
    from moo_jsc.foundation.files import atomic_path, write_text

    names = [grid.name(i) for i in range(len(grid.multipliers))]
    seeds = pd.concat(
        {
            split: pd.DataFrame(values, columns=names).rename_axis("seed")
            for split, values in (("validation", grid.validation), ("test", grid.test))
        },
        names=["split"],
    )
    judged = pd.DataFrame(
        [
            {
                "group": v.group,
                "claim": v.claim,
                "difference": v.difference.estimate,
                "low": v.difference.low,
                "high": v.difference.high,
                "p_holm": v.p,
                "verdict": v.verdict,
            }
            for v in verdicts
        ]
    )
    write_text(folder / "networks.csv", table.to_csv(index=False))
    write_text(folder / "seeds.csv", seeds.to_csv())
    write_text(folder / "verdicts.csv", judged.to_csv(index=False))
    with rc_context(style()):  # type: ignore[arg-type]
        drawn = figure(grid, table)
        for kind in ("png", "svg"):
            with atomic_path(folder / f"channel_multipliers.{kind}") as path:
                drawn.savefig(path, format=kind, dpi=160, bbox_inches="tight")


def figure(grid: Grid, table: pd.DataFrame) -> Figure:
    """Draw accuracy against both costs, and the gain over the narrowest as a map."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(11.5, 3.7), layout="constrained")
    by_flops, by_size, gains = canvas.subplots(1, 3, width_ratios=(1, 1, 0.95))
    draw_costs(by_flops, table, "flops", "FLOPs per jet")
    draw_costs(by_size, table, "size_bytes", "size, float32 (bytes)")
    by_size.sharey(by_flops)
    by_flops.set_ylabel(f"test accuracy (%), 95 % over {len(grid.test)} trainings")
    by_flops.legend(loc="lower right")
    draw_gains(gains, table)
    return canvas


def draw_costs(axes: Axes, table: pd.DataFrame, cost: str, label: str) -> None:
    """Draw mean accuracies with intervals, and the fronts of both kinds of multipliers."""
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    kinds = (
        ("per layer", ~table.uniform, PER_LAYER, "o", 4.0),
        ("uniform", table.uniform, UNIFORM, "s", 5.5),
    )
    for name, chosen, colour, marker, size in kinds:
        rows = table[chosen]
        axes.errorbar(
            rows[cost],
            100 * rows.accuracy,
            100 * abs(rows[["accuracy_low", "accuracy_high"]].sub(rows.accuracy, axis=0)).T,
            fmt=marker,
            ms=size,
            color=colour,
            elinewidth=0.8,
            alpha=0.95,
            label=f"{name} ({len(rows)})",
            zorder=3,
        )
    for name, rows, colour, dashes in (
        ("front, all networks", table, PER_LAYER, "-"),
        ("front, uniform only", table[table.uniform], UNIFORM, (0, (4, 2))),
    ):
        ordered = rows.sort_values(cost)
        axes.step(
            [*ordered[cost], table[cost].max()],
            [*(100 * ordered.accuracy.cummax()), 100 * ordered.accuracy.max()],
            where="post",
            color=colour,
            ls=dashes,
            lw=1.1,
            label=name,
            zorder=2,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(label)


def draw_gains(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the gain over the narrowest network for both multipliers."""
    import numpy as np

    sides = np.array([[int(part) for part in name.split("x")] for name in table.multipliers])
    largest = int(sides.max())
    gains, certain = np.zeros((largest, largest)), np.zeros((largest, largest), dtype=bool)
    gains[sides[:, 1] - 1, sides[:, 0] - 1] = 100 * table.gain
    certain[sides[:, 1] - 1, sides[:, 0] - 1] = (table.gain_low > 0) | (table.gain_high < 0)
    certain[0, 0] = True
    image = axes.imshow(gains, origin="lower", cmap="cividis")
    middle = (gains.min() + gains.max()) / 2
    for row, column in np.ndindex(gains.shape):
        axes.annotate(
            f"{gains[row, column]:+.2f}{'' if certain[row, column] else ' ?'}",
            (column, row),
            ha="center",
            va="center",
            fontsize=8,
            color="black" if gains[row, column] > middle else "white",
        )
    places = np.arange(largest)
    axes.set_xticks(places, [str(place + 1) for place in places])
    axes.set_yticks(places, [str(place + 1) for place in places])
    axes.set_xlabel("multiplier of the first hidden layer")
    axes.set_ylabel("multiplier of the second hidden layer")
    axes.grid(visible=False)
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03)
    bar.set_label("paired gain over 1x1 (points); ?: interval holds 0")


if __name__ == "__main__":
    run_study(main, Config)
