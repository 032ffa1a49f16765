"""Page 04's exercises: each known mistake is told from the others, and the reference is right."""

import itertools
import math

import pytest
import torch

from sacnotes_lib.exact import tanh_gaussian_log_density
from sacnotes_lib.lesson.check import _outcome, _same, check
from sacnotes_lib.lesson.exercises.target import NEXT_SOFT_VALUE, SOFT_LABEL
from sacnotes_lib.sac.targets import apply_backup, soft_bellman_target

EXERCISES = (SOFT_LABEL, NEXT_SOFT_VALUE)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_reference_passes_and_at_least_five_mistakes_are_known(exercise):
    assert check(exercise.reference, exercise).passed
    assert len(exercise.mistakes) >= 5


@pytest.mark.parametrize(
    ("exercise", "name"),
    [(exercise, name) for exercise in EXERCISES for name in exercise.mistakes],
    ids=lambda value: getattr(value, "name", value)[:40],
)
def test_each_mistake_is_named_and_no_other(exercise, name):
    assert check(exercise.mistakes[name], exercise).mistake == name


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_no_two_mistakes_look_alike(exercise):
    results = {
        name: [_outcome(wrong, case) for case in exercise.cases] for name, wrong in exercise.mistakes.items()
    }
    for (_, a), (_, b) in itertools.combinations(results.items(), 2):
        assert not all(_same(x, y, exercise) for x, y in zip(a, b, strict=True))


def test_labels_one_by_one_and_as_the_library_makes_them():
    flags = set()
    for case in SOFT_LABEL.cases:
        reward, terminated, truncated, next_q, log_prob, discount, temperature = case.values()
        flags |= set(zip(terminated.tolist(), truncated.tolist(), strict=True))
        got = SOFT_LABEL.reference(**case)
        for i in range(len(reward)):
            ahead = discount * (min(next_q[:, i].tolist()) - temperature * log_prob[i].item())
            by_hand = reward[i].item() + (0 if terminated[i] else ahead)
            assert got[i].item() == pytest.approx(by_hand, abs=1e-5)
        settings = {"discount": discount, "temperature": temperature}
        library = soft_bellman_target(reward, terminated, apply_backup(next_q, "min"), log_prob, **settings)
        torch.testing.assert_close(library, got.expand_as(library))
    assert len(flags) == 4


def test_the_next_value_against_the_density_from_scipy():
    for case in NEXT_SOFT_VALUE.cases:
        value = _outcome(NEXT_SOFT_VALUE.reference, case)
        torch.manual_seed(0)  # as `check` does before every call
        s2, temperature = case["next_observation"], case["temperature"]
        for i, noise in enumerate(torch.randn(len(s2), 1)[:, 0].tolist()):
            mean, log_std = s2[i, 0].item(), -0.5 + 0.3 * s2[i, 1].item()
            pre_tanh = mean + math.exp(log_std) * noise
            action = math.tanh(pre_tanh)
            q = s2[i].sum().item() - 3 * (action + 0.4) ** 2
            log_prob = float(tanh_gaussian_log_density(*_as_rows(action, mean, log_std)))
            assert value[i].item() == pytest.approx(q - temperature * log_prob, abs=1e-4)


def _as_rows(*numbers):
    return [torch.tensor([number], dtype=torch.float64).numpy() for number in numbers]


def test_the_solution_may_draw_with_gradients():
    def other(policy, critic, target_critic, observation, action, next_observation, temperature):
        a, log_prob = policy(next_observation).rsample()
        return target_critic(next_observation, a).detach() - temperature * log_prob.detach()

    assert check(other, NEXT_SOFT_VALUE).passed
