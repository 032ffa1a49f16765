"""What page 04 measures: what one update's label is made of, two clocks, and what each label leads to at the fork."""

from collections.abc import Callable, Mapping
from copy import deepcopy

import numpy as np
import torch
from torch import Tensor

from sacnotes_lib.envs import TimeLimitEnv, TwoRoutesEnv
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.targets import soft_bellman_target
from sacnotes_lib.training.run import TrainingRun, train
from sacnotes_lib.training.statistics import interquartile_mean
from sacnotes_lib.training.tables import ResultTable, table

ROUTES, FORK = TwoRoutesEnv(), np.zeros(2)
PRICES = {"discount": 0.9, "temperature": 0.2}
ENDS = ("truncated", "terminated")
TICKS = (("first", 0), ("last", -1))
WEIGHTS = {"added": 1.0, "left out": 0.0, "subtracted": -1.0}  # of the entropy in the label


class Witness(SAC):
    """An agent that keeps what its last label was made of."""

    def soft_bellman_target(self, *parts, **settings):
        self.parts, self.label = parts, soft_bellman_target(*parts, **settings)
        return self.label


def facts_about_one_update(config: SACConfig) -> dict[str, bool]:
    """Whether each part of a real update's label comes from where it should: train, copy the agent, update once."""
    run = train(config, seeds=1, agent_class=Witness, progress=False)
    memory = run.buffer.contents()
    memory = memory._make(column[:, -64:] for column in memory)  # the newest 64 steps
    before = deepcopy(run.agent)
    run.agent.update(memory)
    reward, terminated, next_q, next_log_prob = run.agent.parts
    noise = deepcopy(before.generators).normal(64, 1)  # the update's own noise, again
    action, log_prob = before.actor(memory.next_observation).sample(noise=noise)
    asked, in_training = (
        critic(memory.next_observation, action).amin(-2) for critic in (before.target_critic, before.critic)
    )
    paid = ROUTES.mean_reward(memory.observation.numpy(), memory.action.numpy())
    moved = memory.next_observation[..., 0] - memory.observation[..., 0]
    at_the_end = memory.next_observation[..., 0] > 0.99
    return {
        "r    is what the environment pays for (s, a)": np.allclose(reward, paid, atol=1e-5),
        "s'   is where it led: one step further": torch.allclose(moved, torch.tensor(1 / 6)),
        "d    is 1 at the end of a route, only there": terminated.bool().equal(at_the_end),
        "a'   is not the buffer's next action": not torch.isclose(action[:, :-1], memory.action[:, 1:]).any(),
        "logπ is the current policy's, at that a'": torch.allclose(next_log_prob, log_prob),
        "Q̄    is the target critic's at (s', a')": torch.allclose(next_q[:, 0], asked),
        "Q̄    is not the critic's in training": not torch.isclose(next_q[:, 0], in_training).any(),
        "y    carries no gradient": not run.agent.label.requires_grad,
    }


def play_clock(end: str) -> Tensor:
    """One episode of ten ticks: hand before, hand after, reward, terminated, truncated, as rows `[5, 10]`."""
    env, steps = TimeLimitEnv(length=10, reward=0.1, end=end), []
    env.reset(seed=0)
    for _ in range(10):
        hand = env.state[0]
        (after,), reward, terminated, truncated, _ = env.step(np.zeros(1))
        steps.append((hand, after, reward, terminated, truncated))
    return torch.tensor(np.array(steps, dtype=np.float32)).T


def settled_clock(label: Callable = soft_bellman_target, *, limit_is_end: bool = False) -> np.ndarray:
    """Q `[2, 10]` of every tick in both worlds, when labels were made and copied back until they stand still."""
    settled = []
    for end in ENDS:
        _, after, reward, terminated, truncated = play_clock(end)
        ended = torch.maximum(terminated, truncated) if limit_is_end else terminated
        log_prob, q = torch.full((10,), -np.log(2.0)), torch.zeros(1, 10)
        for _ in range(300):
            q = label(reward, ended, q[:, (10 * after).round().long()], log_prob, **PRICES)
        settled.append(q[0].numpy())
    return np.array(settled)


def exact_clock() -> np.ndarray:
    """Q `[2, 10]` of every tick in both worlds, from a linear system."""
    hands = np.arange(10)[:, None] / 10
    solved = [TimeLimitEnv(end=end).exact(*PRICES.values()) for end in ENDS]
    return np.array([one.q_value(hands, np.zeros((10, 1))) for one in solved])


def clock_table(settled: Mapping[str, np.ndarray]) -> ResultTable:
    """Q at the first and at the last tick, in both worlds, a row for each label."""
    rows = {
        name: {f"{end}, {when} tick": q[at] for end, q in zip(ENDS, both, strict=True) for when, at in TICKS}
        for name, both in settled.items()
    }
    return table(rows, "Q", ".2f")


def exact_routes() -> dict[str, tuple[float, float, float]]:
    """For each weight of the entropy in the label: V(narrow), V(wide), and how often SAC's best policy goes narrow."""
    found = {}
    for name, weight in WEIGHTS.items():
        answer = ROUTES.exact(*PRICES.values(), "tanh_gaussian", entropy_weight=weight)
        chance = np.exp(answer.log_policy[0]) * answer.nodes.weights
        share = float(chance @ ROUTES.narrow_probability(answer.nodes.actions))
        found[name] = (*map(float, answer.value(ROUTES.states[[1, 6]])), share)
    return found


def judged(run: TrainingRun) -> tuple[np.ndarray, np.ndarray]:
    """Of each seed's policy: how often it goes narrow, and its soft objective J from the fork on, exactly; `[R]`."""
    states = torch.tensor(ROUTES.states, dtype=torch.float32).expand(len(run.seeds), -1, -1)
    with torch.no_grad():
        policy = run.agent.actor(states)
        action, _ = policy.sample((4000,))
    share = ROUTES.narrow_probability(action[:, :, 0].numpy()).mean(0)
    pairs = zip(policy.mean.numpy(), policy.log_std.numpy(), strict=True)
    values = [ROUTES.solver.evaluate_tanh_gaussian(m, s, *PRICES.values()).value(FORK) for m, s in pairs]
    return share, np.array(values)


def best_objective() -> float:
    """The largest J that any policy has at the fork."""
    return float(ROUTES.exact(*PRICES.values()).value(FORK))


def routes_tables(runs: Mapping[str, TrainingRun]) -> tuple[ResultTable, ResultTable]:
    """The exact answers, and what each run learned: shares, J and the critics' average Q."""
    exact = exact_routes()
    columns = ("V(narrow)", "V(wide)", "goes narrow")
    known = {name: dict(zip(columns, found, strict=True)) for name, found in exact.items()}
    learned = {}
    for name, run in runs.items():
        share, objective = judged(run)
        learned[name] = {
            "goes narrow (seeds)": (interquartile_mean(share), share.min(), share.max()),
            "exact": exact[name][-1] if name in exact else None,
            "J": interquartile_mean(objective),
            "average Q": interquartile_mean(run.metrics["q"])[-1],
        }
    learned["the best there is"] = {"J": best_objective()}
    return table(known, "exactly", ".2f"), table(learned, "learned", ",.2f")


def preferring_wide(runs: Mapping[str, TrainingRun]) -> str | None:
    """The one of the three labels with which a run goes wide more often than not; None where it is not just one."""
    wide = [name for name in WEIGHTS if interquartile_mean(judged(runs[name])[0]) < 0.5]
    return wide[0] if len(wide) == 1 else None
