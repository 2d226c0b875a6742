"""Labeled tables: readers, checks, splits; the jets are one of them (`moo_jsc.data.jets`)."""

from moo_jsc.data.dataset import SPLITS, Dataset, Split, SplitName, split_table
from moo_jsc.data.errors import DataError
from moo_jsc.data.loading import from_arrays, load_dataset
from moo_jsc.data.table import LabeledTable

__all__ = [
    "SPLITS",
    "DataError",
    "Dataset",
    "LabeledTable",
    "Split",
    "SplitName",
    "from_arrays",
    "load_dataset",
    "split_table",
]
