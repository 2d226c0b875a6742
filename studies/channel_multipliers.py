"""Grid search over channel multipliers: whether wider is better, and layer by layer or alike.

Takes every network of jsc-three-linear x {1..5}^2, trained with several seeds, and compares
accuracy against FLOPs and size: uniform multipliers against per-layer ones. Every
difference has an interval that covers training seeds and test sample; verdicts are computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studies.common.checks import listed_numbers, require_at_least, share_of_points
from studies.common.console import run_study
from studies.common.pages import block, fill, quoted
from studies.common.running import Results, study
from studies.common.settings import Settings


@dataclass
class Config(Settings):
    """Settings of the grid search."""

    training: Literal["shipped", "reports"] = "shipped"
    """Use the shipped weights, or train anew as the reports do (10 epochs, batch 512, Adam
    1e-3)."""
    seeds: int = 5
    """Training seeds, at least 2; of the shipped ones there are 5."""
    largest: int = 5
    """Largest multiplier, at least 2: all from 1 to it are in the grid."""
    choices: tuple[str, ...] = ()
    """Multipliers of the grid, such as 1 2 4 8; takes the place of the largest one."""
    margin: float | None = None
    """Differences below so many percentage points of accuracy are of no account: networks that
    are shown to be that close are called equivalent."""
    epochs: int = 10
    """Passes over the training split, where networks are trained anew."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers train the networks."""
    page: Path | None = None
    """Markdown page whose numbers, between their marks, are to be written anew."""

    script = "channel_multipliers"


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("seeds", config.seeds, 2)
    require_at_least("largest", config.largest, 2)
    require_at_least("epochs", config.epochs, 1)
    margin = share_of_points("margin", config.margin)
    choices = listed_numbers("choices", config.choices) or tuple(range(1, config.largest + 1))
    require_at_least("number of choices", len(choices), 2)
    config.check_folders()

    from analysis.statistics.network_accuracies import conclusions, good_enough, per_layer, widening
    from moo_jsc.data.jets import load_jets
    from studies.multipliers import tables
    from studies.multipliers.networks import (
        NETWORK,
        Training,
        existing_shapes,
        scored_grid,
        trained_networks,
    )
    from studies.multipliers.page import write

    folder = config.out or Path("results/channel_multipliers")
    jets = load_jets(config.jets)
    training = Training(
        config.training == "reports",
        config.seeds,
        config.epochs,
        config.device,
        config.scheduler,
    )
    grid = scored_grid(trained_networks(choices, training, jets, folder), jets)
    table = tables.network_table(grid)
    verdicts = [
        *widening(grid, margin),
        *per_layer(grid, margin),
        *good_enough(grid, margin)[1],
    ]
    said = [*conclusions(grid, margin), existing_shapes(choices)]
    setting = (
        f"{NETWORK} x {tables.shown_choices(choices)}, {config.training} training, "
        f"{config.seeds} seeds, {grid.correct.shape[2]:,} test jets of {jets.name}"
        + ("" if margin is None else f"; equivalent: closer than {config.margin:g} points")
    )
    print(f"{setting}\n\n{tables.shown_table(table)}\n{tables.scatter_note(grid)}\n")
    print(tables.shown_verdicts(v for v in verdicts if v.group != "against the most accurate"))
    print("\n" + "\n".join(said))
    if config.page is not None and margin is not None:
        fill(config.page, {f"within {config.margin:g} points": quoted(said)})
    elif config.page is not None:
        claims = tables.shown_verdicts(
            v for v in verdicts if v.group != "against the most accurate"
        )
        fill(config.page, {"verdicts": block(f"{setting}\n\n{claims}"), "answer": quoted(said)})
    return write(folder, grid, table, verdicts, said, setting, config)


if __name__ == "__main__":
    run_study(main, Config)
