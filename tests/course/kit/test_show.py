"""What a page shows of the library is the library's own: the same statements, and the same numbers."""

import ast
import inspect
import textwrap

import pytest
import torch

from sacnotes_lib.course.kit.show import short_source, show_source
from sacnotes_lib.sac import losses, targets
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.networks import Critics, hard_update, polyak_update
from sacnotes_lib.sac.randomness import RunGenerators

RUNS, CRITICS, BATCH = 2, 2, 5


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def critics(seed):
    return Critics(2, 1, (4,), CRITICS, RunGenerators([seed, seed + 1], stream=0))


Q, LOG_PROB = numbers(RUNS, CRITICS, BATCH), numbers(RUNS, BATCH, seed=1)
REWARD, ENDED = numbers(RUNS, BATCH, seed=2), (numbers(RUNS, BATCH, seed=3) > 0).float()
PRICES = {"discount": 0.9, "temperature": torch.tensor([0.2, 0.7])}
LESSONS = {
    targets.soft_bellman_target: lambda one: one(REWARD, ENDED, Q, LOG_PROB, **PRICES),
    targets.apply_backup: lambda one: one(Q, "min"),
    targets.value_for_actor: lambda one: one(Q, "mean"),
    losses.critic_loss: lambda one: one(Q, Q + 1),
    losses.actor_loss_reparameterized: lambda one: one(Q[:, 0], LOG_PROB, 0.2),
    losses.actor_loss_score_function: lambda one: one(Q[:, 0], LOG_PROB, 0.2, 1.0),
    losses.temperature_loss: lambda one: one(torch.tensor([0.1, 0.2]), LOG_PROB, -1.0),
    polyak_update: lambda one: moved_by(one, 0.3),
    hard_update: lambda one: moved_by(one),
}


def moved_by(update, *settings):
    """The first weights of two critics after one of them was moved towards the other."""
    target, online = critics(0), critics(10)
    update(target, online, *settings)
    return target.tensors()[0].detach()


@pytest.mark.parametrize("function", LESSONS, ids=lambda function: function.__name__)
def test_what_is_shown_computes_what_the_library_computes(function):
    own = dict(inspect.unwrap(function).__globals__)
    exec(short_source(function), own)
    shown = own[function.__name__]
    assert shown is not function
    torch.testing.assert_close(LESSONS[function](shown), LESSONS[function](function), rtol=0, atol=0)


@pytest.mark.parametrize("function", [*LESSONS, SAC.update], ids=lambda function: function.__name__)
def test_every_line_shown_is_a_line_of_the_library_and_no_docstring_or_check_is(function):
    shown, source = short_source(function), textwrap.dedent(inspect.getsource(function))
    ours = ast.parse(shown).body[0]
    theirs = [ast.dump(node) for node in ast.parse(source).body[0].body]
    assert [node for node in map(ast.dump, ours.body) if node not in theirs] == []
    body = shown.split("):\n", 1)[1].splitlines()
    assert set(body) <= set(source.replace("  # fmt: skip", "").splitlines())
    assert "raise " not in shown and '"""' not in shown and "check" not in shown and "Tensor" not in shown


def test_the_label_is_shown_in_the_lines_that_carry_its_formula():
    assert short_source(targets.soft_bellman_target).splitlines() == [
        "def soft_bellman_target(reward, terminated, next_q, next_log_prob, *, discount, temperature):",
        "    with torch.no_grad():",
        "        next_entropy_bonus = -temperature_per_transition(temperature, next_log_prob) * next_log_prob",
        "        next_value = next_q + next_entropy_bonus.unsqueeze(-2)",
        "        still_running = 1 - terminated.to(next_q.dtype)",
        "        return reward.unsqueeze(-2) + discount * still_running.unsqueeze(-2) * next_value",
    ]


def test_a_check_goes_and_what_only_checks_need_goes_with_it():
    def checked(a, b=2):
        """Words."""
        wanted = a + 1
        for one in (a, b):
            if one < 0:
                raise ValueError(wanted)
        assert a
        c = a * b
        if c > 3:
            c = 3
        return c

    assert short_source(checked).splitlines() == [
        "def checked(a, b=2):",
        "    c = a * b",
        "    if c > 3:",
        "        c = 3",
        "    return c",
    ]


def test_it_is_shown_with_its_colours_and_as_plain_text(monkeypatch):
    shown = []
    monkeypatch.setattr("sacnotes_lib.course.kit.show.display", lambda data, raw: shown.append((data, raw)))
    assert show_source(losses.temperature_loss) is None
    ((data, raw),) = shown
    source = short_source(losses.temperature_loss)
    assert raw and data == {"text/markdown": f"```python\n{source}\n```", "text/plain": source}


def test_what_has_no_body_is_refused():
    with pytest.raises(TypeError, match="no function"):
        short_source(Critics)
