import math
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.runs.ledger import Trial
from moo_jsc.runs.log import (
    _BEFORE_CHECK,
    Header,
    ObjectiveEntry,
    _signed,
    end_path,
    open_log,
    read_log,
)

HEADER = Header(
    study="abc",
    sampler="optuna-tpe",
    settings="OptunaTPE(multivariate=False)",
    seed=3,
    budget=5,
    problem="toy",
    problem_fingerprint="f",
    objectives=(ObjectiveEntry("accuracy", "1", "max"), ObjectiveEntry("size", "bytes", "min")),
    versions={"optuna": "5.0.0"},
)


def trial(number, values=(0.1, 2.0), repeat=False):
    return Trial(number, (number, 1), values, repeat, 0.01, 0.02)


TRIALS = [trial(0), trial(1, (1 / 3, 1e300)), trial(2, repeat=True)]


def signed(lines):
    """The bytes of a log of these lines, every check right."""
    check, data = "", b""
    for line in lines:
        body = line if isinstance(line, bytes) else msgspec.json.encode(line)
        check = sha256_of(check, body)[:16]
        data += body[:-1] + b',"check":"' + check.encode() + b'"}\n'
    return data


def bodies(path):
    """The lines of a log without their checks."""
    return [line.rpartition(_BEFORE_CHECK)[0] + b"}" for line in path.read_bytes().splitlines()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "logs" / "optuna-tpe" / "seed-3.jsonl"


@pytest.fixture
def finished(path):
    with open_log(path, HEADER) as log:
        log.append(TRIALS)
        log.end("budget", 3)
    return path


def test_round_trip(finished):
    run = read_log(finished)
    assert (run.header, run.trials) == (HEADER, TRIALS)
    assert (run.end.reason, run.end.trials) == ("budget", 3)
    assert len(finished.read_text().splitlines()) == 5


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_round_trip_exactly(value):
    line = msgspec.json.encode(trial(0, (value, 1.0)))
    found = msgspec.json.decode(line, type=Trial).values[0]
    assert found == value
    assert math.copysign(1, found) == math.copysign(1, value)


def test_lines_are_signed_as_said(finished):
    end = b'{"line":"end","reason":"budget","trials":3}'
    assert finished.read_bytes() == signed([HEADER, *TRIALS, end])


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_line_cut_off_by_a_kill_is_dropped_and_the_file_repaired(path, cut, caplog):
    with open_log(path, HEADER) as log:
        log.append(TRIALS)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert read_log(path).trials == TRIALS[:2]
    with open_log(path, HEADER) as log:
        assert log.run.trials == TRIALS[:2]
        log.append(TRIALS[2:])
    assert path.read_bytes() == whole
    (record,) = caplog.records
    assert str(path) in record.getMessage()


@pytest.mark.parametrize("kept", [0, 1, 30])
def test_a_cut_off_header_is_written_anew(path, kept):
    with open_log(path, HEADER):
        pass
    path.write_bytes(path.read_bytes()[:kept])
    assert read_log(path).header is None
    with open_log(path, HEADER) as log:
        assert log.run.trials == []
    assert read_log(path).header == HEADER


@pytest.mark.parametrize(
    ("number", "line", "message"),
    [
        (3, b'{"line":"trial","tri}', "line 3: expected trial 1 or the end line"),
        (3, b"\x00\x00\x00}", "line 3: expected trial 1"),
        (3, b'{"line":"\xec"}', "line 3: expected trial 1"),
        (3, b"}", "line 3: expected trial 1"),
        (1, b"{}", "line 1: expected the header of a trial log"),
        (1, b"sampler,seed}", "line 1: expected the header of a trial log"),
        (3, msgspec.json.encode(trial(2)), "line 3: trial 2, expected trial 1 of 5"),
        (3, msgspec.json.encode(trial(1, (1.0,))), "line 3: 1 values, expected 2"),
        (3, b'{"line":"end","reason":"budget","trials":7}', "trials = 7, expected 1 as above"),
        (
            3,
            b'{"line":"end","reason":"budget","trials":1}',
            "line 4: expected nothing after the end line",
        ),
        (3, msgspec.json.encode(trial(1)).replace(b"0.1", b"NaN"), "line 3: expected trial 1"),
    ],
)
def test_a_wrong_line_is_named(finished, number, line, message):
    lines = bodies(finished)
    lines[number - 1] = line
    finished.write_bytes(signed(lines))
    for read in (read_log, lambda path: open_log(path, HEADER).__enter__()):
        with pytest.raises(InputError, match=message) as caught:
            read(finished)
        assert str(caught.value).startswith(f"{finished}, line ")
        assert "\n" not in str(caught.value)


def changed(whole):
    """A flip in every byte, deletion of a line, swap of lines, and some insertions."""
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 1 << place % 8
        yield bytes(data)
    lines = whole.splitlines(keepends=True)
    for place in range(len(lines) - 1):
        yield b"".join(lines[:place] + lines[place + 1 :])
        yield b"".join([*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]])
        yield b"".join([*lines[:place], lines[place], *lines[place:]])
    yield whole + lines[-1]
    yield whole.replace(b"0.1,", b"9.1,")
    yield whole.replace(b"\n", b"\r\n")
    yield signed([HEADER]) + b"".join(lines[1:3]) + lines[-1]


def test_no_change_goes_unnoticed(finished, caplog):
    whole = finished.read_bytes()
    expected = read_log(finished)
    for data in changed(whole):
        finished.write_bytes(data)
        try:
            read_log(finished)
        except InputError as error:
            assert str(error).startswith((f"{finished}, line ", f"{finished}: its run was"))
            assert "\n" not in str(error)
        else:
            raise AssertionError(f"{data!r} went unnoticed")
    finished.write_bytes(whole)
    assert read_log(finished) == expected


def test_a_finished_log_that_was_cut_back_at_a_line_break_is_found(finished):
    lines = finished.read_bytes().splitlines(keepends=True)
    for kept in range(len(lines)):
        finished.write_bytes(b"".join(lines[:kept]))
        for read in (read_log, lambda path: open_log(path, HEADER).__enter__()):
            with pytest.raises(InputError, match=r"seed-3.jsonl: its run was finished, but"):
                read(finished)
        assert finished.read_bytes() == b"".join(lines[:kept])


def test_the_mark_of_a_finished_log_is_believed_no_more_than_the_log(finished):
    mark = end_path(finished)
    whole = mark.read_bytes()
    for data in (b"", whole[:-1], whole.replace(whole[:1], b"x"), b"\xec" * 17, whole * 2):
        mark.write_bytes(data)
        with pytest.raises(InputError, match=r"does not end as seed-3.end says"):
            read_log(finished)


def test_a_log_that_was_deleted_is_made_again(finished):
    finished.unlink()
    with open_log(finished, HEADER) as log:
        assert log.run.trials == []
        assert not end_path(finished).exists()
        log.append(TRIALS[:1])
    assert read_log(finished).trials == TRIALS[:1]


def test_a_log_without_checks_is_refused(finished):
    finished.write_bytes(b"".join(body + b"\n" for body in bodies(finished)))
    with pytest.raises(InputError, match=r"line 1: has no check"):
        read_log(finished)


def test_a_batch_is_signed_line_by_line():
    first, check = _signed(TRIALS[0], "")
    assert first.endswith(f'"check":"{check}"}}'.encode())
    assert msgspec.json.decode(first)["check"] == check
    assert _signed(TRIALS[0], "other")[1] != check


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_leaves_whole_lines(path):
    with open_log(path, HEADER) as log:
        log.append(TRIALS[:2])
    before = path.read_bytes()
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from tests.runs.test_log import HEADER, TRIALS\n"
        "from moo_jsc.foundation.errors import InputError\n"
        "from moo_jsc.runs.log import open_log\n"
        "path = Path(sys.argv[1])\n"
        "limit = path.stat().st_size + 50\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
        "try:\n"
        "    with open_log(path, HEADER) as log:\n"
        "        log.append(TRIALS[2:])\n"
        "except InputError as error:\n"
        "    print(error)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{path}: cannot be written (File too large)\n"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("study", "other"), ("settings", "OptunaTPE(multivariate=True)"), ("seed", 4), ("budget", 9)],
)
def test_a_log_of_another_run_is_left_alone(finished, field, value):
    before = finished.read_bytes()
    other = msgspec.structs.replace(HEADER, **{field: value})
    with pytest.raises(InputError, match=f"seed-3.jsonl, line 1: {field} is "):
        open_log(finished, other).__enter__()
    assert finished.read_bytes() == before


def test_missing_file(path):
    with pytest.raises(InputError, match="cannot be read"):
        read_log(path)


def test_unwritable_folder(tmp_path):
    (tmp_path / "logs").write_text("a file where a folder must be")
    with pytest.raises(InputError, match="cannot be written"):
        open_log(tmp_path / "logs" / "x.jsonl", HEADER).__enter__()
