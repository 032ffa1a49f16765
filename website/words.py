"""Letters and words of docs/notation.md that explain themselves, where they first occur on a page and at formulas.

A button with a popover: it opens by hover, touch or key, and without a script.
"""

import re
from functools import cache
from html import escape

import latex2mathml.converter
import mistune
from bs4 import BeautifulSoup, NavigableString, Tag

from tools.fingerprint import ROOT

# A letter of a formula, with the bar or the font that belongs to it; or a command.
TOKEN = re.compile(r"\\bar\s*(?:\{\\mathcal\{\w\}\}|\\[a-z]+|\w)|\\math(?:bb|cal)\{\w\}|\\[a-zA-Z]+|[a-zA-Z]")
OTHER_WORDS = re.compile(r"\\(?:text|mathrm|operatorname|mathsf)\*?\{[^}]*\}")
LEFT_ALONE = ("a", "code", "math", "button", "details", "h1", "h2", "h3", "h4")


@cache
def _rows() -> tuple[dict[str, str], dict[str, str]]:
    """Meanings in HTML: of letters, by their TeX, and of words."""
    text = (ROOT / "docs" / "notation.md").read_text("utf-8")
    sections = {part.partition("\n")[0]: part for part in text.split("\n## ")}

    def cells(section: str) -> list[list[str]]:
        lines = [line for line in sections[section].splitlines() if line.startswith("| ")][1:]
        return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]

    letters, words = {}, {}
    for symbols, code, _, meaning, unit in cells("Symbols"):
        said = f"{symbols}: {meaning}{f' [{unit}]' if unit else ''}{f', in code {code}' if code else ''}"
        for symbol in re.findall(r"\$([^$]+)\$", symbols):
            letters[symbol] = html_of(said)
    for names, meaning, page in cells("Words"):
        for name in names.split(", "):
            words[name] = html_of(f"{names}: {meaning} ({page})")
    return letters, words


def html_of(markdown: str) -> str:
    """A line of Markdown as HTML, formulas as MathML."""
    markdown = re.sub(r"\$([^$]+)\$", lambda tex: latex2mathml.converter.convert(tex[1]), markdown)
    return mistune.html(markdown).strip().removeprefix("<p>").removesuffix("</p>")


@cache
def _pattern() -> tuple[re.Pattern, dict[str, str]]:
    """What to look for in prose, longest first, and the meaning of each; of letters those that are no English word."""
    letters, words = _rows()
    found = {name.lower(): meaning for name, meaning in words.items()}
    for tex, meaning in letters.items():
        letter = BeautifulSoup(latex2mathml.converter.convert(tex), "html.parser").get_text()
        if letter in ("Q", "V") or (len(letter) == 1 and not letter.isascii()):
            found[letter.lower() if letter.isascii() else letter] = meaning
    parts = sorted(map(re.escape, found), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(parts)})(?![\w-])", re.IGNORECASE), found


def _left_alone(tag: Tag) -> bool:
    return tag.name in LEFT_ALONE or tag.has_attr("popover")


def _keep_marks(soup: BeautifulSoup) -> None:
    """Keep a comma, or whatever mark follows a word's button, on its line: browsers break lines behind any button."""
    for meaning in soup.select("button.word + [popover]"):
        parts = [meaning.previous_sibling, meaning]
        while parts[-1].next_sibling is None and parts[-1].parent.name in ("strong", "em"):
            parts = [parts[-1].parent]
        after = parts[-1].next_sibling
        if type(after) is NavigableString and (mark := re.match(r"[^\w\s]+", after)):
            after.replace_with(after[mark.end() :])
            together = soup.new_tag("span", attrs={"class": "together"})
            parts[0].insert_before(together)
            together.extend([*parts, mark[0]])


class Words:
    """The explanations of one page, each given once."""

    def __init__(self):
        self._seen: set[str] = set()
        self._count = 0

    def explained(self, fragment: str) -> str:
        """The HTML of a cell, with buttons where a word is met for the first time."""
        soup = BeautifulSoup(fragment, "html.parser")
        for text in soup.find_all(string=True):
            if type(text) is NavigableString and not text.find_parent(_left_alone):
                new = _pattern()[0].sub(self._first, escape(text, quote=False))
                if "<button" in new:
                    text.replace_with(BeautifulSoup(new, "html.parser"))
        _keep_marks(soup)
        return str(soup)

    def _first(self, match: re.Match) -> str:
        word = match[0].lower() if match[0].isascii() else match[0]
        meaning = _pattern()[1].get(word)
        if meaning is None or meaning in self._seen or word in ("q", "v") and match[0] == word:
            return match[0]
        self._seen.add(meaning)
        return self._button(match[0], meaning)

    def of_formula(self, tex: str) -> str:
        """A button that explains the letters of a formula; nothing where it has none of ours."""
        letters, _ = _rows()
        tokens = TOKEN.findall(OTHER_WORDS.sub("", tex))
        other = {"b", "d"} if r"\int" in tex else set()  # there they belong to the integral
        meanings = dict.fromkeys(letters[token] for token in tokens if token in letters.keys() - other)
        return f'<p class="letters">{self._button("Letters", "<br>".join(meanings))}</p>' if meanings else ""

    def _button(self, text: str, meaning: str) -> str:
        self._count += 1
        name = f"word-{self._count}"
        button = f'<button type="button" class="word" popovertarget="{name}">{text}</button>'
        return f'{button}<span popover id="{name}">{meaning}</span>'
