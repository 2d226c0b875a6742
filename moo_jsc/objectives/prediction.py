"""How good the predictions are: accuracy by two averages, and the loss.

Predicted classes follow one rule for ties: the first of the largest logits
(`moo_jsc.networks.classifier.predict`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from moo_jsc.objectives.objective import PredictionObjective, register

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class Accuracy(PredictionObjective):
    """Accuracy from torchmetrics' counts of each class, divided in float64.

    ``"micro"`` is the fraction of correct predictions. ``"macro"`` is the mean over classes of
    the recall, TP / (TP + FN). A class neither present among the labels nor predicted is left
    out of that mean; a class that is absent but predicted counts as recall 0, so on small
    batches a single wrong prediction can cost a whole class. Both equal
    ``torchmetrics.functional.classification.multiclass_accuracy``, whose last division is in
    float32.
    """

    average: Literal["micro", "macro"] = "micro"

    def score(self, logits: torch.Tensor, labels: torch.Tensor) -> float:
        """Return the accuracy in 0..1 from logits (n, classes) and labels (n,)."""
        from torchmetrics.functional.classification import multiclass_stat_scores

        from moo_jsc.networks.classifier import predict

        counts = multiclass_stat_scores(
            predict(logits), labels, num_classes=logits.shape[1], average=None
        )
        right, wrongly_predicted, _, missed, present = counts.double().unbind(dim=1)
        if self.average == "micro":
            return float(right.sum() / present.sum())
        seen = right + wrongly_predicted + missed > 0
        return float((right[seen] / present[seen].clamp(min=1)).mean())


class CrossEntropy(PredictionObjective):
    """Cross-entropy of the softmax of the logits, mean over samples, in nats."""

    def score(self, logits: torch.Tensor, labels: torch.Tensor) -> float:
        """Return the loss from logits (n, classes) and labels (n,); accumulated in float64."""
        from torch.nn import functional

        return float(functional.cross_entropy(logits.double(), labels))


ACCURACY = register(
    Accuracy(
        name="accuracy",
        unit="1",
        sense="max",
        definition="fraction of correct predictions (micro)",
        source="standard",
    )
)
ACCURACY_MACRO = register(
    Accuracy(
        name="accuracy-macro",
        unit="1",
        sense="max",
        definition="mean recall over the classes present or predicted (macro)",
        source="torchmetrics, the default of MASE",
        average="macro",
    )
)
LOSS = register(
    CrossEntropy(
        name="loss",
        unit="nats",
        sense="min",
        definition="cross-entropy, mean over samples",
        source="standard",
    )
)
