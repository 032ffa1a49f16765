"""Do a page's conclusions hold for other seeds?  python -m tools.claims [NAME ...]

Runs each page as it is saved and with all its seeds shifted: those of training, and every number that a page gives to
`manual_seed`, `default_rng` or `seed=`. For each question it prints the answer that the run of the page computed, and
the other ones. An assertion of the page that fails elsewhere counts as an answer too. The rows of the pages that were
run are renewed in benchmarks/results/claims.txt; without a NAME all pages are run, an hour on one core.
"""

import html
import re
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.execute import execute
from tools.fingerprint import ROOT, digest
from tools.notebooks import find

TABLE = ROOT / "benchmarks" / "results" / "claims.txt"
SHIFTS = (1000, 2000, 3000, 4000, 5000)
SEED = re.compile(r"(?<=manual_seed\()\d+|(?<=default_rng\()\d+|(?<=\bseed=)\d+")
# The seeds of `train` and `compare` are shifted where both read them.
FIRST = """
from sacnotes_lib.comparison import compare
from sacnotes_lib.training import run
def shifted(seeds, listed=run.listed_seeds): return [seed + {shift} for seed in listed(seeds)]
run.listed_seeds = compare.listed_seeds = shifted
del compare, run, shifted
"""
REVEAL = re.compile(r'^reveal\(\s*"([^"]+)"', re.MULTILINE)
ANSWER = re.compile(r"<summary>Answer:.*?</summary><p><b>(.*?)</b></p>", re.DOTALL)


def shifted(notebook: nbformat.NotebookNode, shift: int) -> nbformat.NotebookNode:
    """The page with every seed larger by `shift`."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [SEED.sub(lambda seed: str(int(seed[0]) + shift), cell.source) for cell in code]
    sources.insert(0, FIRST.format(shift=shift))
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def answers(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """For each question the answer that stands in the notebook's outputs."""
    found = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and (key := REVEAL.search(cell.source)):
            shown = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
            if answer := ANSWER.search(shown):
                found[key[1]] = html.unescape(re.sub("<[^>]*>", "", answer[1]))
    return found


def answers_elsewhere(page: Path, shift: int) -> dict[str, str]:
    """The same with shifted seeds; under "the page" the error that stopped it, or nothing."""
    notebook = shifted(nbformat.read(page, as_version=4), shift)
    try:
        execute(notebook)
    except CellExecutionError as error:
        return answers(notebook) | {"the page": " ".join(f"stopped: {error.ename} {error.evalue}".split())}
    except (CellTimeoutError, DeadKernelError) as error:
        return answers(notebook) | {"the page": f"stopped: {type(error).__name__}"}
    return answers(notebook)


def stamp(page: Path) -> str:
    """Of the page's code: a table that carries another one is older than the page."""
    return digest(
        [cell.source for cell in nbformat.read(page, as_version=4).cells if cell.cell_type == "code"]
    )


def rows(page: Path, elsewhere: list[dict[str, str]]) -> Iterator[str]:
    """The table's lines for a page: each question, its answer, and what other seeds say instead, and how often."""
    yield f"{page.stem}   {stamp(page)}"
    for key, answer in (answers(nbformat.read(page, as_version=4)) | {"the page": ""}).items():
        missing = "" if key == "the page" else "no answer: the page stopped before"
        others = Counter(found.get(key, missing) for found in elsewhere)
        agree = others.pop(answer, 0)
        yield f"  {key:16s}{agree} of {len(elsewhere)}   {answer or 'every assertion holds'}"
        for other, times in others.items():
            yield f"  {'':16s}{times} FLIP   {other}"


def kept() -> dict[str, str]:
    """The rows of each page in the table, by the line with its name and stamp; in the order of the pages."""
    parts = TABLE.read_text("utf-8").strip().split("\n\n")[1:] if TABLE.exists() else []
    return {part.split()[0]: part for part in parts}


def main(names: list[str]) -> int:
    """Print the rows of these pages, and renew them in the table."""
    found = {}
    with ThreadPoolExecutor(2) as pool:
        for page in find(names):
            elsewhere = list(pool.map(lambda shift, page=page: answers_elsewhere(page, shift), SHIFTS))
            found[page.stem] = "\n".join(rows(page, elsewhere))
            print(found[page.stem], flush=True)
            told = kept() | found
            head = f"Seeds shifted by {', '.join(map(str, SHIFTS))}: how often the answer stays."
            pages = [told[page.stem] for page in find([]) if page.stem in told]
            TABLE.write_text("\n\n".join([head, *pages]) + "\n", "utf-8")
    return any("FLIP" in part for part in found.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
