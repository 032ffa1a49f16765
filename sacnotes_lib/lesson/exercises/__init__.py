"""The exercises of every notebook, one file for each: `exercises.independent.SCORE_ACTIONS`."""

from sacnotes_lib.lesson.exercises import independent as independent
from sacnotes_lib.lesson.exercises import start as start
