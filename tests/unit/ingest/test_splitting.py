"""Passages follow the text's structure, stay within the encoder's reach, and never cut a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents import Fact, Source, Voice
from ingest.formats.markdown import read_outline
from ingest.formats.outline import Block, Layout, Sentence
from ingest.splitting import PASSAGE_CHARACTERS_MAX, split

FACTS = {
    "a": Fact("a", "", "", "", Voice.TEACHING, Source("a")),
    "review": Fact("review", "", "", "", Voice.RESEARCH, Source("b"), "systematic-review"),
    "case": Fact("case", "", "", "", Voice.RESEARCH, Source("c"), "case-report"),
}
_sentence = st.builds(Sentence, st.text("ab c🙂é", min_size=1, max_size=300), st.just(("a",)), st.just(1))
_block = st.builds(
    Block, st.sampled_from(Layout), st.lists(_sentence, min_size=1, max_size=8).map(tuple), st.none() | st.just("List:")
)


@given(st.lists(_block, max_size=6))
def test_every_sentence_survives_with_an_exact_span(blocks: list[Block]) -> None:
    """Whatever the text, nothing is lost, reordered or cut."""
    passages = split("d#s", blocks, FACTS)
    stated = [p.text[s.start : s.end] for p in passages for s in p.statements]
    assert stated == [sentence.text for block in blocks for sentence in block.sentences]


@given(st.lists(_block, max_size=6))
def test_a_passage_stays_within_the_encoders_reach(blocks: list[Block]) -> None:
    """Only a single long sentence may pass the bound."""
    for passage in split("d#s", blocks, FACTS):
        longest = max(len(statement.text) for statement in passage.statements)
        assert len(passage.text) <= PASSAGE_CHARACTERS_MAX + longest + len("\n\nList:\n")


def test_a_long_list_repeats_its_lead_in() -> None:
    """A row without its lead-in would say something else."""
    rows = tuple(Sentence(f"row {number}: {'x' * 100}", ("a",), number) for number in range(20))
    passages = split("d#s", [Block(Layout.ROWS, rows, "They name:")], FACTS)
    assert len(passages) > 1
    assert all(passage.text.startswith("They name:\nrow") for passage in passages)


def test_a_sentence_is_as_strong_as_its_weakest_fact() -> None:
    """A case report beside a review does not borrow its strength."""
    block = Block(Layout.PROSE, (Sentence("Both.", ("review", "case"), 1),))
    assert split("d#s", [block], FACTS)[0].statements[0].strength == "case-report"


def test_a_list_under_a_lead_in_is_rows() -> None:
    """Each item is a sentence with its own facts."""
    outline = read_outline("---\nid: x\n---\n## H {#h}\nThey say:\n\n- One.[^a]\n- Two.[^a]\n", "x.md")
    assert not outline.faults
    block = outline.parts[0].blocks[0]
    assert (block.layout, block.lead_in) == (Layout.ROWS, "They say:")
    assert [(s.text, s.line) for s in block.sentences] == [("One.", 7), ("Two.", 8)]


@pytest.mark.parametrize("markup", ["> a quote", "```\ncode\n```", "<script>alert(1)</script>"])
def test_markup_without_a_meaning_here_is_a_fault(markup: str) -> None:
    """Nothing is dropped in silence."""
    assert read_outline(f"---\nid: x\n---\n## H {{#h}}\n{markup}\n", "x.md").faults
