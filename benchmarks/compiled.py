"""Would `torch.compile` pay? The actor's step and the whole update, compiled and not, beside each other.

    python -m benchmarks.compiled [--rounds 15]

Printed: seconds until the first compiled call returned, the time of a call, and after how many updates the start is
paid back. Needs a C++ compiler; compiled code is kept in a cache of PyTorch's, which this script leaves aside.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import time

os.environ["TORCHINDUCTOR_FORCE_DISABLE_CACHES"] = "1"  # the price of the start is a part of the question
os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"

import torch

from benchmarks.machine import describe_machine, save_result
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.guards import single_thread
from sacnotes_lib.sac.replay import Batch

OBSERVATION, ACTION = 3, 1  # of Pendulum
CASES = ((1, 64, 128), (8, 64, 128), (1, 256, 256))  # runs, width, batch


def make_agent(runs: int, width: int) -> SAC:
    return SAC(SACConfig(hidden_sizes=(width, width)), OBSERVATION, ACTION, runs)


def make_batch(runs: int, size: int) -> Batch:
    generator = torch.Generator().manual_seed(0)
    vectors = [torch.randn(runs, size, width, generator=generator) for width in (OBSERVATION, ACTION)]
    numbers = torch.randn(runs, size, generator=generator)
    return Batch(vectors[0], vectors[1].tanh(), numbers, vectors[0] + 0.1, torch.zeros(runs, size))


def actors_step(agent: SAC, compiled: bool):
    """The actor's loss at given noise, and its gradient: the largest piece without a random draw in it."""

    def loss(observation, noise, temperature):
        action, log_prob = agent.actor(observation).rsample(noise=noise)
        value = agent.value_for_actor(agent.critic(observation, action), "min")
        return agent.actor_loss_reparameterized(value, log_prob, temperature)

    loss = torch.compile(loss, fullgraph=True) if compiled else loss
    tensors, temperature = agent.actor.net.tensors(), torch.full((agent.runs,), 0.2)

    def step(batch: Batch):
        noise = batch.reward.unsqueeze(-1)  # standard normal numbers, the same for both
        return torch.autograd.grad(loss(batch.observation, noise, temperature), tensors)

    return step


def whole_update(agent: SAC, compiled: bool):
    """`update` as it stands, interrupted by what cannot be compiled: noise, Adam's kernel, the look at a loss."""
    if not compiled:
        return agent.update
    for owner, name in (
        (agent, "noise_for"), (agent, "_finite"), (agent.critic_optimizer, "descend"),
        (agent.actor_optimizer, "descend"), (agent.temperature_optimizer, "descend"),
    ):  # fmt: skip
        setattr(owner, name, torch.compiler.disable(getattr(owner, name)))
    return torch.compile(agent.update)


def compare(build, runs: int, width: int, size: int, rounds: int) -> str:
    """One line: the start, the two times, their ratio, and when the start is paid back."""
    batch = make_batch(runs, size)
    plain, fast = build(make_agent(runs, width), False), build(make_agent(runs, width), True)
    began = time.perf_counter()
    for _ in range(3):
        difference = furthest(plain(batch), fast(batch))
    start = time.perf_counter() - began
    times = {plain: [], fast: []}
    for _ in range(rounds):
        for function, values in times.items():
            used = time.process_time()
            for _ in range(10):
                function(batch)
            values.append((time.process_time() - used) / 10)
    eager, compiled = statistics.median(times[plain]), statistics.median(times[fast])
    paid = f"{start / (eager - compiled):9,.0f} updates" if compiled < eager else "    never"
    return (
        f"{runs} run(s), {width}x{width}, batch {size}: {1e3 * eager:.2f} ms eager, {1e3 * compiled:.2f} ms compiled, "
        f"ratio {eager / compiled:.2f}; start {start:.0f} s, paid back after {paid.strip()}; "
        f"furthest apart {difference:.0e}"
    )


def furthest(a, b) -> float:
    """The largest difference between two results, sequences or mappings of tensors."""
    pairs = [(a[name], b[name]) for name in a] if hasattr(a, "keys") else list(zip(a, b))
    return max(float((x - y).abs().max()) for x, y in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    if not any(shutil.which(name) for name in (os.environ.get("CXX", "c++"), "g++", "clang++")):
        sys.exit(
            "torch.compile needs a C++ compiler, and none is on the PATH. Debian, Ubuntu: apt-get install g++"
        )
    lines = [describe_machine(), ""]
    with single_thread():
        for title, build in (
            ("The actor's step, one graph", actors_step),
            ("The whole update, in pieces", whole_update),
        ):
            lines += [title, *(compare(build, *case, options.rounds) for case in CASES), ""]
    save_result("compiled", lines)


if __name__ == "__main__":
    main()
