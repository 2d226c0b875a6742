"""Enumerate a whole space and show its true Pareto front.

Evaluates every configuration (or reads the finished table from the cache), prints the size of
the front and its extremes, writes the front as a table and draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from moo_jsc.foundation.errors import InputError
from studies.common.console import listed, require_at_least, run_study

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from moo_jsc.objectives.objective import Objective
    from moo_jsc.problems.problem import Problem

_CLOUD_POINTS = 20_000
_LOG_DECADES = 20.0


@dataclass
class Config:
    """Settings of the enumeration."""

    problem: str = "mixed-precision"
    """Name of the problem, for instance mixed-precision, lab3-types, joint."""
    network: str | None = None
    """Network with shipped weights; by default the problem's own."""
    objectives: tuple[str, ...] = ()
    """Names of the objectives; by default the problem's own."""
    split: Literal["train", "validation", "test"] = "validation"
    """Where predictions are scored."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    workers: int = 2
    """Processes on this machine, one thread each."""
    dask: bool = False
    """Run them as a Dask cluster of this machine."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, to use its workers instead."""
    stream: bool = False
    """Keep only the front in memory, for spaces that are too large for a table."""
    cache: Path | None = None
    """Folder of finished and interrupted enumerations; by default $MOO_JSC_CACHE, else
    ~/.cache/moo_jsc."""
    device: str = "cpu"
    """Where networks are evaluated: cpu or cuda."""
    out: Path | None = None
    """Folder for the results; by default one under results/ that is named after the problem."""
    config: Path | None = None
    """TOML file with any of these settings; flags override it."""


@dataclass(frozen=True)
class Front:
    """Distinct points of a front, and what is known of the space around it.

    Attributes
    ----------
    values
        Distinct nondominated points, shape (k, m).
    indices
        The first configuration that attains each point, by flat index, shape (k,).
    multiplicity
        How many configurations attain it, shape (k,).
    cloud
        Values of some or all configurations, for the background, shape (n, m).
    """

    values: NDArray[np.float64]
    indices: NDArray[np.int64]
    multiplicity: NDArray[np.int64]
    cloud: NDArray[np.float64]


def main(config: Config) -> None:
    """Run the study."""
    require_at_least("workers", config.workers, 1)
    folder = config.out
    if folder is not None and folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: expected a folder")

    from moo_jsc.problems.catalogue import build_problem

    problem = build_problem(
        config.problem,
        network=config.network,
        objectives=listed(config.objectives) or None,
        split=config.split,
        jets=config.jets,
        device=config.device,
    )
    front = enumerated(config, problem)
    folder = folder or Path("results") / f"front-{problem.name}-{problem.fingerprint[:8]}"
    table = front_table(problem, front)
    print(summary(problem, front, table))
    write(folder, problem, front, table)
    print(f"wrote front.csv, front_projections and front_parallel (png, svg) to {folder}")


def enumerated(config: Config, problem: Problem) -> Front:
    """Enumerate the space as the settings say."""
    import numpy as np

    from moo_jsc.enumeration import StreamingFront, enumerate_problem, stream_front

    backend: Literal["loky", "dask"] = "dask" if config.dask else "loky"
    if config.stream:
        running = stream_front(
            problem,
            cache_dir=config.cache,
            workers=config.workers,
            backend=backend,
            scheduler=config.scheduler,
        )
        cloud = np.zeros((0, len(problem.objectives)))
    else:
        table = enumerate_problem(
            problem,
            cache_dir=config.cache,
            workers=config.workers,
            backend=backend,
            scheduler=config.scheduler,
        )
        running = StreamingFront.empty(problem.objectives).updated(
            table.front_indices, table.front_values
        )
        shown = min(_CLOUD_POINTS, problem.space.size)
        cloud = table.values[problem.space.permuted(np.arange(shown), seed=0)]
    return Front(running.values, running.indices, running.multiplicity, cloud)


def front_table(problem: Problem, front: Front) -> pd.DataFrame:
    """Return one row for each point: its objectives, configuration and multiplicity."""
    import pandas as pd

    rows = problem.space.configurations(front.indices)
    columns: dict[str, object] = {
        objective.name: front.values[:, column]
        for column, objective in enumerate(problem.objectives)
    }
    columns["configurations"] = front.multiplicity
    columns["index"] = front.indices
    for column, choice in enumerate(problem.space.choices):
        columns[choice.name] = [choice.values[index] for index in rows[:, column]]
    table = pd.DataFrame(columns)
    first = problem.objectives[0]
    return table.sort_values(first.name, ascending=first.sense == "min", kind="stable")


def summary(problem: Problem, front: Front, table: pd.DataFrame) -> str:
    """Say how large the front is and what its extremes are."""
    names = [objective.name for objective in problem.objectives]
    lines = [
        f"{problem.name}: {problem.space.size:,} configurations",
        f"front: {len(front.values):,} distinct points, attained by "
        f"{int(front.multiplicity.sum()):,} configurations",
        "",
        "best in each objective (of equals, the best in the others, in their order):",
    ]
    for objective in problem.objectives:
        order = [objective, *(o for o in problem.objectives if o is not objective)]
        best = table.sort_values(
            [o.name for o in order], ascending=[o.sense == "min" for o in order], kind="stable"
        ).iloc[0]
        values = ", ".join(f"{name} {_shown(best[name])}" for name in names)
        (row,) = problem.space.configurations([int(best["index"])])
        chosen = " ".join(f"{name}={value}" for name, value in problem.space.named(row).items())
        lines += [f"  {objective.name} ({objective.sense}): {values}", f"    {chosen}"]
    return "\n".join(lines)


def write(folder: Path, problem: Problem, front: Front, table: pd.DataFrame) -> None:
    """Write the table and the figures, each whole or not at all."""
    from matplotlib import rc_context

    from analysis.plots.palette import style
    from moo_jsc.foundation.files import atomic_path, write_text

    write_text(folder / "front.csv", table.to_csv(index=False))
    with rc_context(style()):  # type: ignore[arg-type]
        figures = {
            "front_projections": projections(problem, front),
            "front_parallel": parallel_coordinates(problem, front),
        }
        for name, figure in figures.items():
            for kind in ("png", "svg"):
                with atomic_path(folder / f"{name}.{kind}") as path:
                    figure.savefig(path, format=kind, dpi=160, bbox_inches="tight")


def coloured_by(problem: Problem) -> int:
    """Return the column that colours the front: accuracy, or else the first objective."""
    names = [objective.name for objective in problem.objectives]
    return names.index("accuracy") if "accuracy" in names else 0


def projections(problem: Problem, front: Front) -> Figure:
    """Draw the front and the space around it in every pair of objectives."""
    import numpy as np
    from matplotlib.figure import Figure

    objectives = problem.objectives
    size = max(len(objectives) - 1, 1)
    figure = Figure(figsize=(2.3 * size + 1.3, 2.1 * size + 0.4), layout="constrained")
    grid = figure.subplots(size, size, squeeze=False, sharex="col", sharey="row")
    colour = coloured_by(problem)
    order = np.argsort(front.values[:, colour], kind="stable")
    points = front.values[order]
    drawn = None
    for row in range(size):
        for column in range(size):
            axes = grid[row, column]
            if column > row:
                axes.remove()
                continue
            x, y = column, min(row + 1, len(objectives) - 1)
            axes.scatter(
                front.cloud[:, x], front.cloud[:, y], s=1.5, c="#d5d9dd", lw=0, rasterized=True
            )
            drawn = axes.scatter(
                points[:, x], points[:, y], s=11, c=points[:, colour], cmap="viridis", lw=0
            )
            _scale(axes, "x", np.concatenate([front.cloud[:, x], points[:, x]]))
            _scale(axes, "y", np.concatenate([front.cloud[:, y], points[:, y]]))
            if row == size - 1:
                axes.set_xlabel(_label(objectives[x]))
            if column == 0:
                axes.set_ylabel(_label(objectives[y]))
    bar = figure.colorbar(drawn, ax=figure.axes, fraction=0.03, pad=0.02)  # type: ignore[arg-type]
    bar.set_label(_label(objectives[colour]))
    if size > 1 and len(front.cloud):
        note = "grey: configurations of the space\ncolour: its front"
        figure.text(0.86, 0.97, note, ha="right", va="top", fontsize=8)
    return figure


def parallel_coordinates(problem: Problem, front: Front) -> Figure:
    """Draw each point of the front as a line over all objectives, the best value on top."""
    import numpy as np
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    objectives, values = problem.objectives, front.values
    low, high = values.min(axis=0), values.max(axis=0)
    logarithmic = [
        objective.sense == "min" and low[i] > 0 and high[i] / low[i] >= _LOG_DECADES
        for i, objective in enumerate(objectives)
    ]

    def height(column: int, given: NDArray[np.float64]) -> NDArray[np.float64]:
        bounds = np.array([low[column], high[column]])
        if logarithmic[column]:
            given, bounds = np.log(given), np.log(bounds)
        share = (given - bounds[0]) / ((bounds[1] - bounds[0]) or 1.0)
        return share if objectives[column].sense == "max" else 1 - share

    heights = np.stack([height(column, values[:, column]) for column in range(len(low))], axis=1)
    figure = Figure(figsize=(1.9 * len(objectives) + 1.6, 3.7), layout="constrained")
    axes = figure.subplots()
    colour = coloured_by(problem)
    order = np.argsort(values[:, colour], kind="stable")
    places = np.arange(len(objectives), dtype=float)
    lines = LineCollection(
        [np.column_stack([places, heights[i]]) for i in order],
        array=values[order, colour],
        cmap="viridis",
        lw=0.9,
        alpha=float(np.clip(60 / len(values), 0.25, 0.9)),
    )
    axes.add_collection(lines)
    for column, objective in enumerate(objectives):
        axes.axvline(column, color="#8c959f", lw=1.0, zorder=3)
        for end, value in ((0.0, low[column]), (1.0, high[column])):
            top = end if objective.sense == "max" else 1 - end
            axes.annotate(
                _shown(value),
                (column, top),
                xytext=(0, 5 if top else -5),
                textcoords="offset points",
                ha="center",
                va="bottom" if top else "top",
                fontsize=8,
            )
    names = [
        f"{_label(objective)}{', log' if log else ''}"
        for objective, log in zip(objectives, logarithmic, strict=True)
    ]
    axes.set_xticks(places, names)
    axes.tick_params(axis="x", length=0, pad=16)
    axes.set_yticks([0, 1], ["worst on\nthe front", "best"])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-0.25, len(objectives) - 0.75)
    axes.set_ylim(-0.04, 1.04)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = figure.colorbar(lines, ax=axes, fraction=0.04, pad=0.02)
    bar.solids.set_alpha(1.0)  # type: ignore[union-attr]
    bar.set_label(_label(objectives[colour]))
    return figure


def _scale(axes: Axes, axis: Literal["x", "y"], values: NDArray[np.float64]) -> None:
    """Use a logarithmic axis for positive values over more than a decade."""
    if len(values) and values.min() > 0 and values.max() / values.min() >= _LOG_DECADES:
        (axes.set_xscale if axis == "x" else axes.set_yscale)("log")


def _label(objective: Objective) -> str:
    unit = "" if objective.unit == "1" else f" ({objective.unit})"
    return objective.name + unit


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


if __name__ == "__main__":
    run_study(main, Config)
