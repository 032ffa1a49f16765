"""Full episodes of a world without a network, what is left of the swing, and how far apart two runs are: page 16."""

from collections.abc import Callable

import numpy as np

from sacnotes_lib.training.run import TrainingRun

STEPS = 50  # of an episode


def returns_of(policy: Callable, world, starts: np.ndarray) -> np.ndarray:
    """Undiscounted returns `[B]` of a policy, states `[B, S]` to actions `[B, A]`, from `starts`, all at once."""
    rng, state, returns = np.random.default_rng(0), starts, np.zeros(len(starts))
    for _ in range(STEPS):
        state, reward, _ = world.transition(state, policy(state), rng)
        returns += reward
    return returns


def swing_left(run: TrainingRun, episodes: int = 100) -> np.ndarray:
    """What each seed's policy, without its noise, leaves of the energy x² + v² in an episode, as a share, `[R]`."""
    world, rng = run.envs.unwrapped.envs[0].unwrapped, np.random.default_rng(0)
    first = np.stack([world.initial_state(rng) for _ in range(episodes)])
    state = np.broadcast_to(first, (len(run.seeds), *first.shape))
    for _ in range(STEPS):
        action = run.agent.act(world.observe(state), deterministic=True).reshape(*state.shape[:-1], -1)
        state, _, _ = world.transition(state, action, rng)
    return (state**2).sum(-1).mean(-1) / (first**2).sum(-1).mean()


def largest_difference(run: TrainingRun, other: TrainingRun) -> float:
    """The largest difference between two runs: in any weight, in α, in all that they remember."""
    one, two = run.numbers(), other.numbers()
    if one.shape != two.shape:
        return float("inf")
    return (one - two).abs().max().item()
