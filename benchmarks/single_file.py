"""SAC as the well-known single-file implementations write it: plain modules, one optimizer each, a loop over tensors.

A contestant of `make bench`. The algorithm and the order of its steps are those of CleanRL's `sac_continuous_action`
(Huang and others, 2022), written anew here; its delay of the actor is off, so that it does the work of the others.
"""

from __future__ import annotations

import copy

import gymnasium as gym
import numpy as np
import torch
from torch import nn

from benchmarks.problems import Problem


def mlp(inputs: int, width: int, outputs: int) -> nn.Sequential:
    """Two hidden layers with ReLU."""
    return nn.Sequential(
        nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs)
    )


class SingleFileSAC:
    """One run of SAC. `advance(n)` takes n steps in the environment, with an update after each."""

    def __init__(self, problem: Problem):
        self.problem, self.env = problem, gym.make(problem.env_id)
        observation_dim, self.action_dim = problem.dimensions()
        self.observation, _ = self.env.reset(seed=0)
        self.high = torch.as_tensor(self.env.action_space.high)
        self.actor = mlp(observation_dim, problem.width, 2 * self.action_dim)
        self.critics = [mlp(observation_dim + self.action_dim, problem.width, 1) for _ in range(2)]
        self.targets = copy.deepcopy(self.critics)
        self.log_alpha = torch.zeros(1, requires_grad=True)
        both = [parameter for critic in self.critics for parameter in critic.parameters()]
        self.critic_optimizer = torch.optim.Adam(both, lr=problem.learning_rate)
        self.actor_optimizer = torch.optim.Adam(self.actor.parameters(), lr=problem.learning_rate)
        self.alpha_optimizer = torch.optim.Adam([self.log_alpha], lr=problem.learning_rate)
        widths = (observation_dim, self.action_dim, 1, observation_dim, 1)
        self.memory = [np.zeros((problem.replay_capacity, width), np.float32) for width in widths]
        self.rng, self.steps = np.random.default_rng(0), 0

    def policy(self, observation):
        """A fresh action, scaled to the environment's bounds, and its log_prob."""
        mean, log_std = self.actor(observation).chunk(2, -1)
        log_std = -5 + 3.5 * (torch.tanh(log_std) + 1)
        normal = torch.distributions.Normal(mean, log_std.exp())
        drawn = normal.rsample()
        squashed = torch.tanh(drawn)
        log_prob = normal.log_prob(drawn) - torch.log(self.high * (1 - squashed.pow(2)) + 1e-6)
        return self.high * squashed, log_prob.sum(1, keepdim=True)

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            if self.steps < self.problem.learning_starts:
                action = self.env.action_space.sample()
            else:
                with torch.no_grad():
                    action = self.policy(torch.as_tensor(self.observation, dtype=torch.float32)[None])[0][
                        0
                    ].numpy()
            led_to, reward, terminated, truncated, _ = self.env.step(action)
            row = (self.observation, action, reward, led_to, terminated)
            for column, value in zip(self.memory, row, strict=True):
                column[self.steps % self.problem.replay_capacity] = value
            self.observation = self.env.reset()[0] if terminated or truncated else led_to
            self.steps += 1
            if self.steps > self.problem.learning_starts:
                self.update()

    def update(self) -> None:
        filled = min(self.steps, self.problem.replay_capacity)
        index = self.rng.integers(filled, size=self.problem.batch_size)
        observation, action, reward, led_to, terminated = (
            torch.as_tensor(column[index]) for column in self.memory
        )
        alpha = self.log_alpha.exp().item()
        with torch.no_grad():
            next_action, next_log_prob = self.policy(led_to)
            joint = torch.cat([led_to, next_action], 1)
            next_q = torch.min(*(target(joint) for target in self.targets)) - alpha * next_log_prob
            label = reward + (1 - terminated) * self.problem.discount * next_q
        joint = torch.cat([observation, action], 1)
        loss = sum(nn.functional.mse_loss(critic(joint), label) for critic in self.critics)
        self._step(self.critic_optimizer, loss)

        fresh, log_prob = self.policy(observation)
        q = torch.min(*(critic(torch.cat([observation, fresh], 1)) for critic in self.critics))
        self._step(self.actor_optimizer, (alpha * log_prob - q).mean())

        with torch.no_grad():
            _, log_prob = self.policy(observation)
        self._step(self.alpha_optimizer, (-self.log_alpha.exp() * (log_prob - self.action_dim)).mean())

        rate = self.problem.polyak_rate
        for critic, target in zip(self.critics, self.targets):
            for parameter, slow in zip(critic.parameters(), target.parameters()):
                slow.data.copy_(rate * parameter.data + (1 - rate) * slow.data)

    def _step(self, optimizer, loss) -> None:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
