"""TOML files of the reports' form: what is honoured, what is remarked on, what is refused."""

from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.group_training import Schedule
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.architecture import ChannelMultipliers
from moo_jsc.problems.layered_precision import LayeredPrecisionSpace
from moo_jsc.problems.precision import PRECISION_SPACES, PrecisionSpace
from moo_jsc.quantization.formats import FixedPoint
from moo_jsc.samplers.scalarized import ScalarizedSampler
from studies.lab_reports.mase import read_mase_config
from studies.lab_reports.mase.best_trials import (
    best_trials,
    listed_metrics,
    shown_best_trials,
)
from studies.lab_reports.mase.strategy import SAMPLER_NAMES

SHIPPED = resources.files("studies.lab_reports") / "data" / "lab3_search.toml"


@pytest.fixture
def written(tmp_path):
    """Write the shipped file with some text replaced, and return its path."""

    def write(*replacements: tuple[str, str]) -> Path:
        text = SHIPPED.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "search.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_shipped_file_is_the_search_of_report_one():
    study = read_mase_config(SHIPPED)
    assert study.problem == "lab3-types"
    assert (study.network, study.final_relu) == ("jsc-tiny", True)
    assert (study.sampler.name, study.budget) == ("optuna-tpe", 20)
    assert study.objectives == ("accuracy", "average-bitwidth")
    assert study.weights is None
    assert len(study.remarks) == 3
    assert any("seed = 42" in remark for remark in study.remarks)
    assert any("num_samples = 512" in remark for remark in study.remarks)
    assert any("scale: changes nothing" in remark for remark in study.remarks)
    assert all("\n" not in remark for remark in study.remarks)


@pytest.mark.parametrize(("asked", "known"), SAMPLER_NAMES.items())
def test_every_sampler_of_the_form_has_one_here(written, asked, known):
    assert read_mase_config(written(('"tpe"', f'"{asked}"'))).sampler.name == known


@pytest.mark.parametrize("asked", ["brute-force", "brute_force", "bruteforce", "Brute-Force"])
def test_brute_force_is_spelt_in_many_ways_and_ends_with_the_space(written, asked):
    study = read_mase_config(written(('"tpe"', f'"{asked}"')))
    assert study.sampler.name == "optuna-brute-force"
    assert any("the space has 18 configurations" in remark for remark in study.remarks)


def test_brute_force_as_a_strategy_needs_no_number_of_trials(written):
    study = read_mase_config(
        written(
            ('name = "optuna"', 'name = "bruteforce"'), ('sampler = "tpe"\nn_trials = 20\n', "")
        )
    )
    assert (study.sampler.name, study.budget) == ("optuna-brute-force", 18)


def test_summed_metrics_search_for_the_sum_with_its_one_direction(written):
    study = read_mase_config(
        written(("sum_scaled_metrics = false", 'sum_scaled_metrics = true\ndirection = "maximize"'))
    )
    assert study.weights == {"accuracy": 1.0, "average-bitwidth": 0.2}
    assert isinstance(study.sampler, ScalarizedSampler)
    assert study.sampler.inner.name == "optuna-tpe"
    weights = study.sampler.signed_weights(get_objectives(study.objectives))
    assert np.array_equal(weights, [1.0, 0.2]), "the sum rewards a cost, as the tool's does"


def test_explicit_fractions_multiply_the_widths(written):
    study = read_mase_config(written(('weight_frac_width = ["NA"]', "weight_frac_width = [1, 3]")))
    assert isinstance(study.problem, PrecisionSpace)
    assert study.problem.weight == tuple(
        FixedPoint(width, fraction) for width in (2, 4, 8) for fraction in (1, 3)
    )


def test_equal_formats_are_listed_once(written):
    path = written(('data_in_frac_width = ["NA"]', 'data_in_frac_width = ["NA", 2]'))
    study = read_mase_config(path)
    assert isinstance(study.problem, PrecisionSpace)
    assert study.problem.data == (FixedPoint(4, 2), FixedPoint(8, 4), FixedPoint(8, 2))
    assert any("listed once" in remark for remark in study.remarks)


def test_by_type_is_remarked_on_and_quantizes(written):
    study = read_mase_config(
        written(('by = "name"', 'by = "type"'), ("seed.seq_blocks_2", "seed.linear"))
    )
    assert study.problem == "lab3-types"
    assert any("quantises nothing" in remark for remark in study.remarks)


def test_several_dense_layers_choose_for_themselves(written):
    study = read_mase_config(written(('"jsc-tiny"', '"jsc-threeLinear"')))
    assert study.network == "jsc-three-linear"
    assert isinstance(study.problem, PrecisionSpace)
    assert study.problem == PrecisionSpace(
        *(PRECISION_SPACES["lab3-types"].formats(t) for t in ("data", "weight", "bias")),
        per_layer=True,
    )
    assert any("seq_blocks_4, seq_blocks_6 cannot stay in float" in r for r in study.remarks)


CHANNELS = resources.files("studies.lab_reports") / "data" / "lab4_search.toml"


def channels(path, *replacements):
    """Write the shipped search over channel multipliers with some text replaced."""
    text = CHANNELS.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


WITHOUT_TRAINING = (
    ('[search.strategy.sw_runner.basic_train]\ndata_loader = "train_dataloader"\n', ""),
)


def test_channel_multipliers_without_training_are_those_with_weights(tmp_path):
    study = read_mase_config(channels(tmp_path / "channels.toml", *WITHOUT_TRAINING))
    assert study.problem == "channel-multipliers"
    assert (study.multipliers, study.schedule) == (None, None)
    assert any("channel_multiplier = [1, 2, 4, 8]" in remark for remark in study.remarks)
    assert any("nothing is trained" in remark for remark in study.remarks)


def test_channel_multipliers_with_training(tmp_path):
    study = read_mase_config(CHANNELS)
    assert study.problem is None
    assert study.multipliers == ChannelMultipliers((1, 2, 4, 8))
    assert study.schedule == Schedule(epochs=3, learning_rate=1e-3, batch_size=512, decay="none")
    assert not any("trained or loaded" in remark for remark in study.remarks)
    own = read_mase_config(
        channels(
            tmp_path / "own.toml",
            (
                "[search.strategy.sw_runner.basic_train]",
                "[search.strategy.sw_runner.basic_train]\nmax_epochs = 7\nbatch_size = 64",
            ),
        )
    )
    assert (own.schedule.epochs, own.schedule.batch_size) == (7, 64)


def test_multipliers_may_differ_by_layer(tmp_path):
    path = channels(
        tmp_path / "by_layer.toml",
        (
            'name = ["both"]\nchannel_multiplier = [1, 2, 4, 8]',
            'name = ["both"]\nchannel_multiplier = [1, 3]',
        ),
    )
    study = read_mase_config(path)
    assert study.multipliers == ChannelMultipliers(by_layer=((1, 2, 4, 8), (1, 3)))
    assert len(study.multipliers.combinations(2)) == 8


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("max_epochs = 3", 'max_epochs = "many"', "max_epochs = 'many', expected a whole number"),
        ("max_epochs = 3", "max_epochs = 0", "max_epochs = 0, expected a positive number"),
        ("channel_multiplier = [1, 2, 4, 8]", "channel_multiplier = 2", "expected a list"),
        ('"jsc-three-linear"', '"jsc-tiny"', "expected one of seq_blocks_2"),
        ("[search.strategy.sw_runner.basic_train]", "[search.strategy.other]", ""),
    ],
)
def test_wrong_searches_over_channels_get_one_line(tmp_path, old, new, message):
    path = channels(tmp_path / "channels.toml", (old, new))
    if not message:
        assert read_mase_config(path).schedule is None
        return
    if old == '"jsc-three-linear"':
        path.write_text(path.read_text().replace("seq_blocks_2", "seq_blocks_7"))
    with pytest.raises(InputError) as caught:
        read_mase_config(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_widths_may_differ_by_layer(written):
    other = (
        "[search.search_space.seed.seq_blocks_4.config]\nname = ['integer']\n"
        "data_in_width = [3]\nweight_width = [2, 3]\nbias_width = [8]\n\n"
    )
    path = written(
        ('"jsc-tiny"', '"jsc-three-linear"'), ("[search.strategy]", f"{other}[search.strategy]")
    )
    study = read_mase_config(path)
    assert isinstance(study.problem, LayeredPrecisionSpace)
    first, second, third = study.problem.layers
    assert first == third
    assert first.weight == PRECISION_SPACES["lab3-types"].weight
    assert second.data == (FixedPoint(3, 1),)
    assert second.weight == (FixedPoint(2, 1), FixedPoint(3, 1))
    names = [choice.name for choice in study.problem.choices(("a", "b", "c"))]
    assert names == ["a.data", "a.weight", "a.bias", "b.weight", "c.data", "c.weight", "c.bias"]


class Looked:
    """A problem whose values are known: what `best_trials` looks up."""

    def __init__(self, names, values):
        self.objectives = get_objectives(names)
        self.values = np.asarray(values, dtype=float)
        self.space = self

    def configurations(self, indices):
        return np.asarray(indices)

    def evaluate(self, rows):
        return self.values[rows]


def test_the_table_of_best_trials_is_the_tools(written):
    study = read_mase_config(SHIPPED)
    trials = pd.DataFrame(
        {
            "sampler": ["optuna-tpe"] * 4 + ["optuna-random"] * 2,
            "seed": [0, 0, 0, 1, 0, 0],
            "trial": [0, 1, 2, 0, 0, 1],
            "configuration": [3, 1, 2, 0, 0, 1],
            "accuracy": [0.6, 0.5, 0.4, 0.7, 0.9, 0.9],
            "average-bitwidth": [8.0, 2.0, 4.0, 8.0, 2.0, 2.0],
        }
    )
    names = listed_metrics(study)
    assert names == (
        *("loss", "accuracy", "average-bitwidth-mase", "memory-density-mase"),
        "average-bitwidth",
    )
    lookup = Looked(names, [[i / 10, 0.5 + i / 10, 2.0 + i, 16 - i, 2.0 + i] for i in range(4)])
    table = best_trials(study, trials, lookup)
    assert table[["seed", "number"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 0]]
    assert table["loss"].tolist() == [0.3, 0.1, 0.0]
    assert table["scaled average-bitwidth"].tolist() == pytest.approx([1.0, 0.6, 0.4])
    shown = shown_best_trials(study, table).splitlines()
    assert shown[0].split("  ")[0] == "number"
    assert len(shown) == 3, "those of the first run"
    assert "loss 0.3, accuracy 0.8" in shown[1]


def test_the_best_trial_of_a_sum_is_one(written):
    path = written(
        ("sum_scaled_metrics = false", 'sum_scaled_metrics = true\ndirection = "maximize"')
    )
    study = read_mase_config(path)
    trials = pd.DataFrame(
        {
            "sampler": [study.sampler.name] * 3,
            "seed": [0] * 3,
            "trial": range(3),
            "configuration": range(3),
            "accuracy": [0.6, 0.5, 0.7],
            "average-bitwidth": [8.0, 2.0, 4.0],
        }
    )
    lookup = Looked(listed_metrics(study), np.ones((3, 5)))
    table = best_trials(study, trials, lookup)
    assert table["number"].tolist() == [0], "the sum rewards width, as the tool's does"


def test_everything_that_cannot_be_honored_is_said(written):
    study = read_mase_config(
        written(
            ('task = "cls"', 'task = "cls"\nmax_epochs = 5\nlearning_rate = 1e-2\ncolour = "red"'),
            ("n_jobs = 1", "n_jobs = 4\ntimeout = 20000"),
            ("eval_mode = true", "eval_mode = false"),
            ("val_dataloader", "train_dataloader"),
            ("compare_to = 32", "compare_to = 16"),
            ('accuracy.direction = "maximize"', 'accuracy.direction = "minimize"'),
        )
    )
    for part in (
        "max_epochs, learning_rate: nothing is trained",
        "colour: has no meaning here",
        "n_jobs = 4",
        "timeout = 20000",
        "eval_mode = false",
        "data_loader = train_dataloader",
        "compare_to = 16",
        "accuracy.direction = minimize: accuracy is maximised here",
    ):
        assert any(part in remark for remark in study.remarks), part


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('model = "jsc-tiny"', "", "model missing, expected text"),
        ('"jsc-tiny"', '"resnet18"', "model = 'resnet18', expected one of jsc-tiny"),
        ('"tpe"', '"annealing"', "sampler = 'annealing', expected one of random"),
        ("n_trials = 20", "n_trials = 0", "n_trials = 0, expected at least 1"),
        ("n_trials = 20", "", "n_trials missing, expected a whole number"),
        ("n_trials = 20", 'n_trials = "many"', "n_trials = 'many', expected a whole number"),
        ("weight_width = [2, 4, 8]", "weight_width = [0]", "width = 0"),
        ("weight_width = [2, 4, 8]", "weight_width = 8", "weight_width = 8, expected a list"),
        ("weight_width = [2, 4, 8]", 'weight_width = ["NA"]', "expected a list of whole numbers"),
        ("accuracy.scale = 1.0", 'accuracy.scale = "big"', "accuracy.scale = 'big'"),
        ("accuracy.scale = 1.0\naccuracy", "beauty", "= 'beauty', expected one of accuracy"),
        ('direction = "maximize"', 'direction = "up"', "expected 'maximize' or 'minimize'"),
        ('by = "name"', 'by = "colour"', "setup.by = 'colour', expected 'name' or 'type'"),
        ("seed.seq_blocks_2", "seed.seq_blocks_9", "expected one of seq_blocks_2"),
        ("[search.strategy.setup]", "[search.strategy.other]", "[search.strategy.setup]"),
        ("sum_scaled_metrics = false", "sum_scaled_metrics = true", "setup.direction missing"),
        ("sum_scaled_metrics = false", "sum_scaled_metrics = 1", "expected true or false"),
        ('model = "jsc-tiny"', "model = ", "not TOML"),
    ],
)
def test_wrong_files_get_one_line(written, old, new, message):
    path = written((old, new))
    with pytest.raises(InputError) as caught:
        read_mase_config(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_gets_one_line(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_mase_config(tmp_path / "none.toml")


def test_the_readme_names_the_flag():
    assert "--mase-config" in (Path(__file__).parents[2] / "README.md").read_text()
