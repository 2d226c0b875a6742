"""Training the shipped networks, in this process."""

import torch

from moo_jsc.networks.weights import read_manifest
from studies.train_networks import Config, main


def test_one_network_is_trained_into_its_folder(tmp_path, capsys):
    threads = torch.get_num_threads()
    main(Config(networks=("jsc-tiny",), epochs=2, out=tmp_path, threads=1))
    assert torch.get_num_threads() == threads
    assert set(read_manifest(tmp_path)) == {"jsc-tiny", "jsc-tiny-final-relu"}
    printed = capsys.readouterr().out
    assert printed.count("test accuracy 0.") == 2
    assert "Float32 accuracy" in (tmp_path / "report.html").read_text(encoding="utf-8")
