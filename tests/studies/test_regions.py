"""Bounds and scales as flags: one clear line for what is wrong, and a scale that is used."""

import pytest

from studies import compare_samplers, discrimination_table, enumerate_front, scalarization_weights
from studies.common.console import BAD_INPUT, parse, run_study
from studies.common.regions import reference_of

MODULES = [compare_samplers, discrimination_table, enumerate_front, scalarization_weights]
SMALL = ["--problem", "lab3-types", "--objectives", "accuracy", "size", "--workers", "1"]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.Config.script)
@pytest.mark.parametrize(
    ("flags", "line"),
    [
        (["--at-least", "accuracy"], "error: at least 'accuracy': expected for instance"),
        (["--at-most", "sizes=5"], "error: bound on objective 'sizes': expected one of"),
        (["--scales", "size=log"], "error: scale 'size=log': expected for instance"),
        (["--scales", "flops=linear"], "error: scale of objective 'flops': expected one of"),
    ],
)
def test_bad_flags_are_one_line(module, flags, line, capsys, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as stop:
        run_study(module.main, module.Config, [*SMALL, *flags, "--out", str(out)])
    assert stop.value.code == BAD_INPUT
    error = capsys.readouterr().err.strip().splitlines()
    assert [text.startswith(line) for text in error] == [True]
    assert not out.exists()


def test_a_bound_that_nothing_meets(capsys, tmp_path):
    flags = [*SMALL, "--at-least", "accuracy=0.99", "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit) as stop:
        run_study(enumerate_front.main, enumerate_front.Config, flags)
    assert stop.value.code == BAD_INPUT
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("error: lab3-types: no design has accuracy at least 0.99; there is")


def test_flags_reach_the_reference(tmp_path):
    from moo_jsc.enumeration import enumerate_problem
    from moo_jsc.problems.catalog import build_problem

    flags = ["--at-least", "accuracy=0.5", "--at-most", "size=200", "--scales", "size=logarithmic"]
    config = parse(enumerate_front.Config, [*SMALL, *flags])
    problem = build_problem(
        "lab3-types",
        objectives=("accuracy", "size"),
        bounds=config.bounds,
        scales=config.scales_by_name,
    )
    reference = reference_of(enumerate_problem(problem, cache_dir=tmp_path, progress=False))
    assert str(reference.bounds) == "accuracy at least 0.5, size at most 200"
    assert reference.logarithmic == ("size",)
    assert reference.scale_label == "size on a logarithmic scale"


def test_given_bounds_take_the_place_of_the_problems_own():
    from moo_jsc.objectives import Bounds
    from moo_jsc.problems.catalog import recipe_of

    own = recipe_of("codesign").bounds
    assert own.replaced(Bounds({"accuracy": 0.7})) == Bounds({"accuracy": 0.7})
    assert own.replaced(Bounds({}, {"size": 9})) == Bounds({"accuracy": 0.74}, {"size": 9})


def test_a_sampler_that_finds_nothing_that_counts(capsys, tmp_path):
    flags = ["--problem", "lab3-types", "--workers", "1", "--at-most", "size=160", "--budget", "2"]
    flags += ["--seeds", "3", "--samplers", "exhaustive", "optuna-random", "uniform-widths"]
    flags += ["--at-least", "accuracy=0.55", "--out", str(tmp_path / "out")]
    run_study(compare_samplers.main, compare_samplers.Config, flags)
    lines = capsys.readouterr().out.splitlines()
    row = next(line for line in lines if line.startswith("exhaustive "))
    assert row.split()[1:4] == ["0.000", "[0.000,", "0.000]"]
    assert row.split()[-1] == "-"
