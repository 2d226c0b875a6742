"""Show how the constants of the grey box do on problems without jets, where they were chosen.

Trains networks on mixtures of Gaussians, enumerates their designs, makes problems under a bound
up, and prints the mean share of the true hypervolume for the frozen constants and for others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from moo_jsc.samplers.grey_box.constants import FROZEN, GENTLE, Constants
from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.pages import fill
from studies.common.running import Results, study
from studies.common.settings import Settings

VARIANTS: dict[str, Constants] = {
    "frozen": FROZEN,
    "gentle": GENTLE,
    "one-hypothesis": replace(FROZEN, kept=1),
    "twenty-hypotheses": replace(FROZEN, kept=20),
    "gentle-slopes": replace(FROZEN, slopes=GENTLE.slopes, expected_slope=0.08, slope_spread=1.0),
    "scatter-1": replace(FROZEN, slope_scatter=1.0),
    "rate-1.4": replace(FROZEN, expected_rate=1.4),
    "two-powers": replace(FROZEN, powers=GENTLE.powers),
    "four-shares": replace(FROZEN, shares=GENTLE.shares),
    "smooth": replace(FROZEN, roughness=GENTLE.roughness),
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
    kinds: tuple[str, ...] = ("joint", "mixed", "deep", "bounded", "bounded-networks")
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
