import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moo_jsc.data import DataError, Dataset, from_arrays, load_dataset, split_table
from moo_jsc.foundation.errors import InputError


def frame(rows=60, classes=3):
    generator = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "length": generator.normal(size=rows),
            "width": generator.integers(0, 9, size=rows),
            "kind": [f"k{row % classes}" for row in range(rows)],
        }
    )


def same(first: Dataset, second: Dataset) -> bool:
    return (
        first.fingerprint == second.fingerprint
        and first.feature_names == second.feature_names
        and first.class_names == second.class_names
    )


def write(path, table):
    match path.suffix:
        case ".csv":
            table.to_csv(path, index=False)
        case ".npz":
            np.savez(path, **{name: table[name].to_numpy(dtype=None) for name in table})
        case ".parquet":
            table.to_parquet(path)
        case _:
            import h5py

            with h5py.File(path, "w") as file:
                for name in table:
                    values = table[name].to_numpy()
                    file[name] = values.astype("S") if values.dtype == object else values
    return path


@pytest.mark.parametrize("ending", [".csv", ".npz", ".h5", ".parquet"])
def test_every_source_gives_the_same_data(ending, tmp_path):
    table = frame()
    if ending == ".parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    if ending == ".npz":
        columns = {name: table[name].to_numpy() for name in table}
        columns["kind"] = columns["kind"].astype(str)
        np.savez(tmp_path / "table.npz", **columns)
        path = tmp_path / "table.npz"
    else:
        if ending == ".h5":
            pytest.importorskip("h5py")
        path = write(tmp_path / f"table{ending}", table)
    found = load_dataset(path, label="kind")
    assert found.name == path.name
    assert set(found.feature_names) == {"length", "width"}
    assert same(
        load_dataset(path, label="kind", features=["length", "width"]),
        load_dataset(table, label="kind"),
    )


def test_compound_hdf5_with_a_matrix_field(tmp_path):
    h5py = pytest.importorskip("h5py")
    table = np.zeros(40, dtype=[("x", float, (3,)), ("kind", "S2")])
    table["x"] = np.random.default_rng(0).normal(size=(40, 3))
    table["kind"] = [b"a", b"bb"] * 20
    with h5py.File(tmp_path / "t.hdf5", "w") as file:
        file["events"] = table
    found = load_dataset(tmp_path / "t.hdf5", label="kind")
    assert found.feature_names == ("x_0", "x_1", "x_2")
    assert found.class_names == ("a", "bb")


def test_tensors_and_arrays_by_name():
    torch = pytest.importorskip("torch")
    features = torch.randn(30, 2, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(30) % 3
    named = load_dataset({"x": features, "label": labels}, label="label")
    assert same(named, split_table(from_arrays(features, labels)))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([10, 9, 2], ("2", "9", "10")),
        ([1.0, 0.5, 2.0], ("0.5", "1", "2")),
        ([True, False, True], ("False", "True")),
        (["b", "a", "10"], ("10", "a", "b")),
    ],
)
def test_classes_keep_their_names_in_order(labels, expected):
    table = from_arrays(np.zeros((3, 1)), labels)
    assert table.class_names == expected
    assert [table.class_names[code] for code in table.labels] == [
        f"{each:g}" if isinstance(each, float) else str(each) for each in labels
    ]


def test_a_split_of_ones_own():
    table = frame()
    table["part"] = ["train"] * 40 + ["validation"] * 8 + ["test"] * 12
    found = load_dataset(table, label="kind", split_column="part")
    raw = found.train.features[:, 0] * found.std[0] + found.mean[0]
    assert np.sort(raw) == pytest.approx(np.sort(table["length"][:40]), abs=1e-6)
    assert (len(found.validation), len(found.test)) == (8, 12)


def test_other_shares():
    found = load_dataset(frame(), label="kind", shares=(0.5, 0.25, 0.25))
    assert [len(found.part(name)) for name in ("train", "validation", "test")] == [30, 15, 15]


def test_a_feature_that_does_not_vary_becomes_zero():
    table = frame().assign(width=7)
    found = load_dataset(table, label="kind")
    assert not found.test.features[:, 1].any()
    assert found.std[1] == 1.0


@settings(max_examples=25, deadline=None)
@given(
    classes=st.integers(2, 12),
    rows=st.integers(5, 20),
    features=st.integers(1, 20),
    seed=st.integers(0, 5),
)
def test_any_shape_splits_without_loss(classes, rows, features, seed):
    count = classes * rows
    values = np.random.default_rng(seed).normal(size=(count, features))
    values[:, 0] = np.arange(count)
    found = split_table(from_arrays(values, np.arange(count) % classes), split_seed=seed)
    raw = np.concatenate(
        [
            s.features[:, 0] * found.std[0] + found.mean[0]
            for s in (found.train, found.validation, found.test)
        ]
    )
    assert np.sort(raw.round()).tolist() == list(range(count))
    assert found.train.features.shape[1] == features
    assert np.ptp(np.bincount(found.test.labels)) == 0


def test_a_thousand_classes_and_no_more():
    labels = np.repeat(np.arange(1000), 5)
    assert len(load_dataset({"x": np.arange(5000.0), "y": labels}, label="y").class_names) == 1000
    with pytest.raises(DataError, match="has 1001 different values; expected 2 to 1000 classes"):
        load_dataset({"x": np.arange(1001.0), "y": np.arange(1001)}, label="y")


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"label": "kin"}, r"^frame: label column 'kin': expected one of .*'kind'\?$"),
        ({}, {"label": None}, "which column holds the class"),
        ({"kind": "a"}, {}, "has 1 different value;"),
        ({"width": "wide"}, {}, "column 'width', data row 1 is 'wide'; expected a finite"),
        ({"width": np.nan}, {}, "column 'width', data row 1 is nan"),
        (
            {"width": np.r_[1e308, -1e308, np.zeros(58)]},
            {},
            r"'width', data row 1 is 1e\+308",
        ),
        ({"kind": ["a", "b", None] * 20}, {}, "column 'kind', data row 3 is empty"),
        ({}, {"features": ["length", "lenth"]}, "column 'lenth' is missing"),
        ({}, {"split_column": "part"}, "split column 'part'"),
        ({}, {"split_column": "width"}, "split '0': expected one of train, validation, test"),
        ({}, {"shares": (0.9, 0.1, 0.0)}, "expected three positive ones"),
        ({}, {"split_seed": 0.5}, "expected a whole number from 0"),
        ({}, {"classes": ["k0", "k1"]}, "data row 3 is 'k2'; expected one of k0, k1 or a code"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(change, options, message):
    with pytest.raises(InputError, match=message) as caught:
        load_dataset(frame().assign(**change), **{"label": "kind", **options})
    assert "\n" not in str(caught.value)


def test_a_file_without_rows_or_features(tmp_path):
    (tmp_path / "t.csv").write_text("x,kind\n")
    with pytest.raises(DataError, match="expected at least one row"):
        load_dataset(tmp_path / "t.csv", label="kind")
    with pytest.raises(DataError, match="expected at least one feature"):
        load_dataset({"kind": np.arange(9)}, label="kind")
    with pytest.raises(DataError, match="expected a path, a data frame or named arrays"):
        load_dataset(3, label="kind")
    with pytest.raises(DataError, match=r"unknown kind of file '.doc'; expected 'openml:ID' or"):
        load_dataset("t.doc", label="kind")


def test_parquet_without_its_library(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "fastparquet", None)
    (tmp_path / "t.parquet").write_bytes(b"")
    with pytest.raises(DataError, match="reading Parquet needs pyarrow: pip install pyarrow"):
        load_dataset(tmp_path / "t.parquet", label="kind")


def test_openml_by_name(monkeypatch):
    import sklearn.datasets
    from sklearn.utils import Bunch

    def fetch(**wanted):
        assert wanted["name"] == "flowers"
        return Bunch(frame=frame(), target_names=["kind"])

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    assert same(load_dataset("openml:flowers"), load_dataset(frame(), label="kind"))


def test_repr_and_html():
    found = load_dataset(frame(), label="kind", name="<b>")
    assert repr(found) == "<Dataset '<b>': 2 features, 3 classes; 36 train, 12 validation, 12 test>"
    page = found._repr_html_()
    assert "&lt;b&gt;" in page
    assert page.count("<td>12</td>") == 3
