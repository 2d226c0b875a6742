"""Print what is worth knowing of a finished table before an optimizer is tested on it.

Size, front, scatter of trainings, and how well scores agree: of two splits, of two trainings, of
rounded and fine-tuned networks, and of designs that are trained again on this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studies.common.checks import require_at_least
from studies.common.console import run_study
from studies.common.pages import fill, markdown
from studies.common.running import Results, study, write_results
from studies.common.settings import Settings


@dataclass(kw_only=True)
class Config(Settings):
    """Of which table."""

    problem: str = "codesign"
    """Name of a problem with a finished table: codesign, codesign-hardware, joint."""
    retrain: int = 0
    """Random designs to train again on this machine and to compare."""
    page: Path | None = None
    """Markdown page whose table of this problem, between its marks, is to be written anew."""

    script = "benchmark_card"


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("retrain", config.retrain, 0)
    config.check_folders()

    import numpy as np
    import pandas as pd

    from analysis.report import Column, Report
    from moo_jsc.enumeration.benchmark import load_benchmark
    from moo_jsc.foundation.errors import InputError
    from studies.benchmark.properties import properties, retrained
    from studies.common.provenance import provenance

    benchmark = load_benchmark(config.problem)
    rows = list(properties(benchmark))
    if config.retrain:
        if benchmark.training != "qat":
            raise InputError(f"retrain: designs of {config.problem} were not trained, only rounded")
        draw = np.random.default_rng(0).choice(
            benchmark.space.size, min(config.retrain, benchmark.space.size), replace=False
        )
        rows += retrained(benchmark, np.sort(draw))
    found = pd.DataFrame(rows, columns=["property", config.problem])
    print(f"\n{markdown(found)}")
    if config.page is not None:
        fill(config.page, {f"{config.problem}, properties": markdown(found)})
    folder = config.out or Path("results") / f"card-{config.problem}"
    report = Report(f"The finished table of {config.problem}", f"made by {benchmark.card.command}")
    report.section("Properties").table(
        "properties",
        found,
        [Column(str(name), str(name), "text") for name in found],
        "Fronts, and the agreement of scores, within the problem's bounds; agreement is Kendall's "
        "tau; scatter is the root mean square of the standard deviation over a design's trainings.",
    )
    return write_results(
        folder,
        report,
        config,
        setting={
            **provenance(benchmark),
            "Trained on": benchmark.card.trained_on or "nothing was trained",
            "Latency": benchmark.card.latency,
            "SHA-256 of the numbers": benchmark.card.sha256,
        },
        files={"properties.csv": found.to_csv(index=False)},
        figures={},
    )


if __name__ == "__main__":
    run_study(main, Config)
