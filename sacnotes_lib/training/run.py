"""Training: one loop, an iterator that everything uses, and a run that can be interrupted, saved and resumed."""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from gymnasium.vector import VectorEnv

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig, is_whole
from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.sac.replay import ReplayBuffer
from sacnotes_lib.training import snapshot
from sacnotes_lib.training.compiled import CompiledUpdate
from sacnotes_lib.training.device import usable_device
from sacnotes_lib.training.environments import last_observations, make_environments, play_episodes
from sacnotes_lib.training.files import switch, whole_file
from sacnotes_lib.training.guards import (
    NonFiniteLoss,
    check_finite,
    interrupt_flag,
    keep_freed_memory,
    single_thread,
    warn_of_what_cannot_come,
)
from sacnotes_lib.training.progress import Progress
from sacnotes_lib.training.records import Records
from sacnotes_lib.training.steering import reconfigure

METRICS_INTERVAL = 25  # environment steps from one record of the metrics to the next


class TrainingDiverged(FloatingPointError):
    """A loss became NaN or infinite. `.run` holds the TrainingRun with all that was recorded until then.

    The weights of the seeds that it names have taken the step that spoilt them; those of the others are whole.
    """

    def __init__(self, message: str, run: "TrainingRun"):
        super().__init__(message)
        self.run = run


class TrainingRun:
    """R seeds of one configuration in training: agent, environments, memory and what was recorded.

    Attributes:
        config, seeds: what is trained; config as it stands after all changes.
        device: where networks and memory live; environments stay with the processor.
        initial_config, changes: what it began with, and every `change` since, as pairs (step, fields).
        agent: the SAC of all seeds.
        step: environment steps done, of each seed.
        observation: where each seed's training environment is now, `[R, observation_dim]`.
        evaluation_steps: `[evaluations]`; evaluation_returns: `[R, evaluations]`, mean over the episodes of one
            evaluation, undiscounted, in the environment's units.
        metric_steps: `[records]`; metrics: name to `[R, records]`.
        seconds: time spent in training so far.
        interrupted: True when training was stopped before its end.
    """

    def __init__(
        self,
        config: SACConfig,
        seeds: int | Sequence[int] = 8,
        agent_class: type[SAC] = SAC,
        device: str | torch.device = "cpu",
        compile: bool = False,
    ):
        if not isinstance(config, SACConfig):
            raise TypeError(
                f'config = {config!r}, but it must be a SACConfig, such as SACConfig(env_id="Pendulum-v1")'
            )
        keep_freed_memory()
        self.config = self.initial_config = config
        self.changes: list[tuple[int, dict]] = []
        self.seeds, self.device = listed_seeds(seeds), usable_device(device)
        self.envs = make_environments(config.env_id, len(self.seeds), config.env_kwargs)
        sizes = self.envs.single_observation_space.shape[0], self.envs.single_action_space.shape[0]
        self.agent = agent_class(config, *sizes, runs=len(self.seeds), seed=self.seeds, device=self.device)
        warn_of_what_cannot_come(config, len(self.seeds), sizes[0], self.envs.single_action_space)
        self.buffer = ReplayBuffer(config.replay_capacity, len(self.seeds), *sizes, device=self.device)
        self._compiled = CompiledUpdate(self.agent) if compile else None
        # Streams kept apart, so that exploring never shifts updates.
        self._exploration = RunGenerators(self.seeds, stream=1)
        self._sampling = RunGenerators(self.seeds, stream=2, device=self.device)
        self.envs.action_space.seed(self.seeds[0])
        self.observation, _ = self.envs.reset(seed=self.seeds)
        self._evaluation_envs: VectorEnv | None = None
        self.step, self.seconds, self.interrupted = 0, 0.0, False
        self._evaluations, self._records = Records(len(self.seeds)), Records(len(self.seeds))

    @property
    def evaluation_steps(self) -> np.ndarray:
        return self._evaluations.steps

    @property
    def evaluation_returns(self) -> np.ndarray:
        return self._evaluations.columns().get("return", np.empty((len(self.seeds), 0)))

    @property
    def metric_steps(self) -> np.ndarray:
        return self._records.steps

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        return self._records.columns()

    def iterate(self, until: int) -> Iterator["TrainingRun"]:
        """The training loop: yields itself after every environment step until `step` reaches `until`.

        Raises: TrainingDiverged.
        """
        while self.step < until:
            self._collect()
            if self.step >= self.config.learning_starts:
                self._learn()
            self.step += 1
            if self.step % self.config.evaluation_interval == 0:
                returns = self.evaluate(self.config.evaluation_episodes).mean(axis=1)
                self._evaluations.add(self.step, {"return": returns})
            yield self

    def _collect(self) -> None:
        """Act once in every environment and remember what happened."""
        action = self._action()
        observation, reward, terminated, truncated, infos = self.envs.step(action)
        led_to = last_observations(observation, infos)
        # Not `terminated | truncated`: a time limit is no end of the world.
        self.buffer.add(self.observation, action, reward, led_to, terminated)
        self.observation = observation

    def _action(self) -> np.ndarray:
        if self.step >= self.config.learning_starts:
            return self.agent.act(self.observation)
        if self.config.squash_actions:
            return (2 * self._exploration.uniform(self.agent.action_dim) - 1).numpy()
        return self._exploration.normal(self.agent.action_dim).numpy()  # unbounded actions have no uniform

    def _learn(self) -> None:
        for _ in range(self.config.updates_per_step):
            batch = self.buffer.sample(self.config.batch_size, self._sampling)
            try:
                metrics = (self._compiled or self.agent.update)(batch)
                check_finite(metrics, self.seeds, self.agent.updates_done)
            except NonFiniteLoss as lost:
                raise TrainingDiverged(
                    f"At environment step {self.step} of {self.config.env_id}, {lost}. Try a smaller learning_rate "
                    f"(now {self.config.learning_rate:g}), a smaller reward_scale (now {self.config.reward_scale:g}), "
                    "or look for a NaN in the environment's observations and rewards. "
                    "What was recorded until then is in this error's .run",
                    self,
                ) from lost
        if self.step % METRICS_INTERVAL == 0:
            self._records.add(self.step, {name: value.cpu().numpy() for name, value in metrics.items()})

    def change(self, **changes) -> None:
        """Change fields of the configuration from the next update on, and remember it in `changes`.

        Raises: ValueError or TypeError for a field or value that does not exist or cannot change; nothing is changed.
        """
        config = self.config.replace(**changes)
        reconfigure(self.agent, config)
        self.config = config
        self.changes.append((self.step, dict(changes)))

    def replay(self, changes: Sequence[tuple[int, dict]], until: int) -> "TrainingRun":
        """Train up to `until`, with changes, pairs (step, fields), made where they say. Returns itself."""
        with single_thread():
            for step, fields in changes:
                for _ in self.iterate(step):
                    pass
                self.change(**fields)
            for _ in self.iterate(until):
                pass
        return self

    def evaluate(self, episodes: int = 10, deterministic: bool = True) -> np.ndarray:
        """Undiscounted returns `[R, episodes]` in environments apart from those of training."""
        count = len(self.seeds) * episodes
        if self._evaluation_envs is None or self._evaluation_envs.num_envs != count:
            self._evaluation_envs = make_environments(self.config.env_id, count, self.config.env_kwargs)
        return play_episodes(self.agent, self._evaluation_envs, episodes, deterministic, occasion=self.step)

    def numbers(self) -> torch.Tensor:
        """All that was learned and is remembered, as one vector: are two runs the same, number for number?"""
        networks = networks_of(self.agent).values()
        kept: list[torch.Tensor] = [weight for network in networks for weight in network.parameters()]
        kept += [self.agent.log_temperature, *self.buffer.contents()]
        return torch.cat([numbers.detach().flatten() for numbers in kept])

    def resume(
        self, more_steps: int, *, progress: bool | Literal["steps"] = True, callback=None
    ) -> "TrainingRun":
        """Train on from exactly where this run stopped; `progress` and `callback` as for `train`. Returns itself."""
        return _drive(self, self.step + more_steps, progress, callback)

    def save(self, path: str | Path, *, trust: bool = False) -> None:
        """Write everything to one file, as data: networks, optimizers, buffer, random streams, environments, records.

        A file of that name is replaced once the new one is whole. An environment's state is numbers, texts and
        arrays, or MuJoCo's; what holds other things begins a new episode when the run is loaded, and a warning says
        so. With `trust` its state is written as a pickle, whatever it is: opening that file runs code.

        Raises: UnsuitableEnvironment where `env_kwargs`, or with `trust` the environment, cannot be written.
        """
        state = snapshot.run_state(self, trust)
        with whole_file(path) as part:
            torch.save(state, part)

    @classmethod
    def load(
        cls,
        path: str | Path,
        agent_class: type[SAC] = SAC,
        device: str | torch.device = "cpu",
        compile: bool = False,
        *,
        trust: bool = False,
    ) -> "TrainingRun":
        """Read a run that `save` wrote, on whatever device, and put it on this one.

        Nothing in the file is run, so that a stranger's may be opened, unless `trust` allows it: for files that were
        saved so. `agent_class` is the class that trained, by the name that the file gives.

        Raises: ValueError for a damaged file, another class, or code in it; UnsuitableEnvironment for an id that is
            not registered here.
        """
        state = snapshot.read_run(path, trust)
        if agent_class.__name__ != state["agent_class"]:
            raise ValueError(
                f"{Path(path).name} was trained by {state['agent_class']}, not by {agent_class.__name__}: "
                f"TrainingRun.load(path, agent_class={state['agent_class']})"
            )
        run = cls(state["configs"][0], state["seeds"], agent_class, device, compile)
        snapshot.restore_run(run, state)
        return run

    def __repr__(self) -> str:
        state = "interrupted" if self.interrupted else "done"
        last = f", last return {self.evaluation_returns[:, -1].mean():.0f}" if self._evaluations else ""
        return f"TrainingRun({self.config.env_id}, {len(self.seeds)} seeds, step {self.step:,} {state}{last})"


def listed_seeds(seeds: int | Sequence[int]) -> list[int]:
    """Seeds as a list: 3 is 0, 1, 2. Raises TypeError or ValueError for what is no seed, or comes twice."""
    wanted = "seeds=8 trains eight, seeds=[3, 5] those two"
    given: Any = seeds
    try:
        listed = list(range(given) if is_whole(given) else given)
    except TypeError:
        listed = [given]
    if not all(map(is_whole, listed)):
        raise TypeError(f"seeds = {seeds!r:.80}, but seeds are whole numbers: {wanted}")
    listed = list(map(int, listed))
    if not listed or min(listed) < 0 or max(listed) >= 2**63:
        raise ValueError(
            f"seeds = {seeds!r:.80}, but there must be one at least, none below 0, none above 2**63 - 1: {wanted}"
        )
    if doubles := sorted({seed for seed in listed if listed.count(seed) > 1}):
        raise ValueError(
            f"seeds = {seeds!r:.80}: {doubles[0]} comes twice, and the same run twice makes bands too narrow: {wanted}"
        )
    return listed


def train(
    config: SACConfig | None = None,
    seeds: int | Sequence[int] = 8,
    *,
    progress: bool | Literal["steps"] = True,
    callback: Callable[[TrainingRun], None] | None = None,
    agent_class: type[SAC] = SAC,
    device: str | torch.device = "cpu",
    compile: bool = False,
) -> TrainingRun:
    """Train SAC on all seeds at once, on a run axis, in one process.

    Interrupting (the stop button, Ctrl-C) ends the run after the present step and returns what was learned.

    Args:
        config: the variant; `SACConfig()` when left out.
        seeds: how many (counted from 0), or which.
        progress: show steps, return, temperature and time left; "steps" shows nothing of what is learned.
        callback: called with the run after every environment step.
        agent_class: SAC, or a subclass that puts another formula in place of one of SAC's.
        device: where networks and memory live, such as "cpu" or "cuda".
        compile: make one graph of an update with `torch.compile`, for long runs: 10 to 30 s until it starts, then
            up to twice the steps per second for one small network. Numbers stay the same up to rounding.

    Raises:
        CannotCompile, UnsuitableEnvironment, TrainingDiverged, TypeError, ValueError: each says what to try.
    """
    run = TrainingRun(SACConfig() if config is None else config, seeds, agent_class, device, compile)
    return _drive(run, steps_to_take(run.config), progress, callback)


def steps_to_take(config: SACConfig) -> int:
    """The configuration's steps; where SACNOTES_QUICK is set, far enough to draw every picture and no further.

    Warns where no step of them would learn.
    """
    if config.total_steps <= config.learning_starts:
        warnings.warn(
            f"nothing will be learned: total_steps = {config.total_steps} are over before the first update, after "
            f"learning_starts = {config.learning_starts} steps",
            stacklevel=3,
        )
    if switch("SACNOTES_QUICK"):
        return min(config.total_steps, config.learning_starts + 2 * config.evaluation_interval)
    return config.total_steps


def _drive(run: TrainingRun, until: int, progress: bool | Literal["steps"], callback) -> TrainingRun:
    """Take steps until the end, or until somebody interrupts."""
    title = f"{type(run.agent).__name__} on {run.config.env_id}, {len(run.seeds)} seeds"
    bar = Progress(until, title, start=run.step) if progress else None
    run.interrupted = False
    began = time.monotonic()
    with single_thread(), interrupt_flag() as asked_to_stop:
        try:
            for _ in run.iterate(until):
                if bar:
                    bar.update(run.step, _note(run, progress))
                if callback:
                    callback(run)
                if asked_to_stop():
                    run.interrupted = True
                    break
        except KeyboardInterrupt:  # raised by a callback, or by a second Ctrl-C
            run.interrupted = True
        except Exception as error:  # of the environment, a callback, an agent: what was learned goes along
            if getattr(error, "run", None) is not run:
                error.run = run  # type: ignore[attr-defined]
                error.add_note(
                    f"The run is kept, up to step {run.step}: import sys; run = sys.last_value.run"
                )
            raise
        finally:
            run.seconds += time.monotonic() - began
            if bar:
                bar.close(run.step, _note(run, progress))
    return run


def _note(run: TrainingRun, progress: bool | Literal["steps"]) -> str:
    parts = []
    if progress != "steps":
        if run._evaluations:
            parts.append(f"return {run._evaluations.last('return').mean():.0f}")
        parts.append(f"temperature {run.agent.temperature.mean():.2g}")
    if run.interrupted:
        parts.append("interrupted, kept")
    return " · ".join(parts)


def networks_of(agent: SAC) -> dict[str, torch.nn.Module]:
    """An agent's networks by name, those of a subclass too where its `_STATEFUL` lists them."""
    parts = {name: getattr(agent, name) for name in agent._STATEFUL}
    return {name: part for name, part in parts.items() if isinstance(part, torch.nn.Module)}


def evaluate(run_or_agent: Any, episodes: int = 10, deterministic: bool = True) -> np.ndarray:
    """Undiscounted returns `[R, episodes]`, in environments apart from training; training goes on unchanged.

    Args:
        run_or_agent: a TrainingRun, a result of `compare`, or an agent (in its configuration's environment).
        deterministic: act with the policy's median; False draws samples.
    """
    if isinstance(run_or_agent, TrainingRun):
        return run_or_agent.evaluate(episodes, deterministic)
    agent = getattr(run_or_agent, "agent", run_or_agent)
    envs = make_environments(agent.config.env_id, agent.runs * episodes, agent.config.env_kwargs)
    return play_episodes(agent, envs, episodes, deterministic)
