import csv
import io
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from analysis.foundation.errors import InputError
from analysis.report import Column, Report
from analysis.report.figures import inline_svg
from analysis.report.files import write_whole
from analysis.report.tables import Table, escape_latex

VOID = {"meta", "img", "br", "wbr", "link", "input", "path", "use", "image", "rect"}


class Balanced(HTMLParser):
    """Fails on tags that do not close, and collects identifiers and links to other places."""

    def __init__(self):
        super().__init__()
        self.open, self.identifiers, self.outside = [], [], []

    def handle_starttag(self, tag, attributes):
        for key, value in attributes:
            if key == "id":
                self.identifiers.append(value)
            if key in ("src", "href", "xlink:href") and not value.startswith(("#", "data:")):
                self.outside.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def parsed(html):
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    return parser


def figure():
    from matplotlib.figure import Figure

    made = Figure(figsize=(2, 1))
    made.subplots().plot([0, 1], [0, 1])
    return made


@pytest.fixture
def report():
    report = Report("Is <b> & c?", "one line")
    section = report.section("Answer")
    section.lead("No <script>.")
    section.sentences(["First.", "Second."])
    section.figure("line", figure(), "A line <x>.", png=True)
    section.figure("other_line", figure(), "Another.")
    frame = pd.DataFrame({"sampler": ["a_b", "c"], "share": [0.25, np.inf], "p": [0.5, np.nan]})
    columns = [Column("sampler", "sampler", "text"), Column("share", "share (%)", "percent", 1)]
    section.table("shares", frame, columns, "Shares.")
    section.table("more", frame, columns, "More.", folded=True)
    section.warnings([])
    section.definitions({"seeds": 30})
    section.code("python x.py > y")
    return report


def test_page_is_balanced_and_stands_alone(report):
    page = parsed(report.html())
    assert page.outside == ["tables/shares.csv", "tables/more.csv"]
    assert len(set(page.identifiers)) == len(page.identifiers)
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", report.html())


def test_terms_lead_to_their_explanations(report):
    """At their first use in a section, and in the heads of tables."""
    section = report.section("More")
    section.text("The knee of one run, the knee of another <trial>.")
    section.text("A knee again.")
    report.section("Still more").text("A knee.")
    frame = pd.DataFrame({"tau": [0.5]})
    section.table("taus", frame, [Column("tau", "Kendall's tau")])
    html = report.html()
    page = parsed(html)
    assert html.count('href="#term-knee"') == 2
    assert '&lt;<a class="term" href="#term-trial">trial</a>&gt;' in html
    assert 'title="Kendall' in html
    assert {"terms", "term-knee", "term-trial", "term-tau"} <= set(page.identifiers)
    assert "term-igd" not in page.identifiers


def test_every_link_on_the_page_has_a_target(report):
    report.section("More").text("The knee and its hypervolume.")
    html = report.html()
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in html


def test_a_link_leads_to_another_page(report):
    report.section("More").link("All <of> it:", "../one & two/report.html")
    html = report.html()
    assert parsed(html).outside[-1] == "../one%20%26%20two/report.html"
    assert "All &lt;of&gt; it:" in html


def test_parts_alone_have_no_links_to_other_places():
    frame = pd.DataFrame({"tau": [0.5]})
    assert "href" not in Table("taus", frame, [Column("tau", "tau")], "The knee.").html()


def test_text_is_escaped(report):
    html = report.html()
    assert "<title>Is &lt;b&gt; &amp; c?</title>" in html
    assert "No &lt;script&gt;." in html
    assert "python x.py &gt; y" in html


def test_everything_is_written_beside_the_page(report, tmp_path):
    page = report.write(tmp_path / "results")
    assert page.read_text(encoding="utf-8") == report.html()
    linked = parsed(report.html()).outside
    assert linked and all((page.parent / target).is_file() for target in linked)
    assert sorted(
        path.relative_to(page.parent).as_posix() for path in page.parent.rglob("*.*")
    ) == [
        "figures/line.png",
        "figures/line.svg",
        "figures/other_line.svg",
        "report.html",
        "tables/more.csv",
        "tables/more.tex",
        "tables/shares.csv",
        "tables/shares.tex",
    ]


def test_same_content_same_bytes(report):
    assert report.html() == report.html()


def test_names_are_unique_and_plain(report):
    section = report.sections[0]
    with pytest.raises(InputError, match="taken"):
        section.figure("line", figure(), "")
    with pytest.raises(InputError, match="lower-case"):
        section.figure("a line", figure(), "")


def test_folder_that_cannot_be_written(report, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        report.write(tmp_path / "file")


def test_csv_keeps_every_digit():
    frame = pd.DataFrame({"x": [0.1 + 0.2], "hidden": [1]})
    rows = list(csv.DictReader(io.StringIO(Table("t", frame, [Column("x", "x")]).csv())))
    assert float(rows[0]["x"]) == 0.1 + 0.2
    assert rows[0]["hidden"] == "1"


def test_index_with_a_name_is_a_column():
    frame = pd.DataFrame({"x": [1.0]}, index=pd.Index(["a"], name="sampler"))
    table = Table("t", frame, [Column("sampler", "sampler", "text"), Column("x", "x", digits=1)])
    assert '<td class="text" data-value="a">a</td>' in table.html()
    assert table.csv() == "sampler,x\na,1.0\n"
    assert "a & 1.0" in table.latex()


def test_unknown_column():
    with pytest.raises(InputError, match="no column 'y'"):
        Table("t", pd.DataFrame({"x": [1]}), [Column("y", "y")])


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        (Column("x", "x", digits=2), 1.239, "1.24"),
        (Column("x", "x", digits=2), -0.001, "0.00"),
        (Column("x", "x", digits=1, signed=True), 2.0, "+2.0"),
        (Column("x", "x", digits=1, signed=True), -2.0, "\u22122.0"),
        (Column("x", "x", "percent", 1), 0.1234, "12.3"),
        (Column("x", "x", "significant", 3), 1234567.0, "1234567"),
        (Column("x", "x", "whole"), 12.0, "12"),
        (Column("x", "x", "whole"), np.inf, "\u221e"),
        (Column("x", "x"), np.nan, "\u2013"),
        (Column("x", "x", "p"), 0.0004, "< 0.001"),
        (Column("x", "x", "p"), 0.0123, "0.012"),
        (Column("x", "x", "text"), "a", "a"),
    ],
)
def test_cells(column, value, shown):
    assert column.shown({"x": value}) == shown


def test_cells_sort_by_number_not_by_text():
    frame = pd.DataFrame({"x": [10.0, np.inf, np.nan], "low": 1.0, "high": 2.0})
    html = Table("t", frame, [Column("x", "x", digits=0, limits=("low", "high"))]).html()
    assert re.findall(r'data-value="([^"]*)"', html) == ["10.0", "Infinity", ""]
    assert "10 <small>[1, 2]</small>" in html
    html = Table(
        "t",
        frame.assign(low=np.nan, high=np.nan),
        [Column("x", "x", digits=0, limits=("low", "high"))],
    ).html()
    assert "small" not in html


def test_latex_has_no_bare_specials():
    text = escape_latex("a_b & 50 % # $ { } ~ ^ \\")
    assert not re.search(r"(?<!\\)[&%#$_]", text)


def test_inline_svg_follows_the_page():
    drawn = '<?xml version="1.0"?>\n<svg width="72pt" viewBox="0 0 72 36"><defs><clipPath id="p">' \
        '</clipPath></defs><g id="a" clip-path="url(#p)" style="stroke: #24292f"/>' \
        '<use xlink:href="#p"/></svg>'  # fmt: skip
    found = inline_svg(drawn, "fig", 'say "x"')
    assert found.startswith('<svg role="img" aria-label="say &quot;x&quot;"')
    assert 'id="fig-p"' in found and "url(#fig-p)" in found and 'href="#fig-p"' in found
    assert "stroke: var(--ink)" in found and "?xml" not in found


def test_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    from pathlib import Path

    def fail(self, target):
        raise RuntimeError

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(RuntimeError):
        write_whole(tmp_path / "a.txt", "x")
    assert list(tmp_path.iterdir()) == []
