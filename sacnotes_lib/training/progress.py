"""How far a training run is: a moving line in a notebook or a terminal, a few plain lines anywhere else."""

import contextlib
import html
import sys
import time

from tqdm import tqdm


class Progress:
    """Shows steps, return, temperature and time left while something runs.

    In a notebook one line of output is updated in place, so that the saved page holds its last state only. In a
    terminal it is a tqdm bar. Where the output is a file or a pipe, it prints a line at each quarter.
    """

    def __init__(self, total: int, label: str, start: int = 0):
        self.total, self.label, self.start = total, label, start
        self._began = self._shown = time.monotonic()
        self._quarter = 4 * start // max(total, 1)
        self._handle = self._bar = None
        if kernel() is not None:
            from IPython.display import HTML, display

            self._html = HTML
            self._handle = display(HTML(self._as_html(start, "")), display_id=True)
        elif sys.stderr and sys.stderr.isatty():
            self._bar = tqdm(total=total, initial=start, desc=label, unit="step")

    def update(self, step: int, note: str) -> None:
        """Show the step and a short note; drawn at most five times a second."""
        if self._handle or self._bar is not None:
            if time.monotonic() - self._shown < 0.2:
                return
            self._shown = time.monotonic()
        self._show(step, note)

    def close(self, step: int, note: str) -> None:
        """Show where it ended."""
        self._show(step, note, ended=True)
        if self._bar is not None:
            with contextlib.suppress(OSError, ValueError):
                self._bar.close()

    def _show(self, step: int, note: str, ended: bool = False) -> None:
        quarter = 4 * step // max(self.total, 1)
        if self._handle:
            self._handle.update(self._html(self._as_html(step, note, ended)))
        elif self._bar is not None:
            with contextlib.suppress(OSError, ValueError):  # as in `say`
                self._bar.set_postfix_str(note, refresh=False)
                self._bar.update(step - self._bar.n)
        elif ended or self._quarter < quarter < 4:  # the last quarter's line is the one at the end
            self._quarter = quarter
            say(self._as_text(step, note, ended))

    def _as_text(self, step: int, note: str, ended: bool = False) -> str:
        elapsed = time.monotonic() - self._began
        if ended or step <= self.start:
            clock = f"{elapsed:.0f} s"
        else:
            clock = f"{elapsed * (self.total - step) / (step - self.start):.0f} s left"
        return " · ".join(
            part for part in (self.label, f"step {step:,} of {self.total:,}", clock, note) if part
        )

    def _as_html(self, step: int, note: str, ended: bool = False) -> str:
        text = html.escape(self._as_text(step, note, ended))
        return (
            f'<div><progress value="{step}" max="{self.total}" aria-label="{html.escape(self.label)}" '
            f'style="width:12em;vertical-align:middle"></progress> {text}</div>'
        )


def say(text: str) -> None:
    """Print a line wherever that is possible, with a ? for each sign that the output cannot show.

    What is shown never stops what is done: a closed pipe, a full disk or no output at all raise nothing.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    with contextlib.suppress(OSError, ValueError):
        print(text.encode(encoding, "replace").decode(encoding), flush=True)


def kernel():
    """The Jupyter kernel that this runs in, whose output can be updated in place; or None."""
    if "IPython" not in sys.modules:
        return None
    return getattr(sys.modules["IPython"].get_ipython(), "kernel", None)
