"""What the classifier reads of a message: the whole, and every piece of it, so that nothing hides in a long one."""

from collections.abc import Iterator

from assistant.guard.normalising import Message

PIECES_MAX = 40
# People in distress write without full stops; the encoder reads the beginning of a long run and no more.
WINDOW_WORDS = 40
# Chinese puts no space between words: a run of so many signs is a window there.
WINDOW_SIGNS = 80
PIECE_WORDS_MIN = 3


def rows(message: Message) -> tuple[str, ...]:
    """The texts that are scored.

    Args:
        message: a normalised message.

    Returns:
        The whole message first, then its sentences, a long one as overlapping runs; each text once. A few words ("Hi!",
        "Chest pain.") go with their neighbour. Of more than `PIECES_MAX` pieces neighbours are joined, so that all of
        the message is read.
    """
    pieces = [piece for sentence in _telling(message.sentences) for piece in _windows(sentence)]
    together = -(-len(pieces) // PIECES_MAX) or 1
    joined = (" ".join(pieces[start : start + together]) for start in range(0, len(pieces), together))
    return tuple(dict.fromkeys((message.text, *joined)))


def _telling(sentences: tuple[str, ...]) -> list[str]:
    """Sentences, those of a few words joined to the next one, or at the end to the one before."""
    found: list[str] = []
    waiting = ""
    for sentence in sentences:
        waiting = f"{waiting} {sentence}".strip()
        if len(waiting.split()) >= PIECE_WORDS_MIN or not waiting.isascii():
            found.append(waiting)
            waiting = ""
    if waiting:
        found.append(f"{found.pop()} {waiting}" if found else waiting)
    return found


def _windows(sentence: str) -> Iterator[str]:
    """A sentence; a long one as runs that overlap by half, of words or, where there are no spaces, of signs."""
    words = sentence.split()
    if len(words) > WINDOW_WORDS:
        yield from (" ".join(run) for run in _runs(words, WINDOW_WORDS))
    elif len(sentence) > WINDOW_SIGNS * max(1, len(words) // 2):
        yield from ("".join(run) for run in _runs(list(sentence), WINDOW_SIGNS))
    else:
        yield sentence


def _runs(parts: list[str], size: int) -> Iterator[list[str]]:
    starts = range(0, max(1, len(parts) - size // 2), size // 2)
    yield from (parts[start : start + size] for start in starts)
