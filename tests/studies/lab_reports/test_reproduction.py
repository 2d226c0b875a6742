"""What is kept, a sixth report, the page and the command."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.foundation.code import code_hash
from moo_jsc.foundation.errors import InputError
from studies.common.console import parse, run_study
from studies.lab_reports import workshop
from studies.lab_reports.catalog import all_reports, reports_of
from studies.lab_reports.claims import judge_all
from studies.lab_reports.markdown import update_page
from studies.lab_reports.measurements import MEASUREMENTS
from studies.lab_reports.workshop import PIECES, Setting, Workshop
from studies.reproduce_reports import Config, main
from tests.studies.lab_reports.conftest import SMALL, every_claim


class TestKeeping:
    def test_a_finished_piece_is_not_measured_again(self, shop, measured):
        def never(_):
            raise AssertionError("measured again")

        never.__module__ = MEASUREMENTS["types"].__module__
        again = shop.piece("types", never)
        for key, values in measured["types"].items():
            assert np.array_equal(again[key], values), key

    def test_another_setting_and_a_damaged_file_are_measured_again(self, jets, tmp_path, caplog):
        calls = []

        def count(_):
            calls.append(1)
            return {"numbers": np.arange(3.0)}

        first = Workshop(Setting(seeds=2), tmp_path, jets=jets, cache=tmp_path)
        first.piece("count", count)
        first.piece("count", count)
        assert len(calls) == 1
        (path,) = (tmp_path / PIECES).iterdir()
        path.write_bytes(path.read_bytes()[:-1])
        first.piece("count", count)
        assert len(calls) == 2
        assert [str(path) in record.getMessage() for record in caplog.records] == [True]
        Workshop(Setting(seeds=3), tmp_path, jets=jets, cache=tmp_path).piece("count", count)
        assert len(calls) == 3

    def test_other_code_of_the_problems_measures_again(self, jets, tmp_path, monkeypatch):
        shop = Workshop(Setting(seeds=2), tmp_path, jets=jets, cache=tmp_path)
        shop.piece("count", lambda _: {"numbers": np.zeros(1)})
        edited = code_hash("moo_jsc") + "edited"
        monkeypatch.setattr(workshop, "code_hash", lambda *names: edited + repr(names))
        found = shop.piece("count", lambda _: {"numbers": np.ones(1)})
        assert found["numbers"].tolist() == [1.0]

    def test_seeds_decide_everything_but_time(self, shop, measured, tmp_path):
        again = Workshop(SMALL, tmp_path, workers=1, jets=shop.jets, cache=tmp_path)
        for name in ("types", "pair-searches"):
            repeated = again.piece(name, MEASUREMENTS[name])
            for key, values in measured[name].items():
                if not key.endswith(".seconds"):
                    assert np.allclose(repeated[key], values, atol=1e-6), (name, key)


class TestSixthReport:
    @pytest.fixture
    def registered(self, tmp_path, monkeypatch):
        """Put the example of the documentation beside the shipped reports, as one file."""
        import re

        from studies.lab_reports import catalog, reports

        page = Path(__file__).parents[3] / "docs" / "extending.md"
        code = re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL)[-1]
        (tmp_path / "r9_example.py").write_text(code)
        monkeypatch.setattr(reports, "__path__", [*reports.__path__, str(tmp_path)])
        catalog.all_reports.cache_clear()
        yield
        catalog.all_reports.cache_clear()

    def test_it_is_one_file(self, registered, few, tmp_path, capsys):
        arguments = ["--report", "R9", "--seeds", "2", "--budget", "6", "--jets", str(few)]
        folders = ["--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]
        main(parse(Config, [*arguments, *folders, "--workers", "1"]))
        assert "R9.1" in capsys.readouterr().out
        page = (tmp_path / "out" / "report.html").read_text()
        assert "An example" in page and "The network is better than chance." in page
        assert len(reports_of(None)) == len({r.key for r in reports_of(None)})

    def test_a_claim_of_no_section_is_refused(self):
        report = all_reports()["R0"]
        with pytest.raises(ValueError, match="one of its sections"):
            replace(report, sections={"elsewhere": ""})


class TestPage:
    def test_numbers_are_written_between_the_markers(self, measured, tmp_path):
        page = tmp_path / "page.md"
        page.write_text((Path(__file__).parents[3] / "docs" / "reports.md").read_text())
        findings = judge_all(every_claim(), measured)
        update_page(page, findings, measured, reports_of(None))
        text = page.read_text()
        assert text.count("\n| R") == len(findings)
        assert "R4 says that quantising does not compromise accuracy" in text
        update_page(page, findings, measured, reports_of(None))
        assert page.read_text() == text

    def test_a_page_without_markers_gets_one_line(self, measured, tmp_path):
        page = tmp_path / "page.md"
        page.write_text("nothing")
        with pytest.raises(InputError, match="expected the marks"):
            update_page(page, (), measured, reports_of(None))


class TestCommand:
    def test_widened_networks_are_trained_twenty_times_unless_fewer_are_asked_for(self):
        assert Config().training_seeds == 20

    def test_one_report_from_the_command_line(self, few, tmp_path, capsys, monkeypatch):
        monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
        arguments = ["--report", "R1", "--seeds", "2", "--budget", "6", "--jets", str(few)]
        config = parse(Config, [*arguments, "--out", str(tmp_path), "--workers", "1"])
        main(config)
        printed = capsys.readouterr().out
        assert "R1.4" in printed and "cannot be told apart" in printed
        page = (tmp_path / "report.html").read_text()
        for part in ("R1.6", "Contradictions", "metric never reset", "Practical 2 (first)", "Q4"):
            assert part in page
        assert len((tmp_path / "claims.csv").read_text().splitlines()) == 1 + len(
            all_reports()["R1"].claims
        )
        pieces = tmp_path / PIECES
        assert list(pieces.glob("types-*")) and not list(pieces.glob("trained-grid-*"))
        stamps = {path: path.stat().st_mtime_ns for path in pieces.iterdir()}
        main(config)
        assert stamps == {path: path.stat().st_mtime_ns for path in pieces.iterdir()}

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--report", "R9"], "report 'R9': expected one of R0, R1, R2, R3, R4"),
            (["--seeds", "1"], "seeds = 1: expected a whole number of at least 2"),
            (["--budget", "0"], "budget = 0"),
            (["--jets", "nowhere.csv"], "nowhere.csv"),
            (["--colour", "red"], "--colour"),
        ],
    )
    def test_bad_input_gets_one_line(self, arguments, message, tmp_path, capsys):
        with pytest.raises(SystemExit) as stopped:
            run_study(main, Config, [*arguments, "--out", str(tmp_path / "out")])
        error = capsys.readouterr().err
        assert stopped.value.code == 2
        assert message in error
        assert len(error.strip().splitlines()) == 1
        assert not (tmp_path / "out").exists()
