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


def update_and_look(agent: SAC, batch: Batch) -> None:
    check_finite(agent.update(batch), agent.seeds, agent.updates_done)


@pytest.mark.parametrize("name", ["observation", "action", "reward", "next_observation"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_names_the_seed(name, value):
    agent = make_agent(runs=3, seed=[7, 8, 9])
    with pytest.raises(NonFiniteLoss, match="critic loss of seed 8 ") as lost:
        update_and_look(agent, broken_batch(name, 1, value))
    assert lost.value.seeds == [8]
    for tensor in (*agent.critic.tensors(), *agent.actor.tensors()):
        for seed, of_run in zip(agent.seeds, tensor.unflatten(0, (3, -1)), strict=True):
            assert seed == 8 or of_run.isfinite().all()  # the other runs are none the worse for it


def test_a_loss_that_overflows_names_the_seed_whose_numbers_are_too_large():
    with pytest.raises(NonFiniteLoss, match="critic loss of seed 9 ") as lost:
        update_and_look(make_agent(runs=3, seed=[7, 8, 9]), broken_batch("reward", 2, 1e25))
    assert lost.value.seeds == [9]


def test_several_lost_seeds_are_all_named():
    batch = broken_batch("reward", 0, float("nan"))
    batch.reward[2, 0] = float("-inf")
    with pytest.raises(NonFiniteLoss, match="critic loss of seed 7, 9 is nan at update 1") as lost:
        update_and_look(make_agent(runs=3, seed=[7, 8, 9]), batch)
    assert lost.value.seeds == [7, 9]


def test_the_update_is_counted_in_the_error():
    agent = make_agent(runs=3)
    for _ in range(2):
        agent.update(make_batch(3))
    with pytest.raises(NonFiniteLoss, match="critic loss of seed 1 is inf at update 3"):
        update_and_look(agent, broken_batch("reward", 1, float("inf")))


def test_an_actors_loss_that_is_not_finite_names_the_seed():
    agent = make_agent(runs=3, seed=[7, 8, 9], entropy_in_target=False)
    with torch.no_grad():
        agent.log_temperature[1] = 100.0  # e^100 is more than float32 holds
    with pytest.raises(NonFiniteLoss, match="actor loss of seed 8 is") as lost:
        update_and_look(agent, make_batch(3))
    assert lost.value.seeds == [8]


def test_where_no_number_gives_it_away_all_seeds_are_named():
    agent = make_agent(runs=3, seed=[7, 8, 9])
    agent.actor_loss_reparameterized = lambda q, log_prob, temperature: float("nan") * log_prob.sum()
    with pytest.raises(NonFiniteLoss, match="actor loss of seed 7, 8, 9 is nan"):
        update_and_look(agent, make_batch(3))


def test_an_update_of_ones_own_may_return_plain_numbers():
    check_finite({"temperature": torch.tensor([0.1, 0.2])}, [4, 7], 1)
    with pytest.raises(NonFiniteLoss, match="the temperature of seed 7 is not finite at update 3") as lost:
        check_finite({"temperature": torch.tensor([0.1, float("nan")])}, [4, 7], 3)
    assert lost.value.seeds == [7]
