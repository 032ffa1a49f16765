"""The plans of the lessons: that they hold together, and that the document says the same."""

import re

import pytest

from classroom.__main__ import FOLDER, page_config
from classroom.demos import DEMOS
from classroom.lessons import EXIT_TICKET, LESSONS, SECOND_TICKET, find_step
from classroom.stage import lesson_header, lesson_page

DOCUMENT = (FOLDER.parent / "docs" / "classroom.md").read_text("utf-8")
EVERY_STEP = [
    pytest.param(lesson, place, id=f"{lesson.minutes}-{place + 1}")
    for lesson in LESSONS
    for place in range(len(lesson.steps))
]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: str(lesson.minutes))
def test_the_document_has_the_plan_and_its_minutes_are_those_of_the_lesson(lesson):
    section = DOCUMENT.partition(f"## A lesson of {lesson.minutes} minutes\n")[2].partition("\n## ")[0]
    assert "\n".join(lesson.table()) in section
    assert [line for line in section.splitlines() if line.startswith("| minute")] == [next(lesson.table())]
    planned = [lesson.planned(place) for place in range(len(lesson.steps))]
    assert min(planned) > 0 and sum(planned) == lesson.minutes


def test_the_document_names_the_demo_that_is_spare_and_the_questions_of_the_exit_ticket():
    planned = {step.demo for lesson in LESSONS for step in lesson.steps}
    (spare,) = re.findall(r"spare: (.*?)\n\n", DOCUMENT, re.DOTALL)
    assert re.findall(r"\*(.+?)\*", spare) == [demo.title for demo in DEMOS if demo.name not in planned]
    asked = re.findall(r"^\d\. (.+?) \*\(", DOCUMENT, re.DOTALL | re.MULTILINE)
    assert [" ".join(question.split()) for question in asked] == [*EXIT_TICKET, *SECOND_TICKET]


@pytest.mark.parametrize(("lesson", "place"), EVERY_STEP)
def test_a_step_has_a_page_that_says_where_it_stands_and_leads_on(lesson, place):
    step, top = lesson.steps[place], lesson_header(lesson, place)
    assert bool(step.demo) != bool(step.title and step.shown)
    assert f"of {lesson.planned(place)} min" in top and f"<h1>{step.heading}" in top
    links = {
        rel: (address, rest) for address, rel, rest in re.findall(r'href="(\S+)" rel="(\w+)"(.*?)</a>', top)
    }
    expected = {"prev": place, "next": place + 2} if place else {"next": 2}
    expected = {rel: number for rel, number in expected.items() if number <= len(lesson.steps)}
    assert links.keys() == expected.keys()
    for rel, number in expected.items():
        address, rest = links[rel]
        assert address == f"?lesson={lesson.minutes}&amp;step={number}"
        assert lesson.steps[number - 1].heading in rest
        assert ("_blank" in rest) == (step.stays and rel == "next")
    assert find_step(str(lesson.minutes), str(place + 1)) == (lesson, place)
    assert page_config({})["lessons"][str(lesson.minutes)]["steps"][place] == step.heading


def test_a_step_without_a_demo_shows_its_words_and_not_the_teacher_s_notes():
    lesson, place = find_step("90", "8")
    _, said = lesson_page(lesson, place).children
    assert "write the label, all of it" in said.value and "page 04" not in said.value


def test_an_unknown_lesson_or_step_says_which_there_are():
    with pytest.raises(LookupError, match="45, 90, 60 minutes, and none of '30'"):
        find_step("30", "1")
    for number in ("0", "8", "-1", "", "<b>"):
        with pytest.raises(LookupError, match="steps 1 to 7"):
            find_step("45", number)
