"""SAC that picks one of n actions: every expectation over actions is a sum."""

import copy
import math
from collections.abc import Sequence

import gymnasium as gym
import numpy as np
import torch
from torch import Tensor

from sacnotes_lib.envs import SkewedRewardEnv
from sacnotes_lib.sac.adam import Adam
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.metrics import Metrics
from sacnotes_lib.sac.networks import StackedMLP, polyak_update
from sacnotes_lib.sac.replay import Batch


class ButtonsEnv(SkewedRewardEnv):
    """SkewedReward with `buttons` in place of a continuous action: an action presses the nearest, from -1 to 1."""

    def __init__(self, buttons: int = 2, noise_scale: float = 0.0):
        super().__init__(noise_scale)
        self.gaps = buttons - 1

    def mean_reward(self, action):
        return super().mean_reward(np.round((action + 1) / 2 * self.gaps) / self.gaps * 2 - 1)


BUTTONS = "sacnotes/Buttons-v0"
gym.register(BUTTONS, ButtonsEnv, max_episode_steps=50)


def soft_value(q: Tensor, log_prob: Tensor, temperature: float | Tensor) -> Tensor:
    """V = sum over actions of π (Q - α log π), in closed form (Christodoulou 2019, equation 10).

    Args: q, log_prob `[..., n]`; temperature broadcasts against them. Returns `[...]`.
    """
    return (log_prob.exp() * (q - temperature * log_prob)).sum(-1)


class DiscreteSAC(SAC):
    """SAC with `buttons` actions (Christodoulou 2019, arXiv 1910.07207), on a problem with one action in [-1, 1].

    The buttons stand evenly from -1 to 1, and a stored action tells which one was pressed: the nearest, as ButtonsEnv
    takes it. Actor and critics have one output for each button. Labels and the actor use the smallest critic, and
    targets follow by Polyak averaging.

    A subclass says how many `buttons`, and which entropy of pressing them is `wanted`, in nats: 0.98 log n unless it
    does. `config.target_entropy` plays no part: it means the entropy of a density.
    """

    buttons = 2
    wanted: float | None = None

    def __init__(
        self, config: SACConfig, observation_dim: int, action_dim: int,
        runs: int = 1, seed: int | Sequence[int] = 0, device: str | torch.device = "cpu",
    ):  # fmt: skip
        if action_dim != 1:
            raise ValueError(f"DiscreteSAC presses buttons along one action, and action_dim = {action_dim}")
        super().__init__(config, observation_dim, action_dim, runs, seed, device)
        self.places = torch.linspace(-1, 1, self.buttons, device=self.device)
        sizes = (observation_dim, *config.hidden_sizes, self.buttons)
        self.actor = StackedMLP((runs,), sizes, self.generators)
        self.critic = StackedMLP((runs, config.num_critics), sizes, self.generators)
        self.target_critic = copy.deepcopy(self.critic).requires_grad_(False)
        self.actor_optimizer = Adam(self.actor.tensors(), config.learning_rate)
        self.critic_optimizer = Adam(self.critic.tensors(), config.learning_rate)

    @property
    def target_entropy(self) -> float:
        """What "auto" tunes the temperature towards, in nats."""
        return 0.98 * math.log(self.buttons) if self.wanted is None else self.wanted

    def log_prob(self, observation: Tensor) -> Tensor:
        """log π of every button, `[R, B, n]`."""
        return self.actor(observation).log_softmax(-1)

    def q_of(self, critic: StackedMLP, observation: Tensor) -> Tensor:
        """Q of every critic at every button, `[R, N, B, n]`."""
        return critic(observation.unsqueeze(1).expand(-1, self.config.num_critics, -1, -1))

    def pressed(self, action: Tensor) -> Tensor:
        """Which button stands at an action, `[..., 1]` to `[...]`, counted from 0."""
        return ((action[..., 0] + 1) / 2 * (self.buttons - 1)).round().long()

    @torch.no_grad()
    def act(self, observation, deterministic: bool = False) -> np.ndarray:
        """The place of a button for each observation: a sample of the policy, or its likeliest button."""
        observation = torch.as_tensor(observation, dtype=torch.float32, device=self.device)
        score = self.log_prob(observation.view(self.runs, -1, self.observation_dim))
        if not deterministic:  # the largest of log π + Gumbel noise is a sample of π
            score = score - self.generators.uniform(*score.shape[1:]).log().neg().log()
        return self.places[score.argmax(-1)].view(*observation.shape[:-1], 1).cpu().numpy()

    def q_and_label(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Q of the buttons that were pressed, and their labels, `[R, N, B]` each."""
        alpha = self.temperature[:, None, None]
        with torch.no_grad():
            next_q = self.q_of(self.target_critic, batch.next_observation).amin(1)
            next_value = soft_value(next_q, self.log_prob(batch.next_observation), alpha)
            goes_on = self.config.discount * (1 - batch.terminated)
            label = self.config.reward_scale * batch.reward + goes_on * next_value
        q = self.q_of(self.critic, batch.observation)
        button = self.pressed(batch.action)[:, None, :, None].expand(*q.shape[:-1], 1)
        return q.gather(-1, button).squeeze(-1), label[:, None].expand(*q.shape[:-1])

    def actor_loss_and_entropy(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """The actor's loss, a scalar, and the policy's entropy at each observation, `[R, B]`."""
        q = self.q_of(self.critic, observation).amin(1).detach()
        log_prob = self.log_prob(observation)
        entropy = -(log_prob.exp() * log_prob).sum(-1)
        loss = -soft_value(q, log_prob, self.temperature[:, None, None]).mean(-1).sum()
        return loss, entropy.detach()

    def update(self, batch: Batch) -> Metrics:
        """One step of the critics, the actor, the temperature and the target critics, as `SAC.update`."""
        temperature = self.temperature
        q, label = self.q_and_label(batch)
        critic_loss = self.critic_loss(q, label)
        self.critic_optimizer.descend(critic_loss)
        actor_loss, entropy = self.actor_loss_and_entropy(batch.observation)
        self.actor_optimizer.descend(actor_loss)
        if self.config.temperature == "auto":
            loss = self.temperature_loss(self.log_temperature, -entropy, self.target_entropy)
            self.temperature_optimizer.descend(loss)
        self.updates_done += 1
        polyak_update(self.target_critic, self.critic, self.config.polyak_rate)
        losses = {"critic": critic_loss.detach(), "actor": actor_loss.detach()}
        return Metrics(q.detach(), label, -entropy, temperature, losses)
