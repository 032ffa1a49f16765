"""The form in which notebooks are kept: what goes, what stays, and what is reported."""

import copy

import pytest
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.tidy import WIDGET, faults, tidy

REFERENCE = {"model_id": "0123", "version_major": 2, "version_minor": 0}


def executed(*outputs):
    return new_notebook(cells=[new_code_cell("1", execution_count=1, outputs=list(outputs))])


def shown(**data):
    return new_output("display_data", data={kind.replace("_", "/"): value for kind, value in data.items()})


def widget(**data):
    output = shown(text_plain="HTML(value='')", **data)
    output.data[WIDGET] = from_dict(REFERENCE)
    return output


def test_what_varies_from_run_to_run_goes(sample):
    sample.metadata.widgets = {"state": {"0123": {}}}
    sample.metadata.kernelspec = {"name": "my-kernel", "display_name": "Mine", "language": "python"}
    sample.metadata.language_info = {"name": "python", "version": "3.13.9"}
    sample.cells[1].metadata.execution = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
    sample.cells[1].metadata.scrolled = True
    sample.cells[0].id = "random"
    text = str(tidy(sample))
    for gone in ("'widgets'", "0123", "my-kernel", "3.13.9", "2026-01-01", "scrolled", "random"):
        assert gone not in text
    assert "exercise" in text


def test_sources_outputs_and_counts_stay(sample):
    sample.cells[1].execution_count = 1
    sample.cells[1].outputs = [new_output("stream", text="1\n2\n"), shown(image_png="AAAA")]
    kept = tidy(sample)
    assert [cell.source for cell in kept.cells] == [cell.source for cell in sample.cells]
    assert kept.cells[1].outputs == sample.cells[1].outputs
    assert kept.cells[1].execution_count == 1


def test_it_leaves_its_argument_alone_and_has_nothing_to_do_twice(sample):
    before = copy.deepcopy(sample)
    kept = tidy(sample)
    assert sample == before
    assert tidy(kept) == kept


def test_cell_names_are_unique_and_follow_the_content(sample):
    sample.cells += [new_code_cell("print(3)"), new_code_cell("print(3)")]
    names = [cell.id for cell in tidy(sample).cells]
    assert len(set(names)) == len(names)
    assert names == [cell.id for cell in tidy(copy.deepcopy(sample)).cells]
    sample.cells.insert(2, new_code_cell("in_between = True"))
    assert [cell.id for cell in tidy(sample).cells if cell.source != "in_between = True"] == names


def test_a_section_is_called_as_its_heading_is_so_that_a_link_to_it_lasts():
    sources = [
        "## Who sets α?",
        "Before it.\n\n## Why: `rsample`\n\n## Assert it",
        "## Why",
        "# " + "long " * 30,
    ]
    sources += ["```python\n# a comment\n```", "no heading"]
    cells = [new_markdown_cell(source) for source in sources] + [new_code_cell("# Why")]
    names = [cell.id for cell in tidy(new_notebook(cells=cells)).cells]
    assert names[:3] == ["who-sets", "why", "why-2"]
    assert len(names[3]) <= 64 and all(len(name) == 8 for name in names[4:])
    cells[1].source += "\n\nA sentence more."
    assert [cell.id for cell in tidy(new_notebook(cells=cells)).cells] == names


def test_a_picture_is_kept_once():
    same = shown(image_png="AAAA\n", text_html='<img alt="x" src="data:image/png;base64,AAAA">')
    other = shown(image_png="AAAA\n", text_html='<img alt="x" src="data:image/png;base64,BBBB">')
    kept = tidy(executed(same, other)).cells[0].outputs
    assert [set(output.data) for output in kept] == [{"text/html"}, {"image/png", "text/html"}]


@pytest.mark.parametrize("other_form", [{"image_png": "AAAA"}, {"text_html": "<p>a picture, in words</p>"}])
def test_a_widget_gives_way_to_its_other_form(other_form):
    notebook = tidy(executed(widget(**other_form)))
    (output,) = notebook.cells[0].outputs
    assert output.data == shown(text_plain="HTML(value='')", **other_form).data
    assert faults(notebook) == []


def test_a_sound_notebook_has_no_faults_and_one_without_outputs_is_reported():
    assert faults(executed(new_output("stream", text="1\n"), shown(text_plain="at 0x and 0xff0000"))) == []
    assert faults(executed()) == ["it holds no output"]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (new_output("error", ename="ValueError", evalue="no"), "ends in an error: ValueError: no"),
        (new_output("stream", name="stderr", text="  3%|#  |"), "writes to stderr"),
        (shown(text_plain="<object at 0x7f3a5c0d>"), "address in memory"),
        (shown(text_html="<p>&lt;Line at 0x7f3a5c0d&gt;</p>"), "address in memory"),
        (new_output("stream", text="<object at 0x7f3a5c0d>"), "address in memory"),
        (widget(), "leaves nothing where no kernel runs"),
    ],
)
def test_each_fault_is_named_with_its_cell(output, words):
    (fault,) = faults(tidy(executed(output)))
    assert fault.startswith("code cell 1 ")
    assert words in fault


@pytest.mark.parametrize("counts", [(1, 3), (2, 1), (1, None), (1, 1)])
def test_cells_must_have_run_once_each_in_order(counts):
    notebook = executed(new_output("stream", text="1\n"))
    notebook.cells.append(new_code_cell("2"))
    for cell, count in zip(notebook.cells, counts):
        cell.execution_count = count
    (fault,) = faults(notebook)
    assert "from top to bottom" in fault
