"""How the time of an update grows with runs, batch, width, critics and memory; and docs/growth.png.

    python -m benchmarks.growth [--rounds 30]

One size at a time is doubled from a common middle; all sizes take turns, round after round. Seconds are those of the
processor in one thread. About two minutes.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from matplotlib.ticker import NullLocator
from tqdm import trange

from benchmarks.machine import PICTURES, describe_machine, save_result
from sacnotes_lib.plots import style
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.sac.replay import ReplayBuffer
from sacnotes_lib.training.guards import keep_freed_memory, single_thread

PICTURE = PICTURES / "growth.png"
OBSERVATION, ACTION = 3, 1  # of Pendulum
MIDDLE = {"runs": 1, "batch": 128, "width": 64, "critics": 2, "memory": 10_000}
SIZES = {
    "runs": (1, 2, 4, 8, 16, 32),
    "batch": (32, 64, 128, 256, 512, 1024),
    "width": (32, 64, 128, 256, 512),
    "critics": (1, 2, 4, 8, 16),
    "memory": (1_000, 10_000, 100_000, 1_000_000),
}
UPDATES = 5  # in one turn
COLORS = [
    style.BLUE,
    style.ORANGE,
    style.RED,
    style.PURPLE,
    style.SLATE,
]  # of the ten, those that are dark enough to be read


def one_update(runs: int, batch: int, width: int, critics: int, memory: int):
    """A function that draws a batch from a full memory of this many transitions and updates once."""
    config = SACConfig(hidden_sizes=(width, width), num_critics=critics, batch_size=batch)
    agent = SAC(config, OBSERVATION, ACTION, runs)
    buffer, streams = ReplayBuffer(memory, runs, OBSERVATION, ACTION), RunGenerators(agent.seeds, stream=2)
    rng = np.random.default_rng(0)
    columns = [rng.standard_normal((runs, memory, size), dtype=np.float32) for size in (OBSERVATION, ACTION)]
    rows = [columns[0], columns[1], columns[0][..., :1], columns[0], 0 * columns[0][..., :1]]
    buffer.load_state_dict({"added": memory, "rows": torch.from_numpy(np.concatenate(rows, axis=-1))})
    return lambda: agent.update(buffer.sample(batch, streams))


def measure(rounds: int) -> dict[str, list[float]]:
    """Milliseconds of an update for every size in SIZES, median over rounds."""
    keep_freed_memory()
    updates = {
        (name, size): one_update(**MIDDLE | {name: size}) for name, sizes in SIZES.items() for size in sizes
    }
    spent = {key: [] for key in updates}
    with single_thread():
        for number in trange(rounds + 1, desc="rounds"):
            for key, update in updates.items():
                began = time.process_time()
                for _ in range(UPDATES):
                    update()
                if number > 0:  # the first round warms up
                    spent[key].append(1e3 * (time.process_time() - began) / UPDATES)
    return {name: [float(np.median(spent[name, size])) for size in SIZES[name]] for name in SIZES}


def exponent(sizes, times) -> float:
    """The p of time = constant · size^p that fits best on logarithmic axes: 1 is in proportion, 0 is no growth."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def table(times: dict[str, list[float]]) -> list[str]:
    """Times by size, the exponent over all of them, and that of the last doubling (or tenfold, for memory)."""
    lines = []
    for name, sizes in SIZES.items():
        shown = ", ".join(f"{size:,}: {value:.2f}" for size, value in zip(sizes, times[name]))
        lines += [
            f"{name:8s} {shown} ms",
            f"{'':8s} exponent {exponent(sizes, times[name]):z.2f} over all, "
            f"{exponent(sizes[-2:], times[name][-2:]):z.2f} at the end",
        ]
    return lines


LABEL_AT = {  # offset in points from a curve's last point, and the alignment
    "runs": (10, 0, "left"), "batch": (42, 2, "left"), "width": (-12, 0, "right"), "critics": (42, -8, "left"),
    "memory": (0, 14, "right"),
}  # fmt: skip


def draw(times: dict[str, list[float]], path: Path) -> None:
    """Time against size, both as multiples of the middle, one curve for each size."""
    with style.context():
        figure = style.new_figure(10, 6)
        axes = figure.subplots()
        for name, color, dashes, marker in zip(SIZES, COLORS, style.DASHES, style.MARKERS):
            middle = times[name][SIZES[name].index(MIDDLE[name])]
            x, y = np.array(SIZES[name]) / MIDDLE[name], np.array(times[name]) / middle
            axes.plot(x, y, color=color, linestyle=dashes, marker=marker)
            right, up, side = LABEL_AT[name]
            axes.annotate(
                f"{name}, exponent {exponent(SIZES[name], times[name]):z.2f}", (x[-1], y[-1]), xytext=(right, up),
                va="center", ha=side, textcoords="offset points", color=color, fontweight="bold",
            )  # fmt: skip
        top = axes.get_ylim()[1]
        axes.plot([1, top], [1, top], color=style.QUIET, linewidth=1.5, linestyle=(0, (1, 3)))
        axes.text(2.7, 3, "in proportion", color=style.QUIET, ha="right")
        axes.set(
            xscale="log", yscale="log", xlim=(0.08, 260), ylim=(0.6, 1.1 * top), yticks=(1, 2, 4, 8),
            xlabel="size, as a multiple of the middle one", ylabel="time of an update, as a multiple",
        )  # fmt: skip
        axes.set_xticks([0.1, 1, 2, 4, 8, 16, 32, 100])
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:g}")
            axis.set_minor_locator(NullLocator())
        axes.set_title("What an update costs as one size grows")
        figure.savefig(path, dpi=100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    times = measure(parser.parse_args().rounds)
    draw(times, PICTURE)
    middle = ", ".join(f"{name} {size:,}" for name, size in MIDDLE.items())
    save_result("growth", [describe_machine(), f"The middle: {middle}", "", *table(times)])


if __name__ == "__main__":
    main()
