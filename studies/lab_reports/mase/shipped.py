"""The shipped search files."""

from __future__ import annotations

from importlib import resources

from studies.lab_reports.mase.config import MaseStudy, read_mase_config


def read_shipped(name: str) -> MaseStudy:
    """Read one of the search files that are shipped with the reports.

    Examples
    --------
    >>> read_shipped("lab4_search.toml").multipliers.values
    (1, 2, 4, 8)
    """
    file = resources.files("studies.lab_reports") / "data" / name
    with resources.as_file(file) as path:
        return read_mase_config(path)
