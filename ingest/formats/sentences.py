"""Foreign text to plain sentences: what cannot be seen is removed, then sentencex says where sentences end.

sentencex is rule-based and knows abbreviations. A "sentence" that is far too long for a citation, as text without
full stops makes it, is cut by LangChain's recursive splitter.
"""

import re
import unicodedata
from collections.abc import Iterator

SENTENCE_CHARACTERS_MAX = 600

_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs"}  # control, format (zero-width, soft hyphen), unassigned, private, surrogate
_BROKEN_WORD = re.compile(r"\u00ad\s+")  # a soft hyphen at a line's end


def clean(text: str) -> str:
    """Text as a person sees it on one line.

    Args:
        text: any text.

    Returns:
        The text in composed form (NFC), without control and zero-width characters or soft hyphens, with single
        spaces between words.
    """
    spaced = " ".join(_BROKEN_WORD.sub("", text).split())
    if not spaced.isascii() or not spaced.isprintable():
        spaced = "".join(c for c in unicodedata.normalize("NFC", spaced) if unicodedata.category(c) not in _UNSEEN)
    return " ".join(spaced.split())


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Split cleaned text into sentences.

    Args:
        text: a paragraph or a list item, cleaned.

    Yields:
        Where a sentence starts in the text, and the sentence, of at most `SENTENCE_CHARACTERS_MAX` code points.
    """
    from sentencex import segment

    start = held = 0
    pending = ""
    for piece in segment("en", text):
        pending += piece
        start += len(piece)
        # A number that opens an item ("Bring: 1. a card") ends no sentence; a sentence may still end in a number.
        if _opens_item(piece) and start < len(text):
            continue
        yield from _cut(pending, held)
        pending, held = "", start
    if pending.strip():
        yield from _cut(pending, held)


def _opens_item(piece: str) -> bool:
    """Whether a piece is nothing but an item's number, or ends in one right after a colon."""
    return bool(re.fullmatch(r"\(?(?:\d{1,2}|[A-Za-z])[.)]\s*", piece) or re.search(r":\s*\(?1[.)]\s*$", piece))


def _cut(piece: str, start: int) -> Iterator[tuple[int, str]]:
    """A sentence without the space around it, in parts if it is too long."""
    text = piece.strip()
    start += len(piece) - len(piece.lstrip())
    if len(text) <= SENTENCE_CHARACTERS_MAX:
        if text:
            yield start, text
        return
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=["; ", ": ", ", ", " ", ""],
        keep_separator="end",
        chunk_size=SENTENCE_CHARACTERS_MAX,
        chunk_overlap=0,
        add_start_index=True,
    )
    for document in splitter.create_documents([text]):
        yield start + int(document.metadata["start_index"]), document.page_content.strip()
