from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moo_jsc.data.jets import CLASSES, FEATURES

Columns = dict[str, np.ndarray]


@pytest.fixture
def columns() -> Columns:
    """100 made-up jets, 20 a class, as named columns with the class as a letter."""
    generator = np.random.default_rng(3)
    table: Columns = {name: generator.normal(size=100) for name in FEATURES}
    table["class"] = np.array(list(CLASSES) * 20)
    return table


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Write columns as a CSV file with all digits; give its path."""

    def write(table: dict[str, Any]) -> Path:
        path = tmp_path / "jets.csv"
        rows = zip(*table.values(), strict=True)
        lines = [",".join(table), *(",".join(str(value) for value in row) for row in rows)]
        path.write_text("\n".join(lines) + "\n")
        return path

    return write
