"""The exercises of every notebook, one file for each: `exercises.independent.SCORE_ACTIONS`."""

from sacnotes_lib.lesson.exercises import clinic as clinic
from sacnotes_lib.lesson.exercises import critics as critics
from sacnotes_lib.lesson.exercises import expectation as expectation
from sacnotes_lib.lesson.exercises import gradients as gradients
from sacnotes_lib.lesson.exercises import independent as independent
from sacnotes_lib.lesson.exercises import off_policy as off_policy
from sacnotes_lib.lesson.exercises import recall as recall
from sacnotes_lib.lesson.exercises import squashing as squashing
from sacnotes_lib.lesson.exercises import start as start
from sacnotes_lib.lesson.exercises import summing as summing
from sacnotes_lib.lesson.exercises import target as target
from sacnotes_lib.lesson.exercises import temperature as temperature
from sacnotes_lib.lesson.exercises import thermostat as thermostat
