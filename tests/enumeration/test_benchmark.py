import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from moo_jsc.data.jets import load_jets
from moo_jsc.enumeration.benchmark import SHIPPED, benchmark_names, holds, load_benchmark
from moo_jsc.enumeration.benchmark_file import (
    LOSS_STEP,
    Numbers,
    read_card,
    read_numbers,
    write_benchmark,
)
from moo_jsc.enumeration.benchmark_maker import make_benchmark
from moo_jsc.enumeration.fine_tuned import SPLITS
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives import Bounds
from moo_jsc.problems.catalog import build_problem
from moo_jsc.runs import run_comparison
from moo_jsc.samplers import get_samplers

SHIPPED_NAMES = sorted(path.stem for path in SHIPPED.glob("*.json"))


@pytest.fixture(scope="module")
def codesign():
    return load_benchmark("codesign")


def drawn(benchmark, count, seed=0):
    return np.sort(np.random.default_rng(seed).choice(benchmark.space.size, count, replace=False))


@pytest.mark.parametrize("name", SHIPPED_NAMES)
@pytest.mark.parametrize("split", SPLITS)
def test_rounded_scores_and_costs_are_those_of_the_networks(name, split):
    costs = [cost for cost in read_card(SHIPPED, name).costs if cost != "latency"]
    names = ("accuracy", "loss", *(costs if split == "test" else ()))
    benchmark = load_benchmark(name, objectives=names, training="ptq", split=split)
    problem = build_problem(name, objectives=names, training="ptq", split=split)
    assert benchmark.space.choices == problem.space.choices
    rows = problem.space.configurations(drawn(benchmark, 125))
    expected, found = problem.evaluate(rows), benchmark.evaluate(rows)
    np.testing.assert_array_equal(found[:, 0], expected[:, 0])
    np.testing.assert_allclose(found[:, 1], expected[:, 1], atol=0.51 * LOSS_STEP)
    np.testing.assert_array_equal(found[:, 2:], expected[:, 2:])


def test_fine_tuned_scores_are_those_of_the_networks(codesign):
    """Equal on equal processors; elsewhere rounding may lead a training another way."""
    problem = build_problem("codesign", objectives=("accuracy", "size"), training="qat")
    numbers = drawn(codesign, 12, seed=3)
    rows = problem.space.configurations(numbers)
    recipe = replace(problem.scoring.fine_tuning, seed=1)
    found = problem.fine_tuned(rows, [recipe], SPLITS)[:, 0]
    shipped = np.stack([codesign.single_trainings(s)[numbers, 1, 0] for s in SPLITS], axis=1)
    difference = np.abs(found[..., 0] - shipped)
    assert np.median(difference) == 0
    assert np.mean(difference) < 0.002


def test_a_value_is_the_mean_over_trainings(codesign):
    singles = codesign.single_trainings()
    np.testing.assert_allclose(codesign.table.column("accuracy"), singles[:, :, 0].mean(axis=1))
    assert (codesign.trainings == 3).all()
    assert codesign.on("test").table.column("accuracy") is not None
    np.testing.assert_array_equal(
        codesign.on("test").table.column("size"), codesign.table.column("size")
    )


def test_the_table_is_a_plain_frame_too(codesign):
    frame = codesign.frame()
    assert len(frame) == codesign.space.size
    row = frame.iloc[777]
    (configuration,) = codesign.space.configurations([777])
    assert {
        name: row[name] for name in codesign.space.named(configuration)
    } == codesign.space.named(configuration)
    assert row["accuracy, fine-tuned, validation"] == codesign.evaluate([configuration])[0, 0]
    assert row["bitops"] == codesign.evaluate([configuration])[0, 3]


def test_it_loads_without_torch():
    code = (
        "import sys; from moo_jsc import load_benchmark\n"
        "load_benchmark('codesign').evaluate([[0] * 8])\n"
        "print([m for m in ('torch', 'optuna', 'pymoo', 'sklearn', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_noisy_run_sees_one_training_of_each_design(tmp_path, codesign):
    noisy = load_benchmark("codesign", noisy=True)
    assert noisy.fingerprint != codesign.fingerprint
    rows = codesign.space.configurations(np.arange(0, codesign.space.size, 97))
    singles = noisy.single_trainings()[::97, :, 0]
    seen = [noisy.for_run(seed).evaluate(rows)[:, 0] for seed in (0, 0, 1)]
    np.testing.assert_array_equal(seen[0], seen[1])
    assert (seen[0] != seen[2]).any()
    for values in seen:
        assert (values[:, None] == singles).any(axis=1).all()
    np.testing.assert_array_equal(noisy.evaluate(rows), codesign.evaluate(rows))
    comparison = run_comparison(
        noisy, get_samplers(["optuna-random"]), [4], 6, tmp_path, workers=1, progress=False
    )
    trials = comparison.trials()
    expected = noisy.for_run(4).table.column("accuracy")[trials["configuration"]]
    np.testing.assert_array_equal(trials["accuracy"], expected)
    again = run_comparison(
        noisy, get_samplers(["optuna-random"]), [4], 6, tmp_path, workers=1, progress=False
    )
    assert again.trials().equals(trials)


def test_what_a_table_lacks_is_named():
    with pytest.raises(InputError, match="codesing"):
        load_benchmark("codesing")
    with pytest.raises(InputError, match="acuracy"):
        load_benchmark("codesign", objectives=("acuracy",))
    with pytest.raises(InputError, match="split 'train'"):
        load_benchmark("codesign", split="train")
    with pytest.raises(InputError, match="no design has accuracy"):
        load_benchmark("codesign", bounds=Bounds({"accuracy": 0.99}))
    with pytest.raises(InputError, match="noisy: rounding has no chance"):
        load_benchmark("codesign", training="ptq", noisy=True)
    assert not holds("lab3-types")
    assert "codesign-hardware" in benchmark_names()


@pytest.fixture
def copied(tmp_path):
    for kind in ("json", "npz"):
        (tmp_path / f"codesign.{kind}").write_bytes((SHIPPED / f"codesign.{kind}").read_bytes())
    return tmp_path


@pytest.mark.parametrize("kind", ["json", "npz"])
@pytest.mark.parametrize("place", [10, 1000, -200])
def test_damage_is_found(copied, kind, place):
    path = copied / f"codesign.{kind}"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=path.name.split(".", maxsplit=1)[0]):
        load_benchmark("codesign", folder=copied)


def test_a_missing_file_is_named(copied):
    (copied / "codesign.npz").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        load_benchmark("codesign", folder=copied)
    with pytest.raises(InputError, match="no such file"):
        load_benchmark("codesign", folder=copied / "nowhere")


@pytest.mark.parametrize("samples", [20_000, 166_000])
def test_numbers_survive_the_file(tmp_path, samples):
    card = read_card(SHIPPED, "codesign")
    card = msgspec.structs.replace(card, seeds=(0, 1), samples=(samples, samples))
    rng = np.random.default_rng(0)
    scores = np.stack(
        [rng.integers(0, samples + 1, size=(50, 2, 2)) / samples, rng.random((50, 2, 2)) * 9],
        axis=-1,
    )
    scores[7, 1] = np.nan
    costs = np.column_stack([rng.random(50), rng.integers(0, 10**6, size=50)])
    numbers = Numbers(rounded=scores[:, 0], fine_tuned=scores, costs=costs)
    written = write_benchmark(tmp_path, card, numbers)
    found = read_numbers(tmp_path, written)
    np.testing.assert_array_equal(found.costs, costs)
    assert found.fine_tuned is not None
    np.testing.assert_array_equal(found.fine_tuned[..., 0], scores[..., 0])
    np.testing.assert_allclose(found.fine_tuned, scores, atol=0.51 * LOSS_STEP)


def test_the_maker_writes_what_the_loader_reads(tmp_path):
    card = make_benchmark("lab3-types", tmp_path, seeds=(0,))
    found = load_benchmark("lab3-types", training="qat", folder=tmp_path)
    problem = build_problem("lab3-types", training="qat")
    rows = problem.space.configurations(np.arange(18))
    np.testing.assert_array_equal(found.evaluate(rows), problem.evaluate(rows))
    assert card.seeds == (0,)
    assert Path(tmp_path / "lab3-types.npz").stat().st_size < 20_000
    before = found.column_of("latency")
    again = make_benchmark("lab3-types", tmp_path, circuits=False, keep_latency=True)
    kept = load_benchmark("lab3-types", objectives=("accuracy", "latency"), folder=tmp_path)
    np.testing.assert_array_equal(kept.column_of("latency"), before)
    assert (again.seeds, again.latency) == ((), card.latency)


def test_on_own_jets_the_networks_are_trained_too(tmp_path, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 5
    features = rng.normal(size=(5, 16))[labels] + rng.normal(scale=0.3, size=(300, 16))
    columns = dict(zip(load_jets().feature_names, features.T, strict=True))
    np.savez(tmp_path / "own.npz", **columns, **{"class": np.array(list("gqtwz"))[labels]})
    path = str(tmp_path / "own.npz")
    card = make_benchmark("lab3-types", tmp_path, jets=path, circuits=False)
    found = load_benchmark("lab3-types", folder=tmp_path)
    assert sum(card.samples) == len(labels) * 2 // 5
    assert found.column_of("accuracy").max() > 0.9
    with_shipped = build_problem("lab3-types", jets=path)
    rows = with_shipped.space.configurations(np.arange(18))
    assert with_shipped.evaluate(rows)[:, 0].max() < 0.6
