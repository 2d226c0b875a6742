import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.runs.ledger import Trial
from moo_jsc.runs.log import Header, ObjectiveEntry, open_log, read_log

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


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_line_cut_off_by_a_kill_is_dropped_and_the_file_repaired(path, cut):
    with open_log(path, HEADER) as log:
        log.append(TRIALS)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert read_log(path).trials == TRIALS[:2]
    with open_log(path, HEADER) as log:
        assert log.run.trials == TRIALS[:2]
        log.append(TRIALS[2:])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("kept", [0, 1, 30])
def test_a_cut_off_header_is_written_anew(finished, kept):
    finished.write_bytes(finished.read_bytes()[:kept])
    assert read_log(finished).header is None
    with open_log(finished, HEADER) as log:
        assert log.run.trials == []
    assert read_log(finished).header == HEADER


@pytest.mark.parametrize(
    ("number", "line", "message"),
    [
        (3, b'{"line":"trial","tri', "line 3: expected trial 1 or the end line"),
        (3, b"\x00\x00\x00", "line 3: expected trial 1"),
        (3, b"", "line 3: expected trial 1"),
        (1, b"{}", "line 1: expected the header of a trial log"),
        (1, b"sampler,seed", "line 1: expected the header of a trial log"),
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
def test_a_damaged_line_is_named(finished, number, line, message):
    lines = finished.read_bytes().split(b"\n")
    lines[number - 1] = line
    finished.write_bytes(b"\n".join(lines))
    for read in (read_log, lambda path: open_log(path, HEADER).__enter__()):
        with pytest.raises(InputError, match=message) as caught:
            read(finished)
        assert str(caught.value).startswith(f"{finished}, line ")
        assert "\n" not in str(caught.value)


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
