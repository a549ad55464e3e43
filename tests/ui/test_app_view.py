"""What the app decides to show, apart from drawing it; and that no text is ever more than text."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.domain import Action, Answer, Citation, Contact, ShownConflict, Verdict
from assistant.domain import ConflictSide as ShownSide
from ingest.clinic import read_shelf
from ingest.corpus import read_corpus
from ingest.documents import Audience, Passage, Review, Source, Voice
from ui.app.calls import calls
from ui.app.markdown import highlighted, link, marked, plain, plain_lines, table
from ui.app.regions import region_name
from ui.app.reports import read_reports
from ui.app.service import address_beside
from ui.app.view import Disagreement, Line, Origin, Piece, Tone, answer_view, origins
from ui.app.view_corpus import documents_of, sections_of
from ui.app.view_figures import bench_rows, family, guard_rows, marks, meaning, missed_by_tag
from ui.links import passage_page
from ui.wording import review_status, voice_name

DATA = Path(__file__).parents[1] / "data"
WIDGET_CASES = yaml.safe_load((DATA.parent / "cases/widget.yaml").read_text("utf-8"))
PAGES = [case for case in WIDGET_CASES if case["call"] == "links.pageOf"]
WAYS_TO_REACH = [case for case in WIDGET_CASES if case["call"] == "text.waysToReach"]
PENDING = Review("pending")
BOOK = Source("A book")
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    ":red[hot] :material/home: :material_home: :streamlit: :smile: :blue-background[x]",
    "$x^2$ and $$y$$",
    "`code` **bold** _em_ ~~gone~~",
    "# head\n> quote\n- item\n1. one\n---\n===",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "https://example.org www.example.org someone@example.org",
    "    four spaces\n\ttab\n```\nfence\n```",
    "&lt;b&gt; &#58;red[x] \\[x](y)",
    "<-> -> <- -- >= <= ~=",
)
_MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
_WORD_JOINER = "\u2060"


def _read(markdown: str) -> str:
    """What Markdown says, if it is nothing but text."""
    tokens = [token for block in _MARKDOWN.parse(markdown) for token in (block.children or [block])]
    kinds = {token.type for token in tokens}
    assert kinds <= {"paragraph_open", "paragraph_close", "text", "text_special", "softbreak", "hardbreak"}, kinds
    said = "".join(
        token.content if token.type.startswith("text") else "\n" * ("break" in token.type) for token in tokens
    )
    return said.replace(_WORD_JOINER, "")


def _squeezed(text: str) -> str:
    return re.sub(r"[\x00-\x20\x7f\x85\u2028\u2029]+", " ", text).strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is_written(text: str) -> None:
    """Nothing in it becomes markup, and nothing of it is lost."""
    assert _read(plain(text)).strip() == _squeezed(text)
    assert _squeezed(_read(plain_lines(text))) == _squeezed(text)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\u2060\ufffd\xa0")))
def test_any_text_is_shown_as_it_is_written(text: str) -> None:
    """Whatever it is made of, code points beyond the first plane included."""
    assert _squeezed(_read(plain("x" + text))) == _squeezed("x" + text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_active_character_is_left_without_its_backslash(text: str) -> None:
    """Streamlit's own directives begin with a colon or a bracket, which stay escaped on coloured ground too."""
    shown = highlighted(text)
    inner = shown.replace(":yellow-background[", "").replace("]  \n", "  \n").removesuffix("]")
    assert not re.search(r"(?<!\\)(?:\\\\)*[:\[\]<>$`*_|!]", inner)


@pytest.mark.parametrize(
    "text",
    [":material_home:", ":streamlit:", "https://example.org", "www.example.org", "a@example.org", "a -> b", "a -- b"],
)
def test_what_streamlit_would_revive_after_unescaping_is_kept_apart(text: str) -> None:
    """Icons, addresses and arrows are looked for in the text once more, so a word joiner breaks them."""
    assert _WORD_JOINER in plain(text)


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "data:text/html,x", "//example.org", "https://a b"])
def test_only_addresses_that_may_be_followed_are_links(url: str | None) -> None:
    """The name alone is left."""
    assert link("A *book*", url) == r"A \*book\*"


def test_an_address_cannot_end_its_link() -> None:
    """Brackets, quotes and spaces of an address are written as numbers."""
    assert link("x", "https://e.org/](<b>)[$*`") == "[x](<https://e.org/%5D(%3Cb%3E)%5B%24%2A%60>)"
    assert link("Call", "tel:911") == "[Call](<tel:911>)"


def test_markers_lead_to_their_passages_and_other_brackets_lead_nowhere() -> None:
    """A marker without a passage is text."""
    assert marked("So. [1] [7] [x]", {1: "passage-1"}) == r"So\. [\[1\]](#passage-1) \[7\] \[x\]"


def test_cells_of_tables_are_text() -> None:
    """Streamlit reads them as Markdown."""
    assert table(["a|b"], [["*c*"]]) == {r"a\|b": [r"\*c\*"]}


def _citation(marker: int, text: str, quote: str, *, source: Source = BOOK, id: str = "p/1") -> Citation:
    start = text.index(quote)
    return Citation(
        marker=marker,
        passage=Passage(id, text, ()),
        document="p",
        title="Title",
        heading=("Heading",),
        quote=quote,
        start=start,
        end=start + len(quote),
        facts=("f-1",),
        voice=Voice.TEACHING,
        strength=None,
        review=PENDING,
        sources=(source,),
    )


def _answer(text: str, action: Action = Action.ANSWER, **parts: object) -> Answer:
    return Answer("ans_1", "con_1", "en", Verdict(action, "rule", "reason"), text, "build", **parts)  # type: ignore[arg-type]


def test_a_passage_is_cut_at_its_quotes_by_code_points() -> None:
    """Characters beyond the first plane count as one; quotes stand in the passage's order, each with its marker."""
    text = "🦴 one. 🧠 two. 𝔗hree."
    view = answer_view(_answer("", citations=(_citation(1, text, "𝔗hree."), _citation(2, text, "one."))))
    (passage,) = view.passages
    assert passage.pieces == (Piece("🦴 "), Piece("one.", 2), Piece(" 🧠 two. "), Piece("𝔗hree.", 1))
    assert "".join(piece.text for piece in passage.pieces) == text


def test_a_quote_that_overlaps_another_gives_way() -> None:
    """The passage's text is shown once."""
    text = "one two three"
    (passage,) = answer_view(
        _answer("", citations=(_citation(1, text, "one two"), _citation(2, text, "two three")))
    ).passages
    assert "".join(piece.text for piece in passage.pieces) == text


def test_what_stands_behind_several_markers_is_said_once() -> None:
    """Markers of one voice and source share a line; every marker leads to its passage."""
    other = Source("Another", "Press", 1984, "https://e.org")
    view = answer_view(
        _answer(
            "",
            citations=(
                _citation(1, "a b c", "a"),
                _citation(2, "a b c", "b", source=other),
                _citation(3, "a b c", "c"),
                _citation(4, "d", "d", id="p/2"),
            ),
        )
    )
    assert [note.markers for note in view.passages[0].notes] == [(1, 3), (2,)]
    assert view.passages[0].notes[1].origins == (Origin("Another, Press, 1984", "https://e.org"),)
    assert view.passage_numbers == {1: 1, 2: 1, 3: 1, 4: 2}


def test_a_conflict_is_taken_out_of_the_text() -> None:
    """Its lines and its comment become sides; lead-ins and rows of a list are told apart."""
    conflict = ShownConflict("dating", "when", (ShownSide("A.", (1,)), ShownSide("B.", (2,))), "Both are given.")
    text = (
        "Where sources differ: when\n- A. [1]\n- B. [2]\n\nBoth are given.\n\n"
        "What research and guidelines say:\n- Row: 1 [3]\n\nMore. [4]"
    )
    differ, found, more = answer_view(_answer(text, conflicts=(conflict,))).blocks
    assert isinstance(differ, Disagreement)
    assert [side.text for side in differ.sides] == ["A. [1]", "B. [2]"]
    assert found == (Line("What research and guidelines say:", is_lead_in=True), Line("Row: 1 [3]", is_item=True))
    assert more == (Line("More. [4]"),)


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_title_and_a_tone(action: Action) -> None:
    """A reply that redirects stands in a box, what it states behind it does not."""
    view = answer_view(_answer("Reply.\n\nStated. [1]", action))
    assert view.title
    assert view.opening == (None if view.tone is Tone.CALM else "Reply.")
    assert (Line("Stated. [1]"),) in view.blocks


@pytest.mark.parametrize("case", WAYS_TO_REACH, ids=[case["says"] for case in WAYS_TO_REACH])
def test_a_tap_dials_or_texts_as_it_does_in_the_widget(case: dict) -> None:
    """Both read a contact alike."""
    contact = case["given"][0]
    offered = [(f"{'Text' if way['byText'] else 'Call'} {way['number']}", way["href"]) for way in case["gives"]]
    found = calls([Contact(contact["service"], contact["number"], "US")])
    assert [(call.label, call.url) for call in found] == offered


@pytest.mark.parametrize("case", PAGES, ids=[case["says"] for case in PAGES])
def test_a_passages_page_is_named_as_the_widget_names_it(case: dict) -> None:
    """One link, whoever made it; the widget puts the service's address before it."""
    assert passage_page(**case["given"][0]) == f"/{case['gives']}"


def test_each_quote_of_a_passage_has_its_own_page() -> None:
    """Its span is counted in code points."""
    text = "🦴 one. two."
    view = answer_view(_answer("", citations=(_citation(2, text, "two."), _citation(1, text, "one."))))
    assert view.passages[0].pages == {1: "/passage?id=p%2F1&start=2&end=6", 2: "/passage?id=p%2F1&start=7&end=11"}


@pytest.mark.parametrize(
    ("seen_at", "address"),
    [
        ("http://localhost:8501/chat", "http://localhost:8000"),
        ("http://192.168.1.5:8501", "http://192.168.1.5:8000"),
        ("http://[::1]:8501/", "http://[::1]:8000"),
        ("https://app.clinic.example/", None),
        ("https://clinic.example:8501/", None),
        ("http://clinic.example/", None),
        (None, None),
    ],
)
def test_the_service_is_beside_the_app_unless_something_stands_between(
    seen_at: str | None, address: str | None
) -> None:
    """A link that leads nowhere would be worse than none."""
    assert address_beside(seen_at, app_port=8501, service_port=8000) == address
    assert address_beside(seen_at, app_port=8501, service_port=None) is None


def test_numbers_of_several_regions_say_where_they_hold() -> None:
    """Someone who sees all of them picks their own."""
    assert calls([Contact("emergency", "911", "US")], with_region=True)[0].service == "emergency (US)"


def test_review_status_names_a_clinician_or_none() -> None:
    """A status without a name is no review."""
    assert review_status(PENDING) == "No clinician has reviewed this yet"
    assert review_status(Review("signed")) == "No clinician has reviewed this yet"
    assert review_status(Review("signed", "Dr. A", date(2026, 11, 1))) == "Reviewed by Dr. A on 2026-11-01"


def test_a_voice_says_how_strong_it_is_where_that_says_more() -> None:
    """ "authority, authority" says nothing twice."""
    assert voice_name("research", "case-report") == "research, case report"
    assert voice_name("authority", "authority") == "authority"


def test_a_source_is_named_once_with_what_is_known_of_it() -> None:
    """Unknown parts are left out."""
    book = Source("A book", None, 1984)
    assert origins([book, book]) == (Origin("A book, 1984", None),)


def test_a_region_without_a_name_keeps_its_code() -> None:
    """A new region works before anybody names it."""
    assert (region_name("GB"), region_name("XX")) == ("United Kingdom", "XX")


def test_sections_are_found_by_document_audience_and_words() -> None:
    """All three must fit; words may stand anywhere in the section, whatever the case."""
    corpus = read_corpus(DATA / "corpus")
    everything = sections_of(corpus)
    assert {one.id for one in everything} == corpus.sections.keys()
    first = corpus.documents[0]
    assert {one.document for one in sections_of(corpus, document=first.id)} == {first.title}
    for audience in Audience:
        assert all(audience in one.audiences for one in sections_of(corpus, audience=audience))
    word = everything[0].passages[0].split()[0]
    assert everything[0] in sections_of(corpus, text=f"  {word.upper()} ")
    assert sections_of(corpus, text="zyzzyva") == ()
    assert list(documents_of(corpus).values()) == sorted(documents_of(corpus).values(), key=str.casefold)


def test_every_statement_shows_the_facts_it_rests_on() -> None:
    """With the claim and the source of each."""
    corpus = read_corpus(DATA / "corpus")
    for section in sections_of(corpus):
        assert [one.text for one in section.statements] == [one.text for one in corpus.sections[section.id].statements]
        for statement in section.statements:
            assert all(fact.claim == corpus.facts[fact.id].claim and fact.origins for fact in statement.facts)


def test_reports_are_read_newest_first_and_faults_name_their_file(tmp_path: Path) -> None:
    """A day's second report comes before its first; a broken file hides no other."""
    good = (DATA / "figures" / "2026-11-25-evaluation.json").read_text("utf-8")
    (tmp_path / "2026-11-25-evaluation.json").write_text(good, "utf-8")
    (tmp_path / "2026-11-25-evaluation-2.json").write_text(good, "utf-8")
    (tmp_path / "2026-11-24-evaluation.json").write_text(good.replace("2026-11-25", "2026-11-24"), "utf-8")
    (tmp_path / "2026-11-23-evaluation.json").write_bytes(b"\xff{")
    (tmp_path / "2026-11-22-bench.json").write_text('{"kind": "evaluation"}', "utf-8")
    reports = read_reports(tmp_path)
    assert list(reports.evaluations) == [
        "2026-11-25-evaluation-2.json",
        "2026-11-25-evaluation.json",
        "2026-11-24-evaluation.json",
    ]
    assert [fault.split()[0] for fault in reports.faults] == ["2026-11-23-evaluation.json", "2026-11-22-bench.json"]
    assert read_reports(tmp_path / "none").evaluations == {}


def test_figures_become_marks_by_measure() -> None:
    """Both systems, with the interval where there is one and the figure in words."""
    (report,) = read_reports(DATA / "figures").evaluations.values()
    chosen = [one for one in report.figures if (one.set, one.split) == ("questions", "dev")]
    found = marks(chosen)
    assert list(found) == ["right_first", "words"]
    assert [mark.system for mark in found["right_first"]] == ["SOT Assistant", "plain quick-start"]
    assert found["right_first"][0].says == "0.72 (0.66 to 0.77) 88 of 121"
    words = found["words"][0]
    assert (words.low, words.value, words.high, words.says) == (113, 113, 113, "113 over 58")


def test_groups_are_told_apart_by_kind() -> None:
    """Actions and all cases stand together; tags, audiences and languages by themselves."""
    assert [family(group) for group in ("all", "emergency", "tag:typo", "lang:es")] == [
        "action",
        "action",
        "tag",
        "lang",
    ]
    assert meaning("no such measure") is None


def test_misses_are_counted_by_tag() -> None:
    """From the report's own counts, or from its list; a case without tags is counted too."""
    (report,) = read_reports(DATA / "figures").evaluations.values()
    assert missed_by_tag(report, "guard", "dev") == (("typo", 2), ("indirect", 1))
    assert missed_by_tag(report, "guard", "test") == (("untagged", 1),)
    counted = report.model_copy(update={"misses_by_tag": {"test": {"guard": {"typo": 1, "negation": 4}}}})
    assert missed_by_tag(counted, "guard", "test") == (("negation", 4), ("typo", 1))


def test_times_stand_side_by_side_and_what_one_lacks_is_left_open() -> None:
    """A report without a baseline, or with figures of its own, is shown too."""
    (bench,) = read_reports(DATA / "figures").benches.values()
    assert ("one warm answer, median, ms", "25.1", "12.0") in bench_rows(bench)
    assert guard_rows(bench) == (("typical", "messages 200, median characters 71, p50 ms 9.1, p95 ms 14.0"),)
    alone = bench.model_copy(update={"assistant": {"new_thing": 3}, "baseline": None, "guard": None})
    assert bench_rows(alone) == (("new thing", "3", ""),)
    assert guard_rows(alone) == ()


def test_a_clinics_sentence_names_its_file(small_corpus: Path) -> None:
    """It rests on no fact."""
    both = read_shelf([DATA / "clinic"]).beside(read_corpus(small_corpus))
    section = sections_of(both, document="clinic-fees")[0]
    assert {statement.file.name for statement in section.statements} == {"fees.md, Riverside Chiropractic"}
    assert all(statement.facts == () for statement in section.statements)
