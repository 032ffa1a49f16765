"""A walk that keeps its direction beside one that does not: how soon each finds the door. Notebook 15."""

from types import SimpleNamespace

import numpy as np

from sacnotes_lib.course.p15_fails.walks import arrived_after, drawn_walks, mean_steps, walk
from sacnotes_lib.course.stage.controls import Integer, Slider
from sacnotes_lib.course.stage.moving import moving_line, moving_text
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style

LONGEST = 40
SHOWN = 300  # steps of the walks that are drawn
WALKS = 4  # of each kind
STEPS = np.unique(np.geomspace(1, 3000, 160).astype(int))  # where the shares are drawn
LOOKS = {
    "new": {"color": style.BLUE, "linestyle": style.DASHES[1]},
    "kept": {"color": style.ORANGE, "linestyle": style.DASHES[0]},
}
WORDS = {"new": "a new direction each step", "kept": "keeps its direction"}


class DoorScene(Scene):
    """Left, a few walks from the wall to the door; right, the share of walks that are through it, exactly."""

    size = (11.0, 6.2)
    controls = {
        "length": Integer("Steps from wall to door", 2, LONGEST, 20),
        "keep": Slider("Chance to keep the direction", 0.5, 0.98, 0.9, step=0.02),
    }

    def compute(self, length: int, keep: float) -> SimpleNamespace:
        """Walks `[4, 301]`, shares arrived at STEPS, and mean steps, of the walk that keeps its direction and of ±1."""
        kinds = {"new": 0.5, "kept": keep}
        return SimpleNamespace(
            length=length,
            places={kind: drawn_walks(length, p, SHOWN, WALKS) for kind, p in kinds.items()},
            arrived={kind: arrived_after(length, p, STEPS[-1])[STEPS] for kind, p in kinds.items()},
            mean={kind: float(mean_steps(walk(length, p))[1]) for kind, p in kinds.items()},
        )

    def setup(self, figure) -> SimpleNamespace:
        left, right = figure.subplots(1, 2)
        left.set(xlim=(0, SHOWN), ylim=(0, LONGEST + 1), xlabel="steps", ylabel="place")
        left.set_title("Walks", pad=74)
        right.set(
            xscale="log", xlim=(1, STEPS[-1]), ylim=(0, 1.02), xlabel="steps", ylabel="share through the door"
        )
        right.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
        right.minorticks_off()
        right.set_title("Through the door", pad=74)
        walks = {
            kind: [moving_line(left, linewidth=1.5, **look) for _ in range(WALKS)]
            for kind, look in LOOKS.items()
        }
        shares = {
            kind: moving_line(right, STEPS, np.zeros(len(STEPS)), **look) for kind, look in LOOKS.items()
        }
        means = {kind: moving_line(right, marker="D", markersize=12, **look) for kind, look in LOOKS.items()}
        outside = {"transform": left.transAxes, "clip_on": False, "in_layout": False}
        for height, (kind, look) in zip((1.16, 1.075), LOOKS.items(), strict=True):
            left.plot([0.0, 0.11], [height, height], **outside, **look)
            left.text(0.14, height, WORDS[kind], va="center", **outside)
        return SimpleNamespace(
            walks=walks, shares=shares, means=means,
            door=moving_line(left, color=style.INK, linewidth=2),
            words=moving_text(right, 0.0, 1.2, va="top", in_layout=False),
        )  # fmt: skip

    def draw(self, artists: SimpleNamespace, data) -> None:
        steps = np.arange(SHOWN + 1)
        for kind in LOOKS:
            for line, places in zip(artists.walks[kind], data.places[kind], strict=True):
                on_the_way = np.append(True, places[:-1] < data.length)
                line.set_data(steps[on_the_way], places[on_the_way])
            artists.shares[kind].set_ydata(data.arrived[kind])
            artists.means[kind].set_data(
                [data.mean[kind]], [np.interp(data.mean[kind], STEPS, data.arrived[kind])]
            )
        artists.door.set_data([0, SHOWN], [data.length, data.length])
        artists.words.set_text(
            f"mean (◆): {data.mean['new']:.0f} steps,\nkept direction: {data.mean['kept']:.0f}"
        )

    def describe(self, parameters, data) -> str:
        at = {kind: np.interp(100, STEPS, shares) for kind, shares in data.arrived.items()}
        said = f"The door is {parameters['length']} steps from the wall."
        for kind, walks in (
            ("new", "A walk with a new direction each step"),
            ("kept", "One that keeps its direction"),
        ):
            said += f" {walks} needs {data.mean[kind]:.1f} steps on average, and {at[kind]:.1%} are through after 100."
        return said + f" Kept is a direction with a chance of {parameters['keep']:.2f}."
