"""Addresses of what is quoted. `pageOf` in widget/widget/links.js makes them alike, by tests/cases/widget.yaml."""

from urllib.parse import quote

# What `encodeURIComponent` leaves as it is, beside what `quote` does.
_AS_IT_IS = "!'()*"


def passage_page(passage_id: str, start: int, end: int) -> str:
    """The page that shows a passage with a quote marked.

    Args:
        passage_id: whose passage.
        start: code point at which the quote begins.
        end: code point before which it ends.

    Returns:
        A path with its query; the service's address goes before it.
    """
    return f"/passage?id={quote(passage_id, safe=_AS_IT_IS)}&start={start}&end={end}"
