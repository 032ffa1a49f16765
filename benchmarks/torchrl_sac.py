"""SAC put together from TorchRL's parts, a contestant of `make bench`. Needs the package `torchrl`."""

from __future__ import annotations

import warnings

import torch
from tensordict.nn import NormalParamExtractor, TensorDictModule
from torch import nn
from torchrl.collectors import Collector
from torchrl.data import LazyTensorStorage, TensorDictReplayBuffer
from torchrl.envs import GymEnv, TransformedEnv
from torchrl.envs.transforms import Compose, DoubleToFloat, InitTracker
from torchrl.modules import MLP, ProbabilisticActor, TanhNormal, ValueOperator
from torchrl.objectives import SACLoss, SoftUpdate

from benchmarks.problems import Problem

FRAMES = 25  # environment steps that the collector takes at a time, followed by as many updates


class TorchRLSAC:
    """One run. `advance(n)` takes at least n steps, in whole collections, and returns how many."""

    def __init__(self, problem: Problem):
        warnings.filterwarnings("ignore")  # it announces its coming changes on every start
        self.problem, self.collected = problem, 0
        env = TransformedEnv(GymEnv(problem.env_id), Compose(InitTracker(), DoubleToFloat()))
        spec = env.action_spec
        cells = [problem.width, problem.width]
        net = nn.Sequential(
            MLP(out_features=2 * spec.shape[-1], num_cells=cells, activation_class=nn.ReLU),
            NormalParamExtractor(),
        )
        actor = ProbabilisticActor(
            TensorDictModule(net, in_keys=["observation"], out_keys=["loc", "scale"]), spec=spec,
            in_keys=["loc", "scale"], distribution_class=TanhNormal, return_log_prob=False,
            distribution_kwargs={"low": spec.space.low, "high": spec.space.high},
        )  # fmt: skip
        critic = ValueOperator(
            MLP(out_features=1, num_cells=cells, activation_class=nn.ReLU), in_keys=["action", "observation"]
        )
        with torch.no_grad():
            critic(actor(env.fake_tensordict()))  # their layers take their sizes from the first data
        self.loss = SACLoss(actor, critic, loss_function="l2", action_spec=spec)
        self.loss.make_value_estimator(gamma=problem.discount)
        self.follow = SoftUpdate(self.loss, eps=1 - problem.polyak_rate)
        names = {"actor": "actor_network_params", "qvalue": "qvalue_network_params"}
        groups = {
            part: list(getattr(self.loss, name).flatten_keys().values()) for part, name in names.items()
        }
        groups["alpha"] = [self.loss.log_alpha]
        self.optimizers = {
            part: torch.optim.Adam(
                [t for t in tensors if isinstance(t, nn.Parameter)], lr=problem.learning_rate
            )
            for part, tensors in groups.items()
        }
        self.memory = TensorDictReplayBuffer(
            storage=LazyTensorStorage(problem.replay_capacity), batch_size=problem.batch_size
        )
        self.collections = iter(
            Collector(
                env, actor, frames_per_batch=FRAMES, total_frames=-1,
                init_random_frames=problem.learning_starts,
            )
        )  # fmt: skip

    def advance(self, steps: int) -> int:
        before = self.collected
        while self.collected < before + steps:
            self.memory.extend(next(self.collections).reshape(-1))
            self.collected += FRAMES
            if self.collected > self.problem.learning_starts:
                for _ in range(FRAMES):
                    self.update()
        return self.collected - before

    def update(self) -> None:
        losses = self.loss(self.memory.sample())
        for part, optimizer in self.optimizers.items():
            losses[f"loss_{part}"].backward()
            optimizer.step()
            optimizer.zero_grad()
        self.follow.step()
