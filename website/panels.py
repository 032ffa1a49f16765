"""The live panels of a page, painted once for every position of their controls and kept as tiles.

Neighbouring positions share most of their picture. So a frame is cut in squares, each distinct square is kept once on a
sheet, and a frame is the list of its squares: a tenth of the bytes of whole pictures. The colours of all frames of a
panel are reduced to one palette, as in a saved page; apart from that the pixels are `Painter`'s.
"""

import ast
import gzip
import json
import math
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import grimp
import numpy as np
from joblib import Parallel, delayed
from PIL import Image

import sacnotes_lib
from sacnotes_lib.course.stage.controls import Choice, Control, Integer, adjusted_controls
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots.picture import PALETTE_SIZE
from tools.fingerprint import VERSIONS_THAT_COUNT, canonical_code, digest, pinned_versions
from website.recorded import STEPS, RecordedScene

TILE = 32  # pixels
COLUMNS = 64  # tiles in a row of a sheet, and rows in a sheet: phones refuse pictures that are much larger
SAMPLES = 24  # frames that decide the palette
MOST, LEAST = 240, 3  # positions of a panel in all, and of a slider where menus alone use them up


@dataclass(frozen=True)
class Panel:
    """A scene, how the page ``made`` it, and the positions at which it is painted: name of a control -> its values."""

    scene: Scene
    made: str
    controls: dict[str, Control]
    positions: dict[str, list]

    @property
    def defaults(self) -> dict[str, Any]:
        return {name: control.default for name, control in self.controls.items()}

    def combinations(self) -> list[dict[str, Any]]:
        """The parameters of every position; the last control moves fastest."""
        return [dict(zip(self.positions, values)) for values in product(*self.positions.values())]

    def digest(self) -> str:
        """Changes whenever a frame may change: with the scene, all of ours that it uses, and this module."""
        roots = {type(self.scene).__module__, Painter.__module__}
        graph = grimp.build_graph("sacnotes_lib", "website")
        modules = roots.union(*map(graph.find_upstream_modules, roots))
        files = [Path(import_module(name).__file__) for name in sorted(modules)]
        code = [canonical_code(file.read_text("utf-8")) for file in (*files, Path(__file__))]
        pins = pinned_versions()
        return digest(
            [
                code,
                self.made,
                repr((self.controls, self.positions)),
                [pins[name] for name in (*VERSIONS_THAT_COUNT, "pillow")],
            ]
        )


class _Names(dict):
    """What a page can name: the public names of the library, and the scenes that an earlier cell made."""

    def __missing__(self, name):
        if hasattr(sacnotes_lib, name):
            return getattr(sacnotes_lib, name)
        raise KeyError(name)


def panels_of(
    sources: list[str], most: int = MOST, least: int = LEAST, steps: int = STEPS
) -> dict[int, Panel]:
    """The panels that a page's cells show, by the place of the cell; without those that need what the page trained.

    The page's first console gets trainings of so many ``steps`` that were recorded.
    """
    names, expressions, found = _Names(), {}, {}
    for place, source in enumerate(sources):
        for node in ast.walk(ast.parse(source)):
            made = getattr(node, "value", None)
            if isinstance(node, ast.Assign) and isinstance(made, ast.Call) and called(made).endswith("Scene"):
                names[ast.unparse(node.targets[0])] = _value(made, names)
                expressions[ast.unparse(node.targets[0])] = ast.unparse(made)
            if isinstance(node, ast.Call) and called(node) == "live":
                scene = _value(node.args[0], names)
                wishes = {k.arg: _value(k.value, names) for k in node.keywords if k.arg != "hidden_until"}
                if isinstance(scene, Scene):
                    controls = adjusted_controls(scene.controls, wishes)
                    made = ast.unparse(node.args[0])
                    found[place] = Panel(
                        scene, expressions.get(made, made), controls, grid(controls, most, least)
                    )
            recorded = any(isinstance(panel.scene, RecordedScene) for panel in found.values())
            if isinstance(node, ast.Call) and called(node) == "TrainingConsole" and not recorded:
                scene = RecordedScene(steps)
                positions = grid(scene.controls, most, least)
                found[place] = Panel(scene, f"RecordedScene({steps})", scene.controls, positions)
    return found


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", "")


def _value(node: ast.expr, names: _Names) -> Any:
    try:
        return eval(compile(ast.Expression(node), "page", "eval"), {}, names)
    except NameError:
        return None


def grid(controls: dict[str, Control], most: int, least: int) -> dict[str, list]:
    """Positions of each control, about ``most`` in all: sliders get coarser, the longest first, menus never.

    A panel that has less than twice as many stays whole, since what a page says to try may lie at any of them.
    """
    full = {name: all_positions(control) for name, control in controls.items()}
    if math.prod(map(len, full.values())) < 2 * most:
        return full
    kept = dict(full)
    while math.prod(map(len, kept.values())) > most:
        sliders = [n for n in kept if not isinstance(controls[n], Choice) and len(kept[n]) > least]
        if not sliders:
            break
        longest = max(sliders, key=lambda name: len(kept[name]))
        kept[longest] = thinned(full[longest], len(kept[longest]) - 1, controls[longest].default)
    return kept


def all_positions(control: Control) -> list:
    """What the notebook's own slider can be set to, the default exactly."""
    if isinstance(control, Choice):
        return list(control.options)
    step = control.step if isinstance(control, Integer) else control.resolution
    log = getattr(control, "log", False)
    length = math.log10(control.high / control.low) if log else control.high - control.low
    places = [place * step for place in range(math.floor(length / step + 1e-6) + 1)]
    values = [control.low * 10**place if log else control.low + place for place in places]
    values = [control.check(min(float(f"{value:.10g}"), control.high)) for value in values]
    return _with(values, control.default)


def thinned(values: list, count: int, default: Any) -> list:
    """``count`` of the values, evenly; both ends and the default are among them where there are three.

    So are 0 and 1 where another lies near them: an even draw, a policy as wide as the best one.
    """
    kept = [values[round(place)] for place in np.linspace(0, len(values) - 1, count)]
    inner = kept[1:-1]
    if default in kept or not inner:
        kept = _with(kept, default)
    else:
        kept = [kept[0], *_with(inner, default), kept[-1]]
    for mark in {0, 1}.intersection(values).difference(kept):
        near = min(range(len(kept)), key=lambda place: abs(kept[place] - mark))
        if 0 < near < len(kept) - 1 and kept[near] not in (default, 0, 1):
            kept[near] = mark
    return kept


def _with(values: list, default: Any) -> list:
    """The values, the nearest to the default replaced by it."""
    nearest = min(range(len(values)), key=lambda place: abs(values[place] - default))
    return [*values[:nearest], default, *values[nearest + 1 :]]


class Frames:
    """The frames of a panel as `Painter` paints them, the layout of all being that of the first, at the defaults."""

    def __init__(self, panel: Panel):
        self.panel, self.painter = panel, Painter(panel.scene)
        self.blank = np.full_like(self.frame(panel.defaults)[0], 255)

    def frame(self, parameters: dict) -> tuple[np.ndarray, str]:
        """Pixels, [height, width, 3], and words."""
        try:
            data = self.panel.scene.compute(**parameters)
        except ValueError as error:  # settings that the scene refuses, as it does in the notebook
            return self.blank, f"No picture for these settings: {error}"
        return self.painter.paint(data)[..., :3], self.panel.scene.describe(parameters, data)


class Palette:
    """The colours of a panel's frames, [n, 3], and for every other colour the nearest of them, once it was asked."""

    def __init__(self, colors: Sequence):
        self.colors = np.array(colors, np.uint8)
        self._nearest = np.full(1 << 24, 255, np.uint8)  # 255: not asked yet

    @classmethod
    def of(cls, pictures: Iterable[np.ndarray]) -> "Palette":
        """The colours that serve these pictures best."""
        counts = np.zeros(1 << 24, np.int64)
        for pixels in pictures:
            counts += np.bincount(_codes(pixels).ravel(), minlength=1 << 24)
        present = np.flatnonzero(counts)
        colors = np.stack([present >> 16, present >> 8 & 255, present & 255], axis=1).astype(np.uint8)
        # The common ones exactly, white above all; the others, mostly rims of letters and curves, by the root of
        # their area, or a thin red line would be painted in the nearest grey.
        common = colors[np.argsort(counts[present])[-PALETTE_SIZE // 4 :]]
        weighed = np.repeat(colors, np.ceil(np.sqrt(counts[present])).astype(int), axis=0)
        others = Image.fromarray(weighed[None]).quantize(PALETTE_SIZE - len(common), dither=Image.Dither.NONE)
        return cls([*common, *np.reshape(others.getpalette(), (-1, 3))])

    def places(self, pixels: np.ndarray) -> np.ndarray:
        """Which of the colours is nearest to each pixel. (Pillow takes one of those that are about as near.)"""
        codes = _codes(pixels)
        new = np.unique(codes[self._nearest[codes] == 255])
        parts = np.stack([new >> 16, new >> 8 & 255, new & 255], axis=1)
        distances = ((parts[:, None] - self.colors.astype(int)) ** 2).sum(-1)
        self._nearest[new] = distances.argmin(1)
        return self._nearest[codes]


def _codes(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])


def paint(panel: Panel, folder: Path) -> None:
    """Write the sheets of tiles, and the index of frames with their descriptions, into ``folder``."""
    frames, combinations = Frames(panel), panel.combinations()
    samples = combinations[:: math.ceil(len(combinations) / SAMPLES)]
    palette = Palette.of(frames.frame(parameters)[0] for parameters in samples)
    tiles: dict[bytes, int] = {}
    seen: dict[tuple, int] = {}
    positions, descriptions = [], []
    for parameters in combinations:
        pixels, description = frames.frame(parameters)
        height, width, _ = pixels.shape
        down, across = -(-height // TILE), -(-width // TILE)
        whole = np.zeros((down * TILE, across * TILE), np.uint8)
        whole[:height, :width] = palette.places(pixels)
        cut = whole.reshape(down, TILE, across, TILE).swapaxes(1, 2).reshape(-1, TILE, TILE)
        frame = tuple(tiles.setdefault(tile.tobytes(), len(tiles)) for tile in cut)
        positions.append(seen.setdefault(frame, len(seen)))
        descriptions.append(description)
    folder.mkdir(parents=True)
    sheets = _write_sheets(list(tiles), palette, folder)
    index = {"width": width, "height": height, "across": across, "sheets": sheets, "frames": list(seen)}
    index |= {"positions": positions, "descriptions": descriptions, "palette": palette.colors.tolist()}
    # Named neither .gz nor .json: some servers unpack the one on the way, some pack the other again.
    (folder / "index.bin").write_bytes(gzip.compress(json.dumps(index).encode(), mtime=0))


def _write_sheets(tiles: list[bytes], palette: Palette, folder: Path) -> int:
    starts = range(0, len(tiles), COLUMNS**2)
    for number, start in enumerate(starts):
        some = tiles[start : start + COLUMNS**2]
        rows = math.ceil(len(some) / COLUMNS)
        squares = np.zeros((rows * COLUMNS, TILE, TILE), np.uint8)
        squares[: len(some)] = np.frombuffer(b"".join(some), np.uint8).reshape(-1, TILE, TILE)
        sheet = Image.fromarray(
            squares.reshape(rows, COLUMNS, TILE, TILE).swapaxes(1, 2).reshape(rows * TILE, -1)
        )
        sheet.putpalette(palette.colors.ravel().tolist())
        sheet.convert("RGB").save(folder / f"{number}.webp", lossless=True, quality=100, method=4)
    return len(starts)


def painted(panels: Iterable[Panel], cache: Path) -> list[Path]:
    """The folder in ``cache`` that holds the data of each panel; painted only where its code is new."""
    panels = list(panels)
    folders = [cache / f"{panel.scene.name}-{panel.digest()}" for panel in panels]
    new = {folder: panel for folder, panel in zip(folders, panels) if not folder.exists()}
    if new:
        Parallel(n_jobs=min(2, len(new)))(
            delayed(_paint_whole)(panel, folder) for folder, panel in new.items()
        )
    return folders


def _paint_whole(panel: Panel, folder: Path) -> None:
    """A folder that was left half painted is never taken for a painted one."""
    unfinished = folder.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    paint(panel, unfinished)
    unfinished.rename(folder)
