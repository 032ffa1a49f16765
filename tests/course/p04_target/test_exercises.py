"""Page 04's exercises: that the reference is right, and what else passes."""

import numpy as np
import pytest
import torch

from sacnotes_lib.course.kit.check import _outcome, check
from sacnotes_lib.course.p04_target.exercises import NEXT_SOFT_VALUE, SOFT_LABEL
from sacnotes_lib.course.p11_clinic.exercises import MENDED_LABEL
from sacnotes_lib.exact import tanh_gaussian_log_density
from sacnotes_lib.sac.targets import apply_backup, soft_bellman_target


@pytest.mark.parametrize("exercise", [SOFT_LABEL, MENDED_LABEL], ids=lambda exercise: exercise.name)
def test_labels_one_by_one_and_as_the_library_makes_them(exercise):
    """Page 11's label is this one with log_prob still in entries, one for each dimension of the action."""
    flags = set()
    for case in exercise.cases:
        reward, terminated, truncated, next_q, log_prob, discount, temperature = case.values()
        log_prob = log_prob.reshape(len(reward), -1).sum(-1)
        flags |= set(zip(terminated.tolist(), truncated.tolist(), strict=True))
        got = exercise.reference(**case)
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
        gain, log_std = (part.double().numpy() for part in vars(case["policy"]).values())
        for i, noise in enumerate(torch.randn(s2.shape).double().numpy()):
            mean = gain * s2[i].double().numpy()
            action = np.tanh(mean + np.exp(log_std) * noise)
            q = 2 - ((action + 0.4 * s2[i].double().numpy()) ** 2).sum()
            log_prob = float(tanh_gaussian_log_density(action, mean, log_std))
            assert value[i].item() == pytest.approx(q - temperature * log_prob, abs=1e-4)


def test_the_solution_may_draw_with_gradients():
    def other(policy, critic, target_critic, observation, action, next_observation, temperature):
        a, log_prob = policy(next_observation).rsample()
        return target_critic(next_observation, a).detach() - temperature * log_prob.detach()

    assert check(other, NEXT_SOFT_VALUE).passed
