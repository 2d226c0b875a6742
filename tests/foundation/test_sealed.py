"""No change of a sealed file goes unnoticed."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from moo_jsc.foundation.sealed import (
    BrokenSeal,
    OtherPurpose,
    read_record,
    read_sealed,
    write_record,
    write_sealed,
)


class Note(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    numbers: tuple[float, ...]


ARRAYS = {"values": np.array([[0.5, -1e-300], [1 / 3, 7.0]]), "count": np.array(3)}


def write_arrays(path):
    write_sealed(path, ARRAYS, "test")
    return lambda: read_sealed(path, "test")


def write_note(path):
    write_record(path, Note("né", (0.1, 1e300)), "test")
    return lambda: read_record(path, Note, "test")


@pytest.mark.parametrize("write", [write_arrays, write_note])
def test_every_flip_truncation_and_insertion_is_found(tmp_path, write):
    path = tmp_path / "sealed"
    read = write(path)
    assert read() is not None
    whole = path.read_bytes()
    changed = [whole[:cut] for cut in range(len(whole))]
    changed += [whole + b"\n", whole + b"\0", b"\n" + whole]
    for place in range(len(whole)):
        for bit in range(8):
            data = bytearray(whole)
            data[place] ^= 1 << bit
            changed.append(bytes(data))
    for data in changed:
        path.write_bytes(data)
        with pytest.raises(BrokenSeal) as caught:
            read()
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)
    path.unlink()
    assert read() is None


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=5).filter(lambda name: name != "__metadata__"),
        arrays(
            st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_]),
            array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
        ),
        max_size=3,
    )
)
def test_arrays_come_back_bit_by_bit(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("sealed") / "a"
    write_sealed(path, content, "test")
    found = read_sealed(path, "test")
    assert set(found) == set(content)
    for name, array in content.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()


def test_a_file_for_another_purpose(tmp_path):
    write_sealed(tmp_path / "a", ARRAYS, "one")
    with pytest.raises(OtherPurpose):
        read_sealed(tmp_path / "a", "other")
    write_record(tmp_path / "b", Note("", ()), "one")
    with pytest.raises(BrokenSeal):
        read_record(tmp_path / "b", Note, "other")
