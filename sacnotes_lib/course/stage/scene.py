"""The protocol of a scene: numbers from parameters, a drawing of the numbers, and a text that states them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from matplotlib.figure import Figure

from sacnotes_lib.course.stage.controls import Control


class Scene:
    """A picture that depends on a few parameters.

    A subclass names its ``controls`` and writes four methods. A scene holds no state between calls, so one scene
    can stand behind several panels, and ``compute`` can be tested without a picture.

    ``controls``  what a viewer can change: name of a parameter -> `Slider`, `Integer` or `Choice`
    ``size``      width and height of the picture in inches, at `style.DPI` pixels an inch
    """

    controls: ClassVar[Mapping[str, Control]] = {}
    size: ClassVar[tuple[float, float]] = (10.0, 5.0)

    @property
    def name(self) -> str:
        """What the scene is called in an address and among the website's files."""
        return type(self).__name__.removesuffix("Scene").lower()

    def compute(self, **parameters) -> Any:
        """The numbers behind the picture. Pure: the same parameters give the same numbers, noise is seeded."""
        raise NotImplementedError

    def setup(self, figure: Figure) -> Any:
        """Lay out axes and artists on an empty figure, once, and return the artists that `draw` will change.

        An artist made with ``animated=True`` is painted over a kept background, which is several times faster
        than drawing the figure anew; whatever else `draw` changes redraws the whole figure, once.
        """
        raise NotImplementedError

    def draw(self, artists: Any, data: Any) -> None:
        """Put the numbers of ``data`` into the artists that `setup` returned. Add no artist here."""
        raise NotImplementedError

    def describe(self, parameters: Mapping[str, Any], data: Any) -> str:
        """What the picture shows, in words, with its numbers, for a reader who does not see it."""
        raise NotImplementedError

    def defaults(self) -> dict[str, Any]:
        """The parameters a viewer meets first."""
        return {name: control.default for name, control in self.controls.items()}
