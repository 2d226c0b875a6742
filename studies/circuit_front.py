"""The front as circuits: beside published designs, by whole traces, and by stand-ins for costs.

Enumerates a space with accuracy and every cost of the circuit, traces designs whole and compares
them with the look-up, audits BitOPs, EBOPs, size and bit widths as stand-ins for look-up tables
and cycles, and draws the front beside published designs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.checks import require_at_least
from studies.common.console import run_study
from studies.common.provenance import provenance
from studies.common.running import Results, end_page, study, write_figures
from studies.common.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from moo_jsc.problems.network_problem import NetworkProblem


@dataclass(kw_only=True)
class Config(Settings):
    """Which space, and how many whole traces."""

    problem: str = "mixed-precision-coarse"
    """Name of the problem."""
    network: str | None = None
    """Network with shipped weights; by default the problem's own."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a file."""
    whole: int = 200
    """Random designs that are traced whole, besides those of the front."""
    seed: int = 0
    """Of the random designs."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers enumerate the space and
    trace designs."""
    page: Path | None = None
    """Markdown page whose marked places get the results, for instance docs/hardware.md."""

    script = "circuit_front"
    catalogs = ("problems", "networks")

    def check(self) -> None:
        """Check the settings that need no problem."""
        super().check()
        require_at_least("whole", self.whole, 1)


@study
def main(config: Config) -> Results:
    """Enumerate, trace, audit, draw."""
    import pandas as pd

    from analysis.redundancy.audit import audit_redundancy, sentences
    from moo_jsc.enumeration import enumerate_problem
    from moo_jsc.foundation.files import write_text
    from moo_jsc.problems.catalog import build_network_problem
    from studies.circuits.page import page
    from studies.circuits.proxies import ACCURACY, COSTS, association_table, loss_sentences
    from studies.circuits.published import beside_published, caption
    from studies.common.pages import fill, markdown

    problem = build_network_problem(
        config.problem,
        network=config.network,
        objectives=(ACCURACY, *COSTS),
        jets=config.jets,
        device=config.device,
    )
    folder = config.out or Path("results") / f"circuits-{problem.name}"
    table = enumerate_problem(problem, workers=config.workers, scheduler=config.scheduler)
    values = pd.DataFrame(table.values, columns=[o.name for o in problem.objectives])
    kept = front(values)
    traced, lines = whole_traces(problem, values, kept, config)
    found = audit_redundancy(table.values, problem.objectives)
    associations = association_table(found)
    losses = loss_sentences(values)
    shown = traced.loc[kept].assign(accuracy=lambda rows: 100 * rows["accuracy"])
    figure, legend = beside_published(shown, config.jets), caption(config.jets, len(kept))

    parts = {"front": " ".join(lines), "proxies": f"{markdown(associations)}\n\n{' '.join(losses)}"}
    print("\n\n".join(parts.values()))
    if config.page is not None:
        fill(config.page, parts)
    said = {"What a front by a stand-in pays": losses, "All costs": sentences(found)}
    report = page(problem.name, lines, traced.loc[kept], associations, said, figure, legend)
    end_page(report, config, provenance(problem))
    write_figures(folder, {"published": figure})
    write_text(folder / "front.csv", traced.to_csv(index_label="number"))
    write_text(folder / "proxies.csv", associations.to_csv(index=False))
    return Results(report.write(folder), ("front.csv", "proxies.csv", "published.png"))


def front(values: pd.DataFrame) -> np.ndarray:
    """Return the numbers of the designs on the front of accuracy, LUTs and cycles."""
    import numpy as np

    from analysis.front.pareto import nondominated

    costs = values[["accuracy", "lut", "latency-cycles"]].to_numpy() * np.array([-1.0, 1.0, 1.0])
    return np.flatnonzero(nondominated(costs, keep_duplicates=False))


def whole_traces(
    problem: NetworkProblem, values: pd.DataFrame, kept: np.ndarray, config: Config
) -> tuple[pd.DataFrame, list[str]]:
    """Trace the front's designs and random ones whole; return them, and what to say of it."""
    import numpy as np
    import pandas as pd
    from scipy.stats import spearmanr

    from analysis.front.hypervolume import hypervolume
    from moo_jsc.enumeration import Workers
    from moo_jsc.objectives.circuit import LATENCY_CYCLES, LATENCY_NS, LUT
    from studies.circuits.whole import traced_whole

    drawn = np.random.default_rng(config.seed).permutation(len(values))[: config.whole]
    numbers = np.unique(np.concatenate([kept, drawn]))
    terms = traced_whole(problem, numbers, Workers(config.workers, scheduler=config.scheduler))
    traced = pd.DataFrame(
        {
            "accuracy": values["accuracy"].to_numpy()[numbers],
            "looked_up": values["lut"].to_numpy()[numbers],
            "lut": LUT.finish(terms),
            "cycles": LATENCY_CYCLES.finish(terms),
            "latency_ns": LATENCY_NS.finish(terms),
        },
        index=numbers,
    )
    error = traced["looked_up"] / traced["lut"] - 1
    whole = np.c_[-traced["accuracy"], np.log(traced["lut"]), traced["cycles"]]
    low, high = whole.min(axis=0), whole.max(axis=0)
    scaled = (whole - low) / np.where(high > low, high - low, 1.0)
    mine = scaled[np.isin(numbers, kept)]
    share = hypervolume(mine, np.full(3, 1.1)) / hypervolume(scaled, np.full(3, 1.1))
    cycles = values["latency-cycles"].to_numpy()[numbers] - traced["cycles"]
    lines = [
        f"{len(values)} designs, {len(kept)} on the front of accuracy, LUTs and cycles (look-up).",
        f"Whole traces of {len(numbers)} designs: LUTs by look-up from {error.min():+.1%} to "
        f"{error.max():+.1%}, rank correlation "
        f"{spearmanr(traced['looked_up'], traced['lut']).statistic:.4f}; cycles from "
        f"{cycles.min():+.0f} to {cycles.max():+.0f}.",
        f"The front by look-up has {share:.4f} of the hypervolume of all {len(numbers)} designs, "
        "both with the costs of whole traces.",
    ]
    return traced, lines


if __name__ == "__main__":
    run_study(main, Config)
