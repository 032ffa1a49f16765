"""Training on the device that was asked for. There is no GPU here, so two traps stand in for one.

Under the first, a tensor made without a device lands on PyTorch's "meta" device, where arithmetic with the others
fails. Under the second, every device that is named where a tensor is made is written down; "cpu:0" is asked for, and a
"cpu" that somebody typed in is another word. Together: each tensor is made on a device that was named, and that is the
one that was asked for.
"""

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode

from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.course.console.session import TrainingSession
from sacnotes_lib.plots.q_check import check_q
from sacnotes_lib.plots.vital_signs import Examination
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.training.device import devices_here, usable_device
from sacnotes_lib.training.run import TrainingRun, evaluate, train
from tests.training.test_compiled import VARIANTS


@pytest.fixture
def nowhere():
    """Tensors that are made without a device are lost."""
    torch.set_default_device("meta")
    yield
    torch.set_default_device(None)


class Named(TorchFunctionMode):
    """Writes down every device that is named in a call."""

    def __init__(self):
        super().__init__()
        self.devices = set()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if (kwargs or {}).get("device") is not None:
            self.devices.add(str(kwargs["device"]))
        return function(*args, **(kwargs or {}))


def everywhere(config, path):
    """All that touches a device: training, evaluation, saving, loading, going on."""
    run = train(config, 2, progress=False, device="cpu:0")
    run.save(path)
    evaluate(run, 1), evaluate(run.agent, 1, deterministic=False)
    return TrainingRun.load(path, device="cpu:0").resume(5, progress=False)


class ComesHome(TorchFunctionMode):
    """Lets only those tensors become arrays that were fetched with `.cpu()`, or made of such."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        parts = [part for arg in args for part in (arg if isinstance(arg, list | tuple) else [arg])]
        home = function is torch.Tensor.cpu or any(getattr(part, "at_home", False) for part in parts)
        assert home or function is not torch.Tensor.numpy, "a tensor became an array without .cpu()"
        result = function(*args, **(kwargs or {}))
        for made in result if isinstance(result, list | tuple) else [result]:
            if home and isinstance(made, torch.Tensor):
                made.at_home = True
        return result


def look_at(config):
    """All that looks at a run: Q against what is earned, vital signs, the console's curves and policies."""
    examination = Examination(every=20)
    run = train(config, 2, progress=False, device="cpu:0", callback=examination)
    session = TrainingSession({"A": config}, 2, device="cpu:0")
    session.advance(30)
    return examination.chart(run).last("Q"), check_q(run).monte_carlo, session.view("", None).runs["A"].policy


@pytest.mark.slow
@pytest.mark.parametrize("env_id", ["Pendulum-v1", "sacnotes/TwoPeaks-v0"])
def test_looking_at_a_run_keeps_to_its_device(small, nowhere, env_id):
    config = small.replace(env_id=env_id, learning_starts=0)  # first actions live beside environments
    with torch.device("cpu"), ComesHome():
        expected = look_at(config)
    for found, right in zip(look_at(config)[:2], expected[:2], strict=True):
        np.testing.assert_array_equal(found, right)


@pytest.mark.slow
@pytest.mark.parametrize("choices", VARIANTS)
def test_no_tensor_is_made_without_a_device(small, tmp_path, nowhere, choices):
    with torch.device("cpu"):
        expected = everywhere(small.replace(**choices), tmp_path / "run.pt")
    run = everywhere(small.replace(**choices), tmp_path / "run.pt")
    np.testing.assert_array_equal(run.metrics["q"], expected.metrics["q"])
    np.testing.assert_array_equal(run.evaluation_returns, expected.evaluation_returns)


@pytest.mark.parametrize("choices", VARIANTS)
def test_every_device_that_is_named_is_the_one_asked_for(small, choices):
    """From the first step the policy acts: the uniform actions before are drawn beside the environments, on the CPU."""
    with Named() as named:
        run = train(small.replace(learning_starts=0, **choices), 2, progress=False, device="cpu:0")
        evaluate(run, 1), evaluate(run.agent, 1, deterministic=False)
    assert named.devices == {"cpu:0"}


def test_a_comparison_passes_the_device_on(small):
    variants = {"a": small.replace(learning_starts=0)}
    with Named() as named:
        compare(variants, 2, jobs=1, folder=None, progress=False, device="cpu:0")
    assert "cpu:0" in named.devices  # and "cpu", where results are read


def test_the_agents_word_for_its_device(small):
    run = TrainingRun(small, 1, device="cpu:0")
    assert run.device == run.agent.device == run.buffer.device == torch.device("cpu:0")
    assert TrainingRun(small, 1).device == torch.device("cpu")


def test_a_name_that_nobody_knows_or_a_device_that_is_not_here_says_what_there_is_and_what_it_needs(small):
    for wrong in ("gpu", "GPU 0", 1.5, ""):
        with pytest.raises(ValueError, match=r'such as "cpu", "cuda" .*On this computer there is: "cpu"'):
            train(small, device=wrong)
    with pytest.raises(ValueError, match="'cuda:93' cannot be used .*has: \"cpu\".*needs its driver"):
        train(small, device="cuda:93")
    with pytest.raises(ValueError, match="cannot be used"):
        usable_device("meta")


def test_devices_are_listed_by_the_names_to_write(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda"))
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)
    assert devices_here() == ['"cpu"', '"cuda:0"', '"cuda:1"']


def test_trying_a_device_draws_no_number_that_others_wait_for():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    usable_device("cpu")
    assert torch.equal(torch.rand(2), expected)


def test_a_random_stream_from_another_kind_of_device_becomes_a_seed(small):
    """A CUDA stream's position is 16 bytes: seed and offset. Here it seeds a new stream, the same one each time."""
    positions = [torch.tensor([seed] + 15 * [0], dtype=torch.uint8) for seed in (1, 2, 1)]
    streams = RunGenerators([5, 6, 7])
    streams.set_state(positions)
    one, two, again = streams.normal(4)
    assert torch.equal(one, again) and not torch.equal(one, two)
    agent = SAC(small, 2, 1, runs=3, seed=[5, 6, 7])
    agent.load_state_dict(agent.state_dict() | {"generators": positions})
    assert torch.equal(agent.generators.normal(4)[0], one)
