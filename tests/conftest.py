"""Settings of all tests, and the page that what is measured can be written onto.

``--page docs/samplers.md`` writes it. No test depends on how long something takes, so hypothesis
sets no deadline. Tests run side by side, so that numerical libraries get one thread each.
"""

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from studies.common.pages import fill, markdown

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch is loaded, here and by children
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


class Measured:
    """Tables that tests add rows to, written between the marks of a page when all have run."""

    def __init__(self, page):
        self.page = page
        self.tables = {}

    def row(self, table, **cells):
        """Add a row to a table and print it."""
        self.tables.setdefault(table, []).append(cells)
        print(f"\n    {', '.join(f'{name}: {value}' for name, value in cells.items())}", end="")

    def write(self):
        """Fill the page's parts of these names; without a page nothing happens."""
        if self.page is not None:
            fill(
                self.page,
                {name: markdown(pd.DataFrame(rows)) for name, rows in self.tables.items()},
            )


def pytest_addoption(parser):
    parser.addoption(
        "--page", type=Path, default=None, help="Markdown page that gets the measured tables"
    )


@pytest.fixture(scope="session")
def measured(request):
    tables = Measured(request.config.getoption("--page"))
    yield tables
    tables.write()
