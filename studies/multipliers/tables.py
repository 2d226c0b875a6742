"""What the grid search found, as tables and as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from analysis.statistics.network_accuracies import Grid
    from analysis.statistics.paired_accuracies import JudgedClaim


def network_table(grid: Grid) -> pd.DataFrame:
    """Return one row for each network, in the order of FLOPs."""
    import pandas as pd

    from analysis.statistics.network_accuracies import (
        compare,
        front_shares,
        on_front,
        seed_interval,
    )

    narrowest = grid.position(grid.multipliers[0][0])
    intervals = [seed_interval(accuracy) for accuracy in grid.test.T]
    gains = [compare(grid, i, narrowest) for i in range(len(grid.multipliers))]
    table = pd.DataFrame(
        {
            "multipliers": [grid.name(i) for i in range(len(grid.multipliers))],
            "uniform": grid.uniform,
            "parameters": grid.parameters,
            "flops": grid.flops,
            "size_bytes": grid.size,
            "accuracy": grid.test.mean(axis=0),
            "accuracy_low": [low for low, _ in intervals],
            "accuracy_high": [high for _, high in intervals],
            "gain": [gain.estimate for gain in gains],
            "gain_low": [gain.low for gain in gains],
            "gain_high": [gain.high for gain in gains],
            "on_front": on_front(grid, grid.test.mean(axis=0)),
            "front_share": front_shares(grid),
        }
    )
    return table.sort_values(["flops", "size_bytes"], kind="stable", ignore_index=True)


def shown_table(table: pd.DataFrame) -> str:
    """Return the table as text; accuracies in per cent with 95 % intervals."""
    lines = [
        f"{'multipliers':>11}  {'parameters':>10}  {'FLOPs':>7}  {'bytes':>7}  "
        f"{'test accuracy (%)':>22}  {'gain over narrowest':>22}  {'on front':>10}"
    ]
    for row in table.itertuples():
        low, high = 100 * row.accuracy_low, 100 * row.accuracy_high
        accuracy = f"{100 * row.accuracy:.2f} [{low:.2f}, {high:.2f}]"
        gain = f"{100 * row.gain:+.2f} [{100 * row.gain_low:+.2f}, {100 * row.gain_high:+.2f}]"
        front = f"{'*' if row.on_front else ' '} {row.front_share:.0%}"
        lines.append(
            f"{row.multipliers + (' =' if row.uniform else '  '):>11}  {row.parameters:>10}  "
            f"{row.flops:>7.0f}  {row.size_bytes:>7.0f}  {accuracy:>22}  {gain:>22}  {front:>10}"
        )
    lines.append(
        "= uniform; * on the front of the mean accuracies; per cent of seeds whose front holds it"
    )
    return "\n".join(lines)


def shown_verdicts(verdicts: Iterable[JudgedClaim]) -> str:
    """Return verdicts as text."""
    lines = [f"{'claim':44}  {'points [95 %]':>24}  {'p':>9}  verdict"]
    group = ""
    for verdict in verdicts:
        if verdict.group != group:
            group = verdict.group
            lines.append(f"{group}:")
        found = verdict.difference
        amount = f"{100 * found.estimate:+.2f} [{100 * found.low:+.2f}, {100 * found.high:+.2f}]"
        lines.append(f"  {verdict.claim:42}  {amount:>24}  {found.p:>9.2g}  {verdict.verdict}")
    return "\n".join(lines)


def shown_choices(choices: Sequence[int]) -> str:
    """Return the grid's multipliers as text.

    Examples
    --------
    >>> shown_choices((1, 2, 3)), shown_choices((1, 2, 4, 8))
    ('{1..3}^2', '{1, 2, 4, 8}^2')
    """
    if tuple(choices) == tuple(range(1, len(choices) + 1)):
        return f"{{1..{choices[-1]}}}^2"
    return f"{{{', '.join(map(str, choices))}}}^2"


def scatter_note(grid: Grid) -> str:
    """Say what the table's intervals cover."""
    from analysis.statistics.network_accuracies import sample_half_width

    return (
        f"accuracy: 95 % intervals over training seeds; another test sample would move all "
        f"accuracies together by up to {100 * sample_half_width(grid):.2f} points\n"
        "gain: paired, intervals over training seeds and test sample"
    )


def verdict_table(verdicts: Sequence[JudgedClaim]) -> pd.DataFrame:
    """Return one row for each verdict."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "group": v.group,
                "claim": v.claim,
                "difference": v.difference.estimate,
                "low": v.difference.low,
                "high": v.difference.high,
                "p": v.difference.p,
                "verdict": v.verdict,
            }
            for v in verdicts
        ]
    )


def seed_table(grid: Grid) -> pd.DataFrame:
    """Return the accuracy of every network for each split and seed."""
    import pandas as pd

    names = [grid.name(i) for i in range(len(grid.multipliers))]
    return pd.concat(
        {
            split: pd.DataFrame(values, columns=names).rename_axis("seed")
            for split, values in (("validation", grid.validation), ("test", grid.test))
        },
        names=["split"],
    )
