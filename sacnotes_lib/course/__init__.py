"""All that makes the library a course. Nothing outside this folder imports it; only here are widgets known."""

from sacnotes_lib.course import exercises as exercises
