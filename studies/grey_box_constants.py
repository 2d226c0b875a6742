"""Show how the constants of the grey box do on problems without jets, where they were chosen.

Trains networks on mixtures of Gaussians, enumerates their designs, and prints the mean share of
the true hypervolume for the frozen constants and for others, one changed at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from moo_jsc.samplers.grey_box.constants import FROZEN, Constants
from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.running import Results, study
from studies.common.settings import Settings

VARIANTS: dict[str, Constants] = {
    "frozen": FROZEN,
    "one-hypothesis": replace(FROZEN, kept=1),
    "slope-0.2": replace(FROZEN, expected_slope=0.2),
    "slope-0.07": replace(FROZEN, expected_slope=0.07),
    "scatter-0.7": replace(FROZEN, slope_scatter=0.7),
    "rate-1.4": replace(FROZEN, expected_rate=1.4),
    "one-share": replace(FROZEN, shares=(1.0,)),
    "length-1.2": replace(FROZEN, length=1.2),
}
"""The frozen constants, and others."""


@dataclass
class Config(Settings):
    """Settings of the comparison of constants."""

    members: int = 4
    """Mixtures of Gaussians, each with three problems."""
    budget: int = 20
    """Trials of each run."""
    variants: tuple[str, ...] = tuple(VARIANTS)
    """Which constants."""
    kinds: tuple[str, ...] = ("joint", "mixed", "deep")
    """Which problems of each member."""

    script = "grey_box_constants"


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("members", config.members, 1)
    require_at_least("budget", config.budget, 1)
    config.check_folders()

    from moo_jsc.foundation.names import listed_names
    from studies.peers.choosing import mean_shares, write
    from studies.peers.synthetic import KINDS

    kinds = listed_names("kind", listed(config.kinds), KINDS)
    names = listed_names("variant", listed(config.variants), VARIANTS)
    shares = mean_shares(
        {name: VARIANTS[name] for name in names},
        members=config.members,
        kinds=kinds,
        budget=config.budget,
        workers=config.workers,
    )
    return write(config.out or Path("results") / "grey-box-constants", shares, config)


if __name__ == "__main__":
    run_study(main, Config)
