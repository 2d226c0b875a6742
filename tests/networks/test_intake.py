"""Networks of one's own: what is taken in says the same as its owner's, the rest says why not."""

import argparse
import copy

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from moo_jsc.data import load_dataset
from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec, widened
from moo_jsc.networks.group_training import GroupTraining, Samples, Schedule
from moo_jsc.networks.intake import take_in
from moo_jsc.networks.kept_training import kept_ensemble
from moo_jsc.networks.specification import BatchNorm, Linear, NetworkSpec, ReLU
from moo_jsc.networks.training import train_ensemble

ROWS = torch.randn(1000, 12, generator=torch.Generator().manual_seed(5)) * 3


def used(net):
    """Give every batch norm statistics and an affine map of its own."""
    generator = torch.Generator().manual_seed(1)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean.normal_(generator=generator)
            module.running_var.uniform_(0.2, 3.0, generator=generator)
            if module.affine:
                nn.init.normal_(module.weight, 1.0, 0.3, generator=generator)
                nn.init.normal_(module.bias, generator=generator)
    return net.eval()


def sequential():
    torch.manual_seed(0)
    return used(
        nn.Sequential(
            nn.Flatten(),
            nn.BatchNorm1d(12, eps=1e-2),
            nn.Sequential(nn.Linear(12, 9, bias=False), nn.BatchNorm1d(9, affine=False)),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(9, 7),
            nn.Identity(),
            nn.ReLU(),
            nn.Linear(7, 4),
        )
    )


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(12, 9), nn.BatchNorm1d(9), nn.Linear(9, 4)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        x = functional.relu(self.norm(self.first(x)))
        x = functional.dropout(torch.flatten(x, 1), 0.1, self.training)
        return self.last(x).softmax(dim=-1)


def logits(classifier):
    with torch.inference_mode():
        return classifier(ROWS)


def close(found, expected):
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_a_sequential_gives_its_owners_logits():
    net = sequential()
    taken = take_in(net, name="mine")
    with torch.inference_mode():
        close(logits(taken), net(ROWS))
    assert taken.spec.name == "mine"
    assert taken.spec.linear_names == ("layer_2_0", "layer_5", "layer_8")


def test_a_traced_module_gives_its_owners_probabilities():
    torch.manual_seed(0)
    net = used(Functional())
    taken = take_in(net)
    with torch.inference_mode():
        close(logits(taken).softmax(dim=-1), net(ROWS))
    assert taken.spec.linear_names == ("first", "last")


def test_what_is_taken_in_is_a_copy():
    net = sequential()
    before = copy.deepcopy(net.state_dict())
    taken = take_in(net.train())
    with torch.no_grad():
        taken.blocks[1].weight.zero_()
    assert net.training
    assert all(bool((before[key] == value).all()) for key, value in net.state_dict().items())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_onnx_file_gives_its_owners_logits(tmp_path):
    net = sequential()
    path = tmp_path / "net.onnx"
    torch.onnx.export(net, (ROWS[:2],), path, dynamo=False)
    taken = take_in(path)
    with torch.inference_mode():
        close(logits(taken), net(ROWS))
    assert taken.spec.name == "net"


def onnx_model(nodes, constants, path, output="z"):
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 12])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    onnx.save(helper.make_model(graph), path)
    return path


def test_products_and_sums_of_an_onnx_file_are_dense_layers(tmp_path):
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(12, 3)).astype("f4"), rng.normal(size=3).astype("f4")
    path = onnx_model(
        [
            helper.make_node("Reshape", ["x", "shape"], ["flat"]),
            helper.make_node("MatMul", ["flat", "dense.weight"], ["product"]),
            helper.make_node("Add", ["bias", "product"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["z"], axis=-1),
        ],
        {"dense.weight": weight, "bias": bias, "shape": np.array([-1, 12])},
        tmp_path / "sums.onnx",
    )
    taken = take_in(path)
    close(logits(taken), ROWS @ torch.from_numpy(weight) + torch.from_numpy(bias))
    assert taken.spec.linear_names == ("dense",)


def test_foreign_onnx_files_are_named_in_one_line(tmp_path):
    sigmoid = onnx_model(
        [helper.make_node("Sigmoid", ["x"], ["z"], name="gate")], {}, tmp_path / "s.onnx"
    )
    with pytest.raises(InputError, match=r"s.onnx: Sigmoid gate is no such step; expected a stack"):
        take_in(sigmoid)
    two = onnx_model(
        [
            helper.make_node("Relu", ["x"], ["y"]),
            helper.make_node("Add", ["x", "y"], ["z"], name="skip"),
        ],
        {},
        tmp_path / "skip.onnx",
    )
    with pytest.raises(InputError, match="Add skip joins two paths"):
        take_in(two)
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(sigmoid.read_bytes()[:-7])
    with pytest.raises(InputError, match=r"damaged.onnx: not a readable ONNX file"):
        take_in(damaged)
    with pytest.raises(InputError, match=r"nowhere.onnx: no such file"):
        take_in(tmp_path / "nowhere.onnx")
    with pytest.raises(InputError, match=r"net.pt: unknown kind of network '.pt'"):
        take_in("net.pt")


CHECKPOINTS = {
    "state dict": lambda state: state,
    "Lightning": lambda state: {
        "state_dict": {f"model.{key}": value for key, value in state.items()}
        | {"metric.total": torch.zeros(1)},
        "epoch": 3,
        "hyper_parameters": {"lr": 1e-2},
    },
    "compiled": lambda state: {f"_orig_mod.{key}": value for key, value in state.items()},
}


@pytest.mark.parametrize("kind", CHECKPOINTS)
def test_checkpoints_give_their_owners_logits(tmp_path, kind):
    trained = sequential()
    path = tmp_path / "best.ckpt"
    torch.save(CHECKPOINTS[kind](trained.state_dict()), path)
    torch.manual_seed(9)
    empty = copy.deepcopy(trained)
    for module in empty.modules():
        if isinstance(module, nn.Linear):
            module.reset_parameters()
    with torch.inference_mode():
        expected = trained(ROWS)
        assert not torch.allclose(empty(ROWS), expected)
    close(logits(take_in(empty, weights=path)), expected)


def dense(names):
    """Three equal layers, so that only their order tells them apart."""
    torch.manual_seed(0)
    net = nn.Sequential()
    for name in names:
        net.add_module(name, nn.Linear(12, 12))
    return net.eval()


def test_weights_under_other_names_are_taken_in_their_order(tmp_path):
    trained, other = dense(["zeta", "beta", "alpha"]), dense(["one", "two", "three"])
    with torch.inference_mode():
        expected = trained(ROWS)
        nn.init.zeros_(other.one.weight)
        torch.save({"state_dict": trained.state_dict()}, tmp_path / "best.ckpt")
        close(logits(take_in(other, weights=tmp_path / "best.ckpt")), expected)
        save_file(trained.state_dict(), tmp_path / "named.safetensors")
        with pytest.raises(InputError, match="holds another network"):
            take_in(other, weights=tmp_path / "named.safetensors")
        numbered = dense(["9", "10", "11"])
        save_file(numbered.state_dict(), tmp_path / "numbered.safetensors")
        close(logits(take_in(other, weights=tmp_path / "numbered.safetensors")), numbered(ROWS))


def test_safetensors_and_a_state_in_memory_are_weights_too(tmp_path):
    trained = sequential()
    save_file(trained.state_dict(), tmp_path / "net.safetensors")
    from_file = take_in(sequential(), weights=tmp_path / "net.safetensors")
    from_memory = take_in(sequential(), weights=trained.state_dict())
    assert torch.equal(logits(from_file), logits(from_memory))


def test_a_mase_checkpoint_fits_the_network_of_its_name(tmp_path):
    spec = network_spec("jsc-toy")
    trained = used(initialized(spec, seed=4))
    state = {
        f"model.{key.replace('blocks', 'seq_blocks')}": value
        for key, value in trained.state_dict().items()
    }
    torch.save({"state_dict": state, "pytorch-lightning_version": "2.1"}, tmp_path / "best.ckpt")
    taken = take_in(initialized(spec, seed=0), weights=tmp_path / "best.ckpt", name="jsc-toy")
    rows = torch.randn(1000, 16)
    with torch.inference_mode():
        assert torch.equal(taken(rows), trained(rows))


class Runs:
    """What a checkpoint must not be able to do."""

    def __reduce__(self):
        return (print, ("this ran",))


def test_no_code_of_a_checkpoint_runs(tmp_path, capsys):
    torch.save({"state_dict": sequential().state_dict(), "evil": Runs()}, tmp_path / "evil.ckpt")
    with pytest.raises(InputError, match=r"evil.ckpt: holds objects of .*print"):
        take_in(sequential(), weights=tmp_path / "evil.ckpt")
    torch.save({"args": argparse.Namespace(lr=1)}, tmp_path / "args.ckpt")
    with pytest.raises(InputError, match=r"argparse.Namespace, which would be unpickled; expected"):
        take_in(sequential(), weights=tmp_path / "args.ckpt")
    assert "this ran" not in capsys.readouterr().out


def test_weights_of_another_network_are_named(tmp_path):
    state = sequential().state_dict()
    del state["5.bias"]
    with pytest.raises(InputError, match=r"^state_dict: holds another network: no '5.bias' among"):
        take_in(sequential(), weights=state)
    other = {**sequential().state_dict(), "8.weight": torch.zeros(4, 8)}
    with pytest.raises(InputError, match=r"8.weight has shape \(4, 8\); expected \(4, 7\)"):
        take_in(sequential(), weights=other)
    with pytest.raises(InputError, match=r"'9.weight' is none of its tensors"):
        take_in(sequential(), weights={**sequential().state_dict(), "9.weight": torch.zeros(1)})
    for content, said in (({"epoch": 1}, "a dict without"), (3, "an? int without tensors")):
        torch.save(content, tmp_path / "no.pt")
        with pytest.raises(InputError, match=said):
            take_in(sequential(), weights=tmp_path / "no.pt")
    (tmp_path / "text.pt").write_text("no weights")
    with pytest.raises(InputError, match=r"text.pt: not a file of torch.save"):
        take_in(sequential(), weights=tmp_path / "text.pt")
    (tmp_path / "text.safetensors").write_text("no weights")
    with pytest.raises(InputError, match="not readable as safetensors"):
        take_in(sequential(), weights=tmp_path / "text.safetensors")
    with pytest.raises(InputError, match=r"nowhere.pt: no such file"):
        take_in(sequential(), weights=tmp_path / "nowhere.pt")


class Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return x + self.fc(x)


class Branch(Skip):
    def forward(self, x):
        return self.fc(x) if x.sum() > 0 else x


class Twice(Skip):
    def forward(self, x):
        return self.fc(self.fc(x))


class Mixes(Skip):
    def forward(self, x):
        return self.fc(x.reshape(8, 4))


shared = nn.Linear(4, 4)
FOREIGN = {
    "2 is a Tanh": nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Tanh(), nn.Linear(4, 2)),
    "0 is a Conv1d": nn.Sequential(nn.Conv1d(1, 2, 3)),
    "0 is a Softmax": nn.Sequential(nn.Softmax(dim=1), nn.Linear(4, 4)),
    "1 normalizes over rows": nn.Sequential(nn.Linear(4, 4), nn.Softmax(dim=0)),
    "0 is a LazyLinear without shape": nn.Sequential(nn.LazyLinear(4)),
    "BatchNorm1d without running statistics": nn.Sequential(
        nn.BatchNorm1d(4, track_running_stats=False), nn.Linear(4, 2)
    ),
    "no dense layer": nn.Sequential(nn.BatchNorm1d(4), nn.ReLU()),
    "0 is used twice": nn.Sequential(shared, nn.ReLU(), shared),
    "add does not follow the step before it|add joins two paths": Skip(),
    "torch.fx cannot trace it": Branch(),
    "fc is used twice": Twice(),
    "reshape changes more than the shape of a row": Mixes(),
}


@pytest.mark.parametrize("said", FOREIGN)
def test_anything_else_gets_one_line_with_the_way_out(said):
    with pytest.raises(InputError, match=said) as found:
        take_in(FOREIGN[said])
    assert "\n" not in str(found.value)
    assert str(found.value).endswith("(any other model is a problem through FunctionProblem)")


def test_shapes_and_numbers_are_checked():
    with pytest.raises(InputError, match="layer 1 takes 5 channels, gets 4"):
        take_in(nn.Sequential(nn.Linear(4, 4), nn.Linear(5, 2)))
    net = nn.Sequential(nn.Linear(2, 2))
    nn.init.constant_(net[0].bias, float("nan"))
    with pytest.raises(InputError, match=r"blocks.0.bias holds a value that is not finite"):
        take_in(net)


def table(rows, classes):
    rng = np.random.default_rng(0)
    labels = np.arange(rows) % classes
    features = rng.normal(size=(rows, 5)).astype("f4") + labels[:, None] / classes
    parts = np.where(np.arange(rows) < rows - 2 * classes, "train", "validation")
    parts[-classes:] = "test"
    return load_dataset({"x": features, "y": labels, "part": parts}, label="y", split_column="part")


def test_a_last_batch_of_one_sample_leaves_batch_norms_finite():
    """Its variance, over 0 degrees of freedom, is not a number."""
    data = table(65 + 4, 2)
    assert len(data.train) % 16 == 1
    spec = NetworkSpec("net", (Linear(5, 4), BatchNorm(4), ReLU(4), Linear(4, 2)))
    schedule = Schedule(epochs=2, batch_size=16)
    trained = train_ensemble([spec], [0], data.train, data.validation, schedule, progress=False)
    assert all(bool(torch.isfinite(t).all()) for t in trained.networks[0].state_dict().values())
    assert np.isfinite(trained.curves["validation_loss"]).all()


def test_accuracy_in_training_counts_more_than_127_classes():
    data = table(1500, 300)
    spec = NetworkSpec("net", (Linear(5, 300),))
    network = initialized(spec, seed=0)
    training = GroupTraining([network], [0], Schedule(), "cpu")
    _, (accuracy,) = training.scores(Samples.of(data.validation, "cpu"))
    with torch.inference_mode():
        found = network(torch.from_numpy(data.validation.features)).argmax(dim=1).numpy()
    assert found.max() > 127
    assert accuracy == (found == data.validation.labels).mean()


def test_trained_forms_are_kept(tmp_path):
    data = table(80, 4)
    specs = [
        widened(NetworkSpec("net", (Linear(5, 3), ReLU(3), Linear(3, 4))), (m,)) for m in (1, 2)
    ]
    schedule = Schedule(epochs=2, batch_size=16)
    first = kept_ensemble(specs, data, schedule, cache_dir=tmp_path)
    files = sorted(path.name for path in (tmp_path / "networks").glob("*.safetensors"))
    again = kept_ensemble(specs, data, schedule, cache_dir=tmp_path)
    assert len(files) == 1 and sorted((tmp_path / "networks").glob("*.checkpoint")) == []
    for one, other in zip(first, again, strict=True):
        assert all(
            torch.equal(value, other.state_dict()[key]) for key, value in one.state_dict().items()
        )
    kept_ensemble(specs, data, schedule, seed=1, cache_dir=tmp_path)
    assert len(list((tmp_path / "networks").glob("*.safetensors"))) == 2
