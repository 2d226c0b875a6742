"""Damaged and invented files of every kind that is read."""

import csv
import io
import json
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.foundation.objectives import Objective
from analysis.trials.loaders import from_optuna_study, read_csv
from moo_jsc.data.jets.columns import CLASS_COLUMN, FEATURES
from moo_jsc.data.jets.sources import read_file
from moo_jsc.foundation.errors import InputError
from moo_jsc.runs.log import read_log
from studies.common.console import read_config
from studies.compare_samplers import Config
from studies.lab_reports.mase import read_mase_config
from tests.fuzz.answers import FUZZ, answer

odd_numbers = st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324, 1e30, 1e31, float("inf"), -1.0])
odd_texts = st.sampled_from(["", " ", "nan", "$\\frac{a}$", "\x00", "é", "x" * 300, "1e25", "0x10"])
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), odd_numbers, st.floats(), odd_texts, st.text()
)


@st.composite
def damaged(draw, whole: bytes):
    """Flips, cuts, insertions and the byte that is in no UTF-8 text."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["flip", "cut", "insert", "ec", "drop", "number"]))
        if kind == "flip" and data:
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del data[place:]
        elif kind == "insert":
            data[place:place] = draw(st.binary(min_size=1, max_size=20))
        elif kind == "ec" and data:
            data[place] = 0xEC
        elif kind == "drop":
            del data[place : place + draw(st.integers(1, 50))]
        else:
            data[place:place] = repr(draw(odd_numbers)).encode()
    return bytes(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


# ---------------------------------------------------------------- TOML


def toml(value):
    """A value as TOML, or None where TOML has no such value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(filter(None, map(toml, value)))}]"
    return None


values = st.one_of(scalars, st.lists(scalars, max_size=3))


@FUZZ
@given(data=st.data())
def test_settings_in_toml(folder, data):
    keys = st.one_of(st.sampled_from(list(Config.__dataclass_fields__)), st.text(max_size=8))
    table = data.draw(st.dictionaries(keys, values, max_size=4))
    text = "".join(
        f"{json.dumps(key)} = {toml(value)}\n" for key, value in table.items() if toml(value)
    )
    path = folder / "settings.toml"
    path.write_bytes(text.encode("utf-8", "replace"))
    if data.draw(st.booleans()):
        path.write_bytes(data.draw(damaged(path.read_bytes())))
    answer(read_config, Config, path, names=str(path))


MASE = """
model = "jsc-tiny"
[search.search_space]
name = "graph/quantize/mixed_precision_ptq"
[search.search_space.setup]
by = "name"
[search.search_space.seed.seq_blocks_2.config]
name = ["integer"]
data_in_width = [4, 8]
data_in_frac_width = ["NA"]
weight_width = [2, 4, 8]
weight_frac_width = ["NA"]
bias_width = [2, 4, 8]
bias_frac_width = ["NA"]
[search.strategy]
name = "optuna"
eval_mode = true
[search.strategy.sw_runner.basic_evaluation]
data_loader = "val_dataloader"
num_samples = 512
[search.strategy.hw_runner.average_bitwidth]
compare_to = 32
[search.strategy.setup]
n_jobs = 1
n_trials = 20
timeout = 20000
sampler = "tpe"
sum_scaled_metrics = false
direction = "maximize"
[search.strategy.metrics]
accuracy.scale = 1.0
accuracy.direction = "maximize"
average_bitwidth.scale = 0.2
average_bitwidth.direction = "minimize"
"""


def test_the_mase_file_to_damage_is_right(folder):
    path = folder / "right.toml"
    path.write_text(MASE)
    assert read_mase_config(path).budget == 20


@FUZZ
@given(data=st.data())
def test_mase_files(folder, data):
    """A value of the file is replaced, by line; or the bytes are damaged."""
    path = folder / "mase.toml"
    lines = MASE.splitlines()
    if data.draw(st.integers(0, 3)):
        places = [i for i, line in enumerate(lines) if " = " in line]
        place = data.draw(st.sampled_from(places))
        new = toml(data.draw(values)) or "1"
        lines[place] = f"{lines[place].split(' = ')[0]} = {new}"
        if data.draw(st.booleans()):
            del lines[data.draw(st.sampled_from(range(len(lines))))]
        path.write_bytes("\n".join(lines).encode("utf-8", "replace"))
    else:
        path.write_bytes(data.draw(damaged(MASE.encode())))
    answer(read_mase_config, path, names=str(path))


@pytest.mark.parametrize(
    "line",
    [
        *("name = 1", "model = 1", "search = 1", "search.strategy = 1"),
        *("search.strategy.sw_runner = 1", "search.strategy.sw_runner.basic_evaluation = 1"),
        *("search.strategy.hw_runner = []", "search.strategy.hw_runner.average_bitwidth = 1.5"),
        *("search.strategy.setup = 2", "search.strategy.setup.n_trials = 1e25"),
        *("search.strategy.metrics = 1", "search.search_space = true"),
        *("search.search_space.seed = 1", "search.search_space.seed.seq_blocks_2 = 1"),
        "search.search_space.seed.seq_blocks_2.config.name = 1",
        "search.search_space.seed.seq_blocks_2.config.channel_multiplier = 3",
        "search.search_space.seed.seq_blocks_2.config.channel_multiplier = [[1], 2]",
        "search.search_space.seed.seq_blocks_2.config.data_in_width = [[1]]",
        "search.search_space.setup.by = [1]",
        "search.strategy.setup.sampler = []",
        "search.strategy.setup.direction = []",
        "search.strategy.metrics.accuracy.direction = []",
        "search.strategy.metrics.accuracy.scale = inf",
    ],
)
def test_mase_keys_of_another_kind(folder, line):
    key, value = line.split(" = ")
    table = tomllib.loads(MASE)
    *above, last = key.split(".")
    place = table
    for name in above:
        place = place.setdefault(name, {})
    place[last] = tomllib.loads(f"v = {value}")["v"]
    path = folder / "kind.toml"
    path.write_text(as_toml(table))
    answer(read_mase_config, path, names=str(path))


def as_toml(table, name=""):
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"[{name}]"] if name else []
    lines += [f"{key} = {toml(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            lines.append(as_toml(value, f"{name}.{key}" if name else key))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("sampler", 'sampler = "tpe"'),
        ("model", 'model = "jsc-tiny"'),
        ("metric", 'accuracy.scale = 1.0\naccuracy.direction = "maximize"\n'),
    ],
)
def test_names_that_a_mase_file_is_told_to_take_are_taken(folder, key, line):
    path = folder / "suggested.toml"
    path.write_text(
        MASE.replace(
            line, line.replace("tpe", "x").replace("jsc-tiny", "x").replace("accuracy", "x")
        )
    )
    with pytest.raises(InputError, match="expected one of") as caught:
        read_mase_config(path)
    names = str(caught.value).split("expected one of ")[1].split(";")[0].split(", ")
    for name in names:
        text = line.replace("tpe", name).replace("jsc-tiny", name).replace("accuracy", name)
        path.write_text(MASE.replace(line, text))
        try:
            read_mase_config(path)
        except InputError as error:
            # Another network has other layers, another metric may be there already.
            assert repr(name) not in str(error), error


# ---------------------------------------------------------------- data


def csv_bytes(rows):
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("utf-8", "replace")


def jets_csv(change=None):
    rows = [[*FEATURES, CLASS_COLUMN]]
    rows += [[0.1 * place for place in range(16)] + [label] for label in "gqtwz" * 4]
    if change:
        row, column, value = change
        rows[row][column] = value
    return csv_bytes(rows)


@FUZZ
@given(data=st.data())
def test_jets_in_csv(folder, data):
    path = folder / "jets.csv"
    if data.draw(st.booleans()):
        path.write_bytes(data.draw(damaged(jets_csv())))
    else:
        place = data.draw(st.tuples(st.integers(0, 20), st.integers(0, 16), scalars))
        path.write_bytes(jets_csv(place))
    raw = answer(read_file, path, names=path.name)
    if raw is not None:
        with np.errstate(all="raise", under="ignore"):
            raw.features.astype(np.float32).var(axis=0)


@pytest.mark.parametrize("value", ["1e308", "-1e308", "1e31", "inf", "nan", "", "a"])
def test_a_value_that_no_network_can_take(folder, value):
    path = folder / "huge.csv"
    path.write_bytes(jets_csv((3, 4, value)))
    assert answer(read_file, path, names=path.name) is None


@FUZZ
@given(data=st.data())
def test_jets_in_npz(folder, data):
    columns = {name: np.linspace(0.0, 1.0, 20) for name in FEATURES}
    columns[CLASS_COLUMN] = np.arange(20) % 5
    path = folder / "jets.npz"
    name = data.draw(st.sampled_from(sorted(columns)))
    columns[name] = data.draw(
        st.sampled_from(
            [
                columns[name].astype("U5"),
                columns[name].astype(complex),
                columns[name].reshape(4, 5),
                np.array(1.0),
                np.array([]),
                columns[name],
                columns[name].astype("datetime64[s]") if name == CLASS_COLUMN else np.zeros(19),
                np.zeros(20, dtype=[("a", "f8")]),
            ]
        )
    )
    np.savez(path, **columns)
    if data.draw(st.booleans()):
        path.write_bytes(data.draw(damaged(path.read_bytes())))
    answer(read_file, path, names=path.name)


@pytest.mark.parametrize("kind", ["text", "subarray", "group", "flat", "scalar", "missing"])
def test_jets_in_hdf5(folder, kind):
    h5py = pytest.importorskip("h5py")
    path = folder / f"{kind}.h5"
    names = [f"j_{name}" for name in FEATURES] + [f"j_{label}" for label in "gqtwz"]
    formats = {name: "f8" for name in names}
    if kind == "text":
        formats["j_zlogz"] = "S4"
    if kind == "subarray":
        formats["j_zlogz"] = ("f8", (2,))
    table = np.zeros(
        5,
        dtype=[
            (name, *np.atleast_1d(fmt)) if not isinstance(fmt, tuple) else (name, *fmt)
            for name, fmt in formats.items()
        ],
    )
    for row, label in enumerate("gqtwz"):
        table[f"j_{label}"][row] = 1
    with h5py.File(path, "w") as file:
        if kind == "group":
            file.create_group("t_allpar_new")
        elif kind == "flat":
            file["t_allpar_new"] = np.zeros(5)
        elif kind == "scalar":
            file["t_allpar_new"] = table[0]
        elif kind == "missing":
            file["other"] = table
        else:
            file["t_allpar_new"] = table
    assert answer(read_file, path, names=path.name) is None


# ---------------------------------------------------------------- logs and storages

OBJECTIVES = (
    Objective(name="accuracy", sense="max"),
    Objective(name="size", sense="min"),
)


def trials_csv(change=None):
    rows = [["sampler", "seed", "trial", "accuracy", "size"]]
    rows += [
        [s, seed, t, 0.5 + 0.01 * t, 10.0 * t] for s in "ab" for seed in "01" for t in range(5)
    ]
    if change:
        row, column, value = change
        rows[row][column] = value
    return csv_bytes(rows)


@FUZZ
@given(data=st.data())
def test_trial_tables(folder, data):
    path = folder / "trials.csv"
    if data.draw(st.booleans()):
        path.write_bytes(data.draw(damaged(trials_csv())))
    else:
        change = data.draw(st.tuples(st.integers(0, 20), st.integers(0, 4), scalars))
        path.write_bytes(trials_csv(change))
    answer(read_csv, path, OBJECTIVES, names=str(path))


@pytest.fixture(scope="module")
def storages(folder):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    paths = {"journal": folder / "whole.log", "sqlite": folder / "whole.db"}
    for kind, storage in (
        ("journal", JournalStorage(JournalFileBackend(str(paths["journal"])))),
        ("sqlite", f"sqlite:///{paths['sqlite']}"),
    ):
        study = optuna.create_study(
            study_name="tpe-0", storage=storage, directions=["maximize", "minimize"]
        )
        study.optimize(lambda t: (t.suggest_int("x", 0, 9), 1.0), n_trials=3)
        assert kind
    return {kind: path.read_bytes() for kind, path in paths.items()}


@FUZZ
@given(data=st.data())
def test_optuna_storages(folder, storages, data):
    kind = data.draw(st.sampled_from(sorted(storages)))
    path = folder / f"damaged-{kind}"
    path.write_bytes(data.draw(damaged(storages[kind])))
    answer(from_optuna_study, path, "tpe-0")


@FUZZ
@given(data=st.data())
def test_trial_logs(folder, data):
    from tests.runs.test_log import HEADER, TRIALS, signed

    whole = signed([HEADER, *TRIALS])
    path = folder / "seed-0.jsonl"
    path.write_bytes(data.draw(damaged(whole)))
    run = answer(read_log, path, names=str(path))
    if run is not None:
        assert run.trials == TRIALS[: len(run.trials)]
