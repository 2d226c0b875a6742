"""The explorer as a reader uses it: a page from a file, a mouse, no network."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.report import Column, Report
from analysis.report.explorer import Designs, Measure

SPEC = importlib.util.spec_from_file_location("browser", Path(__file__).parent / "browser.py")
browser_module = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(browser_module)

MODEL = "document.querySelector('.explorer').model"
AT = """(() => {{ const plot = document.querySelector('.scatter'), row = {row},
  box = plot.getBoundingClientRect(), {{ xaxis, yaxis }} = plot._fullLayout,
  place = (axis, value) => axis._offset + axis.c2p(axis.d2c(value));
  return [box.left + place(xaxis, {model}.measures[2].numbers[row]),
          box.top + place(yaxis, {model}.measures[0].numbers[row])]; }})()"""
ON_AXIS = """(() => {{ const plot = document.querySelector('.parallel'),
  box = plot.getBoundingClientRect(), {{ xaxis, yaxis }} = plot._fullLayout;
  return [box.left + xaxis._offset + xaxis.c2p({axis}),
          box.top + yaxis._offset + yaxis.c2p({height})];
}})()"""


def designs():
    rng = np.random.default_rng(1)
    count = 500
    size = np.exp(np.linspace(5, 10, count))
    accuracy = 0.55 + 0.2 * (1 - np.exp(-size / 3000)) + rng.normal(0, 0.01, count)
    frame = pd.DataFrame({"design": 7 * np.arange(count), "front": np.arange(count) % 10 == 0})
    frame["accuracy"] = accuracy
    frame["test"] = accuracy + rng.normal(0, 0.004, count)
    frame["size"] = size
    frame["seq_blocks_2.weight"] = rng.choice([2, 4, 8], count)
    frame["seq_blocks_2"] = [f"16 x 4, weight {w} bits" for w in frame["seq_blocks_2.weight"]]
    frame["tpe"] = rng.integers(0, 9, count)
    return Designs(
        frame,
        (
            Measure("accuracy", "accuracy (validation)", "1", "max"),
            Measure("test", "accuracy (test)", "1", "max"),
            Measure("size", "size", "bits", "min", logarithmic=True),
        ),
        ("seq_blocks_2.weight",),
        ("seq_blocks_2",),
        {"optuna-tpe": "tpe"},
        30,
        {"build": "python studies/build_design.py --problem toy --number {number}"},
        43_200,
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page, open in a browser, with its explorer ready."""
    if browser_module.executable() is None:
        pytest.skip("no Chromium is installed")
    folder = tmp_path_factory.mktemp("page")
    report = Report("Which design?")
    section = report.section("Designs")
    section.explorer("designs", designs(), "All of them.")
    sizes = pd.DataFrame({"size": [1.0, 2.0]})
    section.table("sizes", sizes, [Column("size", "size")], "Sizes.", folded=True)
    opened = browser_module.Browser(tmp_path_factory.mktemp("profile"), 1400, 1500)
    opened.open(report.write(folder))
    opened.until("document.querySelector('.explorer').dataset.state", 60)
    yield opened
    opened.close()


def settled(page):
    """Let the plots follow the model."""
    frames = "new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(() => f(1))))"
    page.run(frames)


def test_it_starts_and_says_how_much_it_shows(page):
    assert page.run("document.querySelector('.explorer').dataset.state") == "ready"
    assert page.run("document.querySelector('.bounds output').textContent") == (
        "500 of 500 drawn designs pass (of 43,200 in all)"
    )


def test_pointing_shows_the_design_and_a_click_pins_it(page):
    frame = designs().frame
    row = 130
    page.mouse("mouseMoved", *page.run(AT.format(row=row, model=MODEL)))
    page.until(f"{MODEL}.hovered !== null")
    seen = page.run(f"{MODEL}.hovered")
    shown = page.run("document.querySelector('.card').innerText")
    design = frame.loc[seen]
    assert abs(design["size"] / frame.loc[row, "size"] - 1) < 0.1
    assert f"Design {design['design']}" in shown
    assert f"seq_blocks_2: {design['seq_blocks_2']}" in shown
    assert f"accuracy (test): {design['test']:.4g}" in shown
    assert f"optuna-tpe {design['tpe']}" in shown or design["tpe"] == 0
    page.click(*page.run(AT.format(row=row, model=MODEL)))
    page.until(f"{MODEL}.pins.length === 1")
    pinned = page.run("document.querySelector('.pinned').innerText")
    number = frame.loc[page.run(f"{MODEL}.pins[0]"), "design"]
    assert f"python studies/build_design.py --problem toy --number {number}" in pinned
    page.run("document.querySelector('.pinned td:last-child button').click()")
    assert page.run(f"{MODEL}.pins.length") == 0


def test_a_bound_leaves_the_cheapest_design_on_top(page):
    frame = designs().frame
    page.run("document.querySelector('input[aria-label=\"accuracy (test) at least\"]').focus()")
    page.send("Input.insertText", text="0.72")
    passing = frame[frame["test"] >= 0.72]
    assert page.run("document.querySelector('.bounds output').textContent").startswith(
        f"{len(passing)} of 500"
    )
    first = page.run("document.querySelector('.ranking tbody tr').innerText")
    assert first.split()[:2] == ["pin", str(passing.sort_values("size")["design"].iloc[0])]
    settled(page)
    page.until("document.querySelector('.scatter').data[1].selectedpoints !== null")
    selected = page.run("document.querySelector('.scatter').data[1].selectedpoints.length")
    assert selected == passing["front"].sum()
    page.run("document.querySelector('.bounds button').click()")
    assert page.run(f"{MODEL}.passing().length") == 500


def test_dragging_along_an_axis_keeps_a_part(page):
    frame = designs().frame
    start, end = (page.run(ON_AXIS.format(axis=2, height=height)) for height in (0.95, 0.55))
    page.drag(start, end)
    page.until(f"{MODEL}.ranges.size === 1")
    kept = frame.loc[page.run(f"{MODEL}.passing()")]
    low, high = np.log(frame["size"]).min(), np.log(frame["size"]).max()
    heights = 1 - (np.log(kept["size"]) - low) / (high - low)
    assert 100 < len(kept) < 300
    assert heights.min() > 0.5 and heights.max() < 1.0
    page.run("document.querySelector('.bounds button').click()")
    settled(page)


def test_a_box_in_the_scatter_reaches_the_lines(page):
    start, end = (page.run(AT.format(row=row, model=MODEL)) for row in (100, 250))
    page.drag((start[0], start[1] + 20), (end[0], end[1] - 60))
    page.until(f"{MODEL}.brush !== null")
    kept = page.run(f"{MODEL}.passing()")
    assert kept and min(kept) >= 95 and max(kept) <= 255
    settled(page)
    owners = "document.querySelector('.parallel').data.slice(1).flatMap((each) => each.owners)"
    page.until(f"new Set({owners}.filter((row) => row !== null)).size === {len(kept)}")
    page.run("document.querySelector('.bounds button').click()")


def test_menus_change_what_is_drawn(page):
    page.run(
        "(() => { const menu = document.querySelectorAll('.menus select')[2];"
        " menu.value = '2'; menu.dispatchEvent(new Event('change')); })()"
    )
    page.until("Array.isArray(document.querySelector('.scatter').data[1].marker.color)")


def test_folded_tables_are_printed_open_with_their_heads(page):
    unfolded = "document.querySelector('details').open"
    assert not page.run(unfolded)
    page.run("dispatchEvent(new Event('beforeprint'))")
    page.send("Emulation.setEmulatedMedia", media="print")
    assert page.run(unfolded)
    assert page.run("document.querySelector('details th').innerText") == "size"
    button = "getComputedStyle(document.querySelector('details th button')).display"
    assert page.run(button) == "contents"
    page.send("Emulation.setEmulatedMedia", media="")
    page.run("dispatchEvent(new Event('afterprint'))")
    assert not page.run(unfolded)


def test_nothing_failed_and_nothing_was_fetched(page):
    assert page.faults == []
