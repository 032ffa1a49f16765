"""The SAC agent: act and update. The whole algorithm is `SAC.update`, each formula called by its name."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from sacnotes_lib.sac import losses, targets
from sacnotes_lib.sac.adam import Adam
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.distributions import Gaussian
from sacnotes_lib.sac.metrics import Metrics
from sacnotes_lib.sac.networks import Actor, Critics, hard_update, polyak_update
from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.sac.replay import Batch


class SAC:
    """Soft Actor-Critic (Haarnoja et al. 2018b) for R independent runs of one configuration.

    Args:
        config: the variant.
        observation_dim, action_dim: sizes of the environment's vectors.
        runs: R, trained side by side; they share nothing but the arithmetic.
        seed: the first run's seed, the others count up from it; or a sequence of R seeds.
        device: where the networks live.
    """

    # The formulas by name. A subclass may put another in place of one, as the notebooks do to show a mistake at work.
    apply_backup = staticmethod(targets.apply_backup)
    soft_bellman_target = staticmethod(targets.soft_bellman_target)
    critic_loss = staticmethod(losses.critic_loss)
    value_for_actor = staticmethod(targets.value_for_actor)
    actor_loss_reparameterized = staticmethod(losses.actor_loss_reparameterized)
    actor_loss_score_function = staticmethod(losses.actor_loss_score_function)
    temperature_loss = staticmethod(losses.temperature_loss)

    def __init__(
        self, config: SACConfig, observation_dim: int, action_dim: int,
        runs: int = 1, seed: int | Sequence[int] = 0, device: str | torch.device = "cpu",
    ):  # fmt: skip
        self.config, self.runs, self.device = config, runs, torch.device(device)
        self.seeds = [seed + run for run in range(runs)] if isinstance(seed, int) else list(seed)
        if len(self.seeds) != runs:
            raise ValueError(f"{runs} runs need {runs} seeds, and seed = {seed!r} names {len(self.seeds)}")
        self.observation_dim, self.action_dim = observation_dim, action_dim
        self.generators = RunGenerators(self.seeds, stream=0, device=device)
        sizes = (observation_dim, action_dim, config.hidden_sizes)
        self.actor = Actor(*sizes, self.generators, squash=config.squash_actions)
        self.critic = Critics(*sizes, config.num_critics, self.generators)
        self.target_critic = copy.deepcopy(self.critic).requires_grad_(False)
        start = torch.full((runs,), float(config.initial_temperature), device=self.device)
        self.log_temperature = start.log().requires_grad_()
        self.critic_optimizer = Adam(self.critic.tensors(), config.learning_rate)
        self.actor_optimizer = Adam(self.actor.tensors(), config.learning_rate)
        self.temperature_optimizer = Adam([self.log_temperature], config.learning_rate)
        self.updates_done = 0

    @property
    def temperature(self) -> Tensor:
        """α of each run, `[R]`: the fixed one, or the tuned one as it stands."""
        if self.config.temperature == "auto":
            return self.log_temperature.detach().exp()
        return torch.full((self.runs,), float(self.config.temperature), device=self.device)

    @property
    def target_entropy(self) -> float:
        """What "auto" tunes the temperature towards, in nats; "auto" here too is minus the action dimension."""
        target = self.config.target_entropy
        return -float(self.action_dim) if target == "auto" else target

    @torch.no_grad()
    def act(self, observation, deterministic: bool = False) -> np.ndarray:
        """Actions in [-1, 1]: a sample of the policy, or its median.

        Args: observation `[R, observation_dim]`, or `[R, E, observation_dim]` for E environments of each run.
        Returns: a NumPy array, the same shape with action_dim in the last place.
        Raises: ValueError for any other shape.
        """
        observation = torch.as_tensor(observation, dtype=torch.float32, device=self.device)
        first, *_, last = observation.shape if observation.dim() in (2, 3) else (None, None)
        if (first, last) != (self.runs, self.observation_dim):
            raise ValueError(
                f"observation has shape {list(observation.shape)}; this agent of {self.runs} run(s) expects "
                f"[{self.runs}, {self.observation_dim}] or [{self.runs}, environments, {self.observation_dim}]"
            )
        policy = self.actor(observation.view(self.runs, -1, self.observation_dim))
        action = policy.median if deterministic else policy.action_at(self.noise_for(policy))
        return action.view(*observation.shape[:-1], self.action_dim).cpu().numpy()

    def update(self, batch: Batch) -> Metrics:
        """One step of the critics, the actor, the temperature and the target critics, in this order.

        Whether the losses are finite is looked at afterwards, by whoever trains: `training.guards.check_finite`.

        Args: batch of `[R, B, ...]`.
        Returns: metrics, `[R]` each: critic_loss, q, entropy, temperature.
        """
        c, temperature = self.config, self.temperature
        observation, action, reward, next_observation, terminated = batch

        with torch.no_grad():
            next_policy = self.actor(next_observation)
            next_action, next_log_prob = next_policy.sample(noise=self.noise_for(next_policy))  # a' ~ π(·|s')
            next_q = self.target_critic(next_observation, next_action)  # Q̄(s', a')
            next_q = self.apply_backup(next_q, c.backup, c.redq_subset_size, self.generators)
        target = self.soft_bellman_target(  # y = r + γ (1 - terminated) (Q̄(s', a') - α log π(a'|s'))
            c.reward_scale * reward, terminated, next_q, next_log_prob,
            discount=c.discount, temperature=temperature if c.entropy_in_target else 0.0,
        )  # fmt: skip
        q = self.critic(observation, action)
        critic_loss = self.critic_loss(q, target)  # E[(Q(s, a) - y)²]
        self.critic_optimizer.descend(critic_loss)

        actor_loss, log_prob = self.actor_loss(observation, temperature)  # E[α log π(a|s) - Q(s, a)]
        self.actor_optimizer.descend(actor_loss)

        if c.temperature == "auto":  # E[α (-log π(a|s) - target entropy)]
            loss = self.temperature_loss(self.log_temperature, log_prob, self.target_entropy)
            self.temperature_optimizer.descend(loss)

        self.updates_done += 1
        if c.target_update == "polyak":
            polyak_update(self.target_critic, self.critic, c.polyak_rate)  # Q̄ <- (1 - τ) Q̄ + τ Q
        elif self.updates_done % c.hard_update_period == 0:
            hard_update(self.target_critic, self.critic)  # Q̄ <- Q
        losses = {"critic": critic_loss.detach(), "actor": actor_loss.detach()}
        return Metrics(q.detach(), target, log_prob.detach(), temperature, losses)

    def actor_loss(self, observation: Tensor, temperature: Tensor) -> tuple[Tensor, Tensor]:
        """The actor's loss at `num_actor_samples` fresh actions for each observation, and their log_prob."""
        c = self.config
        reparameterized = c.actor_gradient == "reparameterized"
        if c.num_actor_samples > 1:  # K copies of each observation: the batch mean averages their actions too
            observation = observation.repeat(1, c.num_actor_samples, 1)
        policy = self.actor(observation)
        draw = policy.rsample if reparameterized else policy.sample
        action, log_prob = draw(noise=self.noise_for(policy))
        value = self.value_for_actor(self.critic(observation, action), c.backup)
        loss = self.actor_loss_reparameterized if reparameterized else self.actor_loss_score_function
        return loss(value, log_prob, temperature), log_prob

    def noise_for(self, policy: Gaussian) -> Tensor:
        """Standard normal numbers of the policy's shape, each run's from its own stream."""
        return self.generators.normal(*policy.mean.shape[1:])

    def state_dict(self) -> dict:
        """All that `load_state_dict` needs to go on exactly from here."""
        parts = {name: getattr(self, name).state_dict() for name in self._STATEFUL}
        own = {"log_temperature": self.log_temperature.detach().clone(), "updates_done": self.updates_done}
        return parts | own | {"generators": self.generators.get_state()}

    def load_state_dict(self, state: dict) -> None:
        """Put an agent of the same configuration back to where `state_dict` was taken."""
        for name in self._STATEFUL:
            getattr(self, name).load_state_dict(state[name])
        with torch.no_grad():
            self.log_temperature.copy_(state["log_temperature"])
        self.generators.set_state(state["generators"])
        self.updates_done = state["updates_done"]

    _STATEFUL = (
        "actor", "critic", "target_critic", "actor_optimizer", "critic_optimizer", "temperature_optimizer",
    )  # fmt: skip
