"""One step of soft policy iteration on the path: V in each place before and after it. Notebook 13."""

from types import SimpleNamespace

import numpy as np
from matplotlib.ticker import MaxNLocator
from scipy.special import softmax

from sacnotes_lib.course.p13_improvement.path import CLIMB, PLACES, Path, one_for_all_places
from sacnotes_lib.course.stage.controls import Choice, Integer, Slider
from sacnotes_lib.course.stage.moving import moving_line
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style

AT = np.arange(4)  # the places along both axes
STARTS = {"at random": 0.5, "mostly wait": 0.2, "mostly climb": 0.8}
EACH, ALL = "one for each place", "one for all places"
DEPTHS = (0.3, 1, 3, 6, 12, 30)  # of the left picture, whichever is enough
FALLS = 0.005  # a change that two digits do not show is none


class ImprovementScene(Scene):
    """Left, V in each place before and after a step, beside the best; right, how often the policies climb."""

    size = (11.0, 5.6)
    controls = {
        "start": Choice("First policy", tuple(STARTS)),
        "step": Integer("Improvement step", 1, 6, 1),
        "temperature": Slider("Temperature α", 0.1, 2.0, 0.5, log=True, unit="reward per nat"),
        "slip": Slider("Chance to slip", 0.0, 0.3, 0.2, step=0.05),
        "form": Choice("P(climb) may be", (EACH, ALL)),
    }

    def compute(self, start: str, step: int, temperature: float, slip: float, form: str) -> SimpleNamespace:
        path = Path(slip)
        after = np.tile([1 - STARTS[start], STARTS[start]], (4, 1))
        for _ in range(step):
            before = after
            values, q = path.evaluate(before, temperature)
            wanted = softmax(q / temperature, axis=1)
            after = wanted if form == EACH else one_for_all_places(q, temperature)
        new_values, _ = path.evaluate(after, temperature)
        best_values, _ = path.optimal(temperature)
        return SimpleNamespace(
            values=np.stack([values, new_values]),  # V of both policies, [2, 4]
            best=best_values,
            climbs=np.stack([before, after])[..., CLIMB],  # P(climb) of both policies, [2, 4]
            wanted=wanted[:, CLIMB],  # of exp(Q / α) / Z, with Q of the policy before
            falls=new_values < values - FALLS,
        )

    def setup(self, figure) -> SimpleNamespace:
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        # Room for wider numbers along the left axis than those of the first picture.
        figure.get_layout_engine().set(rect=(0.03, 0, 0.97, 1), wspace=0.05)
        for axes in (left, right):
            axes.set(xlim=(-0.5, 3.7), xticks=AT, xticklabels=PLACES)
        left.set_title("V of both policies", pad=66)
        right.set_title("How often they climb", pad=66)
        left.set(ylabel="V minus the best V (reward)", ylim=(-DEPTHS[-1], 0.35 * DEPTHS[-1]))
        left.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        left.yaxis.set_major_formatter(lambda height, _: f"{height:g}".replace("-", "−"))
        left.axhline(0, color=style.QUIET, linewidth=1.5)
        right.set(ylabel="probability of climb", ylim=(-0.05, 1.05))
        marks = {"linestyle": "none", "clip_on": False}
        hollow = {"color": style.ORANGE, "marker": "o", "markersize": 13, "markerfacecolor": "white", **marks}
        hollow["markeredgewidth"] = 3
        filled = {"color": style.BLUE, "marker": "s", "markersize": 12, **marks}
        aim = {"color": style.INK, "marker": "_", "markersize": 26, "markeredgewidth": 3, **marks}
        before, after = moving_line(left, **hollow), moving_line(left, **filled)
        climbs_before, climbs_after = moving_line(right, **hollow), moving_line(right, **filled)
        wanted = moving_line(right, **aim)
        _key(left, hollow, "before the step", 1.135)
        _key(left, filled, "after it", 1.06)
        _key(right, aim, "asked for: exp(Q/α)/Z", 1.06)
        words = [
            left.text(place, 0, "", ha="center", va="bottom", fontweight="bold", animated=True)
            for place in AT
        ]
        return SimpleNamespace(
            left=left, lines=[(before, climbs_before), (after, climbs_after)], wanted=wanted, words=words
        )

    def draw(self, artists: SimpleNamespace, data) -> None:
        height = data.values - data.best
        depth = next((depth for depth in DEPTHS if height.min() > -0.95 * depth), DEPTHS[-1])
        artists.left.set_ylim(-depth, 0.35 * depth)
        for (value_line, climb_line), v, climbs, shift in zip(
            artists.lines, height, data.climbs, (-0.13, 0.13), strict=True
        ):
            value_line.set_data(AT + shift, v)
            climb_line.set_data(AT + shift, climbs)
        artists.wanted.set_data(AT, data.wanted)
        for words, place in zip(artists.words, AT, strict=True):
            words.set_position((place, 0.06 * depth))
            words.set_text(_change(data, place).replace(" ", "\n"))
            words.set_color(style.RED if data.falls[place] else style.INK)

    def describe(self, parameters, data) -> str:
        places = [
            f"{name}: V {_number(data.values[0, place])} before, {_number(data.values[1, place])} after, best "
            f"{_number(data.best[place])}, climbs {data.climbs[0, place]:.3f} before, {data.climbs[1, place]:.3f} "
            f"after, asked for {data.wanted[place]:.3f}"
            for place, name in enumerate(PLACES)
        ]
        fallen = [name for name, falls in zip(PLACES, data.falls, strict=True) if falls]
        return (
            f"Step {parameters['step']} from a policy that is {parameters['start']}, at temperature "
            f"{parameters['temperature']:.3g}, with a chance to slip of {parameters['slip']:.2f}; P(climb) may be "
            f"{parameters['form']}. {'; '.join(places)}. V falls "
            + (f"in: {', '.join(fallen)}." if fallen else "nowhere.")
        )


def _key(axes, look: dict, text: str, height: float) -> None:
    """What a mark means, above the picture: the mark, then its words."""
    axes.plot([0.04], [height], transform=axes.transAxes, in_layout=False, **look)
    axes.text(0.1, height, text, va="center", transform=axes.transAxes, in_layout=False)


def _change(data, place: int) -> str:
    """How V changes in a place, in a word and a number."""
    change = data.values[1, place] - data.values[0, place]
    word = "falls" if data.falls[place] else "rises" if change > FALLS else "stays"
    return f"{word} {'' if word == 'stays' else _number(change, '+')}".strip()


def _number(value: float, sign: str = "") -> str:
    return f"{value:{sign}z.2f}".replace("-", "−")
