import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.quantization.formats import LayerPrecision, PowerOfTwo, pruned_count
from moo_jsc.quantization.pruning import prune, prune_batch, quantized_weight

weights = st.lists(st.integers(-3, 3), min_size=1, max_size=12)
shares = st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.9])


def slow_prune(values: list[int], share: float) -> list[int]:
    left = list(values)
    for position in sorted(range(len(values)), key=lambda i: (abs(values[i]), i))[
        : pruned_count(len(values), share)
    ]:
        left[position] = 0
    return left


@given(weights, shares)
def test_smallest_weights_go_first_ties_in_order(values, share):
    tensor = torch.tensor([values], dtype=torch.float32)
    assert prune(tensor, share).tolist() == [slow_prune(values, share)]


@given(st.lists(shares, min_size=1, max_size=4))
def test_a_batch_is_pruned_one_by_one(chosen):
    stacked = torch.randn(len(chosen), 3, 5, generator=torch.Generator().manual_seed(1))
    alone = [prune(weight, share) for weight, share in zip(stacked, chosen, strict=True)]
    assert torch.equal(prune_batch(stacked, chosen), torch.stack(alone))


def test_gradients_reach_the_kept_weights_alone():
    weight = torch.tensor([[0.1, 2.0, -3.0, 0.2]], requires_grad=True)
    layer = LayerPrecision(weight=PowerOfTwo(3, 1), pruned=0.5)
    quantized_weight(weight, layer).sum().backward()
    assert weight.grad.tolist() == [[0.0, 1.0, 1.0, 0.0]]


def test_nothing_pruned_is_the_same_tensor():
    weight = torch.from_numpy(np.ones((2, 2), dtype=np.float32))
    assert prune(weight, 0.0) is weight
