"""Files that add names: loaded once, taken back where they fail, marked by their hash."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives import OBJECTIVES
from moo_jsc.problems.registered import PROBLEMS
from moo_jsc.runs import plugins
from moo_jsc.runs.plugins import LOADED, load_plugin, pinned, plugin_hashes, unload

ROOT = Path(__file__).parents[2]

COST = """
from dataclasses import dataclass
from moo_jsc.objectives.objective import CostObjective, register

@dataclass(frozen=True, kw_only=True)
class Layers(CostObjective):
    each: float = {each}

    def layer_terms(self, layer, precision):
        return (self.each,)

register(Layers(name="layers", unit="layers", sense="min"))
"""


@pytest.fixture(autouse=True)
def unloaded():
    yield
    for name in list(LOADED):
        unload(name)


@pytest.fixture
def plugin(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(COST.format(each=1.0))
    return path


def test_what_it_registers_is_known_and_can_be_taken_back(plugin):
    loaded = load_plugin(plugin)
    assert loaded.added[0] == ("layers",)
    assert load_plugin(plugin) is loaded
    assert plugin_hashes() == {"mine.py": loaded.hash}
    unload("mine.py")
    assert "layers" not in OBJECTIVES
    assert plugin_hashes() == {}


def test_a_changed_file_is_loaded_anew(plugin):
    before = load_plugin(plugin).hash
    plugin.write_text(COST.format(each=2.0))
    assert load_plugin(plugin).hash != before
    assert OBJECTIVES["layers"].each == 2.0


def test_a_pinned_file_must_be_what_it_was(plugin):
    load_plugin(plugin)
    pin = pinned(str(plugin))
    assert pin == f"{plugin}@{LOADED['mine.py'].hash}"
    assert pinned(pin) == pin
    load_plugin(pin)
    plugin.write_text(COST.format(each=2.0))
    with pytest.raises(InputError, match=r"mine.py: changed, its hash is \w+, expected \w+"):
        load_plugin(pin)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\ny = 1 / 0\n", "mine.py, line 2: ZeroDivisionError: division by zero"),
        ("def f(:\n", "mine.py, line 1: SyntaxError"),
        ("import no_such_package\n", "mine.py, line 1: ModuleNotFoundError: No module named"),
        ("import sys\nsys.exit(3)\n", "mine.py, line 2: SystemExit"),
        (COST.format(each=1).replace('"layers",', '"size",'), "'size' is registered twice"),
    ],
)
def test_what_fails_is_one_line_and_leaves_nothing(tmp_path, text, words):
    path = tmp_path / "mine.py"
    path.write_text(text)
    before = dict(OBJECTIVES)
    with pytest.raises(InputError) as caught:
        load_plugin(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert before == OBJECTIVES
    assert not LOADED


def test_a_failing_file_takes_back_what_it_had_registered(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(COST.format(each=1) + "raise RuntimeError('late')\n")
    with pytest.raises(InputError, match="RuntimeError: late"):
        load_plugin(path)
    assert "layers" not in OBJECTIVES


def test_wrong_files(tmp_path, plugin):
    with pytest.raises(InputError, match="no such file"):
        load_plugin(tmp_path / "missing.py")
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(InputError, match="expected a Python file"):
        load_plugin(tmp_path / "mine.txt")
    load_plugin(plugin)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.py").write_text("")
    with pytest.raises(InputError, match=r"another plugin, .*mine.py, has its name"):
        load_plugin(tmp_path / "other" / "mine.py")


def test_a_table_of_costs_is_a_plugin(tmp_path):
    path = tmp_path / "costs.csv"
    path.write_text("layer,brams [BRAM]\nseq_blocks_2,3\n")
    load_plugin(path)
    assert OBJECTIVES["brams"].unit == "BRAM"
    path.write_text("layer,brams\nseq_blocks_2,3\n")
    with pytest.raises(InputError, match=r"costs.csv: column 'brams'"):
        load_plugin(path)


def test_what_it_defines_travels_to_processes_that_have_not_loaded_it(plugin):
    import cloudpickle

    load_plugin(plugin)
    sent = cloudpickle.dumps(OBJECTIVES["layers"])
    code = (
        "import pickle, sys\n"
        "objective = pickle.loads(sys.stdin.buffer.read())\n"
        "print(objective.layer_terms(None, None))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=sent,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.stdout.decode().strip() == "(1.0,)", done.stderr.decode()
    assert pickle.loads(sent).name == "layers"


def test_installed_packages_offer_plugins(tmp_path, monkeypatch):
    (tmp_path / "offered.py").write_text(COST.format(each=3.0))
    info = tmp_path / "offered-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: offered\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[moo_jsc.plugins]\nmine = offered\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins.load_installed_plugins()
    plugins.load_installed_plugins()
    assert OBJECTIVES["layers"].each == 3.0
    assert set(plugin_hashes()) == {"mine"}
    unload("mine")
    del sys.modules["offered"]
    (tmp_path / "offered.py").write_text("raise RuntimeError('broken')")
    with pytest.raises(InputError, match=r"plugin mine \(offered\): RuntimeError: broken"):
        plugins.load_installed_plugins()
    assert not PROBLEMS
