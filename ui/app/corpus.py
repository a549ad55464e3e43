"""The corpus page: what the assistant may quote, statement by statement."""

import streamlit as st

from ingest.documents import Audience, Corpus
from ui.app.drawing import draw_aside, draw_disagreement, sources
from ui.app.markdown import plain, plain_lines
from ui.app.parts import assistant, failures_shown
from ui.app.view_corpus import SectionView, StatementView, documents_of, sections_of
from ui.wording import NOTICE

SECTIONS_MAX = 20
_ALL = ""
_AUDIENCES = {_ALL: "Anybody", Audience.PATIENT: "Patients", Audience.STUDENT: "Students", Audience.STAFF: "Staff"}


def page() -> None:
    """Draw the corpus page."""
    st.title("Corpus", anchor=False)
    draw_aside(NOTICE)
    with failures_shown():
        corpus = assistant().workbench.build.corpus
        st.markdown(
            f"{len(corpus.documents)} documents hold {len(corpus.statements):,} statements, which rest on "
            f"{len(corpus.facts):,} facts. The wording is ours; each fact names its source."
        )
        _draw_sections(_chosen(corpus))


def _chosen(corpus: Corpus) -> tuple[SectionView, ...]:
    """The sections that the controls ask for."""
    titles = {**documents_of(corpus), _ALL: "All documents"}
    left, middle, right = st.columns(3)
    with left:
        document = st.selectbox("Document", list(titles), format_func=titles.__getitem__, key="document")
    with middle:
        audience = st.selectbox("Written for", list(_AUDIENCES), format_func=_AUDIENCES.__getitem__, key="reader")
    with right:
        text = st.text_input("Search for words", key="searched", icon=":material/search:")
    return sections_of(corpus, document=document or None, audience=Audience(audience) if audience else None, text=text)


def _draw_sections(sections: tuple[SectionView, ...]) -> None:
    shown = sections[:SECTIONS_MAX]
    more = f"; the first {len(shown)} are shown, so narrow the search" if len(sections) > len(shown) else ""
    st.markdown(f"{len(sections)} sections{more}." if sections else "No section fits. Try fewer words.")
    document = None
    for section in shown:
        if section.document != document:
            document = section.document
            st.header(plain(document), anchor=False)
            draw_aside(plain(section.review))
        with st.expander(plain(section.heading)):
            _draw_section(section)


def _draw_section(section: SectionView) -> None:
    draw_aside(f"For {plain(section.audiences)} · {plain(section.id)}")
    for passage in section.passages:
        st.markdown(plain_lines(passage))
    for conflict in section.conflicts:
        draw_disagreement(conflict, anchors={})
    st.markdown("**Statement by statement**")
    for statement in section.statements:
        _draw_statement(statement)


def _draw_statement(statement: StatementView) -> None:
    with st.container(border=True):
        st.markdown(plain(statement.text))
        draw_aside(plain(statement.voice.capitalize()))
        for fact in statement.facts:
            draw_aside(f"**{plain(fact.id)}**: {plain(fact.claim)} {sources(fact.origins)}")
        if statement.file:
            draw_aside(sources([statement.file], in_our_words=False))
