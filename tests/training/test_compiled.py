"""The compiled update against the update as it is: the same weights, streams and records, and errors that help.

Most of it runs the traced graph as it stands ("eager"), which takes a second; one test builds it with the compiler.
"""

from functools import partial

import numpy as np
import pytest
import torch

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.training import compiled, run as training
from sacnotes_lib.training.compiled import CannotCompile, CompiledUpdate
from sacnotes_lib.training.guards import NonFiniteLoss, check_finite
from sacnotes_lib.training.run import TrainingDiverged, TrainingRun, train

pytestmark = pytest.mark.long

VARIANTS = [
    {},
    {"backup": "redq", "num_critics": 3},
    {"actor_gradient": "score_function", "num_actor_samples": 2, "entropy_in_target": False},
    {"temperature": 0.2, "target_update": "hard", "hard_update_period": 3, "updates_per_step": 2},
    {"squash_actions": False, "env_id": "tiny/Counting-v0", "backup": "swap"},
]


@pytest.fixture
def traced(monkeypatch):
    """Graphs are traced, and run as they are."""
    torch._dynamo.reset()
    monkeypatch.setattr(training, "CompiledUpdate", partial(CompiledUpdate, backend="eager"))


def assert_same(one: TrainingRun, other: TrainingRun, tolerance=1e-4):
    """Weights, temperature and records up to rounding; random streams and counts exactly."""
    close = partial(torch.testing.assert_close, rtol=tolerance, atol=tolerance)
    for name in ("actor", "critic", "target_critic"):
        close(*(list(getattr(run.agent, name).parameters()) for run in (one, other)))
    close(one.agent.log_temperature, other.agent.log_temperature)
    assert one.agent.updates_done == other.agent.updates_done > 10
    states = zip(one.agent.generators.get_state(), other.agent.generators.get_state(), strict=True)
    assert all(torch.equal(a, b) for a, b in states)
    assert set(one.metrics) == set(other.metrics)
    for name, values in one.metrics.items():
        np.testing.assert_allclose(values, other.metrics[name], rtol=100 * tolerance, atol=100 * tolerance)


@pytest.mark.parametrize("choices", VARIANTS, ids=str)
def test_every_variant_learns_the_same(small, traced, choices):
    config = small.replace(**choices)
    assert_same(train(config, 2, progress=False, compile=True), train(config, 2, progress=False))


def test_what_is_changed_on_the_way_is_followed(small, traced):
    """Another backup draws other numbers, so the order of draws is noted anew."""
    changes = [
        (15, {"backup": "redq"}),
        (22, {"learning_rate": 1e-2, "discount": 0.5}),
        (30, {"temperature": 0.3}),
    ]
    config = small.replace(num_critics=3)
    runs = [TrainingRun(config, 2, compile=compile).replay(changes, 40) for compile in (True, False)]
    assert_same(*runs)


def test_a_run_goes_on_from_a_file_compiled_or_not(small, traced, tmp_path):
    whole = train(small, 2, progress=False)
    half = TrainingRun(small, 2, compile=True).replay([], 24)
    half.save(tmp_path / "half.pt")
    for compile in (True, False):
        run = TrainingRun.load(tmp_path / "half.pt", compile=compile).resume(16, progress=False)
        assert_same(run, whole)


def test_a_formula_of_ones_own_is_compiled_too(small, traced):
    class Absolute(SAC):
        @staticmethod
        def critic_loss(q, target):
            return (q - target).abs().mean(-1).sum()

    config = small.replace(total_steps=30)
    runs = [
        train(config, 2, progress=False, agent_class=Absolute, compile=compile) for compile in (True, False)
    ]
    assert_same(*runs)


def test_a_loss_that_is_not_finite_is_told_as_without(small, traced):
    messages = []
    for compile in (True, False):
        run = TrainingRun(small, 3, compile=compile).replay([], 20)
        run.buffer._table[1, :, 4] = float("nan")  # the second seed's rewards
        with pytest.raises(TrainingDiverged) as told:
            run.replay([], 40)
        messages.append(str(told.value))
        assert isinstance(told.value.__cause__, NonFiniteLoss) and told.value.__cause__.seeds == [1]
        assert told.value.run is run and run.step == 20 and run.agent.updates_done == 11
    assert messages[0] == messages[1] and "critic loss of seed 1 is nan at update 11" in messages[0]


def test_what_cannot_be_traced_is_told_by_name(small, traced):
    class Branching(SAC):
        def actor_loss(self, observation, temperature):
            loss, log_prob = super().actor_loss(observation, temperature)
            return (loss if loss > 0 else 2 * loss), log_prob  # one graph cannot go two ways

    with pytest.raises(CannotCompile, match=r"Branching.update cannot be compiled.*without compile=True"):
        train(small, 2, progress=False, agent_class=Branching, compile=True)


def test_without_a_compiler_nothing_is_begun(small, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(CannotCompile, match="needs a C\\+\\+ compiler.*apt-get install g\\+\\+"):
        train(small, 2, progress=False, compile=True)
    (tmp_path / "my-c++").write_text("#!/bin/sh\n")
    (tmp_path / "my-c++").chmod(0o755)
    monkeypatch.setenv("CXX", "my-c++")
    compiled.require_compiler()


def test_a_pytorch_that_is_too_old_is_told(small, monkeypatch):
    monkeypatch.setattr(torch._dynamo, "config", object())
    agent = SAC(small, observation_dim=3, action_dim=1)
    with pytest.raises(CannotCompile, match="needs a newer one"):
        CompiledUpdate(agent, backend="eager")


@pytest.mark.slow
def test_the_code_that_the_compiler_makes(small):
    """The only test that builds it, some 15 seconds; `.ci/run` sees to a C++ compiler."""
    try:
        compiled.require_compiler()
    except CannotCompile as missing:
        pytest.skip(f"NOT TESTED: {missing}")
    torch._dynamo.reset()
    config = small.replace(total_steps=60)
    run = TrainingRun(config, 2, compile=True).replay([], 60)
    assert_same(run, TrainingRun(config, 2).replay([], 60))
    batch = Batch(*(part.clone() for part in run.buffer.sample(config.batch_size, run._sampling)))
    batch.reward[0] = float("inf")
    with pytest.raises(NonFiniteLoss, match="critic loss of seed 0 is .* at update 51"):
        check_finite(run._compiled(batch), run.seeds, run.agent.updates_done)
