"""What page 05 measures, against an exact Q put in by hand and numbers that are easy to check."""

import numpy as np
import torch

from sacnotes_lib.course.p05_two_critics import measurements
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import TrainingRun, train

CONFIG = SACConfig(
    env_id="sacnotes/SkewedReward-v0", hidden_sizes=(8,), batch_size=16, learning_starts=20, total_steps=30,
    temperature=0.05, discount=0.9, reward_scale=1.0,
)  # fmt: skip


def test_critics_that_are_right_have_no_error_and_a_shift_is_found_in_each(monkeypatch):
    run = TrainingRun(CONFIG, seeds=3)
    policy = run.agent.actor(torch.zeros(3, 1, 1))
    answers = [
        measurements.SOLVER.evaluate_tanh_gaussian(mean.numpy(), log_std.numpy(), 0.9, 0.05)
        for mean, log_std in zip(policy.mean.detach()[:, 0], policy.log_std.detach()[:, 0], strict=True)
    ]
    shifts = torch.tensor([0.5, -2.0]).view(1, 2, 1)

    def right_but_shifted(state, action):
        q = [answer.q_value(*at) for answer, *at in zip(answers, state.numpy(), action.numpy(), strict=True)]
        return torch.as_tensor(np.stack(q)).unsqueeze(1) + shifts

    monkeypatch.setattr(run.agent, "critic", right_but_shifted)
    expected = np.repeat(shifts.reshape(2, 1).numpy(), 3, axis=1)
    np.testing.assert_allclose(measurements.critic_errors(run), expected, atol=1e-5)


def test_an_actor_at_rest_stays_where_it_began_while_its_critics_learn():
    began = TrainingRun(CONFIG, seeds=2).agent
    agent = train(CONFIG, seeds=2, progress=False, agent_class=measurements.ActorAtRest).agent
    for before, after in zip(began.actor.tensors(), agent.actor.tensors(), strict=True):
        torch.testing.assert_close(before, after)
    assert not torch.equal(began.critic.tensors()[0], agent.critic.tensors()[0])


def test_a_mean_and_its_standard_error():
    numbers = np.array([1.0, 2.0, 3.0, 2.0])  # spread √(2/3), of four numbers
    _, row, *_ = measurements.error_table({"100 rows": {"mean": numbers, "min": numbers}})
    assert row == ["100 rows: mean", "+2.00", f"{np.sqrt(2 / 3) / 2:.2f}"]
    assert measurements.is_above(numbers) and not measurements.is_above(numbers - 1.3)


def test_the_table_averages_critics_and_pairs_seeds():
    errors = {"mean": np.array([[1.0, 3.0], [3.0, 5.0]]), "min": np.array([[1.0, 3.0], [1.0, 3.0]])}
    _, *rows = measurements.error_table({"100 rows": measurements.mean_over_critics(errors)})
    assert rows == [
        ["100 rows: mean", "+3.00", "1.00"],
        ["100 rows: min", "+2.00", "1.00"],
        ["100 rows: min minus mean, seed by seed", "-1.00", "0.00"],
    ]
