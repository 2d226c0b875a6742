import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from moo_jsc.data.jets import load_jets
from moo_jsc.foundation.errors import InputError
from moo_jsc.networks import weights
from moo_jsc.networks.classifier import initialized, predict
from moo_jsc.networks.family import NETWORKS, WITHOUT_FINAL_RELU, network_spec
from moo_jsc.networks.weights import (
    load_network,
    load_widened,
    read_network,
    save_network,
    shipped_seeds,
)

LEAST = {
    "jsc-tiny": 0.71,
    "jsc-toy": 0.74,
    "jsc-s": 0.75,
    "jsc-three-linear": 0.74,
    "jsc-two-hidden": 0.72,
    "hls4ml-3layer": 0.76,
}
"""Test accuracy that every network of the family exceeds, plainly ended."""


@pytest.fixture(scope="module")
def test_split():
    jets = load_jets()
    return torch.from_numpy(jets.test.features), torch.from_numpy(jets.test.labels)


def accuracy(network, split):
    with torch.inference_mode():
        return float((predict(network(split[0])) == split[1]).double().mean())


def test_two_hidden_layers_of_4_to_64_channels(test_split):
    scores = {
        (first, second): accuracy(load_widened("jsc-two-hidden", (first, second)), test_split)
        for first in (1, 4, 16)
        for second in (1, 4, 16)
    }
    assert load_widened("jsc-two-hidden", (16, 16)).spec.linear_layers[1].outputs == 64
    assert min(scores, key=scores.__getitem__) == (1, 1)
    assert scores[16, 16] > 0.765
    assert len(shipped_seeds("jsc-two-hidden")) == 5


@pytest.mark.parametrize("name", NETWORKS)
def test_shipped_networks_are_trained(name, test_split):
    network = load_network(name)
    assert not network.training
    assert network.spec == NETWORKS[name]
    assert accuracy(network, test_split) >= LEAST[name]


def test_the_reports_forms_end_with_a_relu(test_split):
    for name in NETWORKS.keys() - WITHOUT_FINAL_RELU:
        network = load_network(name, final_relu=True)
        with torch.inference_mode():
            assert network(test_split[0]).min() >= 0
        assert accuracy(network, test_split) > 0.4


@pytest.mark.parametrize(
    ("multipliers", "parameters"), [((1, 1), 661), ((2, 2), 1797), ((2, 4), 3013), ((5, 5), 8277)]
)
def test_widened_networks(multipliers, parameters, test_split):
    for seed in shipped_seeds():
        network = load_widened("jsc-three-linear", multipliers, seed=seed)
        assert network.spec.parameters == parameters
        assert accuracy(network, test_split) > 0.73


def test_the_widest_is_not_worse_than_the_narrowest(test_split):
    difference = [
        accuracy(load_widened("jsc-three-linear", (5, 5), seed=seed), test_split)
        - accuracy(load_widened("jsc-three-linear", (1, 1), seed=seed), test_split)
        for seed in shipped_seeds()
    ]
    error = np.std(difference, ddof=1) / np.sqrt(len(difference))
    assert np.mean(difference) > -2 * error


@pytest.mark.parametrize(
    "load",
    [
        lambda: load_network("unknown"),
        lambda: load_network("hls4ml-3layer", final_relu=True),
        lambda: load_widened("jsc-three-linear", (6, 1)),
        lambda: load_widened("jsc-two-hidden", (3, 1)),
        lambda: load_widened("jsc-three-linear", (1, 1), seed=99),
        lambda: load_widened("jsc-toy", (2, 2)),
    ],
)
def test_what_is_not_shipped_is_said(load):
    with pytest.raises(InputError) as error:
        load()
    assert "\n" not in str(error.value)


def test_a_network_without_weights_is_said(monkeypatch):
    monkeypatch.setitem(NETWORKS, "new", replace(network_spec("jsc-tiny"), name="new"))
    with pytest.raises(InputError, match="network 'new': no weights are shipped, expected "):
        load_network("new")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    folder = tmp_path / "weights"
    shutil.copytree(weights.WEIGHTS, folder)
    monkeypatch.setattr(weights, "WEIGHTS", folder)
    monkeypatch.setattr(weights, "_manifest", lambda: weights.read_manifest(folder))
    weights._shipped.cache_clear()
    yield folder
    weights._shipped.cache_clear()


def test_a_damaged_file_is_named(copied):
    path = copied / "jsc-tiny.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match=r"jsc-tiny\.safetensors: damaged"):
        load_network("jsc-tiny")


def test_a_missing_file_is_named(copied):
    (copied / "jsc-toy.safetensors").unlink()
    with pytest.raises(InputError, match=r"jsc-toy\.safetensors: missing"):
        load_network("jsc-toy")


def test_a_damaged_manifest_is_named(copied):
    (copied / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest\.json"):
        load_network("jsc-toy")


def test_manifest_covers_every_file():
    entries = json.loads((weights.WEIGHTS / weights.MANIFEST).read_text())
    assert set(entries) == {path.stem for path in weights.WEIGHTS.glob("*.safetensors")}


def test_round_trip_through_a_path(tmp_path):
    network = initialized(network_spec("jsc-toy"), seed=3).eval()
    path = tmp_path / "mine.safetensors"
    save_network(path, network)
    again = read_network(path, network.spec)
    for one, other in zip(again.state_dict().values(), network.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    with pytest.raises(InputError, match="another network"):
        read_network(path, network_spec("jsc-tiny"))
    with pytest.raises(InputError, match="no such file"):
        read_network(tmp_path / "none.safetensors", network.spec)
    path.write_bytes(b"garbage")
    with pytest.raises(InputError, match="damaged"):
        read_network(path, network.spec)
    from safetensors.torch import save_file

    save_file(network.state_dict(), path)
    with pytest.raises(InputError, match="expected a file that save_network wrote"):
        read_network(path, network.spec)
    broken = initialized(network_spec("jsc-tiny"), seed=0)
    with torch.no_grad():
        broken.blocks[2].weight[0, 0] = float("nan")
    save_network(path, broken)
    with pytest.raises(InputError, match="not finite"):
        read_network(path, broken.spec)
