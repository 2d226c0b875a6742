from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.data.jets.sources import read_file
from studies import compare_generator_settings, compare_jets_to_openml, generate_jets

Columns = dict[str, np.ndarray]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "0"], "--workers 0: expected at least 1"),
        (["--jets", "0"], "--jets 0: expected at least 1"),
    ],
)
def test_generation_answers_bad_values_with_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sample.npz"
    assert generate_jets.main([*arguments, "--parts", str(tmp_path), "--out", str(out)]) == 2
    assert capsys.readouterr().err == f"generate_jets: {message}\n"
    assert list(tmp_path.iterdir()) == []


def test_comparison_writes_table_and_figure(tmp_path: Path) -> None:
    page, figure = tmp_path / "page.md", tmp_path / "figure.png"
    tables = (compare_jets_to_openml.TABLE, compare_jets_to_openml.SHARES)
    between = ["\nold\n".join(compare_jets_to_openml.markers(title)) for title in tables]
    page.write_text("\n".join(["before", *between, "after\n"]))
    assert compare_jets_to_openml.main(["--page", str(page), "--figure", str(figure)]) == 0
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert text.count("\n| `") == 16
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_page_in_the_documentation_is_up_to_date(tmp_path: Path) -> None:
    from moo_jsc.data.jets.sample import read_sample

    page = Path(__file__).parents[3] / "docs" / "jets.md"
    assert compare_jets_to_openml.comparison_table(read_sample().features) in page.read_text()
    assert compare_jets_to_openml.shares_table(read_sample()) in page.read_text()


def test_comparison_within_classes(
    columns: Columns, write_csv: Callable[[Columns], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    columns["mass_mmdt"] = np.where(columns["class"] == "w", 80.0, columns["mass_mmdt"])
    path = write_csv(columns)
    assert compare_jets_to_openml.main(["--against", str(path)]) == 0
    shares, _, distances = capsys.readouterr().out.partition("\n\n")
    assert "| w within 1 GeV of the pole | 100.0 % |" in shares
    real = read_file(path)
    assert compare_jets_to_openml.class_table(real, real).count(" 0.000 |") == 16 * 5
    for line in distances.splitlines()[2:]:
        assert all(0 < float(cell) <= 1 for cell in line.split("|")[2:-1])


def test_missing_real_jets(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare_jets_to_openml.main(["--against", "nowhere.csv"]) == 2
    assert capsys.readouterr().err == "compare_jets_to_openml: nowhere.csv: no such file\n"


def test_generator_settings_print_one_row_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pythia8mc")
    tried = [row for row in compare_generator_settings.settings() if not row.natural_widths]
    monkeypatch.setattr(compare_generator_settings, "settings", lambda: tried)
    assert compare_generator_settings.main(["--jets", "2"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert len(lines) == 3 + len(tried)
    assert lines[2].startswith("| OpenML 42468 | 33.0 % | 29.0 % | 1.4 % |")
    assert {line.count("|") for line in lines} == {8}


@pytest.mark.parametrize("text", [None, "no markers"])
def test_comparison_answers_a_bad_page_with_one_line(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, figure = tmp_path / "page.md", tmp_path / "figure.png"
    if text is not None:
        page.write_text(text)
    assert compare_jets_to_openml.main(["--page", str(page), "--figure", str(figure)]) == 2
    assert capsys.readouterr().err.startswith(f"compare_jets_to_openml: {page}: ")
    assert not figure.exists()


def test_generator_settings_answer_bad_values_with_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert compare_generator_settings.main(["--jets", "0"]) == 2
    expected = "jets = 0: expected a whole number of at least 1"
    assert capsys.readouterr().err == f"compare_generator_settings: {expected}\n"
