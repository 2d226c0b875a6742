"""The user's table and network, from names and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.names import unknown_name

if TYPE_CHECKING:
    from torch import nn

    from moo_jsc.data import Dataset
    from moo_jsc.networks.group_training import Schedule
    from moo_jsc.problems.precision import PrecisionSpace

DIGITS = "digits"
"""scikit-learn's 1,797 digits: 64 features, 10 classes."""

WEIGHTS = (".ckpt", ".pt", ".pth", ".safetensors")
"""Endings of files of trained weights."""


def table_of(
    source: str,
    label: str | None,
    split_column: str | None,
    *,
    leave_out: Sequence[str] = (),
    standardize: bool = True,
) -> Dataset:
    """Return the data that a study was told to take.

    Parameters
    ----------
    source
        ``digits``, ``openml:ID``, or the path of a file.
    label, split_column, leave_out, standardize
        See `moo_jsc.data.load_dataset`.

    Raises
    ------
    InputError
        One line: what is wrong, where, and what was expected.
    """
    from moo_jsc.data import from_arrays, load_dataset, split_table

    if source != DIGITS:
        stem = None if source.startswith("openml:") else Path(source).stem
        return load_dataset(
            source,
            label=label,
            leave_out=leave_out,
            split_column=split_column,
            standardize=standardize,
            name=stem,
        )
    if label is not None or split_column is not None or leave_out:
        raise InputError(f"data = {DIGITS!r}: its columns are known, expected none to be named")
    from sklearn.datasets import load_digits

    digits = load_digits()
    table = from_arrays(digits.data, digits.target, feature_names=digits.feature_names, name=DIGITS)
    return split_table(table, standardize=standardize)


def network_for(
    data: Dataset, network: str | None, hidden: Sequence[int], *, batch_norm: bool
) -> nn.Module | Path:
    """Return the network that a study was told to take.

    Parameters
    ----------
    data
        What it will see.
    network
        The path of an ONNX file, or a network of the family by name; None for dense layers.
    hidden
        Channels of the hidden dense layers, where there is no other network.
    batch_norm
        Put one after each of them.

    Raises
    ------
    InputError
        The name is unknown, or a width is no whole number of at least 1.
    """
    from moo_jsc.networks.classifier import initialized
    from moo_jsc.networks.family import NETWORKS

    if network is None:
        return dense_stack(
            len(data.feature_names), hidden, len(data.class_names), batch_norm=batch_norm
        )
    if network in NETWORKS:
        return initialized(NETWORKS[network], seed=0)
    if Path(network).suffix.lower() in WEIGHTS:
        raise InputError(
            f"network = {network!r}: holds weights alone, expected it as load, beside the layers "
            "(hidden) or the network that they are of"
        )
    if not network.lower().endswith(".onnx"):
        raise unknown_name("network", network, [*NETWORKS, "FILE.onnx"])
    return Path(network)


def designs_of(
    network: nn.Module | Path, precision: PrecisionSpace, hidden_widths: Sequence[int]
) -> int:
    """Return how many designs a network makes with some formats and widths, before any training.

    Raises
    ------
    InputError
        The network cannot be taken in, or a width is not possible.
    """
    from moo_jsc.networks.intake import take_in
    from moo_jsc.problems.architecture import HiddenWidths
    from moo_jsc.problems.space import SearchSpace

    spec = take_in(network).spec
    forms = HiddenWidths(tuple(hidden_widths)).choices(spec) if hidden_widths else ()
    return SearchSpace("own", (*forms, *precision.choices(spec.linear_names))).size


def dense_stack(
    features: int, hidden: Sequence[int], classes: int, *, batch_norm: bool
) -> nn.Sequential:
    """Return dense layers with ReLUs between them, untrained.

    Examples
    --------
    >>> [type(block).__name__ for block in dense_stack(4, [8], 3, batch_norm=True)]
    ['Linear', 'BatchNorm1d', 'ReLU', 'Linear']
    """
    from collections import OrderedDict

    from torch import nn

    blocks: OrderedDict[str, nn.Module] = OrderedDict()
    inputs = features
    for number, width in enumerate(hidden, start=1):
        if width < 1:
            raise InputError(f"hidden = {width}: expected whole numbers of at least 1")
        blocks[f"dense_{number}"] = nn.Linear(inputs, width)
        if batch_norm:
            blocks[f"norm_{number}"] = nn.BatchNorm1d(width)
        blocks[f"relu_{number}"] = nn.ReLU()
        inputs = width
    blocks[f"dense_{len(hidden) + 1}"] = nn.Linear(inputs, classes)
    return nn.Sequential(blocks)


def schedule_of(data: Dataset, epochs: int | None) -> Schedule:
    """Return how to train on the data: by their size, or with so many epochs."""
    from moo_jsc.networks.kept_training import schedule_for

    schedule = schedule_for(len(data.train))
    return schedule if epochs is None else replace(schedule, epochs=epochs)
