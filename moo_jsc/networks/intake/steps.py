"""What a network of one's own is read as: named modules in the order of computation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from moo_jsc.foundation.errors import InputError

ACCEPTED = "Linear, BatchNorm1d, ReLU, Identity, Dropout, Flatten, and Softmax at the end"

WAY_OUT = "any other model is a problem through FunctionProblem"


@dataclass(frozen=True)
class Step:
    """One module of a network.

    Attributes
    ----------
    name
        Its owner's, for messages and for the names of choices.
    module
        In torch's own classes.
    """

    name: str
    module: nn.Module


Steps = Sequence[Step]


def foreign(source: str, what: str) -> InputError:
    """Return the error for a part of a network that cannot be taken in.

    Examples
    --------
    >>> print(foreign("net", "conv is a Conv2d"))
    net: conv is a Conv2d; expected a stack of Linear, BatchNorm1d, ReLU, Identity, Dropout,
    Flatten, and Softmax at the end (any other model is a problem through FunctionProblem)
    """
    return InputError(f"{source}: {what}; expected a stack of {ACCEPTED} ({WAY_OUT})")


def plain_name(name: str) -> str:
    """Return a module's name without dots, for the names of choices.

    Examples
    --------
    >>> [plain_name(name) for name in ("encoder.fc1", "net.0", "3")]
    ['encoder_fc1', 'net_0', 'layer_3']
    """
    plain = re.sub(r"\W+", "_", name).strip("_")
    return plain if plain and not plain[0].isdigit() else f"layer_{plain}"
