"""The reports' scores and the settings they were stated for."""

from __future__ import annotations

from analysis.scalarization.weights import ReportedScore, Weights

REPORTED_PROBLEM = "lab3-types"
REPORTED_NETWORK = "jsc-tiny"

R1 = Weights({"accuracy": 1.0, "average-bitwidth": -0.2})
R3 = Weights({"accuracy": 1.0, "average-bitwidth": -0.2, "flops": -0.1, "bitops": -0.2})
MASE_SUM = Weights.of_sum({"accuracy": 1.0, "average-bitwidth": 0.2}, "max")

SCORES = (
    ReportedScore("R1", R1, "accuracy 1.0 maximised, average bitwidth 0.2 minimised"),
    ReportedScore("R3", R3, "accuracy 1.0, average bitwidth 0.2, FLOPs 0.1, BitOPs 0.2"),
    ReportedScore(
        "R2",
        Weights({"accuracy": 1.0, "loss": -1.0, "latency": 0.1}),
    ),
    ReportedScore(
        "MASE sum",
        MASE_SUM,
        "sum_scaled_metrics: all scaled metrics added, one direction (maximize)",
    ),
)

INTRODUCTION = (
    "Three lab reports on choosing formats for a small jet classifier (R1, R2, R3; see "
    "docs/reports.md) turn several metrics into one score, and the tool that they used can add "
    "metrics up itself (MASE sum). These are the scores, each to be made as large as possible:"
)
"""What the scores are, for those who meet them first."""


def introductions() -> dict[str, str]:
    """Return each score's formula, and how it was stated."""
    return {
        score.label: score.formula + (f" ({score.source})" if score.source else "")
        for score in SCORES
    }


EQUAL = Weights({name: 1.0 if name == "accuracy" else -1.0 for name in R3})

SEARCH_OBJECTIVES = ("accuracy", "average-bitwidth", "flops", "bitops")
"""The metrics of R3's score: what the search with weights is measured on."""

SCORED_OBJECTIVES = (
    "accuracy",
    "loss",
    "latency",
    "size",
    "average-bitwidth",
    "flops",
    "bitops",
)
"""All metrics of the reports: what the redundancy of objectives is measured on."""
