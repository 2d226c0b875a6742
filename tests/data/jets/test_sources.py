import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moo_jsc.data import DataError
from moo_jsc.data.jets import CLASSES, FEATURES, load_jets
from moo_jsc.data.jets.sources import read_file, read_openml

Columns = dict[str, np.ndarray]
WriteCsv = Callable[[dict[str, Any]], Path]


def write_npz(path: Path, columns: Columns) -> Path:
    np.savez(path, **columns)  # type: ignore[arg-type]
    return path


def write_hdf5(path: Path, columns: Columns, **changes: np.ndarray) -> Path:
    h5py = pytest.importorskip("h5py")
    fields = {"j_ptfrac": np.ones(100)} | {f"j_{name}": columns[name] for name in FEATURES}
    fields |= {f"j_{label}": (columns["class"] == label).astype(float) for label in CLASSES}
    fields |= changes
    table = np.empty(100, dtype=[(name, np.float64) for name in fields])
    for name, values in fields.items():
        table[name] = values
    with h5py.File(path, "w") as file:
        file.create_dataset("t_allpar_new", data=table, compression="gzip")
    return path


def one_line(source: Path | str) -> str:
    with pytest.raises(DataError) as caught:
        load_jets(source)
    message = str(caught.value)
    assert "\n" not in message
    assert isinstance(caught.value, ValueError)
    return message


def test_csv_npz_and_hdf5_hold_the_same_jets(
    columns: Columns, write_csv: WriteCsv, tmp_path: Path
) -> None:
    paths = [
        write_csv(columns),
        write_npz(tmp_path / "jets.npz", columns),
        write_hdf5(tmp_path / "jets.h5", columns),
        write_hdf5(tmp_path / "jets.z", columns),
    ]
    found = [load_jets(path) for path in paths]
    assert len({jets.fingerprint for jets in found}) == 1
    assert [jets.name for jets in found] == ["jets.csv", "jets.npz", "jets.h5", "jets.z"]
    raw = read_file(paths[0])
    assert raw.features[:, 3].tolist() == columns[FEATURES[3]].tolist()
    assert raw.labels.tolist() == list(range(5)) * 20


def test_classes_may_be_codes(columns: Columns, write_csv: WriteCsv) -> None:
    columns["class"] = np.arange(100) % 5
    assert read_file(write_csv(columns)).labels.tolist() == list(range(5)) * 20


def test_column_order_and_further_columns_do_not_matter(
    columns: Columns, write_csv: WriteCsv
) -> None:
    expected = read_file(write_csv(columns)).features
    turned = {"event": np.arange(100)} | {name: columns[name] for name in reversed(columns)}
    assert (read_file(write_csv(turned)).features == expected).all()


def test_missing_file_and_unknown_extension(tmp_path: Path) -> None:
    assert one_line(tmp_path / "no.csv") == f"{tmp_path / 'no.csv'}: no such file"
    assert one_line("jets.doc") == (
        "jets.doc: unknown kind of file '.doc'; expected 'sample', 'openml' or a file "
        "that ends in .csv, .npz, .parquet, .h5, .hdf5, .z"
    )
    assert "sampel: unknown kind of file ''; expected 'sample', 'openml' or" in one_line("sampel")


def test_missing_column(columns: Columns, write_csv: WriteCsv, tmp_path: Path) -> None:
    del columns["mass_mmdt"]
    for path in (write_csv(columns), write_npz(tmp_path / "jets.npz", columns)):
        assert one_line(path) == (
            f"{path}: column 'mass_mmdt' is missing; expected the 16 features and 'class'"
        )


def test_missing_hdf5_field_or_data_set(columns: Columns, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "jets.h5"
    with h5py.File(path, "w") as file:
        file["other"] = np.zeros(3)
    assert one_line(path) == f"{path}: data set 't_allpar_new' is missing"
    with h5py.File(path, "w") as file:
        file["t_allpar_new"] = np.zeros(3)
    assert "field 'j_zlogz' of data set 't_allpar_new' is missing" in one_line(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite(
    value: float, columns: Columns, write_csv: WriteCsv, tmp_path: Path
) -> None:
    columns["c2_b1_mmdt"][6] = value
    for path in (
        write_csv(columns),
        write_npz(tmp_path / "jets.npz", columns),
        write_hdf5(tmp_path / "jets.h5", columns),
    ):
        assert one_line(path) == (
            f"{path}: column 'c2_b1_mmdt', data row 7 is {value}; "
            "expected a finite number of at most 1e+30"
        )


def test_a_value_that_is_no_number(columns: Columns, write_csv: WriteCsv) -> None:
    table: dict[str, Any] = dict(columns)
    table["zlogz"] = [*columns["zlogz"][:9], "about three", *columns["zlogz"][10:]]
    assert "column 'zlogz', data row 10 is 'about three'; expected a finite number" in one_line(
        write_csv(table)
    )


def test_an_unknown_class(columns: Columns, write_csv: WriteCsv) -> None:
    columns["class"][4] = "h"
    assert "column 'class', data row 5 is 'h'; expected one of g, q, t, w, z or" in one_line(
        write_csv(columns)
    )


def test_a_missing_class_among_codes(columns: Columns, write_csv: WriteCsv) -> None:
    codes = (np.arange(100) % 5).astype(float)
    columns["class"] = codes
    assert read_file(write_csv(columns)).labels.tolist() == codes.tolist()
    codes[7] = np.nan
    assert "column 'class', data row 8 is 'nan'; expected one of" in one_line(write_csv(columns))


def test_hdf5_rows_with_no_or_two_classes(columns: Columns, tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "jets.h5", columns, j_g=np.ones(100))
    assert "data row 2 are [1.0, 1.0, 0.0, 0.0, 0.0]; expected exactly one 1" in one_line(path)


def test_hdf5_without_h5py(
    columns: Columns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_hdf5(tmp_path / "jets.h5", columns)
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert one_line(path) == f"{path}: reading HDF5 needs h5py: pip install 'moo-jsc[hdf5]'"


def test_corrupt_files(columns: Columns, write_csv: WriteCsv, tmp_path: Path) -> None:
    npz = write_npz(tmp_path / "jets.npz", columns)
    whole = npz.read_bytes()
    for damaged in (b"", b"no zip", whole[: len(whole) // 2]):
        npz.write_bytes(damaged)
        assert f"{npz}: not a readable npz file (" in one_line(npz)
    hdf5 = tmp_path / "jets.hdf5"
    hdf5.write_bytes(b"no hdf5")
    assert f"{hdf5}: not a readable HDF5 file (" in one_line(hdf5)
    table = write_csv(columns)
    table.write_text(table.read_text() + "1,2,3" + 20 * ",4" + "\n")
    assert f"{table}: not a readable CSV file (" in one_line(table)
    table.write_bytes(b"\xff\xfe\x00")
    assert f"{table}: not a readable CSV file (" in one_line(table)
    table.write_text("")
    assert f"{table}: not a readable CSV file (" in one_line(table)


def test_a_file_without_rows(columns: Columns, write_csv: WriteCsv) -> None:
    path = write_csv({name: values[:0] for name, values in columns.items()})
    assert "column 'class' has shape (0,); expected at least one row" in one_line(path)


def test_arrays_of_unequal_length(columns: Columns, tmp_path: Path) -> None:
    columns["zlogz"] = columns["zlogz"][:99]
    path = write_npz(tmp_path / "jets.npz", columns)
    assert "column 'zlogz' has shape (99,); expected (100,), the shape of 'class'" in one_line(path)


def test_pickled_arrays_are_refused(columns: Columns, tmp_path: Path) -> None:
    columns["class"] = columns["class"].astype(object)
    path = write_npz(tmp_path / "jets.npz", columns)
    assert f"{path}: not a readable npz file (" in one_line(path)


def test_openml_goes_through_scikit_learn(
    columns: Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas as pd
    import sklearn.datasets
    from sklearn.utils import Bunch

    asked: list[dict[str, Any]] = []

    def fetch(**keywords: Any) -> Bunch:
        asked.append(keywords)
        frame = pd.DataFrame(columns)
        frame["class"] = frame["class"].astype("category")
        return Bunch(frame=frame)

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    raw = read_openml()
    assert asked[0]["data_id"] == 42468
    assert raw.name == "OpenML 42468 hls4ml_lhc_jets_hlf"
    assert raw.labels.tolist() == list(range(5)) * 20


def test_openml_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import sklearn.datasets

    def fetch(**keywords: Any) -> None:
        raise OSError("Name or service not known\nand more")

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    assert one_line("openml") == (
        "OpenML 42468: cannot be fetched (Name or service not known); expected network access or "
        "scikit-learn's cached copy"
    )
