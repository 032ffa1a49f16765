"""A loss that is not finite: noticed after the update, eager or compiled, and told with the seeds that lost it."""

import pytest
import torch

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.training.guards import NonFiniteLoss, check_finite
from tests.sac.test_agent import make_agent, make_batch


def broken_batch(name: str, run: int, value: float) -> Batch:
    batch = make_batch(3)
    getattr(batch, name)[run, 2] = value
    return batch


def assert_lost(agent: SAC, batch: Batch, seeds: list[int], told: str) -> None:
    with pytest.raises(NonFiniteLoss, match=told) as lost:
        check_finite(agent.update(batch), agent.seeds, agent.updates_done)
    assert lost.value.seeds == seeds


@pytest.mark.parametrize("name", ["observation", "action", "reward", "next_observation"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e25])  # the last one overflows
def test_a_loss_that_is_not_finite_names_the_seed(name, value):
    agent = make_agent(runs=3, seed=[7, 8, 9])
    assert_lost(agent, broken_batch(name, 1, value), [8], "critic loss of seed 8 ")
    for tensor in (*agent.critic.tensors(), *agent.actor.tensors()):
        for seed, of_run in zip(agent.seeds, tensor.unflatten(0, (3, -1)), strict=True):
            assert seed == 8 or of_run.isfinite().all()  # the other runs are none the worse for it


def test_several_lost_seeds_are_all_named_and_the_update_is_counted():
    agent = make_agent(runs=3, seed=[7, 8, 9])
    for _ in range(2):
        agent.update(make_batch(3))
    batch = broken_batch("reward", 0, float("nan"))
    batch.reward[2, 0] = float("-inf")
    assert_lost(agent, batch, [7, 9], "critic loss of seed 7, 9 is nan at update 3")


def test_an_actors_loss_that_is_not_finite_names_the_seed_or_where_no_number_tells_all_of_them():
    agent = make_agent(runs=3, seed=[7, 8, 9], entropy_in_target=False)
    with torch.no_grad():
        agent.log_temperature[1] = 100.0  # e^100 is more than float32 holds
    assert_lost(agent, make_batch(3), [8], "actor loss of seed 8 is")
    agent = make_agent(runs=3, seed=[7, 8, 9])
    agent.actor_loss_reparameterized = lambda q, log_prob, temperature: float("nan") * log_prob.sum()
    assert_lost(agent, make_batch(3), [7, 8, 9], "actor loss of seed 7, 8, 9 is nan")


def test_an_update_of_ones_own_may_return_plain_numbers():
    check_finite({"temperature": torch.tensor([0.1, 0.2])}, [4, 7], 1)
    with pytest.raises(NonFiniteLoss, match="the temperature of seed 7 is not finite at update 3") as lost:
        check_finite({"temperature": torch.tensor([0.1, float("nan")])}, [4, 7], 3)
    assert lost.value.seeds == [7]
