from pathlib import Path

import pytest

from studies import compare_jets_to_openml, generate_jets


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
    page.write_text(
        f"before\n{compare_jets_to_openml.TABLE_BEGIN}\nold\n{compare_jets_to_openml.TABLE_END}\nafter\n"
    )
    assert compare_jets_to_openml.main(["--page", str(page), "--figure", str(figure)]) == 0
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert text.count("\n| `") == 16
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_page_in_the_documentation_is_up_to_date(tmp_path: Path) -> None:
    from moo_jsc.data.jets.sample import read_sample

    page = Path(__file__).parents[3] / "docs" / "jets.md"
    assert compare_jets_to_openml.comparison_table(read_sample().features) in page.read_text()


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
