"""Documents in tests/data/foreign, each beside the drawing of the outline it must give."""

from pathlib import Path

import pytest

from ingest.formats.foreign import read_foreign
from tests.unit.ingest.formats.makers import drawing

DATA = Path(__file__).parents[3] / "data" / "foreign"
DOCUMENTS = sorted(path for path in DATA.iterdir() if path.suffix != ".outline")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_gives_its_outline(path: Path) -> None:
    """Headings, lead-ins, rows with their headers, and sentences with their lines."""
    assert drawing(read_foreign(path)) == path.with_name(f"{path.name}.outline").read_text("utf-8")


def test_an_article_as_plain_text_is_as_good_as_in_markdown() -> None:
    """The same headings, lead-ins and sentences, though nothing but blank lines and bars sets them off."""

    def content(name: str) -> list[object]:
        parts = read_foreign(DATA / name).outline.parts
        return [
            (part.title, [(block.lead_in, [one.text for one in block.sentences]) for block in part.blocks])
            for part in parts
        ]

    assert content("article.txt") == content("article.md")
