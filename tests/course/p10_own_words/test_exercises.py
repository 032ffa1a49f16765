"""Page 10's exercises: that the references are `SAC.update` itself."""

import pytest
import torch
from torch.nn.functional import mse_loss

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.kit.exercise import ExerciseTodo
from sacnotes_lib.course.p10_own_words import bench as ours, exercises as recall
from sacnotes_lib.course.p10_own_words.cards import CARDS, DECK, JOBS, play
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.losses import actor_loss_reparameterized, critic_loss, temperature_loss
from sacnotes_lib.sac.networks import polyak_update
from sacnotes_lib.sac.targets import apply_backup, soft_bellman_target


def by_name(agent, batch):
    """The update as the page's solution writes it, from the library's functions by name."""
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


@pytest.mark.parametrize("case", recall.CASES, ids=str)
def test_cards_and_reference_do_what_the_library_s_update_does(case):
    by_library = ours.weights_after(SAC.update)(**case)
    assert set(by_library) == {f"the {part} at the end" for part in ours.WEIGHTS}
    torch.testing.assert_close(recall.ONE_UPDATE.adapt(lambda: "HFECIGA")(*case.values()), by_library)
    torch.testing.assert_close(ours.weights_after(recall.full_update)(**case), by_library)
    before = ours.weights_after(SAC.update)(case["bench"], 0)
    assert not any(torch.equal(by_library[part], before[part]) for part in by_library)


@pytest.mark.parametrize(
    "said", ["HFECIGA", "HCFEIGA", "CHFEGIA", "HFECIAG", "HFEACIG", "hfeciga", " H F E, C I,G A\n"]
)
def test_orders_that_give_the_same_numbers_pass_however_they_are_written(said):
    assert check(said, recall.ONE_UPDATE).passed


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("HFECCIGA", "2 cards do this: draw a."),
        ("HHFECIGA", "2 cards do this: draw a′."),
        ("HFECIGAB", "2 cards do this: draw a′."),
        ("HFECIg", "0 cards do this: move the target critics."),
        ("EHFCIGA", "before there is a label y"),
        ("HFIECGA", "needs an action a, before one was drawn"),
        ("HFECIGAZ", "'Z' is on no card"),
        ("AHFECIG", "target first"),
        ("BDEJIGA", "read from the buffer"),
        (7, "One text of letters is asked for"),
        (lambda: None, "does every way through it end with return"),
    ],
)
def test_a_sequence_with_a_mistake_is_told(said, words):
    result = check(said, recall.ONE_UPDATE)
    assert not result.passed and words in result.message


def test_every_card_has_one_job_and_none_is_hidden():
    assert sorted("".join(JOBS.values())) == sorted(DECK) == sorted(CARDS)


def test_weights_that_print_alike_are_told_apart():
    """Of ninety weights a few are printed: the largest difference, and where."""
    for exercise, answer in ((recall.ONE_UPDATE, "HFECIGA"), (recall.FULL_UPDATE, by_name)):
        assert check(answer, exercise).passed
    for exercise, answer in ((recall.ONE_UPDATE, "HKECIGA"), (recall.FULL_UPDATE, lambda *_: None)):
        message = check(answer, exercise).message
        assert "compared     the critics at the end" in message and "apart        by up to 0.0" in message


def test_the_written_losses_are_those_that_sac_steps_on():
    """The losses against PyTorch's own functions and the library's target, on the agent with its run axis."""
    bench = ours.Bench(2)
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
    assert set(expected) == set(ours.LOSSES)
    got = ours.numbers_of(recall.update_losses)(bench)
    for name, value in expected.items():
        torch.testing.assert_close(got[name], value)


def test_a_slope_is_the_difference_quotient_of_its_loss():
    """The second number of the critics' loss, by moving the critics a little along the fixed direction."""
    bench, step = ours.Bench(1), 1e-3

    def loss_at(offset):
        agent, (s, a, *_) = bench.agent(), bench.batch()
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for weight in agent.critic.tensors():
                weight += offset * torch.randn(weight.shape, generator=generator)
            label = ours.numbers_of(recall.update_losses)(bench)["label"]
            return (agent.critic(s, a)[0] - label).square().mean(-1).sum().item()

    found = ours.numbers_of(recall.update_losses)(bench)
    assert found["slope of the critic loss in the actor"] == 0
    assert found["slope of the critic loss in the critics"].item() == pytest.approx(
        (loss_at(step) - loss_at(-step)) / (2 * step), rel=0.02
    )


def test_losses_that_are_not_four_are_told():
    message = check(lambda *arguments: torch.zeros(()), recall.UPDATE_LOSSES).message
    assert "got          shape [], 0.\n  Four results are asked for" in message
    assert "end with return" in check(lambda *arguments: None, recall.UPDATE_LOSSES).message


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
        expected = ours.weights_after(SAC.update)(ours.Bench(2), 2)
        torch.testing.assert_close(ours.weights_after(chosen)(ours.Bench(2), 2), expected)
