"""A corpus in which somebody planted markup wherever text is shown, and what must not come of it."""

import shutil
from pathlib import Path

from ingest.build import make_build
from ingest.corpus import read_corpus
from ingest.encoder import OnnxEncoder
from tests.browser.conftest import Tab
from tests.conftest import SMALL_CORPUS

IMAGE = "<img src=x onerror='window.hurt=1'>"
SCRIPT = "<script>window.hurt=1</script>"
LINK = "[a link](javascript:hurt)"

# What stands in the small corpus, and what stands there instead. Markdown reads `\<` as the character.
_PLANTED = {
    "documents/blocks.md": {
        "title: Pelvic blocks": f"title: Pelvic blocks {SCRIPT}",
        "## What blocks are {#what}": r"## What blocks \<script>window.hurt=1\</script> are {#what}",
        "describes **blocks** as wedges": rf"describes \{IMAGE} \{LINK} blocks as wedges",
    },
    "asks/blocks.yaml": {'"What are pelvic blocks?"': f'"What are pelvic blocks {SCRIPT}?"'},
    "facts/facts.yaml": {
        "source: {title: seed article, publisher: Introduction to SOT}": (
            f'source: {{title: "{IMAGE}", publisher: "{SCRIPT}", url: "javascript:hurt"}}'
        )
    },
}


def hostile_home(folder: Path, encoder: OnnxEncoder) -> Path:
    """A home with a build of the hostile corpus.

    Args:
        folder: an empty folder.
        encoder: the encoder.

    Returns:
        The home.
    """
    corpus = Path(shutil.copytree(SMALL_CORPUS, folder / "corpus"))
    for name, changes in _PLANTED.items():
        text = (corpus / name).read_text("utf-8")
        for before, after in changes.items():
            assert before in text, f"{name} no longer holds {before!r}"
            text = text.replace(before, after)
        (corpus / name).write_text(text, "utf-8")
    home = folder / "home"
    make_build(read_corpus(corpus), encoder, home)
    return home


def assert_harmless(tab: Tab) -> None:
    """No element came out of text, also in a shadow; no script ran; nothing was asked of a foreign host."""
    assert tab.page.locator("img[src=x], [onerror], a[href^=javascript]").count() == 0
    assert tab.page.evaluate("window.hurt") is None
    local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    assert all(url.startswith(local) for url in tab.requested), tab.requested
