"""Wrong answers, written as learners slip: none passes, most are told by name, and right ones are not refused."""

import pytest
import torch

from sacnotes_lib import temperature_loss
from sacnotes_lib.course.kit.check import check
from tools.wrong_answers import ALL, FOLDER, function, judged, share

FEWEST, LEAST_SHARE = 10, 0.85


def test_every_exercise_has_its_wrong_answers():
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_no_wrong_answer_passes_and_most_are_told_what_went_wrong(name):
    """`python -m tools.wrong_answers` prints the shares."""
    results = judged(name)
    assert len(results) >= FEWEST
    assert [line for line, result in results.items() if result.passed] == []
    assert share(results) >= LEAST_SHARE, [line for line, result in results.items() if not result.mistake]


# What is told where it matters most: slips that are common, that once passed, or that were taken for others.
TOLD = [
    ("soft_return", "(discount ** torch.arange(len(rewards)) * (rewards / temperature + entropies)).sum()", "r / α"),
    ("soft_return", "discount ** torch.arange(len(rewards)) @ (rewards + temperature * entropies)"
        " - temperature * entropies[0]", "from t = 1 on"),
    ("soft_return", "for r, h in zip(rewards, entropies):\n    return r + temperature * h", "inside the loop"),
    ("score_actions", "Independent(Normal(mean, std.exp()), 1).log_prob(action)", "taken for its logarithm"),
    ("score_actions", "Normal(mean, std).log_prob(action).exp().sum(-1).log()", "logarithm of a sum of densities"),
    ("score_actions", "d = Normal(mean, std); return d.log_prob(d.sample()).sum(-1)", "fresh sample scored"),
    ("soft_value", "q - temperature * log_prob[0]", "share the first log_prob"),
    ("soft_value", "(q - temperature * log_prob)[:, 0]", "share the first Q"),
    ("soft_value", "q - temperature * log_prob.squeeze(0)", "squeeze(0) removes nothing"),
    ("actor_loss", "(temperature * log_prob.sum(-1, keepdim=True) - q).mean()", "broadcast to [B, B]"),
    ("actor_loss", "(temperature * log_prob.sum(-1)[:, None] - q[None]).sum() / len(q) ** 2", "broadcast to [B, B]"),
    ("actor_loss", "(temperature * log_prob.detach().sum(-1) - q).mean()", "log_prob held constant"),
    ("actor_loss", "(temperature * log_prob.sum(-1) - q.detach()).mean()", "Q held constant"),
    ("actor_loss", "with torch.no_grad():\n    return (temperature * log_prob.sum(-1) - q).mean()", "no_grad"),
    ("settings_for_the_sum", "temperature / action_dim, -action_dim**2", "-A²"),
    ("settings_for_the_sum", "temperature / action_dim", "2 values are asked for"),
    ("settings_for_the_sum", "{'temperature': temperature / action_dim}", "2 values are asked for"),
    ("squashed_log_prob", "Normal(mean, std).log_prob(pre_tanh) - log_tanh_slope(pre_tanh)",
        "summed over the action already"),
    ("squashed_log_prob", "a = torch.tanh(pre_tanh).clamp(-0.999999, 0.999999)\n"
        "return (Normal(mean, std).log_prob(pre_tanh) - torch.log(1 - a**2)).sum(-1)", "clamped to ±0.999999"),
    ("estimate_entropy", "squashed_log_prob(mean + std * noise, mean, std).mean(0) + scale.log().sum()",
        "minus forgotten"),
    ("soft_label", "reward + (1 - terminated) * (discount * next_q.amin(0)) - temperature * next_log_prob",
        "outside the brackets"),
    ("soft_label", "reward + (1 - terminated) * (discount * next_q.amin(0) - temperature * next_log_prob)",
        "entropy not discounted"),
    ("soft_label", "reward + discount * (1 - (terminated + truncated)) * (next_q.amin(0) - temperature * "
    "next_log_prob)",
        "flags added"),
    ("soft_label", "reward + discount * (1 - terminated * truncated) * (next_q.amin(0) - temperature * next_log_prob)",
        "both flags set"),
    ("next_soft_value", "a, p = policy(observation).sample(); return target_critic(observation, a) - temperature * p",
        "everything at s: the prime is forgotten"),
    ("label_values", "if backup == 'swap':\n    return next_q.roll(1)\n"
        "return (next_q.mean(0) if backup == 'mean' else next_q.amin(0)).expand_as(next_q)", "swap without the axis"),
    ("critics_loss", "((q - target) ** 2).mean(-1).sum().detach()", "without a gradient"),
    ("follow", "target.lerp_(online, rate)", "in place"),
    ("follow", "online if rate == 1 else (1 - rate) * target + rate * online",
        "critic's own tensor where the rate is 1"),
    ("expected_label", "worth = (policy * next_q).sum(-1); entropy = -(policy * policy.log()).sum(-1)\n"
        "return reward + discount * next_probs @ worth + temperature * next_probs @ entropy", "entropy undiscounted"),
    ("expected_label", "reward + discount * next_probs @ (next_q - temperature * policy.log()).amax(-1)",
        "largest worth"),
    ("score_function_loss", "a, p = policy.sample(noise=noise); return -(p * (critic(a) + temperature * "
    "p).detach()).mean()",
        "sign of the entropy"),
    ("score_function_loss", "a, p = policy.rsample(noise=noise); return (temperature * p - critic(a)).mean()",
        "exercise B's"),
    ("score_function_loss", "a, p = policy.sample(noise=torch.randn_like(noise))\n"
        "return -(p * (critic(a) - temperature * p).detach()).mean()", "dice of its own"),
    ("reparameterized_loss", "a, p = policy.rsample(noise=noise); return -critic(a).mean()", "entropy left out, or"),
    ("reparameterized_loss", "a, p = policy.rsample(noise=noise); return (temperature * p.detach() - critic(a)).mean()",
        "or its log_prob held constant"),
    ("reparameterized_loss", "a, p = policy.rsample(noise=noise); return (temperature * p + critic(a)).mean()",
        "sign of Q"),
    ("leave_one_out", "worth.roll(1, 0)", "neighbour alone"),
    ("leave_one_out", "worth.mean(0) - worth", "less its own worth"),
    ("soft_q", "rewards.sum() - temperature * log_probs[1:].sum()", "no discount"),
    ("off_policy_actor_loss", "a, p = policy(observation).rsample(); return (p - critic(observation, a)).mean()",
        "temperature left out"),
    ("off_policy_actor_loss", "a, p = policy(observation).rsample(); return -critic(observation, a).mean()",
        "entropy left out, or"),
    ("mended_label", "reward + discount * (1 - terminated) * (next_q.mean(0) - temperature * next_log_prob.sum(-1))",
        "mean of the critics"),
    ("mended_label", "reward + discount * (1 - terminated) * (next_q.amin(0) - next_log_prob.sum(-1))",
        "temperature left out"),
    ("mended_label", "reward + (1 - terminated) * (next_q.amin(0) - temperature * next_log_prob.sum(-1))",
        "discount left out"),
    ("thermostat", "s = (entropy - target_entropy).mean(); steps = temperature.log().diff(); last = entropy - "
    "target_entropy\n"
        "return 1 if (steps * s).sum() > 0 else 0 if last[-1].abs() < last[0].abs() / 2 else 2",
            "one surplus for every step"),
    ("thermostat", "s = entropy - target_entropy\nif s[-1].abs() >= s[0].abs() / 2:\n    return 2\n"
        "return int((temperature.log().diff() * s[:-1]).sum() > 0)", "answering 2 before the crossed test"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer", "words"), TOLD)
def test_a_slip_is_told_for_what_it_is(name, answer, words):
    result = check(function(name, answer), ALL[name])
    assert not result.passed and words in result.mistake, result.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("estimate_entropy", "u = mean + std * noise\n"
            "return Independent(Normal(mean, std), 1).entropy() + log_tanh_slope(u).mean(0) + scale.log().sum()",
            "the Gaussian's exact entropy"),
        ("next_soft_value", "a, _ = policy(next_observation).sample(); _, p = policy(next_observation).sample()\n"
            "return target_critic(next_observation, a) - temperature * p", "two draws"),
        ("score_function_loss", "a, p = policy.sample(noise=noise); worth = critic(a) - temperature * p\n"
            "others = (worth.sum(0) - worth) / (len(worth) - 1); return -(p * (worth - others).detach()).mean()",
            "baseline from the other actions"),
        ("off_policy_actor_loss", "a, p = policy(observation).sample()\n"
            "return -(p * (critic(observation, a) - temperature * p).detach()).mean()", "score function"),
    ],
)  # fmt: skip
def test_another_estimator_passes_and_is_called_so(name, answer, words):
    result = check(function(name, answer), ALL[name])
    assert (
        result.passed
        and "correct, but another estimator than asked" in result.message
        and words in result.message
    )


@pytest.mark.parametrize(
    "answer",
    [
        "(q - (label + other_label) / 2).square().mean() - (label - other_label).square().mean() / 4",
        "(q - label).square().mean() - (label - other_label).square().mean() / 2",
        "(q - other_label).square().mean() - (label - other_label).var() / 2",
        "(q * q - 2 * q * label + label * other_label).mean()",
    ],
)
def test_every_estimate_without_bias_is_as_right_as_the_product(answer):
    result = check(function("true_error", answer), ALL["true_error"])
    assert result.passed and "right, on all" in result.message


def test_a_temperature_loss_by_log_alpha_is_as_right():
    def by_log_alpha(sac, batch, noise, next_noise):
        *others, loss = ALL["update_losses"].reference(sac, batch, noise, next_noise)
        log_prob = sac.actor(batch.observation).rsample(noise=noise)[1]
        torch.testing.assert_close(loss, temperature_loss(sac.log_alpha, log_prob, sac.target_entropy))
        return *others, -(sac.log_alpha * (log_prob + sac.target_entropy).detach()).mean()

    result = check(by_log_alpha, ALL["update_losses"])
    assert result.passed and "log α in place of the factor α" in result.message


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("score_function_loss", "mean and log_std"),
        ("reparameterized_loss", "mean and log_std"),
        ("off_policy_actor_loss", "gain and log_std"),
        ("mended_actor_loss", "gain and log_std"),
    ],
)
def test_where_gradients_are_compared_the_message_says_so_and_asks_for_no_other_shape(name, parameters):
    def scalar(policy, *rest):
        return sum(value.pow(3).sum() for value in vars(policy).values())

    message = check(scalar, ALL[name]).message
    assert f"compared     the gradient of your loss with respect to {parameters}" in message
    assert "shape should be" not in message


@pytest.mark.parametrize("name", ALL)
def test_an_error_inside_is_not_called_a_wrong_call_and_a_forgotten_return_is_named(name):
    def broken(*arguments):
        raise TypeError("from inside")

    assert "could not be called" not in check(broken, ALL[name]).message
    if name != "full_update":  # which changes the agent and returns nothing
        assert "end with return" in check(lambda *arguments: None, ALL[name]).message


def test_an_exercise_that_calls_an_open_one_says_which():
    """Page 03: B calls A. A's own task is not B's."""
    space = {"ExerciseTodo": __import__("sacnotes_lib").ExerciseTodo}
    exec("def squashed_log_prob(*arguments):\n    raise ExerciseTodo('the task of A')", space)
    exec(
        "def estimate_entropy(mean, std, noise, scale):\n    return -squashed_log_prob(mean, mean, std)",
        space,
    )
    message = check(space["estimate_entropy"], ALL["estimate_entropy"]).message
    assert (
        "calls `squashed_log_prob`, an exercise that is still open" in message and "task of A" not in message
    )
