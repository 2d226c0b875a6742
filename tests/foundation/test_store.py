"""Where results are kept, under which key, and what happens to damaged ones and full disks."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.foundation import code
from moo_jsc.foundation.code import code_hash, version_key
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path, write_text
from moo_jsc.foundation.store import Store, default_root, use_root

ROOT = Path(__file__).parents[2]
KEY = "0123456789abcdef" * 4


def test_one_root_for_everything(monkeypatch, tmp_path):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "own"))
    assert default_root() == Store.at().root == tmp_path / "own"
    use_root(tmp_path / "given")
    assert default_root() == tmp_path / "given"
    use_root(None)
    assert default_root() == tmp_path / "given"
    monkeypatch.delenv("MOO_JSC_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert default_root() == tmp_path / "moo_jsc"


def test_a_root_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    for root in (tmp_path / "file", tmp_path / ("x" * 300), "nul\0"):
        with pytest.raises(InputError, match="cannot be made"):
            use_root(root)


def test_made_once_and_again_when_damaged(tmp_path, caplog):
    store, calls = Store(tmp_path), []

    def make():
        calls.append(1)
        return {"values": np.arange(3.0)}

    for _ in range(2):
        assert store.made("shelf", "thing", KEY, make)["values"].tolist() == [0, 1, 2]
    assert len(calls) == 1
    path = store.path("shelf", "thing", KEY)
    path.write_bytes(path.read_bytes()[:-1])
    store.made("shelf", "thing", KEY, make)
    (record,) = caplog.records
    assert str(path) in record.getMessage()
    assert "\n" not in record.getMessage()
    assert len(calls) == 2
    # A file under the right name but for another key is never believed.
    other = KEY[:16] + KEY[16:][::-1]
    store.made("shelf", "thing", other, make)
    assert len(calls) == 3


def test_key_changes_with_code_and_versions(monkeypatch, tmp_path):
    package = tmp_path / "toy_package"
    (package / "room" / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "room" / "a.py").write_text("x = 1\n")
    (package / "room" / "inner" / "b.py").write_text("y = 1\n")
    monkeypatch.syspath_prepend(tmp_path)

    def hashed(*names):
        code_hash.cache_clear()
        return code_hash(*names)

    room, module = hashed("toy_package.room"), hashed("toy_package.room.a")
    assert room != module
    (package / "room" / "inner" / "b.py").write_text("y = 2\n")
    assert hashed("toy_package.room") != room
    assert hashed("toy_package.room.a") == module
    with pytest.raises(ValueError, match="names no Python file"):
        hashed("toy_package.cellar")

    before = version_key()
    assert version_key() == before
    monkeypatch.setattr(code, "version", lambda name: "0.0")
    assert version_key() != before


def test_the_key_covers_every_room_that_values_come_from():
    rooms = {path.name for path in (ROOT / "moo_jsc").iterdir() if (path / "__init__.py").exists()}
    later = {"enumeration", "samplers", "runs", "testing"}
    assert rooms - later <= set(code.ROOMS) <= rooms | {"hardware"}


def test_a_lock_is_waited_for(tmp_path):
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from moo_jsc.foundation.store import file_lock\n"
        "with file_lock(Path(sys.argv[1])):\n"
        "    print('locked', flush=True)\n"
        "    time.sleep(0.4)\n"
        "    Path(sys.argv[1]).write_text('first')\n"
    )
    path = tmp_path / "made.txt"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdout=subprocess.PIPE,
        env=environment,
    ) as other:
        assert other.stdout.readline() == b"locked\n"
        with Store(tmp_path).locked(path):
            assert path.read_text() == "first"
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match="cannot be written"),
        Store(tmp_path).locked(tmp_path / "file" / "a"),
    ):
        pass


def test_long_names_and_unwritable_folders_are_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / ("x" * 300), tmp_path / ("x" * 300) / "a", tmp_path / "file" / "a"):
        with pytest.raises(InputError, match="cannot be written") as caught:
            write_text(path, "text")
        assert len(str(caught.value)) < 400
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_text(tmp_path / "folder", "text")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from moo_jsc.foundation.errors import InputError\n"
        "from moo_jsc.foundation.files import write_text\n"
        "from moo_jsc.foundation.sealed import write_sealed\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "folder = Path(sys.argv[1])\n"
        "for write in (lambda: write_text(folder / 'a', 'x' * 5000),\n"
        "              lambda: write_sealed(folder / 'b', {'v': np.zeros(500)}, '')):\n"
        "    try:\n        write()\n"
        "    except InputError as error:\n        print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.rpartition(":")[2] for line in done.stdout.splitlines()] == [
        " cannot be written (File too large)"
    ] * 2
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_program_is_not_taken_for_a_disk_fault(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "a"):
        (tmp_path / "none").read_text()
    assert list(tmp_path.iterdir()) == []
