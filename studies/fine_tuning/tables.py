"""What fine-tuning recovers, by width: as a table, as text and in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from studies.fine_tuning.outcomes import Outcome

WORTH_A_SHARE = 0.01
"""Accuracy that rounding must cost before the recovered share of it is worth stating."""


def summary(outcomes: list[Outcome]) -> pd.DataFrame:
    """Return one row for each space and pair of narrowest weight and data widths.

    Verdicts and intervals hold for all rows of a space together.
    """
    import numpy as np
    import pandas as pd

    from analysis.statistics.paired_accuracies import judged, paired_difference

    rows: list[dict[str, object]] = []
    for name in dict.fromkeys(found.space for found in outcomes):
        repeats = [found for found in outcomes if found.space == name]
        first = repeats[0]
        groups = sorted(set(zip(first.weight.tolist(), first.data.tolist(), strict=True)))
        claims = []
        for weight, data in groups:
            chosen = (first.weight == weight) & (first.data == data)
            before = np.array([found.before[chosen].mean(axis=0) for found in repeats])
            after = np.array([found.after[chosen].mean(axis=0) for found in repeats])
            difference = paired_difference(after, before)
            lost = np.mean([found.unquantized.mean() for found in repeats]) - before.mean()
            claims.append((f"{weight}/{data}", difference))
            rows.append(
                {
                    "space": name,
                    "weight_bits": weight,
                    "data_bits": data,
                    "configurations": int(chosen.sum()),
                    "post_training": before.mean(),
                    "fine_tuned": after.mean(),
                    "recovered": difference.estimate,
                    "lost": lost,
                    "best_post_training": np.mean(
                        [found.before[chosen].mean(axis=1).max() for found in repeats]
                    ),
                    "best_fine_tuned": np.mean(
                        [found.after[chosen].mean(axis=1).max() for found in repeats]
                    ),
                }
            )
        for row, verdict in zip(rows[-len(groups) :], judged(name, claims), strict=True):
            found = verdict.difference
            row |= {"recovered_low": found.low, "recovered_high": found.high}
            row |= {"p_holm": found.p, "verdict": verdict.verdict}
    return pd.DataFrame(rows)


def shown(table: pd.DataFrame) -> str:
    """Return the table as text; accuracies in per cent, mean over configurations and seeds."""
    lines = [
        f"{'space':12} {'weight':>6} {'data':>5} {'config.':>8} {'post-training':>14} "
        f"{'fine-tuned':>11} {'recovered [95 %]':>24} {'of lost':>8}  verdict"
    ]
    for row in table.itertuples():
        low, high = 100 * row.recovered_low, 100 * row.recovered_high
        recovered = f"{100 * row.recovered:+.2f} [{low:+.2f}, {high:+.2f}]"
        share = f"{row.recovered / row.lost:.0%}" if row.lost > WORTH_A_SHARE else "-"
        lines.append(
            f"{row.space:12} {row.weight_bits:>6} {row.data_bits:>5} {row.configurations:>8} "
            f"{100 * row.post_training:>14.2f} {100 * row.fine_tuned:>11.2f} {recovered:>24} "
            f"{share:>8}  {row.verdict}"
        )
    lines.append("weight, data: the narrowest of all layers, bits")
    return "\n".join(lines)


def conclusions(space: str, outcomes: list[Outcome], table: pd.DataFrame) -> list[str]:
    """Say in sentences, computed from the data, what fine-tuning does."""
    import numpy as np
    from scipy.stats import kendalltau

    from analysis.statistics.paired_accuracies import paired_difference

    repeats = [found for found in outcomes if found.space == space]
    rows = table[table.space == space]
    control = paired_difference(
        np.array([found.continued for found in repeats]),
        np.array([found.unquantized for found in repeats]),
    )
    ranks = [
        kendalltau(found.before.mean(axis=1), found.after.mean(axis=1)).statistic
        for found in repeats
    ]
    worse = np.mean([found.after.mean(axis=1) < found.before.mean(axis=1) for found in repeats])
    counts = ", ".join(f"{count} {word}" for word, count in rows.verdict.value_counts().items())
    unquantized = 100 * np.mean([found.unquantized.mean() for found in repeats])
    return [
        f"{space}: fine-tuned against post-training, by width: {counts} (of {len(rows)}); "
        f"{worse:.0%} of configurations came out lower.",
        f"Best: {100 * rows.best_post_training.max():.2f} % post-training, "
        f"{100 * rows.best_fine_tuned.max():.2f} % fine-tuned, {unquantized:.2f} % in float32.",
        f"Training on in float32 alone changes {100 * control.estimate:+.2f} points "
        f"[{100 * control.low:+.2f}, {100 * control.high:+.2f}].",
        f"Rank correlation of the two accuracies over configurations: Kendall's tau "
        f"{np.mean(ranks):.2f}.",
    ]


def configuration_table(outcomes: list[Outcome]) -> pd.DataFrame:
    """Return one row for each configuration and seed."""
    import pandas as pd

    return pd.concat(
        pd.DataFrame(
            {
                "space": found.space,
                "seed": found.seed,
                "configuration": found.labels,
                "weight_bits": found.weight,
                "data_bits": found.data,
                "post_training": found.before.mean(axis=1),
                "fine_tuned": found.after.mean(axis=1),
                "float32": found.unquantized.mean(),
            }
        )
        for found in outcomes
    )
