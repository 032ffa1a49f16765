"""What an update measured, against the same numbers worked out at once."""

import pytest
import torch

from sacnotes_lib.sac.metrics import Metrics


def made_of() -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((3, 2, 5), (3, 2, 5), (3, 5), (3,))  # q, target, log_prob, temperature
    return tuple(torch.randn(shape, generator=generator) for shape in shapes)


def test_each_number_belongs_to_its_run():
    q, target, log_prob, temperature = made_of()
    metrics = Metrics(q, target, log_prob, temperature, {})
    assert list(metrics) == ["critic_loss", "q", "entropy", "temperature"]
    assert len(metrics) == 4
    for run in range(3):
        errors = [(q[run, n, b] - target[run, n, b]).item() ** 2 for n in range(2) for b in range(5)]
        assert metrics["critic_loss"][run].item() == pytest.approx(sum(errors) / 10)
        assert metrics["q"][run].item() == pytest.approx(q[run].sum().item() / 10)
        assert metrics["entropy"][run].item() == pytest.approx(-log_prob[run].sum().item() / 5)
        assert metrics["temperature"][run] == temperature[run]


def test_a_name_that_does_not_exist_is_a_key_error():
    with pytest.raises(KeyError, match="loss"):
        Metrics(*made_of(), {})["loss"]
