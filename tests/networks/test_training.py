import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from moo_jsc.data import Split
from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import initialized, predict
from moo_jsc.networks.family import NETWORKS, network_spec, widened, widened_family
from moo_jsc.networks.group_training import _first_largest, batch_order
from moo_jsc.networks.grouping import MOST_CHANNELS, grouped
from moo_jsc.networks.stacking import StackedNetworks
from moo_jsc.networks.training import REPORTS, Schedule, train_ensemble

BASE = network_spec("jsc-three-linear")


@pytest.fixture(autouse=True)
def one_thread():
    """Let the tests share a machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def toy_split(rows: int, seed: int) -> Split:
    """Return five blurred clusters."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 5, rows)
    centers = np.random.default_rng(0).normal(size=(5, 16))
    features = (centers[labels] + generator.normal(size=(rows, 16))).astype(np.float32)
    return Split(features, labels)


TRAIN, VALIDATION = toy_split(700, 1), toy_split(300, 2)
SHORT = Schedule(epochs=2, batch_size=128, learning_rate=5e-3)


def solo(spec, seed, schedule):
    """Train one network the plain way: a torch module, autograd, torch's own Adam."""
    network = initialized(spec, seed).train()
    optimizer = torch.optim.Adam(network.parameters())
    features, labels = torch.from_numpy(TRAIN.features), torch.from_numpy(TRAIN.labels)
    batches = -(-len(labels) // schedule.batch_size)
    for epoch in range(schedule.epochs):
        order = torch.from_numpy(batch_order(seed, epoch, len(labels)))
        for batch, rows in enumerate(order.split(schedule.batch_size)):
            rate = schedule.rate(epoch * batches + batch, schedule.epochs * batches)
            optimizer.param_groups[0]["lr"] = rate
            optimizer.zero_grad()
            functional.cross_entropy(network(features[rows]), labels[rows]).backward()
            optimizer.step()
    return network.eval()


def assert_same_weights(left, right, tolerance):
    for (name, a), b in zip(left.state_dict().items(), right.state_dict().values(), strict=True):
        if a.is_floating_point():
            torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance, msg=name)


@pytest.mark.parametrize("final_relu", [False, True])
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_gradients_equal_autograd(name, final_relu):
    if final_relu and name in ("hls4ml-3layer", "jsc-two-hidden"):
        pytest.skip("has no final ReLU")
    spec = network_spec(name, final_relu=final_relu)
    hidden = len(spec.linear_layers) - 1
    specs = [widened(spec, (1,) * hidden), widened(spec, (2,) * hidden)]
    networks = [initialized(s, seed).double().train() for seed, s in enumerate(specs)]
    stack = StackedNetworks(networks)
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(2, 16, 60, generator=generator, dtype=torch.float64)
    labels = torch.randint(0, 5, (2, 60), generator=generator)
    losses = stack.differentiate(features, labels)
    padded = StackedNetworks(networks)
    for member, network in enumerate(networks):
        loss = functional.cross_entropy(network(features[member].t()), labels[member])
        loss.backward()
        assert float(losses[member]) / 60 == pytest.approx(loss.item(), rel=1e-12)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.copy_(parameter.grad)
    padded.parameters.copy_(stack.gradients)
    for member, network in enumerate(networks):
        gradient = padded.network(member)
        for (key, expected), found in zip(
            network.named_parameters(), gradient.parameters(), strict=True
        ):
            torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12, msg=key)
    for member, network in enumerate(networks):
        assert_same_statistics(stack.network(member), network)


def assert_same_statistics(left, right):
    for a, b in zip(left.blocks, right.blocks, strict=True):
        if isinstance(a, nn.BatchNorm1d):
            torch.testing.assert_close(a.running_mean, b.running_mean)
            torch.testing.assert_close(a.running_var, b.running_var)


@pytest.mark.parametrize("schedule", [SHORT, Schedule(2, 1e-3, 100, "none")], ids=str)
def test_each_network_equals_plain_training_alone(schedule):
    specs = [widened(BASE, multipliers) for multipliers in ((1, 1), (3, 1), (1, 2), (3, 1))]
    seeds = (4, 5, 6, 7)
    together = train_ensemble(specs, seeds, TRAIN, VALIDATION, schedule, progress=False)
    for spec, seed, network in zip(specs, seeds, together.networks, strict=True):
        assert network.spec == spec
        assert not network.training
        assert_same_weights(network, solo(spec, seed, schedule), 2e-4)


def test_the_ensemble_of_one_equals_the_ensemble_of_many():
    specs = [widened(BASE, (1, 1)), widened(BASE, (2, 4))]
    together = train_ensemble(specs, (1, 2), TRAIN, VALIDATION, SHORT, progress=False)
    for member, spec in enumerate(specs):
        alone = train_ensemble([spec], [member + 1], TRAIN, VALIDATION, SHORT, progress=False)
        assert_same_weights(together.networks[member], alone.networks[0], 2e-4)
        for name, curve in together.curves.items():
            np.testing.assert_allclose(curve[member], alone.curves[name][0], atol=5e-3)


def test_padding_stays_exactly_zero():
    specs = [widened(network_spec("jsc-toy"), (1, 1)), widened(network_spec("jsc-toy"), (3, 2))]
    stack = StackedNetworks([initialized(spec, 0) for spec in specs])
    optimizer = torch.optim.Adam([parameter := nn.Parameter(stack.parameters)], lr=0.01)
    parameter.grad = stack.gradients
    generator = torch.Generator().manual_seed(0)
    for _ in range(5):
        features = torch.randn(2, 16, 64, generator=generator)
        stack.differentiate(features, torch.randint(0, 5, (2, 64), generator=generator))
        optimizer.step()
    before = stack.network(0)
    again = StackedNetworks([before, stack.network(1)])
    assert torch.equal(again.parameters, stack.parameters)


def test_results_do_not_depend_on_the_number_of_threads():
    specs = [spec for spec in widened_family(BASE, (1, 5)).values()]
    results = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        results.append(train_ensemble(specs, range(4), TRAIN, VALIDATION, SHORT, progress=False))
        assert torch.get_num_threads() == threads
    for first, second in zip(results[0].networks, results[1].networks, strict=True):
        assert_same_weights(first, second, 0)
    for name, curve in results[0].curves.items():
        np.testing.assert_array_equal(curve, results[1].curves[name])


def test_curves_tell_what_was_learned():
    trained = train_ensemble(
        [BASE, BASE], (0, 1), TRAIN, VALIDATION, Schedule(6, 1e-2, 64), progress=False
    )
    assert {curve.shape for curve in trained.curves.values()} == {(2, 6)}
    assert (trained.curves["train_loss"][:, -1] < trained.curves["train_loss"][:, 0]).all()
    features, labels = torch.from_numpy(VALIDATION.features), torch.from_numpy(VALIDATION.labels)
    for member, network in enumerate(trained.networks):
        with torch.no_grad():
            logits = network(features)
        right = int((logits.argmax(1) == labels).sum())
        assert trained.curves["validation_accuracy"][member, -1] == pytest.approx(right / 300)
        loss = float(functional.cross_entropy(logits, labels))
        assert trained.curves["validation_loss"][member, -1] == pytest.approx(loss, rel=1e-4)


def test_accuracy_takes_the_first_of_equal_logits():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randint(0, 3, (4, 5, 300), generator=generator).float()
    assert torch.equal(_first_largest(logits), predict(logits.movedim(1, 2)))


def padding_share(specs):
    """Return the share of multiplications spent on padding when the networks are one stack."""
    done = 0
    for dense in zip(*(spec.linear_layers for spec in specs), strict=True):
        widest = max(layer.inputs for layer in dense) * max(layer.outputs for layer in dense)
        done += len(specs) * widest
    return 1.0 - sum(spec.macs for spec in specs) / done


def test_groups_hold_every_network_once_and_pad_little():
    specs = list(widened_family(BASE).values())
    groups = grouped(specs)
    assert sorted(member for group in groups for member in group) == list(range(25))
    in_groups = [[specs[member] for member in group] for group in groups]
    needed = sum(spec.macs for spec in specs)
    done = sum(sum(s.macs for s in group) / (1 - padding_share(group)) for group in in_groups)
    assert 1 - needed / done < 0.3 < padding_share(specs)


def test_large_groups_are_cut_to_the_cache():
    groups = grouped([BASE] * 300)
    assert max(len(group) for group in groups) * 16 <= MOST_CHANNELS
    assert sorted(member for group in groups for member in group) == list(range(300))


def test_different_structures_train_side_by_side():
    specs = [BASE, network_spec("jsc-tiny")]
    trained = train_ensemble(specs, (0, 0), TRAIN, VALIDATION, SHORT, progress=False)
    assert [network.spec for network in trained.networks] == specs
    with pytest.raises(InputError, match="same layers up to their widths"):
        StackedNetworks([initialized(spec, 0) for spec in specs])


def test_a_run_that_is_killed_resumes_to_the_same_bits(tmp_path):
    checkpoint = tmp_path / "run.checkpoint"
    program = textwrap.dedent(
        f"""
        import os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        import torch
        torch.set_num_threads(1)
        from pathlib import Path
        from moo_jsc.networks import training
        from test_training import BASE, TRAIN, VALIDATION, widened
        save = training._save
        def save_and_die(path, identity, epochs, *rest):
            save(path, identity, epochs, *rest)
            if epochs == 2:
                os.kill(os.getpid(), signal.SIGKILL)
        training._save = save_and_die
        training.train_ensemble(
            [BASE, widened(BASE, (4, 1))], (0, 1), TRAIN, VALIDATION,
            training.Schedule(4, 1e-2, 128), checkpoint=Path({str(checkpoint)!r}), progress=False,
        )
        """
    )
    died = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert checkpoint.exists()
    arguments = ([BASE, widened(BASE, (4, 1))], (0, 1), TRAIN, VALIDATION, Schedule(4, 1e-2, 128))
    whole = train_ensemble(*arguments, progress=False)
    resumed = train_ensemble(*arguments, checkpoint=checkpoint, progress=False)
    assert not checkpoint.exists()
    assert [path.name for path in tmp_path.iterdir()] == []
    for left, right in zip(whole.networks, resumed.networks, strict=True):
        assert_same_weights(left, right, 0)
    for name, curve in whole.curves.items():
        np.testing.assert_array_equal(curve, resumed.curves[name])


def interrupted_at(checkpoint, monkeypatch, epochs=1):
    from moo_jsc.networks import training

    save = training._save

    def save_and_stop(path, identity, done, *rest):
        save(path, identity, done, *rest)
        if done == epochs:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training, "_save", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            train_ensemble(
                [BASE], [0], TRAIN, VALIDATION, SHORT, checkpoint=checkpoint, progress=False
            )


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": [1]},
        {"schedule": Schedule(3, 5e-3, 128)},
        {"train": toy_split(700, 9)},
        {"specs": [widened(BASE, (2, 2))]},
    ],
    ids=["seed", "schedule", "data", "network"],
)
def test_a_checkpoint_of_another_training_is_refused(tmp_path, monkeypatch, change):
    checkpoint = tmp_path / "run.checkpoint"
    interrupted_at(checkpoint, monkeypatch)
    arguments = {
        "specs": [BASE],
        "seeds": [0],
        "train": TRAIN,
        "validation": VALIDATION,
        "schedule": SHORT,
        **change,
    }
    with pytest.raises(InputError, match="checkpoint of another training"):
        train_ensemble(**arguments, checkpoint=checkpoint, progress=False)


@pytest.mark.parametrize("place", [8, 200, -1])
def test_a_damaged_checkpoint_is_named_and_the_training_starts_anew(
    tmp_path, monkeypatch, caplog, place
):
    checkpoint = tmp_path / "run.checkpoint"
    interrupted_at(checkpoint, monkeypatch)
    data = bytearray(checkpoint.read_bytes())
    data[place] ^= 1
    checkpoint.write_bytes(data)
    arguments = ([BASE], [0], TRAIN, VALIDATION, SHORT)
    again = train_ensemble(*arguments, checkpoint=checkpoint, progress=False)
    (record,) = caplog.records
    assert str(checkpoint) in record.getMessage()
    whole = train_ensemble(*arguments, progress=False)
    assert_same_weights(whole.networks[0], again.networks[0], 0)


def test_schedules():
    assert (REPORTS.epochs, REPORTS.learning_rate, REPORTS.batch_size) == (10, 1e-3, 512)
    assert REPORTS.rate(99, 100) == 1e-3
    cosine = Schedule(learning_rate=1.0)
    assert [round(cosine.rate(step, 4), 6) for step in range(4)] == [1.0, 0.853553, 0.5, 0.146447]


@pytest.mark.parametrize(
    "settings", [{"epochs": 0}, {"learning_rate": -1.0}, {"batch_size": 0}], ids=str
)
def test_wrong_schedules(settings):
    with pytest.raises(InputError, match="expected a positive number"):
        Schedule(**settings)


def test_one_seed_for_each_network():
    with pytest.raises(InputError, match="1 seeds for 2 networks"):
        train_ensemble([BASE, BASE], [0], TRAIN, VALIDATION, SHORT, progress=False)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_agrees_with_cpu():
    specs = [BASE, widened(BASE, (2, 3))]
    on_gpu = train_ensemble(specs, (0, 1), TRAIN, VALIDATION, SHORT, device="cuda", progress=False)
    on_cpu = train_ensemble(specs, (0, 1), TRAIN, VALIDATION, SHORT, progress=False)
    for left, right in zip(on_gpu.networks, on_cpu.networks, strict=True):
        assert_same_weights(left, right, 1e-2)


def test_learning_happens():
    trained = train_ensemble(
        [network_spec("jsc-tiny")],
        [0],
        TRAIN,
        VALIDATION,
        Schedule(epochs=15, batch_size=32),
        progress=False,
    )
    assert trained.curves["validation_accuracy"][0, -1] > 0.6
