"""Trial logs: one append-only JSON-lines file for each run of a sampler.

Every line ends with a check, a hash over the line and over the check of the line before it. A
changed, missing or inserted line is thus found wherever it is. A log that stops early is one of
an interrupted run, and is taken up as one; where the run was finished, a file beside the log
(``seed-0.end``) holds its last check, so that a log that was cut back is found, too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path, disk_fault, sha256_of
from moo_jsc.foundation.store import file_lock
from moo_jsc.runs.ledger import Trial
from moo_jsc.samplers.former_names import former_names, present_name

log = logging.getLogger(__name__)

T = TypeVar("T")
EndReason = Literal["budget", "sampler ended"]

LOGS = "logs"
"""The folder of the trial logs in a results folder."""


class ObjectiveEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name, unit and sense of one column of values."""

    name: str
    unit: str
    sense: Literal["min", "max"]


class Header(
    msgspec.Struct, frozen=True, tag_field="line", tag="header", forbid_unknown_fields=True
):
    """First line of a log: which run it holds.

    Attributes
    ----------
    study
        SHA-256 of what all runs of a comparison share (problem, objectives, budget, versions).
    sampler, settings
        Its name, and what else decides its trials (`Sampler.settings`).
    seed, budget
        Of the run.
    problem, problem_fingerprint
        Name and content hash of the problem.
    objectives
        Columns of the values, in order.
    versions
        Of the packages that decide the trials.
    """

    study: str
    sampler: str
    settings: str
    seed: int
    budget: int
    problem: str
    problem_fingerprint: str
    objectives: tuple[ObjectiveEntry, ...]
    versions: dict[str, str]


class End(msgspec.Struct, frozen=True, tag_field="line", tag="end", forbid_unknown_fields=True):
    """Last line of a finished log."""

    reason: EndReason
    trials: int


class RecordedRun(msgspec.Struct, frozen=True):
    """What a log holds; `end` is None while the run is not finished, `check` the last one."""

    header: Header | None
    trials: list[Trial]
    end: End | None
    check: str = ""


def log_path(folder: Path, sampler: str, seed: int) -> Path:
    """Return where the log of one run is; one under a former name of the sampler is kept."""
    named = [
        folder / LOGS / name / f"seed-{seed}.jsonl" for name in (sampler, *former_names(sampler))
    ]
    return next((path for path in named if path.exists()), named[0])


def read_log(path: Path) -> RecordedRun:
    """Read a log and check it line by line.

    A last line without its line break was cut off by a kill and is left out; a log without a
    whole header holds nothing.

    Raises
    ------
    InputError
        The file cannot be read, a whole line is damaged or not what must stand there, or the log
        of a finished run does not end as it did.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    return _read(path, data[: _whole(data)])


class TrialLog:
    """A log that is open for one run, locked against other processes.

    Get one from `open_log`. Every batch is written with one call and flushed, so that a killed
    process loses at most the line that it was writing.
    """

    def __init__(self, path: Path, stream: RawIOBase, size: int, run: RecordedRun) -> None:
        self.run = run
        self._path = path
        self._stream = stream
        self._size = size
        self._check = run.check

    def append(self, trials: Sequence[Trial]) -> None:
        """Add trials."""
        self._write(*trials)

    def end(self, reason: EndReason, trials: int) -> None:
        """Add the line that marks the run as finished."""
        self._write(End(reason=reason, trials=trials))
        with atomic_path(end_path(self._path)) as temporary:
            temporary.write_text(f"{self._check}\n", encoding="ascii")

    def _write(self, *lines: msgspec.Struct) -> None:
        check, data = self._check, b""
        for line in lines:
            signed, check = _signed(line, check)
            data += signed + b"\n"
        try:
            left = memoryview(data)
            while left:
                left = left[self._stream.write(left) :]
        except OSError as error:
            self._stream.truncate(self._size)
            raise disk_fault(self._path, error) from None
        self._size += len(data)
        self._check = check


@contextmanager
def open_log(path: Path, header: Header) -> Iterator[TrialLog]:
    """Open the log of a run for reading and appending; create it where there is none.

    A line that a kill cut off is removed by one truncation. Another process that has the
    file open is waited for; what it recorded is then found in `TrialLog.run`.

    Raises
    ------
    InputError
        The file cannot be written, is damaged, or belongs to another run.
    """
    with file_lock(path):
        if not path.exists():
            end_path(path).unlink(missing_ok=True)
        try:
            stream = path.open("a+b", buffering=0)
        except OSError as error:
            raise disk_fault(path, error) from None
        with stream:
            stream.seek(0)
            data = stream.read()
            whole = _whole(data)
            run = _read(path, data[:whole])
            if run.header is not None:
                check_header(path, run.header, header)
            if whole < len(data):
                log.warning("%s: its last line was cut off; it is made again", path)
                stream.truncate(whole)
            open_one = TrialLog(path, stream, whole, run)
            if run.header is None:
                open_one._write(header)
            yield open_one


def check_header(path: Path, found: Header, expected: Header) -> None:
    """Raise an InputError that names the first field in which two headers differ."""
    for field in expected.__struct_fields__:
        old, new = getattr(found, field), getattr(expected, field)
        if old != new:
            raise InputError(
                f"{path}, line 1: {field} is {_short(old)}, this run has {_short(new)}; "
                f"take another folder or delete the file"
            )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def _whole(data: bytes) -> int:
    """Return the number of bytes up to and with the last line break."""
    return data.rfind(b"\n") + 1


_CHECK_LETTERS = 16
_BEFORE_CHECK = b',"check":"'
_AFTER_CHECK = b'"}'


def _signed(line: msgspec.Struct, previous: str) -> tuple[bytes, str]:
    """Return a line with its check, and the check."""
    body = msgspec.json.encode(line)
    check = sha256_of(previous, body)[:_CHECK_LETTERS]
    return body[:-1] + _BEFORE_CHECK + check.encode() + _AFTER_CHECK, check


def _verified(path: Path, number: int, line: bytes, previous: str) -> tuple[bytes, str]:
    """Return a line without its check, and the check, which must be right."""
    body, mark, rest = line.rpartition(_BEFORE_CHECK)
    check = rest.removesuffix(_AFTER_CHECK)
    expected = sha256_of(previous, body + b"}")[:_CHECK_LETTERS].encode()
    if not mark or rest != expected + _AFTER_CHECK:
        fault = "has no check" if not mark else "does not match its check"
        raise InputError(
            f"{path}, line {number}: {fault}; the file was changed, damaged or made by other "
            f"software, delete it to make its run again"
        )
    return body + b"}", check.decode()


def end_path(path: Path) -> Path:
    """Return the file that holds the last check of a finished log."""
    return path.with_suffix(".end")


def _read(path: Path, data: bytes) -> RecordedRun:
    run = _parse(path, data)
    try:
        last = end_path(path).read_bytes()
    except FileNotFoundError:
        return run
    except OSError as error:
        raise InputError(f"{end_path(path)}: cannot be read ({error.strerror})") from None
    if run.end is None or last != f"{run.check}\n".encode():
        raise InputError(
            f"{path}: its run was finished, but it does not end as {end_path(path).name} says; "
            f"it was cut back or one of them damaged, delete the log to make its run again"
        )
    return run


_LINE = msgspec.json.Decoder(Trial | End)
_HEADER = msgspec.json.Decoder(Header)


def _parse(path: Path, data: bytes) -> RecordedRun:
    lines = data.split(b"\n")[:-1]
    if not lines:
        return RecordedRun(header=None, trials=[], end=None)
    body, check = _verified(path, 1, lines[0], "")
    header = _decode(path, 1, body, _HEADER, "the header of a trial log")
    header = msgspec.structs.replace(
        header, sampler=present_name(header.sampler), settings=present_name(header.settings)
    )
    trials: list[Trial] = []
    end: End | None = None
    for number, line in enumerate(lines[1:], start=2):
        if end is not None:
            raise InputError(f"{path}, line {number}: expected nothing after the end line")
        body, check = _verified(path, number, line, check)
        entry = _decode(path, number, body, _LINE, f"trial {len(trials)} or the end line")
        if isinstance(entry, End):
            if entry.trials != len(trials):
                raise InputError(
                    f"{path}, line {number}: trials = {entry.trials}, "
                    f"expected {len(trials)} as above"
                )
            end = entry
        else:
            _check_trial(path, number, entry, len(trials), header)
            trials.append(entry)
    return RecordedRun(header=header, trials=trials, end=end, check=check)


def _decode(
    path: Path, number: int, line: bytes, decoder: msgspec.json.Decoder[T], expected: str
) -> T:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}, line {number}: expected {expected} ({error})") from None


def _check_trial(path: Path, number: int, trial: Trial, expected: int, header: Header) -> None:
    if trial.trial != expected or expected >= header.budget:
        raise InputError(
            f"{path}, line {number}: trial {trial.trial}, expected trial {expected} "
            f"of {header.budget}"
        )
    expected_values = 0 if trial.failure else len(header.objectives)
    if len(trial.values) != expected_values:
        raise InputError(
            f"{path}, line {number}: {len(trial.values)} values, expected {expected_values}"
        )
