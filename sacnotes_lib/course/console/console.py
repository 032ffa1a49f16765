"""SAC that trains while the page stays alive: start, pause, step, reset, and change it while it learns."""

import html
import re
import threading
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import ipywidgets as widgets
import torch

from sacnotes_lib.course.console import views
from sacnotes_lib.course.console.painting import PaintingProcess
from sacnotes_lib.course.console.policy_pictures import is_pendulum, states_to_pick
from sacnotes_lib.course.console.session import DONE, UNWATCHED, Trainer, TrainingSession
from sacnotes_lib.course.console.training_curves import TrainingScene
from sacnotes_lib.course.console.training_view import TrainingView, describe
from sacnotes_lib.course.stage import surroundings
from sacnotes_lib.course.stage.control_views import ControlView
from sacnotes_lib.course.stage.controls import Choice
from sacnotes_lib.course.stage.page_panel import ROW, PagePanel, alert, told
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.plots.clip import animate
from sacnotes_lib.plots.picture import Picture, fast_png
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.guards import interrupt_flag
from sacnotes_lib.training.run import TrainingDiverged, TrainingRun, steps_to_take

FILM = 300  # pixels: width of a film
STEP = 200  # environment steps of the button that trains a little
ALONE_AFTER = 15.0  # seconds without a sign of a page that shows the console
KNOCK_EVERY = 3.0  # seconds of silence after which the page is asked for a sign


class TrainingConsole(PagePanel):
    """Train SAC and steer it. Make it the last line of a cell.

    Settings count from the next update on, and each change is marked on the curves. With nobody there to press Start
    (a page run by nbclient or nbconvert, a script) it trains to its end at once and leaves the final picture.

    Args:
        config: where it starts; `SACConfig()` when left out.
        against: a second configuration, B, trained beside the first on the same seeds.
        seeds: how many, or which.
        agent_class: SAC, or a subclass.
        device: where networks and memory live, such as "cpu" or "cuda".
        interactive: True waits for Start, False trains to the end at once; None looks where it is running.

    Attributes:
        session: the `TrainingSession`; `session.runs` holds the TrainingRun of each name, "A" (and "B").
        previous: the session that a reset, or running the cell again, put aside; None at first.
        description: the picture in words.

    Raises: ValueError where A and B differ in environment or length.
    """

    def __init__(
        self,
        config: SACConfig | None = None,
        against: SACConfig | None = None,
        seeds: int | Sequence[int] = 4,
        *,
        agent_class: type[SAC] = SAC,
        device: str | torch.device = "cpu",
        interactive: bool | None = None,
    ):
        config = config or SACConfig()
        self._first = {"A": config} if against is None else {"A": config, "B": against}
        self._seeds, self._agent_class, self._device = seeds, agent_class, device
        self.interactive = surroundings.somebody_is_there() if interactive is None else interactive
        self.previous: TrainingSession | None = None
        self.painting: PaintingProcess | None = None
        self._drawing = threading.Lock()  # held while a picture is drawn
        self._felt_pulse()
        self._build_session(self._first)
        self._build_widgets()
        if not self.interactive:
            self._train_to_the_end()
        self.refresh()
        self.static = Picture(self._pixels, self.description)._repr_mimebundle_()
        if self.interactive:
            surroundings.register(self)
            if isinstance(self.predecessor, TrainingConsole) and self.predecessor.session.step:
                self.previous = self.predecessor.session
            self._say(views.welcome(self.previous.step if self.previous else 0))

    @property
    def runs(self) -> dict[str, TrainingRun]:
        """The TrainingRun of each name."""
        return self.session.runs

    def start(self) -> None:
        """Train on, on a thread, until the end or until `pause`."""
        self._go(self.session.until)

    def pause(self, wait: float = 0.0) -> None:
        """Stop after the present step; wait up to so many seconds until it has."""
        self.trainer.pause(wait)

    def step(self, steps: int = STEP) -> None:
        """Train a little."""
        self._go(min(self.session.step + steps, self.session.until))

    def change(self, name: str = "A", **changes) -> None:
        """Change fields of the configuration of run `name` from its next update on.

        Raises: ValueError or TypeError, as `TrainingRun.change`.
        """
        before = self.session.settings(name)
        self.session.change(name, **changes)
        if self.trainer.running:  # its mark is drawn at once, on the last picture's curves
            with self.trainer.held(), self._drawing:  # two cores are few for training, drawing and a browser
                self._show(self._view)
        elif self.session.settings(name) != before:
            said = ", ".join(f"{field} = {value}" for field, value in changes.items())
            run = f"{name}: " if len(self.runs) > 1 else ""
            press = "Restart: it has trained to its end" if self.session.done else "Start or +200 steps"
            self._say(html.escape(f"{run}{said}, from the next update on. Press {press}."))

    def restart(self) -> None:
        """Back to step 0 on the same seeds, with the present settings. What was learned moves to `previous`."""
        self._begin_again({name: self.session.settings(name) for name in self.runs})

    def reset(self) -> None:
        """Back to step 0 and to the first settings. What was learned moves to `previous`."""
        self._begin_again(self._first)
        for name, view in self.steering.items():
            view.reset(self._first[name])

    def save(self) -> None:
        """Write what was learned to a file that is not there yet, one for each of A and B, and say where.

        `session.save(path)` writes to a place of your own.
        """
        with self.session.lock:  # the recipe is that of the step that was saved
            name = f"sac-at-step-{self.session.step}"
            names = (f"{name}-{number}" if number > 1 else name for number in count(1))
            taken = {re.sub("-[AB]$", "", file.stem) for file in Path().glob("*.pt")}
            paths = self.session.save(f"{next(name for name in names if name not in taken)}.pt")
            self._say(views.saved(paths, self.session.recipe()))

    def clip(self) -> None:
        """Film what the policy of the first seed does now."""
        with self.session.lock:
            clips = {name: animate(run, width=FILM) for name, run in self.runs.items()}
        shown = {name: clip._repr_mimebundle_()[0]["text/html"] for name, clip in clips.items()}
        self.film.value = "".join(f"<b>{name}</b>" * (len(clips) > 1) + clip for name, clip in shown.items())

    def retire(self) -> None:
        """Stop training and take it off the page; what was learned stays in `session`."""
        self.trainer.pause(wait=30)
        if self.painting:
            self.painting.close()
        self._painter.forget()
        super().retire()

    def refresh(self) -> None:
        """Draw what stands now."""
        with self._drawing:
            self._show(self._look())

    def _build_session(self, configs) -> None:
        self.session = TrainingSession(configs, self._seeds, self._agent_class, self._device)
        self.trainer = Trainer(
            self.session, self._show_slice, self._training_ended, self._is_watched, self._training_began
        )

    def _build_widgets(self) -> None:
        first = self.runs["A"]
        self.scene = TrainingScene(tuple(self.runs), self.session.until, is_pendulum(first))
        self._painter = Painter(self.scene)
        self._states = states_to_pick(first)
        names = tuple(self._states)
        self.state_view = ControlView(Choice("Policy at state", names, names[len(names) // 2]))
        self.state_view.on_change(self._told("The picture", self._look_again))
        actions = {name: self._told(name.capitalize(), getattr(self, name)) for name in views.BUTTONS}
        self.buttons = views.buttons(**actions)
        self.steering = {
            name: views.SteeringView(
                name if len(self.runs) > 1 else "", config,
                lambda name=name, **changes: self._told("This change", partial(self.change, name, **changes))(),
                lambda name=name: float(self.runs[name].agent.temperature.mean()),
            )
            for name, config in self._first.items()
        }  # fmt: skip
        self.picture, self.status, self.film = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.pulse = views.pulse(self._felt_pulse)
        can_film = "rgb_array" in first.envs.metadata.get("render_modes", ())
        row = [button for name, button in self.buttons.items() if name != "clip" or can_film]
        steering = [view.box for view in self.steering.values()]
        if len(names) == 1:
            self.state_view.box.layout.display = "none"
        first_row = widgets.Box([*row, self.pulse], layout=ROW)
        super().__init__(
            [first_row, self.status, *steering, self.picture, self.state_view.box, self.film],
            "sacnotes-console",
        )
        if surroundings.in_colab():
            self.buttons["start"].disabled = True
            self.buttons["start"].tooltip = "Colab shows nothing from a thread: press +200 steps"

    def _go(self, until: int) -> None:
        if self.session.done:
            return self._say(
                "Trained to its end. Restart or Reset begins again; total_steps makes it longer."
            )
        if surroundings.in_colab():
            return self.trainer.run(until)
        self._felt_pulse()
        if self.painting is None:
            self.painting = PaintingProcess(self.scene)
        self.trainer.start(until)

    def _train_to_the_end(self) -> None:
        """What a page without a viewer gets. An interrupt ends it early and keeps what was learned."""
        until = steps_to_take(self._first["A"])
        with interrupt_flag() as asked_to_stop:
            try:
                self.session.advance(until, stop=asked_to_stop)
                self._say(f"Trained to step {self.session.step:,}.")
            except TrainingDiverged as error:
                self._say(alert("Training stopped.", error))

    def _begin_again(self, configs) -> None:
        self.trainer.pause(wait=30)
        if self.session.step:
            self.previous = self.session
        self._build_session(configs)
        self.film.value = ""
        self.refresh()
        self._say("At step 0 again." + (" What was learned is in .previous." if self.previous else ""))

    def _training_began(self) -> None:
        self.pulse.playing = True
        self._say("Training.")

    def _training_ended(self, why) -> None:
        self.pulse.playing = False
        self.refresh()
        at = f"at step {self.session.step:,} of {self.session.until:,}"
        if isinstance(why, Exception):
            self._say(alert("Training stopped.", why))
        elif why == UNWATCHED:
            self._say(
                f"Paused {at}: no page has shown this for {ALONE_AFTER:.0f} seconds. Start goes on from here."
            )
        else:
            self._say(f"Done {at}." if why == DONE else f"Paused {at}.")

    def _told(self, name: str, action: Callable[[], Any]) -> Callable[..., None]:
        return told(self._say, action, f"{name} did not work.")

    def _look_again(self) -> None:
        self.trainer.hurry()
        if not self.trainer.running:
            self.refresh()

    def _felt_pulse(self) -> None:
        self._sign_of_life = self._knocked = monotonic()

    def _is_watched(self) -> bool:
        if surroundings.in_colab():
            return True
        now = monotonic()
        if now - self._knocked > KNOCK_EVERY:
            # A page that began to show this after Start, or reconnected, has not heard that the pulse should beat.
            self._knocked = now
            self.pulse.playing = False
            self.pulse.playing = True
        return now - self._sign_of_life < ALONE_AFTER

    def _show_slice(self) -> None:
        """While it trains, which goes on meanwhile."""
        if surroundings.in_colab():
            return self.refresh()
        if self._drawing.locked():
            return self.trainer.hurry()  # left out: the next one comes as soon as that one is drawn
        view = self._look()
        self._drawing.acquire()
        threading.Thread(target=self._show_and_release, args=(view,), daemon=True).start()

    def _show_and_release(self, view: TrainingView) -> None:
        try:
            self._show(view)
        finally:
            self._drawing.release()

    def _look(self) -> TrainingView:
        state = self.state_view.value
        return self.session.view(state, self._states[state])

    def _show(self, view: TrainingView) -> None:
        self._view = view
        view = self.session.marked(view)
        png = self.painting.paint(view) if self.painting else None
        if png is None:
            self._pixels = self._painter.paint(view)
            png = fast_png(self._pixels)
        self.description = describe(view)
        self.picture.value = views.picture(png, self._pixels.shape[1::-1], self.description, view)

    def _say(self, markup: str) -> None:
        """In a line that a screen reader speaks when it changes."""
        style = "font-size:1.1em;line-height:1.5;max-width:60em"
        self.status.value = f'<div role="status" style="{style}">{markup}</div>'
