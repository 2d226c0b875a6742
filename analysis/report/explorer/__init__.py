"""A design explorer for a page: linked plots, filters and a table of pinned designs, offline."""

from analysis.report.explorer.designs import Designs, Measure, drawn_rows

__all__ = ["Designs", "Measure", "drawn_rows"]
