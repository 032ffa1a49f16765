"""Page 10's exercises: that the references are `SAC.update` itself."""

import pytest
import torch
from torch.nn.functional import mse_loss

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.kit.exercise import ExerciseTodo
from sacnotes_lib.course.p10_own_words import exercises as recall
from sacnotes_lib.course.p10_own_words.bench import LOSSES, WEIGHTS, Bench, numbers_of, weights_after
from sacnotes_lib.course.p10_own_words.cards import DECK, play
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.losses import actor_loss_reparameterized, critic_loss, temperature_loss
from sacnotes_lib.sac.networks import polyak_update
from sacnotes_lib.sac.targets import apply_backup, soft_bellman_target


def by_name(agent, batch):
    """The update as a learner would write it, from the library's functions by name."""
    c, alpha = agent.config, agent.temperature
    observation, action, reward, next_observation, terminated = batch
    with torch.no_grad():
        policy = agent.actor(next_observation)
        next_action, next_log_prob = policy.sample(noise=agent.noise_for(policy))
        next_q = apply_backup(agent.target_critic(next_observation, next_action), "min")
    label = soft_bellman_target(
        c.reward_scale * reward, terminated, next_q, next_log_prob, discount=c.discount, temperature=alpha
    )
    agent.critic_optimizer.descend(critic_loss(agent.critic(observation, action), label))
    policy = agent.actor(observation)
    fresh, log_prob = policy.rsample(noise=agent.noise_for(policy))
    value = agent.critic(observation, fresh).amin(-2)
    agent.actor_optimizer.descend(actor_loss_reparameterized(value, log_prob, alpha))
    agent.temperature_optimizer.descend(
        temperature_loss(agent.log_temperature, log_prob, agent.target_entropy)
    )
    polyak_update(agent.target_critic, agent.critic, c.polyak_rate)


def test_the_cards_do_what_the_library_s_update_does():
    for case in recall.ONE_UPDATE.cases:
        by_library = weights_after(SAC.update)(**case)
        torch.testing.assert_close(recall.played(lambda: recall.RIGHT_ORDER)(*case.values()), by_library)
        assert not torch.equal(by_library, weights_after(SAC.update)(case["bench"], 0, case["weights_of"]))


def test_orders_that_give_the_same_numbers_pass_and_one_that_cannot_be_played_is_told():
    for sequence in ("HFECIGA", "HCFEIGA", "CHFEGIA", "HFECIAG", "HFEACIG", "HHFECIGA"):
        assert check(sequence, recall.ONE_UPDATE).passed, sequence
    assert "needs" in check(lambda: "EHFCIGA", recall.ONE_UPDATE).message
    assert "on no card" in check(lambda: "HFEZ", recall.ONE_UPDATE).message
    assert "One text of letters is asked for" in check(lambda: 7, recall.ONE_UPDATE).message
    assert "does its last line say return" in check(lambda: None, recall.ONE_UPDATE).message


def test_every_card_of_the_deck_is_right_or_a_slip_that_is_named():
    wrong = {letter for sequence in recall.SHARED_SLIPS.values() for letter in sequence}
    assert set(DECK) == set(recall.RIGHT_ORDER) | (wrong & {"B", "D", "J", "K"})


def test_a_learner_s_update_by_name_passes_and_trains_as_its_own():
    assert check(by_name, recall.FULL_UPDATE).passed


def test_the_written_losses_are_those_that_sac_steps_on():
    """The losses against PyTorch's own functions and the library's target, on the agent with its run axis."""
    bench = Bench(2)
    agent, (s, a, r, s2, d) = bench.agent(), bench.batch()
    noise = agent.noise_for(agent.actor(s))
    next_action, next_log_prob = agent.actor(s2).sample(noise=noise.flip(1))
    next_q = apply_backup(agent.target_critic(s2, next_action), "min")
    label = soft_bellman_target(
        r, d, next_q, next_log_prob, discount=agent.config.discount, temperature=agent.temperature
    )
    q = agent.critic(s, a)[0]
    fresh, log_prob = agent.actor(s).rsample(noise=noise)
    actor = actor_loss_reparameterized(agent.critic(s, fresh).amin(-2), log_prob, agent.temperature)
    expected = {
        "label": label[0, 0],
        "critic loss": mse_loss(q[0], label[0, 0]) + mse_loss(q[1], label[0, 1]),
        "actor loss": actor,
        "temperature loss": temperature_loss(agent.log_temperature, log_prob, agent.target_entropy),
    }
    assert set(expected) == set(LOSSES)
    for name, value in expected.items():
        got = numbers_of(recall.update_losses)(bench, name)
        torch.testing.assert_close(got if name == "label" else got[0], value)


def test_a_slope_is_the_difference_quotient_of_its_loss():
    """The second number of the critics' loss, by moving the critics a little along the fixed direction."""
    bench, step = Bench(1), 1e-3

    def loss_at(offset):
        agent, (s, a, *_) = bench.agent(), bench.batch()
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for weight in agent.critic.tensors():
                weight += offset * torch.randn(weight.shape, generator=generator)
            label = numbers_of(recall.update_losses)(bench, "label")
            return (agent.critic(s, a)[0] - label).square().mean(-1).sum().item()

    _, slope, to_the_actor = numbers_of(recall.update_losses)(bench, "critic loss")
    assert slope.item() == pytest.approx((loss_at(step) - loss_at(-step)) / (2 * step), rel=0.02)
    assert to_the_actor == 0


def test_losses_that_are_not_four_are_told():
    message = check(lambda *arguments: torch.zeros(()), recall.UPDATE_LOSSES).message
    assert "got          shape [], 0.\n  Four results are asked for" in message
    assert "does its last line say return" in check(lambda *arguments: None, recall.UPDATE_LOSSES).message


def todo(agent, batch):
    raise ExerciseTodo


def breaks(agent, batch):
    raise RuntimeError("no")


@pytest.mark.parametrize(
    ("update", "words", "kept"),
    [
        (todo, "still open", False),
        (breaks, "stops with RuntimeError", False),
        (by_name, "Your own", True),
        (lambda agent, batch: play("HFECIG", agent, batch), "something else", True),
    ],
)
def test_who_trains_is_said(update, words, kept, capsys):
    chosen = recall.solved_or_reference(update)
    assert words in capsys.readouterr().out
    assert (chosen is update) == kept
    if not kept:
        for part in WEIGHTS:
            expected = weights_after(SAC.update)(Bench(2), 2, part)
            torch.testing.assert_close(weights_after(chosen)(Bench(2), 2, part), expected)
