import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from analysis import plots
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.front.reference import Reference
from analysis.indicators.curves import hypervolume_curves
from analysis.plots.attainment import _staircase
from analysis.plots.axes import axis_scale, linear_ticks, log_ticks, short_number, wrapped
from analysis.plots.comparison import a12_matrix
from analysis.plots.curves import ranked, thinned
from analysis.plots.palette import BASELINE_INK, COLORS, MUTED, SAMPLERS, look, told_apart
from analysis.statistics.comparison import all_pairs
from analysis.statistics.several_problems import friedman
from moo_jsc.samplers import registry
from tests.analysis.strategies import OBJECTIVES, trial_table


@pytest.fixture
def curves():
    table, values = trial_table(samplers=("optuna-random", "optuna-tpe", "mine"), seeds=6)
    return hypervolume_curves(table, Reference.from_values(values, OBJECTIVES))


def test_looks_are_told_apart_by_more_than_color():
    looks = list(SAMPLERS.values())
    assert len({(drawn.color, drawn.marker) for drawn in looks}) == len(looks)


def luminance(color):
    share = np.array(to_rgb(color))
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("color", COLORS)
def test_colors_are_seen_on_white_and_on_a_dark_page(color):
    dark, light = sorted((luminance(color), luminance("#14181d")))
    assert (light + 0.05) / (dark + 0.05) > 2.9
    assert 1.05 / (luminance(color) + 0.05) > 2.4


def test_no_color_is_shared_by_three_and_those_who_share_differ_otherwise():
    by_color = {}
    for drawn in SAMPLERS.values():
        by_color.setdefault(drawn.color, []).append(drawn)
    for looks in by_color.values():
        assert len(looks) <= 2
        assert len({drawn.marker for drawn in looks}) == len(looks)
        assert len({drawn.dashes for drawn in looks}) == len(looks)


def test_every_registered_sampler_has_a_look():
    assert set(SAMPLERS) >= {*registry.SAMPLERS, *registry.NEEDING_EXTRAS}
    assert look("optuna-random").color == BASELINE_INK


def test_eight_lines_are_told_apart_and_the_baseline_is_one_of_them():
    ranked_names = [f"sampler-{place}" for place in range(20)]
    chosen = told_apart(ranked_names, "sampler-15")
    assert chosen == [*ranked_names[:7], "sampler-15"]
    assert told_apart(ranked_names, None) == ranked_names[:8]
    assert told_apart(ranked_names[:5], "sampler-2") == ranked_names[:5]


def test_the_others_are_grey_in_the_overview():
    table, values = trial_table(samplers=tuple(f"s{k}" for k in range(12)), seeds=3)
    found = hypervolume_curves(table, Reference.from_values(values, OBJECTIVES))
    figure = plots.overview([(found, "linear")])
    grey = [line for line in figure.axes[0].lines if line.get_color() == MUTED]
    assert (len(figure.axes[0].lines), len(grey)) == (12, 4)
    assert len(figure.axes[0].collections) == 8
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == [*ranked(found)[:8], "4 others: mean"]


@given(st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-6))
def test_numbers_are_never_written_with_an_exponent(value):
    text = short_number(value)
    assert "e" not in text
    factor = {"k": 1e3, "M": 1e6, "G": 1e9}.get(text[-1], 1.0)
    assert float(text.rstrip("kMG")) * factor == pytest.approx(value, rel=1e-3, abs=1e-12)


@given(st.floats(1e-3, 1e6), st.floats(1.01, 1e7), st.integers(2, 7))
def test_ticks_are_inside_ordered_and_fit(low, ratio, room):
    high = low * ratio
    for ticks in (log_ticks(low, high, room), linear_ticks(low, high, room)):
        assert (np.diff(ticks) > 0).all()
        assert ticks.min() >= low * (1 - 1e-6) and ticks.max() <= high * (1 + 1e-6)
        assert len(ticks) <= max(room, 4)


@given(st.integers(1, 500), st.integers(2, 7))
def test_counts_have_whole_ticks(budget, room):
    ticks = linear_ticks(1, budget + 1, room, whole=True)
    assert (ticks == np.round(ticks)).all() and len(ticks) >= 1


def test_declared_scales_come_before_what_values_span():
    size = Objective(name="size")
    assert axis_scale(size, [1, 100]) == "logarithmic"
    assert axis_scale(size, [1, 100], {"size": "linear"}) == "linear"
    assert axis_scale(size, [1, 2], {"size": "logarithmic"}) == "logarithmic"
    assert axis_scale(size, [0, 100]) == "linear"
    assert axis_scale(Objective(name="accuracy", sense="max"), [0.01, 1]) == "linear"


@given(st.text(alphabet="ab- ", min_size=1, max_size=60), st.integers(2, 30), st.integers(1, 3))
def test_wrapped_names_fit(name, width, lines):
    rows = wrapped(name, width, lines).split("\n")
    assert len(rows) <= lines and all(len(row) <= width for row in rows)


def test_unknown_samplers_always_look_the_same():
    assert look("mine") == look("mine")
    assert look("mine") != look("yours")


def test_panels_come_best_first(curves):
    figure = plots.hypervolume_curves(curves)
    shown = [axes.get_title(loc="left").split()[0] for axes in figure.axes if axes.get_visible()]
    assert shown == ranked(curves)
    finals = [curves.final()[name].mean() for name in shown]
    assert finals == sorted(finals, reverse=True)


def test_panel_draws_the_mean_and_the_baseline(curves):
    figure = plots.hypervolume_curves(curves)
    for axes in figure.axes:
        name = axes.get_title(loc="left").split()[0]
        drawn = [line.get_ydata() for line in axes.lines]
        assert any(
            len(line) == curves.budget and np.allclose(line, curves.values[name].mean(axis=0))
            for line in drawn
        )


def test_long_curves_are_thinned_for_drawing():
    shown = thinned(5000)
    assert len(shown) == 200 and shown[0] == 0 and shown[-1] == 4999


def test_unknown_scale(curves):
    with pytest.raises(InputError, match="scale 'cubic'"):
        plots.indicator_curves(curves, scale="cubic")


def test_a12_matrix_is_antisymmetric(curves):
    pairs = all_pairs(curves.final())
    matrix = a12_matrix(pairs, ranked(curves))
    assert matrix + matrix.T == pytest.approx(np.ones((3, 3)))


def test_critical_differences_name_every_sampler():
    scores = pd.DataFrame(
        np.random.default_rng(0).normal(size=(8, 4)), columns=["a", "b", "c", "optuna-tpe"]
    )
    figure = plots.critical_differences(friedman(scores))
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    assert all(name in texts for name in scores.columns)


def test_staircase_bounds_the_dominated_region():
    steps = _staircase(np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([4.0, 4.0]))
    assert steps.tolist() == [[0, 4], [0, 3], [1, 3], [1, 2], [4, 2]]


def test_every_run_has_its_mark(curves):
    figure = plots.final_values(curves, baseline="optuna-random")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ranked(curves)
    drawn = np.concatenate([np.asarray(found.get_offsets())[:, 0] for found in axes.collections])
    expected = np.concatenate(list(curves.final().values()))
    assert np.sort(drawn).tolist() == pytest.approx(np.sort(expected).tolist())


def test_decided_pairs_are_bold(curves):
    pairs = all_pairs(curves.final())
    pairs["verdict"] = ["better", "undecided", "undecided"]
    order = ranked(curves)
    figure = plots.effect_sizes(pairs, order)
    texts = figure.axes[0].texts
    assert len(texts) == 6
    assert sum(text.get_fontweight() == "bold" for text in texts) == 2


def test_who_was_run_for_fewer_trials_is_ranked_where_all_were():
    trials = {f"s{n}": (5, 20, 50) for n in range(9)} | {"costly": (5, 20)}
    rows = [
        {"problem": "p", "sampler": name, "seed": seed, "trials": count, "share": share}
        for place, (name, counts) in enumerate(trials.items())
        for seed in range(3)
        for count in (5, 20, 50)
        for share in [(0.1 + 0.01 * place) * count / 20 if count in counts else np.nan]
    ]
    figure = plots.shares_at(pd.DataFrame(rows), baseline="s0")
    (legend,) = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["costly", *(f"s{n}" for n in range(8, 2, -1)), "s0", "2 others: mean"]
