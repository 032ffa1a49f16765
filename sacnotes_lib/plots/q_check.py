"""The critic's Q beside what the present policy really earns: Monte Carlo from the same states and actions."""

from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from gymnasium.vector import VectorEnv

from sacnotes_lib.envs import pendulum_observation, pendulum_step
from sacnotes_lib.exact import soft_return
from sacnotes_lib.training.environments import NO_BOUND, make_environments
from sacnotes_lib.training.guards import single_thread
from sacnotes_lib.training.run import TrainingRun

STATES = 8  # of each seed, drawn as episodes start
ROLLOUTS = 4
CUT_WEIGHT = 0.02  # play on until what is left counts for 2 %


@dataclass(frozen=True)
class QCheck:
    """One comparison, at one step: the critics' mean and the Monte Carlo soft return, `[R]` each, in scaled reward."""

    step: int
    q: np.ndarray
    monte_carlo: np.ndarray


@single_thread()
def check_q(run: TrainingRun) -> QCheck | None:
    """Q(s, a) against the soft return of the present policy, averaged over a few starts and actions of each seed.

    `run` may be a result of `compare` too. The random numbers are its own, so training goes on as if nobody had looked.
    None with a discount of 1, and for an environment that cannot be played from any state: Pendulum-v1 and those under
    sacnotes/ can, and any of yours with the methods of `envs.SoftEnv`, `initial_state` and `transition`. Where it does
    not show its state as it is, a method `observe` makes observations of states.
    """
    if hasattr(run, "envs"):
        return _checked(run, run.envs)
    # A result of `compare` has no environments of its own.
    with closing(make_environments(run.config.env_id, 1, run.config.env_kwargs)) as envs:
        return _checked(run, envs)


def _checked(run: TrainingRun, envs: VectorEnv) -> QCheck | None:
    config = run.config
    model = _model(run, envs)
    if model is None or config.discount == 1:
        return None
    start, step, observe = model
    rng = np.random.default_rng(run.step)
    seeds = len(run.seeds)
    temperature = run.agent.temperature.cpu().numpy() * config.entropy_in_target
    state = np.stack([start(rng) for _ in range(STATES * seeds)])
    # Each state carries the number of its seed behind it: rollouts that end drop out, the others keep their policy.
    state = np.concatenate([state, np.arange(len(state))[:, None] % seeds], axis=1)

    def sample_action(states, rng):
        which = states[:, -1].astype(int)
        action, log_prob = _act(run, observe(states[:, :-1]), which, rng)
        # weighted here, since each seed has a temperature of its own
        return action, temperature[which] * log_prob

    def step_with_seed(states, action, rng):
        next_state, reward, terminated = step(states[:, :-1], action, rng)
        return np.concatenate([next_state, states[:, -1:]], axis=1), reward, terminated

    action, _ = sample_action(state, rng)
    played = soft_return(
        sample_action, step_with_seed, state, action, discount=config.discount, temperature=1.0, rng=rng,
        rollouts=ROLLOUTS, cut_weight=CUT_WEIGHT, reward_scale=config.reward_scale,
    )  # fmt: skip
    which = state[:, -1].astype(int)
    with torch.no_grad():
        q = run.agent.critic(*_for_all_runs(run, observe(state[:, :-1]), action)).mean(1).cpu().numpy()
    q = q[which, np.arange(len(which))]
    return QCheck(run.step, q.reshape(-1, seeds).mean(0), played.mean.reshape(-1, seeds).mean(0))


def _act(run: TrainingRun, observation: np.ndarray, which: np.ndarray, rng):
    """Actions [n, A] and log_prob [n], row i by the policy of seed number which[i]."""
    (observation,) = _for_all_runs(run, observation)
    with torch.no_grad():
        policy = run.agent.actor(observation)
        noise = rng.standard_normal(policy.mean.shape)
        noise = torch.as_tensor(noise, dtype=torch.float32, device=run.agent.device)
        action, log_prob = policy.sample(noise=noise)
    rows = np.arange(len(which))
    return action.cpu().numpy()[which, rows], log_prob.cpu().numpy()[which, rows]


def _for_all_runs(run: TrainingRun, *arrays: np.ndarray) -> list[torch.Tensor]:
    """[n, D] to [R, n, D]: the same rows for every seed."""
    made = [torch.as_tensor(array, dtype=torch.float32, device=run.agent.device) for array in arrays]
    return [tensor.expand(len(run.seeds), *tensor.shape) for tensor in made]


def _model(run: TrainingRun, envs: VectorEnv):
    """(start, step, observe) of an environment that can be played from any state, or None.

    A wrapper changes what is seen of the world, not the world that is played here.
    """
    if run.config.env_id == "Pendulum-v1" and not run.config.env_kwargs.keys() - {"wrappers"}:
        return (lambda rng: rng.uniform([-np.pi, -1], [np.pi, 1])), pendulum_step, pendulum_observation
    env = envs.unwrapped.envs[0].unwrapped
    if not (hasattr(env, "initial_state") and hasattr(env, "transition")):
        return None
    low, high = env.action_space.low, env.action_space.high
    bounded = (low > -NO_BOUND) & (high < NO_BOUND)  # rescaled from [-1, 1], as in training
    low, high = np.where(bounded, low, -1), np.where(bounded, high, 1)

    def step(state, action, rng):
        return env.transition(state, (low + high) / 2 + (high - low) / 2 * action, rng)

    return env.initial_state, step, getattr(env, "observe", lambda state: state)
