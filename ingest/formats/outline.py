"""What every format is read into: headed parts, and the sentences of their blocks. Plain values."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ingest.errors import Fault


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as written, with the fact ids that mark it, its line in the file, and its page if it has pages."""

    text: str
    marks: tuple[str, ...]
    line: int
    page: int | None = None


class Layout(StrEnum):
    """How the sentences of a block stand in a passage."""

    PROSE = "prose"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list or a table: its sentences and, for lists and tables, the line that leads in."""

    layout: Layout
    sentences: tuple[Sentence, ...]
    lead_in: str | None = None


@dataclass(slots=True)
class Part:
    """What stands under one heading."""

    level: int
    title: str
    slug: str
    audiences: tuple[str, ...]
    line: int
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """A parsed file: its front matter, its parts in order, and everything that is wrong with it."""

    meta: dict[str, Any]
    parts: list[Part]
    faults: list[Fault]
