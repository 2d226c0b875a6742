import subprocess
import sys

import pytest

import analysis


@pytest.mark.parametrize("name", analysis.__all__)
def test_public_names_are_there_and_documented(name):
    found = getattr(analysis, name)
    assert found.__name__ == name
    assert found.__doc__ and name in dir(analysis)


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = analysis.nothing


def test_nothing_heavy_is_loaded_before_it_is_used():
    code = (
        "import sys, analysis; "
        "print([m for m in ('numpy', 'pandas', 'scipy', 'matplotlib') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_types_are_declared_and_agree_with_what_is_loaded():
    """The names for type checkers and the names for running are written down twice."""
    from pathlib import Path

    text = Path(analysis.__file__).read_text(encoding="utf-8")
    static = text[text.index("if TYPE_CHECKING") : text.index("_HOMES")]
    for name, home in analysis._HOME.items():
        [line] = [line for line in static.splitlines() if f"from {home} import" in line]
        assert name in line
    assert (Path(analysis.__file__).parent / "py.typed").is_file()
