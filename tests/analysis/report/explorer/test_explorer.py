"""What travels with the page, and its size."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.foundation.errors import InputError
from analysis.report import Report
from analysis.report.explorer import Designs, Measure, drawn_rows
from analysis.report.explorer.packing import as_json, packed, unpacked

MEASURES = (Measure("accuracy", "accuracy", sense="max"), Measure("size", "size", "bits"))


def some(**more):
    frame = pd.DataFrame(
        {
            "design": [5, 9, 2],
            "front": [True, False, True],
            "accuracy": [0.5, np.nan, 0.7],
            "size": [10.0, 20.0, 1 / 3],
            "width": [8, 4, 8],
            "first": ["16 x 4", "16 x 8", "16 x 4"],
            "tpe": [3, 0, 1],
        }
    )
    chosen = {"choices": ("width",), "layers": ("first",), "found": {"optuna-tpe": "tpe"}}
    chosen |= {"runs": 4, "commands": {"build": "build --number {number}"}, **more}
    return Designs(frame, MEASURES, **chosen)


def test_columns_travel_as_json_and_words_travel_once():
    content = json.loads(as_json(some(total=100)))
    assert content["total"] == 100 and content["runs"] == 4
    assert content["numbers"] == [5, 9, 2] and content["front"] == [1, 0, 1]
    assert [each["data"] for each in content["measures"]] == [
        [0.5, None, 0.7],
        [10.0, 20.0, 0.3333333],
    ]
    assert content["choices"] == [{"key": "width", "values": ["4", "8"], "codes": [1, 0, 1]}]
    assert content["layers"][0]["values"] == ["16 x 4", "16 x 8"]
    assert content["found"] == [{"key": "optuna-tpe", "data": [3, 0, 1]}]
    assert content["commands"] == [{"key": "build", "line": "build --number {number}"}]


@pytest.mark.parametrize("text", ["", "a design", "\0\n\u00e4\u20ac\U0001f600" * 1000])
def test_packing_keeps_every_text(text):
    assert unpacked(packed(text)) == text
    assert packed(text) == packed(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"choices": ("height",)}, "no column 'height'"),
        ({"commands": {"build": "build"}}, "expected {number}"),
    ],
)
def test_wrong_designs_get_one_line(change, words):
    with pytest.raises(InputError, match=words):
        some(**change)


def test_numbers_are_there_once_and_logarithms_exist():
    frame = pd.DataFrame({"design": [1, 1], "front": True, "size": [0.0, 1.0]})
    with pytest.raises(InputError, match="each number once"):
        Designs(frame, (Measure("size", "size"),))
    with pytest.raises(InputError, match="positive"):
        Designs(frame.assign(design=[1, 2]), (Measure("size", "size", logarithmic=True),))
    with pytest.raises(InputError, match="at least one"):
        Designs(frame[:0], (Measure("size", "size"),))


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300), st.integers(1, 60), st.randoms(use_true_random=False))
def test_all_wanted_designs_are_drawn_as_far_as_there_is_room(size, limit, random):
    wanted = random.sample(range(size), random.randint(0, size))
    rows = drawn_rows(size, wanted, limit=limit)
    assert len(rows) == min(size, limit) == len(set(rows.tolist()))
    assert (np.diff(rows) > 0).all()
    if len(wanted) <= limit:
        assert set(wanted) <= set(rows.tolist())
    else:
        assert set(rows.tolist()) <= set(wanted)
    assert np.array_equal(rows, drawn_rows(size, wanted, limit=limit))


def test_an_explorer_comes_with_a_table_and_needs_no_network(tmp_path):
    report = Report("Which?")
    section = report.section("Designs")
    section.explorer("designs", some(), "All of them.")
    with pytest.raises(InputError, match="taken"):
        section.explorer("designs", some())
    page = report.write(tmp_path).read_text(encoding="utf-8")
    assert "http" not in page and page.count('id="plotly"') == 1
    assert len(page) < 3e6
    table = pd.read_csv(tmp_path / "tables" / "designs.csv")
    assert table["size"].tolist() == [10.0, 20.0, 1 / 3]


def test_a_page_without_an_explorer_does_not_carry_the_library():
    report = Report("Which?")
    report.section("Answer").lead("None.")
    assert "plotly" not in report.html()


def test_tens_of_thousands_of_designs_leave_room_on_the_page():
    """Of 43,200 designs of 15 columns, what is drawn takes less than a megabyte."""
    rng = np.random.default_rng(0)
    rows = drawn_rows(43_200, [])
    frame = pd.DataFrame({"design": rows, "front": False})
    for number in range(15):
        frame[f"c{number}"] = rng.random(len(rows))
    measures = tuple(Measure(f"c{number}", "c") for number in range(15))
    assert len(packed(as_json(Designs(frame, measures, total=43_200)))) < 1e6
