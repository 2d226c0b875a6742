import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchmetrics.functional.classification import multiclass_accuracy

from moo_jsc.networks.classifier import predict
from moo_jsc.objectives.prediction import ACCURACY, ACCURACY_MACRO, LOSS


def first_of_largest(row: list[float]) -> int:
    return row.index(max(row))


# Few distinct values, so that ties are common, as among quantised networks.
batches = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        st.lists(
            st.lists(st.sampled_from([-1.0, 0.0, 0.5]), min_size=5, max_size=5),
            min_size=n,
            max_size=n,
        ),
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
    )
)


@given(batches)
def test_accuracies_against_plain_counts_and_torchmetrics(batch):
    logits, labels = torch.tensor(batch[0]), torch.tensor(batch[1])
    predicted = [first_of_largest(row) for row in batch[0]]
    assert predict(logits).tolist() == predicted
    hits = sum(p == y for p, y in zip(predicted, batch[1], strict=True))
    assert ACCURACY.score(logits, labels) == hits / len(predicted)
    recalls = []
    for label in range(5):
        present = batch[1].count(label)
        if present:
            recalls.append(
                sum(p == y == label for p, y in zip(predicted, batch[1], strict=True)) / present
            )
        elif label in predicted:
            recalls.append(0.0)
    assert ACCURACY_MACRO.score(logits, labels) == pytest.approx(sum(recalls) / len(recalls))
    for objective in (ACCURACY, ACCURACY_MACRO):
        theirs = multiclass_accuracy(
            predict(logits), labels, num_classes=5, average=objective.average
        )
        assert objective.score(logits, labels) == pytest.approx(float(theirs), abs=1e-6)


def test_an_absent_class_that_is_predicted_costs_the_macro_average():
    logits = torch.eye(5)[[0, 0, 1]]
    labels = torch.tensor([0, 0, 0])
    assert ACCURACY.score(logits, labels) == 2 / 3
    assert ACCURACY_MACRO.score(logits, labels) == pytest.approx((2 / 3 + 0) / 2)


def test_loss_is_in_nats():
    logits = torch.zeros(4, 5)
    labels = torch.tensor([0, 1, 2, 3])
    assert LOSS.score(logits, labels) == pytest.approx(1.6094379124341003, abs=1e-12)
    certain = torch.tensor([[100.0, 0, 0, 0, 0]])
    assert LOSS.score(certain, torch.tensor([0])) == pytest.approx(0, abs=1e-12)


def test_every_equal_logit_goes_to_the_first_class():
    assert ACCURACY.score(torch.zeros(3, 5), torch.tensor([0, 0, 4])) == 2 / 3
