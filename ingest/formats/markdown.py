"""Curated Markdown to an outline: front matter, headed parts, and sentences with the marks of their facts.

markdown-it-py parses. What is ours is the meaning of marks: `[^fact-id]` after a full stop ends a sentence.
"""

import re
from collections.abc import Iterator, Sequence

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from ingest.errors import Fault
from ingest.formats.outline import Block, Layout, Outline, Part, Sentence
from ingest.yamlfile import load

_MARKS = re.compile(r"(?:\s*\[\^[\w-]+\])+")
_MARK = re.compile(r"\[\^([\w-]+)\]")
_HEADING = re.compile(r"(?P<title>.+?)\s*\{#(?P<slug>[\w-]+)(?:\s+audiences=(?P<audiences>[\w,]+))?\}")
_PARSER = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)


def read_outline(text: str, file: str) -> Outline:
    """Parse a curated Markdown file.

    Args:
        text: the file's content.
        file: its name, for faults.

    Returns:
        The outline; its `faults` hold every format fault found, and the rest is what could be read.
    """
    return _Reader(text, file).read()


class _Reader:
    """Walks the parser's tokens once."""

    def __init__(self, text: str, file: str) -> None:
        self._tokens: Sequence[Token] = _PARSER.parse(text)
        self._outline = Outline({}, [], [])
        self._file = file
        self._lead_in: tuple[str, int] | None = None

    def read(self) -> Outline:
        """The text's outline."""
        self._read_front_matter()
        position = 0
        while position < len(self._tokens):
            token = self._tokens[position]
            end = self._end_of(position)
            inside = self._tokens[position : end + 1]
            if token.type == "heading_open":
                self._add_part(token, inside[1])
            elif token.type == "paragraph_open":
                self._add_paragraph(inside[1])
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                self._add_rows([s for t in inside if t.type == "inline" for s in self._sentences(t)], token)
            elif token.type == "table_open":
                self._add_rows(list(self._table_rows(inside)), token)
            elif token.type not in ("front_matter", "hr"):
                self._fault(
                    _line(token), "format", f"A {token.type} has no meaning here.", "Use paragraphs, lists, tables."
                )
            position = end + 1
        self._refuse_dangling_lead_in()
        return self._outline

    def _end_of(self, start: int) -> int:
        """The index of the token that closes the one at `start`."""
        depth = 0
        for index in range(start, len(self._tokens)):
            depth += self._tokens[index].nesting
            if depth == 0:
                return index
        return len(self._tokens) - 1

    def _read_front_matter(self) -> None:
        first = self._tokens[0] if self._tokens else None
        fix = "Start the file with `---`, the keys id, title, audiences, review, and `---`."
        if first is None or first.type != "front_matter":
            self._fault(1, "front-matter", "The file has no front matter.", fix)
            return
        try:
            meta = load(first.content)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 2 if mark else 1
            self._fault(line, "front-matter", "The front matter is not YAML.", fix)
            return
        if not isinstance(meta, dict):
            self._fault(1, "front-matter", "The front matter is not a mapping.", fix)
            return
        self._outline.meta = meta

    def _add_part(self, opening: Token, inline: Token) -> None:
        self._refuse_dangling_lead_in()
        match = _HEADING.fullmatch(_plain(inline))
        if not match:
            self._fault(
                _line(opening),
                "heading",
                f"The heading {inline.content!r} has no slug.",
                "End it with {#slug}, or {#slug audiences=student,staff}.",
            )
            return
        audiences = tuple((match["audiences"] or "").split(",")) if match["audiences"] else ()
        part = Part(int(opening.tag[1]), match["title"], match["slug"], audiences, _line(opening))
        self._outline.parts.append(part)

    def _add_paragraph(self, inline: Token) -> None:
        text = _plain(inline)
        if text.endswith(":") and not _MARK.search(text):
            self._refuse_dangling_lead_in()
            self._lead_in = (text, _line(inline))
            return
        self._add(Block(Layout.PROSE, tuple(self._sentences(inline))), _line(inline))

    def _add_rows(self, sentences: list[Sentence], opening: Token) -> None:
        if not self._lead_in:
            self._fault(
                _line(opening),
                "lead-in",
                "A list or table has no lead-in.",
                "Put a line that ends with a colon before it.",
            )
        lead_in = self._lead_in[0] if self._lead_in else None
        self._lead_in = None
        self._add(Block(Layout.ROWS, tuple(sentences), lead_in), _line(opening))

    def _add(self, block: Block, line: int) -> None:
        self._refuse_dangling_lead_in()
        if not self._outline.parts:
            self._fault(line, "heading", "Text stands before the first heading.", "Move it under a heading.")
            return
        self._outline.parts[-1].blocks.append(block)

    def _refuse_dangling_lead_in(self) -> None:
        if self._lead_in:
            text, line = self._lead_in
            self._fault(line, "lead-in", f"{text!r} leads in nothing.", "Follow it with a list or a table.")
            self._lead_in = None

    def _sentences(self, inline: Token) -> Iterator[Sentence]:
        """The sentences of a paragraph or list item; text without a mark is a fault."""
        text, first_line = _plain(inline, newline="\n"), _line(inline)
        start = 0
        for marks in _MARKS.finditer(text):
            written = text[start : marks.start()]
            line = first_line + text.count("\n", 0, start + len(written) - len(written.lstrip()))
            yield self._sentence(written, marks[0], line)
            start = marks.end()
        if rest := " ".join(text[start:].split()):
            self._fault(
                first_line,
                "mark",
                f"The text {rest[:60]!r} rests on no fact.",
                "End the sentence with the marks of its facts, [^fact-id].",
            )

    def _sentence(self, written: str, marks: str, line: int) -> Sentence:
        sentence = Sentence(" ".join(written.split()), tuple(_MARK.findall(marks)), line)
        if not sentence.text.endswith((".", "?", "!")):
            self._fault(
                line,
                "mark",
                f"The marks of {sentence.text[-50:]!r} do not follow a full stop.",
                "Put marks after the sentence's full stop.",
            )
        return sentence

    def _table_rows(self, tokens: Sequence[Token]) -> Iterator[Sentence]:
        """Each body row as the line `header: cell; header: cell`."""
        headers: list[str] = []
        cells: list[str] = []
        row_line = 0
        for token in tokens:
            if token.type == "tr_open":
                cells, row_line = [], _line(token)
            elif token.type == "inline":
                cells.append(_plain(token))
            elif token.type == "tr_close" and not headers:
                headers = cells
            elif token.type == "tr_close":
                yield self._row(headers, cells, row_line)

    def _row(self, headers: list[str], cells: list[str], line: int) -> Sentence:
        marks = tuple(_MARK.findall(" ".join(cells)))
        clean = [_MARKS.sub("", cell).strip() for cell in cells]
        if not marks:
            self._fault(line, "mark", "A table row rests on no fact.", "End its last cell with [^fact-id].")
        pairs = zip(headers, clean, strict=True)
        return Sentence("; ".join(f"{header}: {cell}" for header, cell in pairs if cell), marks, line)

    def _fault(self, line: int, rule: str, problem: str, fix: str) -> None:
        self._outline.faults.append(Fault(self._file, line, rule, problem, fix))


def _plain(inline: Token, newline: str = " ") -> str:
    """An inline token's text without markup."""
    words = []
    for child in inline.children or ():
        if child.type in ("softbreak", "hardbreak"):
            words.append(newline)
        elif child.type in ("text", "code_inline"):
            words.append(child.content)
    return "".join(words).strip()


def _line(token: Token) -> int:
    """A token's first line in its file, counted from 1."""
    return token.map[0] + 1 if token.map else 1
