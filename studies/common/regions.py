"""Bounds and scales of objectives as every study's flags give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studies.common.settings import Settings

if TYPE_CHECKING:
    from analysis.front.reference import Reference
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.objectives import Bounds
    from moo_jsc.objectives.scales import Scales


@dataclass(kw_only=True)
class RegionSettings(Settings):
    """Settings of studies that measure designs by a problem's true front."""

    at_least: tuple[str, ...] = ()
    """Which designs count, as accuracy=0.70: in the place of the problem's own bounds."""
    at_most: tuple[str, ...] = ()
    """Which designs count, as size=2000 or latency=0.5, in natural units."""
    scales: tuple[str, ...] = ()
    """Scales that objectives are measured on, as size=logarithmic or flops=linear."""

    @property
    def bounds(self) -> Bounds:
        """Return the bounds of the flags."""
        from moo_jsc.objectives import Bounds

        return Bounds.parsed(self.at_least, self.at_most)

    @property
    def scales_by_name(self) -> Scales:
        """Return the scales of the flags."""
        from moo_jsc.objectives.scales import parse_scales

        return parse_scales(self.scales)

    def check(self) -> None:
        """Check the shared settings, bounds and scales before anything is computed.

        Raises
        ------
        InputError
            A value is not possible.
        """
        super().check()
        _ = self.bounds, self.scales_by_name


def reference_of(table: ObjectiveTable, **settings: Any) -> Reference:
    """Return the true front and scale of an enumerated problem, within its bounds."""
    from analysis.foundation.bounds import Bounds
    from analysis.front.reference import Reference

    return Reference.from_values(
        table.counting_values,
        table.objectives,
        bounds=Bounds(table.bounds.at_least, table.bounds.at_most),
        scales=table.scales,
        **settings,
    )
