"""SAC as the first paper prints it: a value network V, its slow copy in every label, no slow copies of the critics."""

import copy

import torch
from torch import Tensor

from sacnotes_lib.sac.adam import Adam
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.metrics import Metrics
from sacnotes_lib.sac.networks import StackedMLP, polyak_update
from sacnotes_lib.sac.replay import Batch


class SACWithV(SAC):
    """Haarnoja et al. 2018a, algorithm 1: V, the critics, the actor, the slow copy of V, in this order.

    Its temperature is the α that the second paper writes; at α = 1, with `reward_scale` in its place, these are the
    first paper's equations to the letter.
    """

    value_steps = 1  # of V for each step of the others

    def __init__(self, config, observation_dim, action_dim, runs=1, seed=0, device="cpu"):
        super().__init__(config, observation_dim, action_dim, runs, seed, device)
        self.value = StackedMLP((runs,), (observation_dim, *config.hidden_sizes, 1), self.generators)
        self.target_value = copy.deepcopy(self.value).requires_grad_(False)
        self.value_optimizer = Adam(self.value.tensors(), config.learning_rate)

    def update(self, batch: Batch) -> Metrics:
        """One step of each network: see the class. Losses without the papers' factor 1/2, which Adam cancels."""
        c, temperature = self.config, self.temperature
        observation, action, reward, next_observation, terminated = batch

        for _ in range(self.value_steps):
            value_loss = self.value_loss(observation, temperature)  # equations 5 and 6
            self.value_optimizer.descend(value_loss)

        with torch.no_grad():  # no action is drawn at s′: equation 8
            next_value = self.target_value(next_observation).squeeze(-1)
            target = c.reward_scale * reward + c.discount * (1 - terminated) * next_value
        q = self.critic(observation, action)
        target = target[:, None].expand_as(q)
        critic_loss = self.critic_loss(q, target)  # equations 7 and 9
        self.critic_optimizer.descend(critic_loss)

        actor_loss, log_prob = self.actor_loss(observation, temperature)  # equations 10 to 13
        self.actor_optimizer.descend(actor_loss)

        if c.temperature == "auto":  # not in the first paper
            loss = self.temperature_loss(self.log_temperature, log_prob, self.target_entropy)
            self.temperature_optimizer.descend(loss)

        self.updates_done += 1
        polyak_update(self.target_value, self.value, c.polyak_rate)
        losses = {"critic": critic_loss.detach(), "actor": actor_loss.detach()}
        return Metrics(q.detach(), target, log_prob.detach(), temperature, losses)

    def value_loss(self, observation: Tensor, temperature: Tensor) -> Tensor:
        """The loss of V at each observation, on one fresh action there: equation 3."""
        with torch.no_grad():
            policy = self.actor(observation)
            action, log_prob = policy.sample(noise=self.noise_for(policy))
            q = self.value_for_actor(self.critic(observation, action), self.config.backup)
        label = q - temperature[:, None] * log_prob
        return self.critic_loss(self.value(observation).mT, label[:, None])

    _STATEFUL = (*SAC._STATEFUL, "value", "target_value", "value_optimizer")
