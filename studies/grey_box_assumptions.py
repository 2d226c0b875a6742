"""What becomes of the grey box where its assumptions fail: against random search, with intervals.

Made-up problems of 1,296 designs: accuracy as the grey box assumes it, shuffled widths, accuracy
that is best at a middle width, falls with bits, or is noisy. Then the noisy one once more, with
designs scored on fewer jets, and shares against the jets that were scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.pages import fill
from studies.common.running import Results, study
from studies.common.settings import Settings


@dataclass
class Config(Settings):
    """Settings of the study of failed assumptions."""

    budget: int = 20
    """Trials of each run."""
    seeds: int = 30
    """Made-up problems of each kind, each searched once by every sampler."""
    cases: tuple[str, ...] = ("as-assumed", "shuffled", "hump", "falling", "noisy", "noise-untold")
    """Which kinds of problems."""
    jets: tuple[int, ...] = (500, 2000, 10_000)
    """Jets that a trial is scored on, in the comparison by jets."""
    totals: tuple[int, ...] = (10_000, 20_000, 40_000)
    """Jets that are scored in all, in the same."""
    page: Path | None = None
    """Markdown page whose marked places get both tables, docs/grey_box.md."""

    script = "grey_box_assumptions"


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("budget", config.budget, 1)
    require_at_least("seeds", config.seeds, 2)
    config.check_folders()

    from moo_jsc.foundation.names import listed_names
    from studies.peers.assumptions import CASES, by_case, by_jets
    from studies.peers.assumptions_page import parts, write

    cases = listed_names("case", listed(config.cases), CASES)
    shares = by_case(cases, seeds=config.seeds, budget=config.budget)
    jets = by_jets(config.jets, config.totals, seeds=config.seeds)
    if config.page is not None:
        fill(config.page, parts(shares, jets, config))
    return write(config.out or Path("results/grey_box_assumptions"), shares, jets, config)


if __name__ == "__main__":
    run_study(main, Config)
