"""Text as Streamlit's Markdown shows it: as it is written. Nothing in it becomes a link, an image, a colour or markup.

Streamlit draws most text through Markdown, so every text of a person, the corpus or a report passes through here.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

_SPACES = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# A backslash stops Markdown, but Streamlit looks at the text once more afterwards: it makes icons of `:material_..:`,
# links of addresses and arrows of `->`. A word joiner, which nobody sees, stands between what would be taken together.
_REVIVED = re.compile(
    r"(?<=:)(?=material[_/]|streamlit:)|(?<=http)(?=s?://)|(?<=www)(?=\.)|(?<=@)(?=[-\w])|(?<=[-<>~])(?=[-=>])", re.I
)
_MARKER = re.compile(r"\[(\d{1,4})\]", re.ASCII)
# What an address may hold as it is. The rest is written as %.., above all what would end it or begin some Markdown.
_IN_ADDRESSES = "/:?#@!&'()+,;=%~"
_WORD_JOINER = "\N{WORD JOINER}"


def plain(text: str) -> str:
    """Text as Markdown that reads as it is, on one line.

    Args:
        text: anything, line breaks and markup included.

    Returns:
        Markdown. Runs of white space are one space, at the ends as well.
    """
    line = _REVIVED.sub(_WORD_JOINER, _SPACES.sub(" ", text))
    return _PUNCTUATION.sub(r"\\\1", line)


def plain_lines(text: str) -> str:
    """Text as Markdown that reads as it is and keeps its line breaks."""
    return "  \n".join(plain(line).strip() for line in text.strip().splitlines())


def plain_run(text: str) -> str:
    """Part of a longer text as Markdown that reads as it is; what it begins and ends with stays for its neighbours."""
    return "  \n".join(plain(line) for line in text.split("\n"))


def highlighted(text: str) -> str:
    """Text on a coloured ground, line by line."""
    return "  \n".join(f":yellow-background[{plain(line)}]" if line.strip() else "" for line in text.split("\n"))


def marked(text: str, anchors: Mapping[int, str]) -> str:
    """A line whose markers lead to what they stand for.

    Args:
        text: with markers such as [1].
        anchors: marker → where it leads on this page; one without an anchor is shown as it is.

    Returns:
        Markdown.
    """
    # Split at a group, every second part is what the group held.
    parts = _MARKER.split(text)
    return "".join(_marker(int(part), anchors) if at % 2 else plain(part) for at, part in enumerate(parts))


def _marker(marker: int, anchors: Mapping[int, str]) -> str:
    shown = plain(f"[{marker}]")
    return f"[{shown}](#{anchors[marker]})" if marker in anchors else shown


def link(label: str, url: str | None) -> str:
    """A link, or the label alone if the address is not one that may be followed.

    Args:
        label: any text.
        url: an address; only http, https, tel and sms lead anywhere.

    Returns:
        Markdown.
    """
    if not url or not re.fullmatch(r"(?:https?://|tel:|sms:)\S+", url):
        return plain(label)
    return f"[{plain(label)}](<{quote(url, safe=_IN_ADDRESSES)}>)"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Columns for `st.table`, which reads its cells as Markdown.

    Args:
        header: the columns' names, all different.
        rows: a text for each column.

    Returns:
        Column → cells, all as plain Markdown.
    """
    return {plain(name): [plain(row[at]) for row in rows] for at, name in enumerate(header)}
