"""The notebooks run from top to bottom and use public names only."""

import ast
from pathlib import Path

import pytest

import analysis
import moo_jsc

NOTEBOOKS = sorted((Path(__file__).parents[1] / "docs" / "notebooks").glob("*.ipynb"))
PUBLIC = {"moo_jsc": set(moo_jsc.__all__), "analysis": set(analysis.__all__)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_public_names_only(path):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] in PUBLIC:
            assert {name.name for name in node.names} <= PUBLIC.get(node.module, set()), node.module
        if isinstance(node, ast.Import):
            assert not any(name.name.partition(".")[0] in PUBLIC for name in node.names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, tmp_path):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code)
    errors = [o for cell in code for o in cell.outputs if o.get("name") == "stderr"]
    assert not errors, errors[0].text


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == [
        "compare_samplers",
        "front_and_weights",
        "own_network",
    ]
