import numpy as np
import pytest
import torch

from moo_jsc.errors import InputError
from moo_jsc.jets import JetSplit
from moo_jsc.networks import training
from moo_jsc.networks.classifier import initialised
from moo_jsc.networks.family import network_spec, widened
from moo_jsc.networks.stacking import StackedNetworks, padding_share
from moo_jsc.networks.training import REPORTS, Schedule, batch_order, train_ensemble

SHORT = Schedule(epochs=3, learning_rate=5e-3, batch_size=64)


def split(rows, seed):
    generator = np.random.default_rng(seed)
    labels = generator.integers(5, size=rows)
    features = generator.normal(size=(rows, 16)).astype(np.float32)
    features[:, :5] += 2 * np.eye(5, dtype=np.float32)[labels]
    return JetSplit(features, labels)


TRAIN, VALIDATION = split(300, 0), split(100, 1)


def train(specs, seeds, schedule=SHORT, **settings):
    return train_ensemble(specs, seeds, TRAIN, VALIDATION, schedule, progress=False, **settings)


def plainly(spec, seed, schedule):
    """Train one network with the framework's own modules, one batch after another."""
    network = initialised(spec, seed).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=schedule.learning_rate)
    features, labels = torch.from_numpy(TRAIN.features), torch.from_numpy(TRAIN.labels)
    batches = -(-len(labels) // schedule.batch_size)
    for epoch in range(schedule.epochs):
        order = torch.from_numpy(batch_order(seed, epoch, len(labels)))
        for batch, rows in enumerate(order.split(schedule.batch_size)):
            rate = schedule.rate(epoch * batches + batch, schedule.epochs * batches)
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(network(features[rows]), labels[rows]).backward()
            optimiser.step()
    return network.eval()


def assert_close(found, expected, tolerance=2e-4):
    for (name, one), other in zip(
        found.state_dict().items(), expected.state_dict().values(), strict=True
    ):
        if one.is_floating_point():
            torch.testing.assert_close(one, other, atol=tolerance, rtol=1e-3, msg=name)


@pytest.mark.parametrize("name", ["jsc-three-linear", "jsc-toy", "hls4ml-3layer"])
@pytest.mark.parametrize("schedule", [SHORT, Schedule(2, 1e-3, 64, decay="none")])
def test_together_is_as_plain_training_alone(name, schedule):
    base = network_spec(name)
    hidden = len(base.linear_layers) - 1
    specs = [base, widened(base, (2,) * hidden), widened(base, (1, 3, 2)[:hidden])]
    together = train(specs, [0, 1, 0], schedule)
    features = torch.from_numpy(VALIDATION.features)
    for spec, seed, network in zip(specs, [0, 1, 0], together.networks, strict=True):
        alone = plainly(spec, seed, schedule)
        if name == "jsc-toy":
            # A bias ahead of a batch norm has no effect and no true gradient; Adam blows the
            # rounding of zero up to full steps. What the network computes is compared instead.
            torch.testing.assert_close(network(features), alone(features), atol=0.02, rtol=0.02)
        else:
            assert_close(network, alone)


def test_company_and_order_do_not_matter():
    base = network_spec("jsc-three-linear")
    wide = widened(base, (2, 3))
    alone = train([base], [4])
    together = train([wide, base], [7, 4])
    assert_close(together.networks[1], alone.networks[0])
    for name in training.CURVES:
        np.testing.assert_allclose(together.curves[name][1], alone.curves[name][0], atol=2e-2)


def test_padding_stays_zero():
    base = network_spec("jsc-toy")
    members = [initialised(base, 0), initialised(widened(base, (2, 3)), 1)]
    stack = StackedNetworks(members)
    optimiser = torch.optim.Adam([p for p in stack.parameters() if p.requires_grad], lr=0.1)
    labels = torch.from_numpy(TRAIN.labels).expand(2, -1)
    features = torch.from_numpy(TRAIN.features).T.expand(2, 16, -1)
    for _ in range(5):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(stack(features), labels).backward()
        optimiser.step()
    weight = stack.tensors["2_weight"][0]
    assert weight[8:].abs().max() == 0
    assert stack.tensors["3_weight"][0, 8:].abs().max() == 0
    assert weight[:8].abs().min() > 0


def test_padding_share():
    base = network_spec("jsc-three-linear")
    assert padding_share([base, base]) == 0
    wide = widened(base, (5, 5))
    assert padding_share([base, wide]) == pytest.approx(
        1 - (base.macs + wide.macs) / (2 * wide.macs)
    )


def test_interrupted_training_ends_the_same(tmp_path, monkeypatch):
    specs, seeds = [network_spec("jsc-toy")] * 2, [0, 1]
    whole = train(specs, seeds)
    checkpoint = tmp_path / "training.checkpoint"
    real = training._epoch

    def fails_in_the_third_epoch(*arguments):
        if arguments[4] == 2:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(training, "_epoch", fails_in_the_third_epoch)
    with pytest.raises(KeyboardInterrupt):
        train(specs, seeds, checkpoint=checkpoint)
    monkeypatch.setattr(training, "_epoch", real)
    assert checkpoint.exists()
    resumed = train(specs, seeds, checkpoint=checkpoint)
    assert not checkpoint.exists()
    for one, other in zip(resumed.networks, whole.networks, strict=True):
        assert_close(one, other, tolerance=0)
    for name in training.CURVES:
        np.testing.assert_array_equal(resumed.curves[name], whole.curves[name])


def test_foreign_and_damaged_checkpoints_are_named(tmp_path, monkeypatch):
    checkpoint = tmp_path / "training.checkpoint"
    checkpoint.write_bytes(b"nonsense")
    with pytest.raises(InputError, match="damaged checkpoint"):
        train([network_spec("jsc-tiny")], [0], checkpoint=checkpoint)
    checkpoint.unlink()
    monkeypatch.setattr(training.Path, "unlink", lambda *_args, **_kwargs: None)
    train([network_spec("jsc-tiny")], [0], checkpoint=checkpoint)
    with pytest.raises(InputError, match="another training"):
        train([network_spec("jsc-tiny")], [1], checkpoint=checkpoint)


def test_learning_happens():
    trained = train([network_spec("jsc-tiny")], [0], Schedule(epochs=15, batch_size=32))
    assert trained.curves["validation_accuracy"][0, -1] > 0.6
    losses = trained.curves["train_loss"][0]
    assert losses[-1] < 0.8 * losses[0]


def test_bad_requests():
    tiny = network_spec("jsc-tiny")
    with pytest.raises(InputError, match="2 seeds for 1 networks"):
        train([tiny], [0, 1])
    with pytest.raises(InputError, match="same layers"):
        train([tiny, network_spec("jsc-toy")], [0, 1])
    with pytest.raises(InputError, match="epochs = 0"):
        Schedule(epochs=0)


def test_the_reports_schedule():
    assert (REPORTS.epochs, REPORTS.learning_rate, REPORTS.batch_size) == (10, 1e-3, 512)
    assert REPORTS.rate(0, 10) == REPORTS.rate(9, 10) == 1e-3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_agrees_with_cpu():
    spec = network_spec("jsc-three-linear")
    found = train([spec], [0], device="cuda").networks[0]
    assert_close(found, train([spec], [0]).networks[0], tolerance=1e-2)
