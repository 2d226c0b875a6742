"""One entrance to the data: the shipped sample, OpenML or a file."""

from pathlib import Path

from moo_jsc.data.dataset import Dataset, split_table
from moo_jsc.data.jets.sample import read_sample
from moo_jsc.data.jets.sources import read_file, read_openml


def load_jets(source: str | Path = "sample", *, split_seed: int = 0) -> Dataset:
    """Load jets, split and standardized.

    Parameters
    ----------
    source
        ``"sample"``: the shipped sample, 20,000 jets a class, "JSC-like, Pythia". ``"openml"``:
        OpenML 42468, fetched once by scikit-learn. Anything else is the path of a ``.csv``,
        ``.npz``, ``.parquet``, ``.h5``, ``.hdf5`` or ``.z`` file
        (see `moo_jsc.data.jets.sources.read_file`).
    split_seed
        Seed of the split into train, validation and test.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        One line: what is wrong, where, and what was expected.

    Examples
    --------
    >>> jets = load_jets()
    >>> jets.train.features.shape, jets.test.labels.shape
    ((60000, 16), (20000,))
    >>> jets.name
    'JSC-like, Pythia'
    """
    if source == "sample":
        raw = read_sample()
    elif source == "openml":
        raw = read_openml()
    else:
        raw = read_file(Path(source))
    return split_table(raw, split_seed=split_seed)
