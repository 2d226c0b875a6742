import ast
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import analysis.plots
import studies
from tests.figures.cases import cases

SLACK = 1.0
"""Pixels by which texts may touch."""

CASES = list(cases())


def drawn_with_boxes(draw, call, monkeypatch):
    """Draw a figure; return it with its texts and their bounding boxes (n, 4) in pixels."""
    drawn = {}
    draw_text, draw_figure = Text.draw, Figure.draw

    def recorded(text, renderer, *arguments, **options):
        if text.get_visible() and text.get_text().strip():
            drawn[text] = text.get_window_extent(renderer).extents
        return draw_text(text, renderer, *arguments, **options)

    def started(figure, *arguments, **options):
        drawn.clear()
        return draw_figure(figure, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Text, "draw", recorded)
        patched.setattr(Figure, "draw", started)
        figure = call(draw)
    return figure, [text.get_text() for text in drawn], np.array(list(drawn.values()))


def overlaps(boxes):
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    shared = np.minimum(high, boxes[None, :, 2:]) - np.maximum(low, boxes[None, :, :2])
    return np.argwhere(np.triu((shared > SLACK).all(axis=2), 1))


@pytest.mark.parametrize(
    ("draw", "call"),
    [pytest.param(draw, call, id=f"{draw.__name__}-{name}") for draw, name, call in CASES],
)
def test_all_text_is_inside_and_apart(draw, call, monkeypatch):
    figure, texts, boxes = drawn_with_boxes(draw, call, monkeypatch)
    width, height = figure.canvas.get_width_height()
    assert len(texts) > 0
    outside = (boxes[:, :2] < -SLACK).any(axis=1) | (boxes[:, 2] > width + SLACK)
    outside |= boxes[:, 3] > height + SLACK
    assert [texts[row] for row in np.flatnonzero(outside)] == []
    assert [(texts[one], texts[other]) for one, other in overlaps(boxes)] == []


def test_overlapping_boxes_are_found():
    boxes = np.array([[0, 0, 10, 10], [5, 5, 15, 15], [20, 0, 30, 10]])
    assert overlaps(boxes).tolist() == [[0, 1]]


def test_no_figure_is_left_out():
    found = set()
    for package in (analysis.plots, studies):
        root = Path(package.__path__[0])
        for path in root.rglob("*.py"):
            module = ".".join([package.__name__, *path.relative_to(root).with_suffix("").parts])
            for part in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                    returned = part.returns and ast.unparse(part.returns)
                    found |= {(module, part.name)} if returned == "Figure" else set()
    assert found == {(draw.__module__, draw.__name__) for draw, *_ in CASES}
