"""What all studies have in common: flags, a settings file, a page, one-line errors, a command."""

import io
import subprocess
import sys
import tomllib
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, fields, replace
from importlib import import_module
from pathlib import Path

import pytest

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import require_writable
from studies.common import command
from studies.common.console import parse, run_study
from studies.common.running import Results, cache_in, study
from studies.common.settings import Settings, as_toml, command_line, field_docstrings

ROOT = Path(__file__).parents[2]
SHARED = {field.name for field in fields(Settings)}


@dataclass
class Config(Settings):
    """Settings of a study that is not there."""

    budget: int = 20
    """Trials of
    each run."""
    rate: float = 1e-5
    """A small number."""
    names: tuple[str, ...] = ()
    """Some names."""
    network: str | None = None
    """May be missing."""

    script = "compare_samplers"


@study
def main(config: Config) -> Results:
    """Write a page."""
    page = (config.out or Path("nowhere")) / "report.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("page")
    return Results(page, ("trials.csv",))


def test_settings_are_taken_as_they_were_spelled_before(tmp_path):
    from studies.check_circuits import Config as Checks

    assert parse(Checks, ["--synthesise"]).synthesize
    assert not parse(Checks, ["--no-synthesise"]).synthesize
    path = tmp_path / "former.toml"
    path.write_text("synthesise = true\n")
    assert parse(Checks, ["--config", str(path)]).synthesize


@pytest.mark.parametrize("name", command.STUDIES)
def test_every_study_has_the_shared_settings_and_says_what_each_means(name):
    module = import_module(f"studies.{command.STUDIES[name]}")
    names = {field.name for field in fields(module.Config)}
    assert names >= SHARED
    assert set(field_docstrings(module.Config)) >= names
    assert module.Config.script == command.STUDIES[name]


@pytest.mark.parametrize("name", command.STUDIES)
def test_shown_settings_are_a_config_file_of_the_same_settings(name, tmp_path, capsys):
    module = import_module(f"studies.{command.STUDIES[name]}")
    run_study(module.main, module.Config, ["--show-config", "--workers", "3"])
    path = tmp_path / "study.toml"
    path.write_text(capsys.readouterr().out)
    read = parse(module.Config, ["--config", str(path)])
    assert replace(read, config=None) == module.Config(workers=3)


def test_settings_survive_their_file(tmp_path):
    config = Config(
        budget=7,
        rate=2.5e-7,
        names=('with "quotes"', "back\\slash", "ä"),
        network="jsc-tiny",
        out=tmp_path / "a folder",
    )
    path = tmp_path / "study.toml"
    path.write_text(as_toml(config), encoding="utf-8")
    assert replace(parse(Config, ["--config", str(path)]), config=None) == config
    assert "# Trials of each run." in path.read_text(encoding="utf-8").splitlines()


def test_settings_are_kept_with_the_results_and_repeat_them(tmp_path, capsys):
    config = Config(budget=5, names=("a",), out=tmp_path / "out", workers=1)
    assert main(config).folder == tmp_path / "out"
    kept = tmp_path / "out" / "config.toml"
    printed = capsys.readouterr().out
    assert f"report: {tmp_path / 'out' / 'report.html'} (beside it: trials.csv)" in printed
    assert "out" not in tomllib.loads(kept.read_text())
    again = parse(Config, ["--config", str(kept), "--out", str(tmp_path / "other")])
    assert (again.budget, again.names) == (5, ("a",))


def test_the_page_is_opened_on_request(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    main(Config(out=tmp_path, open=True))
    assert opened == [(tmp_path / "report.html").as_uri()]


def test_the_cache_is_where_the_user_said_while_the_study_runs(tmp_path, monkeypatch):
    import os

    monkeypatch.delenv("MOO_JSC_CACHE", raising=False)
    with cache_in(tmp_path):
        assert os.environ["MOO_JSC_CACHE"] == str(tmp_path)
    assert "MOO_JSC_CACHE" not in os.environ


def test_the_command_line_says_what_differs_from_the_defaults():
    config = Config(budget=5, names=("a", "b c"), out=Path("x"), workers=1, device="cpu")
    line = command_line(config)
    assert line == "python studies/compare_samplers.py --budget 5 --names a 'b c'"


@pytest.mark.parametrize("letters", ["utf-8", "ascii"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "0"], "workers = 0: expected a whole number of at least 1"),
        (["--device", "gpu"], "device = 'gpu': expected one of cpu, cuda"),
        (["--bugdet", "3"], "error: unknown setting --bugdet, did you mean --budget? (--help"),
        (["--budget", "x"], "error: Error parsing --budget: invalid literal for int()"),
        (["--budget"], "error: Missing value for argument '--budget'"),
    ],
)
def test_bad_settings_get_one_line(arguments, message, letters, capsys, monkeypatch):
    """Also where the terminal knows no frames."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=letters))
    with pytest.raises(SystemExit) as stopped:
        run_study(main, Config, arguments)
    error = capsys.readouterr().err
    assert stopped.value.code == 2
    assert message in error
    assert len(error.strip().splitlines()) == 1


def test_an_unknown_key_names_the_nearest_one(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text("bugdet = 3")
    with pytest.raises(InputError, match="unknown key 'bugdet', did you mean 'budget'"):
        parse(Config, ["--config", str(path)])
    path.write_text('budget = "many"')
    with pytest.raises(InputError, match=r"study.toml: budget: expected int, got str$"):
        parse(Config, ["--config", str(path)])


def test_a_process_that_is_gone_is_one_line(capsys):
    def ended(config):
        raise BrokenProcessPool("a long story")

    with pytest.raises(SystemExit) as stopped:
        run_study(ended, Config, [])
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("error: a process of this machine was ended")


def test_a_folder_is_probed_without_a_trace(tmp_path):
    require_writable(tmp_path / "a" / "b")
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="expected a folder"):
        require_writable(tmp_path / "file")


class TestCommand:
    def test_help_lists_studies_and_names(self, capsys):
        command.main(["--help"])
        printed = capsys.readouterr().out
        for name in (*command.STUDIES, "lab3-types", "jsc-tiny", "bitops", "optuna-tpe"):
            assert name in printed

    def test_an_unknown_study_gets_one_line(self, capsys):
        with pytest.raises(SystemExit) as stopped:
            command.main(["compere"])
        assert stopped.value.code == 2
        assert capsys.readouterr().err.startswith(
            "error: study 'compere', did you mean 'compare'? expected one of compare, front"
        )

    def test_a_study_runs_by_its_short_name(self, capsys):
        command.main(["compare", "--show-config", "--budget", "3"])
        assert tomllib.loads(capsys.readouterr().out)["budget"] == 3

    def test_help_imports_nothing_heavy(self):
        code = (
            "import sys\n"
            "from studies.common.command import main\n"
            "main(['--help'])\n"
            "heavy = {'torch', 'optuna', 'pymoo', 'sklearn', 'matplotlib', 'pandas', 'scipy'}\n"
            "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
        )
        found = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert found.returncode == 0, found.stderr
