"""Show how the constants of the grey box do on problems without jets, where they were chosen.

Trains networks on mixtures of Gaussians, enumerates their designs, makes problems under a bound
up, and prints the mean share of the true hypervolume for the frozen constants and for others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from moo_jsc.samplers.grey_box.constants import FROZEN, Constants
from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.pages import fill
from studies.common.running import Results, study
from studies.common.settings import Settings

FORMER = replace(
    FROZEN,
    slopes=FROZEN.slopes[2:],
    expected_slope=0.12,
    slope_spread=0.8,
    shares=FROZEN.shares[:2],
    powers=FROZEN.powers[:1],
    roughness=FROZEN.roughness[1:],
    kept=6,
)
"""Those that were frozen before the problems under a bound were made up."""

VARIANTS: dict[str, Constants] = {
    "frozen": FROZEN,
    "former": FORMER,
    "one-hypothesis": replace(FROZEN, kept=1),
    "six-hypotheses": replace(FROZEN, kept=6),
    "steep": replace(FROZEN, slopes=FROZEN.slopes[2:], expected_slope=0.12, slope_spread=0.8),
    "scatter-1": replace(FROZEN, slope_scatter=1.0),
    "rate-1.4": replace(FROZEN, expected_rate=1.4),
    "one-power": replace(FROZEN, powers=(1.0,)),
    "two-shares": replace(FROZEN, shares=(0.3, 1.0)),
    "rough": replace(FROZEN, roughness=FROZEN.roughness[1:]),
    "length-1.2": replace(FROZEN, length=1.2),
}
"""The frozen constants, and others."""


@dataclass
class Config(Settings):
    """Settings of the comparison of constants."""

    members: int = 4
    """Mixtures of Gaussians, each with a problem of each kind, and problems under a bound."""
    budget: int = 20
    """Trials of each run."""
    variants: tuple[str, ...] = tuple(VARIANTS)
    """Which constants."""
    kinds: tuple[str, ...] = ("joint", "mixed", "deep", "bounded")
    """Which problems of each member; only bounded takes no training."""
    plain: bool = False
    """Run the grey box without trends."""
    page: Path | None = None
    """Markdown page whose marked place gets the table, docs/grey_box.md."""

    script = "grey_box_constants"


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("members", config.members, 1)
    require_at_least("budget", config.budget, 1)
    config.check_folders()

    from moo_jsc.foundation.names import listed_names
    from studies.peers.choosing import KINDS, mean_shares, parts, write

    kinds = listed_names("kind", listed(config.kinds), KINDS)
    names = listed_names("variant", listed(config.variants), VARIANTS)
    shares = mean_shares(
        {name: VARIANTS[name] for name in names},
        members=config.members,
        kinds=kinds,
        budget=config.budget,
        monotone=not config.plain,
        workers=config.workers,
    )
    if config.page is not None:
        fill(config.page, parts(shares, config))
    return write(config.out or Path("results") / "grey-box-constants", shares, config)


if __name__ == "__main__":
    run_study(main, Config)
