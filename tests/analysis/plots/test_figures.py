import numpy as np
import pandas as pd
import pytest

from analysis import plots
from analysis.foundation.errors import InputError
from analysis.front.reference import Reference
from analysis.indicators.curves import hypervolume_curves
from analysis.plots.comparison import a12_matrix
from analysis.plots.curves import ranked, thinned
from analysis.plots.fronts import _staircase
from analysis.plots.palette import SAMPLERS, look
from analysis.statistics.comparison import all_pairs
from analysis.statistics.several_problems import friedman
from tests.analysis.strategies import OBJECTIVES, trial_table


@pytest.fixture
def curves():
    table, values = trial_table(samplers=("optuna-random", "optuna-tpe", "mine"), seeds=6)
    return hypervolume_curves(table, Reference.from_values(values, OBJECTIVES))


def test_looks_are_told_apart_by_more_than_color():
    looks = list(SAMPLERS.values())
    assert len({(drawn.color, drawn.marker) for drawn in looks}) == len(looks)


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


@pytest.mark.parametrize("count", [1, 2, 7])
def test_no_text_leaves_the_figure_of_curves(count):
    names = tuple(f"sampler-{i}" for i in range(count))
    table, values = trial_table(samplers=names, seeds=3)
    reference = Reference.from_values(values, OBJECTIVES, complete=False)
    figure = plots.hypervolume_curves(hypervolume_curves(table, reference), baseline=names[0])
    figure.canvas.draw()
    width, height = figure.canvas.get_width_height()
    for text in (*figure.texts, figure._supylabel, figure._supxlabel):
        box = text.get_window_extent()
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
