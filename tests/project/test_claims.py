"""Conclusions for other seeds: what is shifted, what is read, and that a flip is told."""

import nbformat
import pytest

from tools import claims
from tools.execute import execute
from tools.notebooks import find

PAGE = """
import numpy as np
import torch
from sacnotes_lib import SAC, SACConfig, predict, reveal, train
torch.manual_seed(0), np.random.default_rng(7), SAC(SACConfig(), 1, 1, seed=2).seeds
"""
ASK = 'predict("toy.seed", "Which?", {"few <as they are>": 10, "more": 1000, "thousands": 3000})'
TRAIN = "found = train(SACConfig(total_steps=1, learning_starts=0), seeds=[10], progress=False).seeds[0]"
REVEAL = 'reveal("toy.seed", found, "why")'


@pytest.fixture(scope="module")
def run():
    cells = [nbformat.v4.new_code_cell(source) for source in (PAGE, ASK, TRAIN, REVEAL)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    execute(notebook)
    return notebook


@pytest.fixture
def page(run, tmp_path):
    nbformat.write(run, tmp_path / "toy.ipynb")
    return tmp_path / "toy.ipynb"


def test_every_seed_of_a_page_is_shifted_and_a_flip_is_told(page):
    notebook = nbformat.read(page, as_version=4)
    assert claims.answers(notebook) == {"toy.seed": "few <as they are>"}
    first, second, *_ = claims.shifted(notebook, 1000).cells
    assert (
        "manual_seed(1000), np.random.default_rng(1007), SAC(SACConfig(), 1, 1, seed=1002)" in second.source
    )
    elsewhere = [claims.answers_elsewhere(page, shift) for shift in (0, 1000, 3000)]
    assert [found["toy.seed"] for found in elsewhere] == ["few <as they are>", "more", "thousands"]
    table = "\n".join(claims.rows(page, elsewhere))
    assert table.startswith(f"toy   {claims.stamp(page)}\n  toy.seed        1 of 3   few <as they are>\n")
    assert "1 FLIP   more" in table and "3 of 3   every assertion holds" in table


def test_a_page_that_stops_for_other_seeds_has_flipped(page):
    notebook = nbformat.read(page, as_version=4)
    notebook.cells.insert(
        1, nbformat.v4.new_code_cell("assert np.random.default_rng(7).random() > 0.6, 'low\\n\\nor high'")
    )
    nbformat.write(notebook, page)
    table = "\n".join(claims.rows(page, [claims.answers_elsewhere(page, shift) for shift in (0, 1)]))
    assert (
        "1 FLIP   stopped: AssertionError low or high" in table
        and "1 FLIP   no answer: the page stopped" in table
    )


def test_every_reveal_of_every_page_is_read():
    for path in find([]):
        notebook = nbformat.read(path, as_version=4)
        keys = [
            key
            for cell in notebook.cells
            if cell.cell_type == "code"
            for key in claims.REVEAL.findall(cell.source)
        ]
        assert list(claims.answers(notebook)) == keys and keys, path.name


def test_only_the_rows_of_the_pages_that_ran_are_renewed(page, monkeypatch, tmp_path):
    other = tmp_path / "a_toy.ipynb"
    other.write_bytes(page.read_bytes())
    monkeypatch.setattr(claims, "TABLE", tmp_path / "claims.txt")
    monkeypatch.setattr(
        claims, "find", lambda names: [one for one in (other, page) if not names or one.stem in names]
    )
    monkeypatch.setattr(claims, "answers_elsewhere", lambda page, shift: {"toy.seed": "few <as they are>"})
    assert claims.main(["toy"]) == 0
    monkeypatch.setattr(claims, "answers_elsewhere", lambda page, shift: {"toy.seed": "more"})
    assert claims.main(["a_toy"]) == 1
    assert list(claims.kept()) == ["a_toy", "toy"]
    assert "FLIP   more" in claims.kept()["a_toy"] and "5 of 5" in claims.kept()["toy"]
    assert claims.kept()["toy"].startswith(f"toy   {claims.stamp(page)}\n")


def test_the_table_is_of_the_pages_as_they_are_and_tells_no_flip():
    kept = claims.kept()
    assert {name: part.split()[1] for name, part in kept.items()} == {
        p.stem: claims.stamp(p) for p in find([])
    }
    assert not [name for name, part in kept.items() if "FLIP" in part]
