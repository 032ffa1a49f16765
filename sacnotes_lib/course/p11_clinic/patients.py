"""Eight agents with one wrong line each: the patients of notebook 11. Meet their symptoms before you read on.

Every class below is written as one would meet it in somebody else's code, so nothing in it gives the line away. The
mistakes were reported or asked about in public code, each in the thread named in `seen` or its nearest kin; the
wording is ours. `PATIENTS`, at the end,
holds the wrong line and the right one.
"""

from __future__ import annotations

import copy  # noqa: F401  for the line that cures patient H
import inspect
from dataclasses import dataclass, replace

import gymnasium as gym
import torch
from torch.distributions import Normal

from sacnotes_lib.course.kit.edits import edited
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.distributions import SquashedGaussian, log_tanh_slope, normal_log_prob
from sacnotes_lib.training.run import TrainingRun, train


class PatientA(SAC):
    """The actor's step."""

    def actor_loss(self, observation, temperature):
        policy = self.actor(observation)
        action, log_prob = policy.rsample(noise=self.noise_for(policy))
        q = self.value_for_actor(self.critic(observation, action), self.config.backup)
        return (log_prob - q).mean(-1).sum(), log_prob


class PatientB(gym.Wrapper):
    """The environment, with one flag for the end of an episode."""

    def step(self, action):
        observation, reward, terminated, truncated, info = self.env.step(action)
        return observation, reward, terminated or truncated, False, info


class PatientC(SquashedGaussian):
    """The policy: an action, and its log-density."""

    def _action_and_log_prob(self, drawn):
        action = torch.tanh(drawn)
        log_prob = normal_log_prob(drawn, self.mean, self.log_std)
        return action, log_prob - log_tanh_slope(action)


class PatientD(SAC):
    """The actor's step."""

    def actor_loss(self, observation, temperature):
        policy = self.actor(observation)
        noise = self.noise_for(policy)
        action, _ = policy.rsample(noise=noise)
        _, log_prob = policy.sample(noise=noise)
        q = self.value_for_actor(self.critic(observation, action), self.config.backup)
        return self.actor_loss_reparameterized(q, log_prob, temperature), log_prob


class PatientE(gym.Wrapper):
    """The environment, made reproducible."""

    def reset(self, *, seed=None, options=None):
        return self.env.reset(seed=42, options=options)


class PatientF(SquashedGaussian):
    """The policy: an action, and its log-density."""

    def _action_and_log_prob(self, drawn):
        log_prob = Normal(self.mean, self.log_std.exp()).log_prob(drawn)
        log_prob = log_prob - log_tanh_slope(drawn.unsqueeze(-1))
        return torch.tanh(drawn), log_prob.mean(-1)


class PatientG(SAC):
    """The loss that tunes the temperature."""

    @staticmethod
    def temperature_loss(log_temperature, log_prob, target_entropy):
        surplus_entropy = -log_prob.detach().mean(-1) - target_entropy
        return -(log_temperature.exp() * surplus_entropy).sum()


class PatientH(SAC):
    """The networks as they are set up; the update afterwards is the library's."""

    def __init__(self, *sizes, **settings):
        super().__init__(*sizes, **settings)
        self.target_critic = self.critic


@dataclass(frozen=True)
class Patient:
    """One patient: ``code``, the class with the wrong line; ``ill`` and ``well``, that line wrong and right.

    ``diagnosis``  the mistake in a few words
    ``sign``       the vital sign that decides, one of `vital_signs.SIGNS`
    ``seen``       a public thread about this mistake, or its nearest kin
    ``also``       further signs that point to the line as well
    """

    code: type
    ill: str
    well: str
    diagnosis: str
    sign: str
    seen: str
    also: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The code that a learner reads."""
        return inspect.getsource(self.code)

    @property
    def ill_line(self) -> int:
        """The number of the wrong line in `source`, counted from 1."""
        return next(n for n, line in enumerate(self.source.splitlines(), 1) if self.ill in line)

    def mended(self, line: str) -> Patient:
        """The same patient with `line` in the place of the whole wrong line. Raises: what its code raises."""
        return replace(
            self, code=edited(self.code, self.source.splitlines()[self.ill_line - 1].strip(), line.strip())
        )

    def cured(self) -> Patient:
        """The same patient with the right line in the place of the wrong one.

        Raises: ValueError where the wrong line does not stand once in the code.
        """
        return replace(self, code=edited(self.code, self.ill, self.well))

    def train(self, config: SACConfig, seeds=8, **options) -> TrainingRun:
        """As the library's `train`, with this patient's code in its place: agent, policy or environment."""
        if issubclass(self.code, gym.Wrapper):
            config = config.replace(env_kwargs={**config.env_kwargs, "wrappers": (self.code,)})
            return train(config, seeds, **options)
        return train(config, seeds, agent_class=self._agent_class(), **options)

    def _agent_class(self) -> type[SAC]:
        if issubclass(self.code, SAC):
            return self.code
        policy = self.code

        class WithPolicy(SAC):
            def __init__(self, *sizes, **settings):
                super().__init__(*sizes, **settings)
                self.actor.distribution = policy

        return WithPolicy


GITHUB = "https://github.com/"
PATIENTS = {
    "A": Patient(PatientA, "(log_prob - q).mean(-1).sum()", "self.actor_loss_reparameterized(q, log_prob, temperature)",
        "α left out of the actor's loss", "entropy",
        GITHUB + "sweetice/Deep-reinforcement-learning-with-pytorch/issues/36",
        ("true entropy", "entropy − target", "temperature")),
    "B": Patient(PatientB, "return observation, reward, terminated or truncated, False, info",
        "return observation, reward, terminated, truncated, info", "a time limit counted as an end", "Q − earned",
        GITHUB + "jsboige/CoursIA/pull/7831", ("Q",)),
    "C": Patient(PatientC, "log_tanh_slope(action)", "log_tanh_slope(drawn)", "tanh applied twice", "entropy",
        GITHUB + "boyu-ai/Hands-on-RL/issues/44", ("reported − true", "entropy − target")),
    "D": Patient(PatientD, "_, log_prob = policy.sample(noise=noise)", "_, log_prob = policy.rsample(noise=noise)",
        "sample in the entropy term", "entropy", GITHUB + "huggingface/lerobot/pull/599",
        ("true entropy", "entropy − target", "temperature")),
    "E": Patient(PatientE, "seed=42", "seed=seed", "every episode starts alike", "range of starts",
        GITHUB + "mani-skill/ManiSkill/pull/1215"),
    "F": Patient(PatientF, "log_prob.mean(-1)", "log_prob.sum(-1)", "averaged over the action", "reported − true",
        GITHUB + "tensorforce/tensorforce/issues/177"),
    "G": Patient(PatientG, "return -(log_temperature", "return (log_temperature", "sign of the temperature's loss",
        "temperature", GITHUB + "AI4Finance-Foundation/ElegantRL/issues/10",
        ("entropy", "true entropy", "entropy − target")),
    "H": Patient(PatientH, "self.target_critic = self.critic",
        "self.target_critic = copy.deepcopy(self.critic).requires_grad_(False)", "the target is the critic itself",
        "Q − earned", GITHUB + "andri27-ts/Reinforcement-Learning/issues/14", ("Q", "critic loss")),
}  # fmt: skip
