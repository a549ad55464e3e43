"""Text that hides in a message: base64, hexadecimal, percent signs, rot13, written backwards. It is read like the rest.

What is found is only read, never obeyed, so a wrong guess costs nothing but a row to score.
"""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from urllib.parse import unquote

FOUND_MAX = 4
WORDS_MIN = 3
_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{16,}={0,2}(?![\w+/=])")
_HEX = re.compile(r"(?<!\w)(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ ,:]?){8,}(?!\w)")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}.*){3,}", re.DOTALL)
_WORD = re.compile(r"[a-z']+")
# The commonest words tell English from what only looks like letters.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        the be to of and a in that have i it for not on with he as you do at this but his by from they we say her she
        or an will my one all would there their what so up out if about who get which go me when make can like time no
        just him know take your some could them see other than then now only also how our is are was rules ignore
        instructions please system prompt
        """,
    )
)


def hidden(text: str) -> tuple[str, ...]:
    """Find what hides in a text.

    Args:
        text: a message as written.

    Returns:
        At most `FOUND_MAX` decoded texts that read like English, each once.
    """
    return tuple(dict.fromkeys(_decoded(text)))[:FOUND_MAX]


def _decoded(text: str) -> Iterator[str]:
    runs = [_of_base64(match[0]) for match in _BASE64.finditer(text)]
    runs += [_of_hex(match[0]) for match in _HEX.finditer(text)]
    runs += [unquote(text)] if _PERCENT.search(text) else []
    yield from (run for run in runs if run and _common_words(run) >= 1 / 4)
    # Of a whole text that is English as it stands, other readings are noise; a turned one must be English through and
    # through, since a few short words come about by chance.
    if _common_words(text) < 1 / 8:
        yield from (turned for turned in (codecs.decode(text, "rot13"), text[::-1]) if _common_words(turned) >= 2 / 5)


def _of_base64(run: str) -> str | None:
    """A run of base64, also without its padding and with the signs that addresses use."""
    try:
        padded = run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4)
        return base64.b64decode(padded, altchars=b"-_" if set(run) & {"-", "_"} else None, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _of_hex(run: str) -> str | None:
    try:
        return bytes.fromhex(re.sub(r"0x|\\x|[ ,:]", "", run)).decode()
    except ValueError:
        return None


def _common_words(text: str) -> float:
    """The share of a text's words that are among English's commonest; 0 for fewer than three words."""
    words = _WORD.findall(text.casefold())
    return sum(word in _COMMON for word in words) / len(words) if len(words) >= WORDS_MIN else 0.0
