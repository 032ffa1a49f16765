"""A figure of the learner's own, shown as the course shows its pictures."""

from IPython.display import display
from matplotlib.figure import Figure

from sacnotes_lib.plots.picture import figure_picture


def show_picture(figure: Figure, description: str) -> None:
    """Show ``figure`` below the cell, with ``description`` as its caption and as its text alternative.

    The description states what the picture shows with its numbers; it may not be empty (``ValueError``).
    """
    display(figure_picture(figure, description))
