"""Designs of a problem that have failed: said in a line and listed in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moo_jsc.enumeration import ObjectiveTable

FILE = "failed_designs.csv"


def failed_designs(table: ObjectiveTable) -> str:
    """Say how many designs failed, and why the first of them did."""
    index, reason = next(iter(table.failures.items()))
    (row,) = table.space.configurations([index])
    design = ", ".join(f"{name} = {value}" for name, value in table.space.named(row).items())
    return (
        f"{len(table.failures):,} of {table.space.size:,} designs failed and do not count, "
        f"the first with {design}: {reason}"
    )


def failure_files(table: ObjectiveTable | None) -> dict[str, str]:
    """Return the failed designs with their reasons as a file, name and text, if there are any."""
    import pandas as pd

    if table is None or not table.failures:
        return {}
    rows = table.space.configurations(list(table.failures))
    frame = pd.DataFrame([table.space.named(row) for row in rows])
    frame.insert(0, "configuration", list(table.failures))
    frame["failure"] = list(table.failures.values())
    return {FILE: frame.to_csv(index=False)}
