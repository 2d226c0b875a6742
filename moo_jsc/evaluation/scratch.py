"""Named working memory that is allocated once and viewed in many shapes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor


class Scratch:
    """Buffers by name; each grows to the largest size asked of it, and views are remembered.

    Holds no results: what a view contains is lost when the same name is asked for again.

    Examples
    --------
    >>> scratch = Scratch("cpu")
    >>> scratch.get("a", (2, 3)).data_ptr() == scratch.get("a", (3, 2)).data_ptr()
    True
    """

    def __init__(self, device: str | torch.device) -> None:
        self._device = device
        self._buffers: dict[str, Tensor] = {}
        self._views: dict[tuple[str, Sequence[int]], Tensor] = {}

    def get(self, name: str, shape: Sequence[int]) -> Tensor:
        """Return a contiguous float32 tensor of this shape with undefined content."""
        view = self._views.get((name, shape))
        if view is None:
            size = math.prod(shape)
            buffer = self._buffers.get(name)
            if buffer is None or len(buffer) < size:
                buffer = torch.empty(size, dtype=torch.float32, device=self._device)
                self._buffers[name] = buffer
                self._views = {key: v for key, v in self._views.items() if key[0] != name}
            view = buffer[:size].view(tuple(shape))
            self._views[name, shape] = view
        return view
