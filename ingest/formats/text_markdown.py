"""Foreign Markdown to an outline: no slugs, no marks, and no HTML; markdown-it-py parses."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from ingest.formats.foreign_tables import Row
from ingest.formats.foreign_writer import Line, OutlineWriter
from ingest.formats.text import pipe_cells, write_pipe_table
from ingest.yamlfile import load

_NESTING_MAX = 60  # what is deeper the parser drops; a list in a list takes two levels
_PARSER = (
    MarkdownIt("commonmark", {"maxNesting": _NESTING_MAX})
    .enable(["table", "strikethrough"])
    .use(front_matter_plugin)
    .use(footnote_plugin)
)
_UNSEEN_HTML = ("<script", "<style")


def write_markdown(text: str, writer: OutlineWriter) -> str:
    """Write Markdown to an outline.

    Args:
        text: the file's text.
        writer: what to write to.

    Returns:
        The title: the front matter's, else the only first-level heading's, else "".
    """
    tokens = _PARSER.parse(text)
    _write(tokens, writer)
    firsts = [inline for opening, inline in pairwise(tokens) if opening.tag == "h1" and opening.nesting == 1]
    title = _title(tokens[0]) if tokens and tokens[0].type == "front_matter" else ""
    return title or (" ".join(line.text for line in _lines(firsts[0])) if len(firsts) == 1 else "")


def _write(tokens: Sequence[Token], writer: OutlineWriter) -> None:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type in ("heading_open", "paragraph_open", "bullet_list_open", "ordered_list_open", "table_open"):
            end = _end(tokens, position)
            _write_block(tokens[position : end + 1], writer)
            position = end
        elif token.type in ("fence", "code_block"):
            _write_verbatim(token, writer)
        elif token.type == "html_block":
            writer.note(f"line {_line(token)}: HTML inside Markdown was left out")
        position += 1


def _end(tokens: Sequence[Token], start: int) -> int:
    """The index of the token that closes the one at `start`."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens) - 1


def _write_block(inside: Sequence[Token], writer: OutlineWriter) -> None:
    opening = inside[0]
    if opening.type == "table_open":
        writer.table(list(_rows(inside)), headed=True)
    elif opening.type == "heading_open":
        writer.heading(int(opening.tag[1]), " ".join(line.text for line in _lines(inside[1])), _line(opening))
    elif opening.type == "paragraph_open":
        _write_paragraph(list(_lines(inside[1])), writer, breaks=_has_breaks(inside[1]))
    else:
        writer.items([list(_lines(token)) for token in inside if token.type == "inline"])


def _write_paragraph(lines: Sequence[Line], writer: OutlineWriter, *, breaks: bool) -> None:
    """Write a paragraph; rows of `|` without a line of dashes are a table to its author, if not to Markdown."""
    rows = [line for line in lines if pipe_cells(line.text) is not None]
    if len(rows) > 1 and rows == list(lines[-len(rows) :]):
        writer.paragraph(lines[: -len(rows)])
        write_pipe_table(rows, writer)
    else:
        writer.paragraph(lines, broken=breaks)


def _write_verbatim(token: Token, writer: OutlineWriter) -> None:
    first = _line(token) + (token.type == "fence")
    lines = [Line(text, number) for number, text in enumerate(token.content.splitlines(), start=first)]
    writer.paragraph(lines, broken=True)


def _rows(tokens: Sequence[Token]) -> Iterator[Row]:
    cells: list[str] = []
    line = 1
    for token in tokens:
        if token.type == "tr_open":
            cells, line = [], _line(token)
        elif token.type == "inline":
            cells.append(" ".join(line.text for line in _lines(token)))
        elif token.type == "tr_close":
            yield Row(tuple(cells), line)


def _lines(inline: Token) -> Iterator[Line]:
    """An inline token's lines, without markup and without HTML."""
    words, number, unseen = [], _line(inline), False
    for child in inline.children or ():
        if child.type == "html_inline":
            unseen = child.content.casefold().startswith(_UNSEEN_HTML) or (
                unseen and not child.content.startswith("</")
            )
            # <br> is the one tag that stands for a character.
            words.append(" " if child.content.casefold().startswith("<br") else "")
        elif child.type in ("softbreak", "hardbreak"):
            yield Line("".join(words), number)
            words, number = [], number + 1
        elif child.type in ("text", "code_inline") and not unseen:
            words.append(child.content)
    yield Line("".join(words), number)


def _has_breaks(inline: Token) -> bool:
    """Whether the author, and not the margin, broke the paragraph's lines."""
    return any(child.type == "hardbreak" for child in inline.children or ())


def _title(front_matter: Token) -> str:
    try:
        meta = load(front_matter.content)
    except yaml.YAMLError:
        return ""
    title = meta.get("title") if isinstance(meta, dict) else None
    return title if isinstance(title, str) else ""


def _line(token: Token) -> int:
    """A token's first line in its file, counted from 1."""
    return token.map[0] + 1 if token.map else 1
