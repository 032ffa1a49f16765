"""What is left of a training run when its process is gone: curves and weights."""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.replay import ReplayBuffer
from sacnotes_lib.training.run import TrainingRun

NETWORKS = ("actor", "critic", "target_critic")


@dataclass(frozen=True, repr=False)
class Result:
    """Curves and weights of one variant. Draws and tabulates as a TrainingRun does; it cannot be resumed.

    Attributes:
        config, seeds: what was trained.
        step: environment steps done, of each seed.
        seconds: time spent in training, added over its jobs.
        evaluation_steps, evaluation_returns, metric_steps, metrics: as in TrainingRun.
        weights: of actor, critics, target critics and log_temperature, on the CPU.
        sizes: observation_dim and action_dim.
        agent_class: SAC, or the subclass that was trained; after loading from a file, its name.
        buffer: what is left of the memory, or None; see `replay_buffer`.
    """

    config: SACConfig
    seeds: list[int]
    step: int
    seconds: float
    evaluation_steps: np.ndarray
    evaluation_returns: np.ndarray
    metric_steps: np.ndarray
    metrics: dict[str, np.ndarray]
    weights: dict
    sizes: tuple[int, int]
    agent_class: type[SAC] | str = "SAC"
    buffer: dict | None = None

    @classmethod
    def of(cls, run: TrainingRun, *, buffers: bool = False) -> "Result":
        """What is worth keeping of a run; with `buffers`, its memory too."""
        weights = {name: getattr(run.agent, name).state_dict() for name in NETWORKS}
        weights["log_temperature"] = run.agent.log_temperature.detach()
        return cls(
            run.config, run.seeds, run.step, run.seconds, run.evaluation_steps, run.evaluation_returns,
            run.metric_steps, run.metrics, _on_cpu(weights), (run.agent.observation_dim, run.agent.action_dim),
            type(run.agent), _on_cpu(run.buffer.state_dict()) if buffers else None,
        )  # fmt: skip

    @classmethod
    def joined(cls, parts: Sequence["Result"]) -> "Result":
        """One result from jobs that trained some of the seeds each, in the order given."""
        first = parts[0]
        if len(parts) == 1:
            return first
        return cls(
            first.config, [seed for part in parts for seed in part.seeds], first.step,
            sum(part.seconds for part in parts),
            first.evaluation_steps, np.concatenate([part.evaluation_returns for part in parts]),
            first.metric_steps,
            {name: np.concatenate([part.metrics[name] for part in parts]) for name in first.metrics},
            _side_by_side([part.weights for part in parts]), first.sizes, first.agent_class,
            first.buffer and _side_by_side([part.buffer for part in parts]),
        )  # fmt: skip

    def agent(self, agent_class: type[SAC] | None = None, device: str | torch.device = "cpu") -> SAC:
        """The agents of all seeds as they ended, to act and to be evaluated: `evaluate(result.agent())`.

        Raises: ValueError where the class is known by name only and is not SAC.
        """
        chosen = agent_class or (SAC if self.agent_class == "SAC" else self.agent_class)
        if isinstance(chosen, str):
            raise ValueError(
                f"this result was trained by {chosen}, and its file holds the name alone. Define that class and "
                f"write result.agent(agent_class={chosen})"
            )
        agent = chosen(self.config, *self.sizes, runs=len(self.seeds), seed=self.seeds, device=device)
        for name in NETWORKS:
            getattr(agent, name).load_state_dict(self.weights[name])
        with torch.no_grad():
            agent.log_temperature.copy_(self.weights["log_temperature"])
        return agent

    def replay_buffer(self) -> ReplayBuffer:
        """The memory of all seeds, where `compare(..., buffers=True)` kept it."""
        if self.buffer is None:
            raise ValueError(
                "no memory was kept, since it is large: ask for it with compare(..., buffers=True)"
            )
        buffer = ReplayBuffer(self.config.replay_capacity, len(self.seeds), *self.sizes)
        buffer.load_state_dict(self.buffer)
        return buffer

    def to_bytes(self) -> bytes:
        """All of it, as a file holds it and as it travels: tensors, numbers and words, no code."""
        name = self.agent_class if isinstance(self.agent_class, str) else self.agent_class.__name__
        state = {field: getattr(self, field) for field in self.__dataclass_fields__}
        state |= {"config": asdict(self.config), "agent_class": name}
        file = io.BytesIO()
        state = _arrays(_arrays(state, np.generic, np.generic.item), np.ndarray, torch.from_numpy)
        torch.save(state, file)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Result":
        """Read what `to_bytes` wrote. Whatever the bytes are, no code in them is run.

        Raises: pickle.UnpicklingError, RuntimeError, KeyError or TypeError for anything else.
        """
        state = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
        weights, buffer = state.pop("weights"), state.pop("buffer")
        state = _arrays(state, torch.Tensor, torch.Tensor.numpy)
        return cls(**state | {"config": SACConfig(**state["config"]), "weights": weights, "buffer": buffer})

    def __repr__(self) -> str:
        last = (
            f", last return {self.evaluation_returns[:, -1].mean():.0f}" if len(self.evaluation_steps) else ""
        )
        return f"Result({self.config.env_id}, {len(self.seeds)} seeds, step {self.step:,}{last})"


def _arrays(thing, kind: type, convert):
    """Nested dictionaries with every object of one kind converted."""
    if isinstance(thing, dict):
        return {name: _arrays(value, kind, convert) for name, value in thing.items()}
    return convert(thing) if isinstance(thing, kind) else thing


def _on_cpu(state: dict) -> dict:
    return _arrays(dict(state), torch.Tensor, lambda tensor: tensor.detach().cpu())


def _side_by_side(states: Sequence[dict]) -> dict:
    """Tensors joined along their first axis, which counts runs (and, within a run, its critics)."""
    first = states[0]
    return {
        name: _side_by_side([state[name] for state in states]) if isinstance(value, dict)
        else torch.cat([state[name] for state in states]) if isinstance(value, torch.Tensor) else value
        for name, value in first.items()
    }  # fmt: skip
