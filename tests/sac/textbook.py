"""SAC once more, for one run, as slowly and plainly as a paper puts it: torch.nn, torch.distributions, torch.optim."""

from contextlib import contextmanager

import torch
from torch import nn
from torch.distributions import Independent, Normal

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.networks import StackedMLP
from sacnotes_lib.sac.replay import Batch


def one_network(net: StackedMLP, index: int) -> nn.Sequential:
    """The network at one place of the stack, made of torch's own layers."""
    layers = []
    tensors = [tensor[index].detach() for tensor in net.tensors()]
    for weight, bias in zip(tensors[::2], tensors[1::2], strict=True):
        linear = nn.Linear(*weight.shape)
        linear.weight.data, linear.bias.data = weight.T.clone(), bias[0].clone()
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


@contextmanager
def double_precision():
    """So exact that Adam, dividing by small gradients, cannot magnify the order in which numbers were added."""
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


def random_batch(runs: int, size: int, observation_dim: int, action_dim: int, seed: int) -> Batch:
    """Transitions that never happened, `[runs, size, ...]`; three of ten are the last of their episode."""
    generator = torch.Generator().manual_seed(seed)
    return Batch(
        observation=torch.randn(runs, size, observation_dim, generator=generator),
        action=2 * torch.rand(runs, size, action_dim, generator=generator) - 1,
        reward=torch.randn(runs, size, generator=generator),
        next_observation=torch.randn(runs, size, observation_dim, generator=generator),
        terminated=(torch.rand(runs, size, generator=generator) < 0.3).to(torch.get_default_dtype()),
    )


class Textbook:
    """Starts as run `run` of an agent stands, and is updated with that run's noise."""

    def __init__(self, agent: SAC, run: int):
        self.config, self.run, self.updates = agent.config, run, 0
        n = self.config.num_critics
        self.actor = one_network(agent.actor.net, run)
        self.critics = [one_network(agent.critic.net, run * n + i) for i in range(n)]
        self.targets = [one_network(agent.target_critic.net, run * n + i) for i in range(n)]
        self.log_alpha = agent.log_temperature[run].detach().clone().requires_grad_()
        self.target_entropy = self.config.target_entropy
        if self.target_entropy == "auto":
            self.target_entropy = -agent.action_dim
        rate = self.config.learning_rate
        self.optimizers = {
            "actor": torch.optim.Adam(self.actor.parameters(), rate),
            "alpha": torch.optim.Adam([self.log_alpha], rate),
        }
        for i, critic in enumerate(self.critics):
            self.optimizers[i] = torch.optim.Adam(critic.parameters(), rate)

    def alpha(self) -> float:
        return self.log_alpha.exp().item() if self.config.temperature == "auto" else self.config.temperature

    def act(self, observation, noise, *, constant=False):
        mean, log_std = self.actor(observation).chunk(2, dim=-1)
        normal = Independent(Normal(mean, log_std.clamp(-20, 2).exp()), 1)
        u = normal.base_dist.loc + normal.base_dist.scale * noise
        if constant:
            u = u.detach()
        log_prob = normal.log_prob(u)
        if not self.config.squash_actions:
            return u, log_prob
        return torch.tanh(u), log_prob - torch.log(1 - torch.tanh(u) ** 2).sum(-1)

    def judge(self, critics, observation, action):
        return [critic(torch.cat([observation, action], dim=-1)).squeeze(-1) for critic in critics]

    def backup(self, q, scores):
        n, kind = len(q), self.config.backup
        if kind == "single":
            return q
        if kind == "swap":
            return [q[i - 1] for i in range(n)]
        if kind == "mean":
            return [sum(q) / n] * n
        if kind == "redq":
            chosen = sorted(range(n), key=lambda i: scores[i].item())[: self.config.redq_subset_size]
            q = [q[i] for i in chosen]
        return [torch.stack(q).min(dim=0).values] * n

    def descend(self, name, loss):
        self.optimizers[name].zero_grad()
        loss.backward()
        self.optimizers[name].step()

    def update(self, batch: Batch, generator: torch.Generator) -> dict[str, float]:
        c, alpha = self.config, self.alpha()
        s, a, r, s2, d = (column[self.run] for column in batch)
        size, action_dim = a.shape
        with torch.no_grad():
            a2, log_prob2 = self.act(s2, torch.randn(size, action_dim, generator=generator))
            scores = torch.rand(c.num_critics, generator=generator) if c.backup == "redq" else None
            next_q = self.backup(self.judge(self.targets, s2, a2), scores)
            bonus = -alpha * log_prob2 if c.entropy_in_target else 0
            labels = [c.reward_scale * r + c.discount * (1 - d) * (q + bonus) for q in next_q]
        q = self.judge(self.critics, s, a)
        for i in range(c.num_critics):
            self.descend(i, ((q[i] - labels[i]) ** 2).mean())

        losses, log_probs = [], []
        noise = torch.randn(c.num_actor_samples * size, action_dim, generator=generator)
        for one_action_each in noise.split(size):
            pathwise = c.actor_gradient == "reparameterized"
            action, log_prob = self.act(s, one_action_each, constant=not pathwise)
            values = torch.stack(self.judge(self.critics, s, action))
            value = values.min(dim=0).values if c.backup == "min" else values.mean(dim=0)
            worth = value - alpha * log_prob
            losses.append((-worth if pathwise else -log_prob * worth.detach()).mean())
            log_probs.append(log_prob.detach())
        self.descend("actor", sum(losses) / c.num_actor_samples)
        log_prob = torch.cat(log_probs)
        if c.temperature == "auto":
            self.descend("alpha", self.log_alpha.exp() * (-log_prob.mean() - self.target_entropy))

        self.updates += 1
        for target, critic in zip(self.targets, self.critics):
            for old, new in zip(target.parameters(), critic.parameters()):
                if c.target_update == "polyak":
                    old.data = (1 - c.polyak_rate) * old.data + c.polyak_rate * new.data
                elif self.updates % c.hard_update_period == 0:
                    old.data = new.data.clone()
        errors = torch.stack([((q[i] - labels[i]) ** 2).mean() for i in range(c.num_critics)])
        return {
            "critic_loss": errors.mean().item(), "q": torch.stack(q).mean().item(),
            "entropy": -log_prob.mean().item(), "temperature": alpha,
        }  # fmt: skip
