"""Draws one answer: the reply, what it states, the passages beside it, and the work behind it."""

from collections.abc import Callable, Mapping

import streamlit as st

from ui.app.calls import Call
from ui.app.drawing import draw_aside, draw_disagreement, draw_listing, draw_questions, sources
from ui.app.markdown import highlighted, link, marked, plain, plain_lines, plain_run
from ui.app.service import service_address
from ui.app.view import AnswerView, Block, Disagreement, Piece, QuotedPassage, Tone
from ui.app.view_work import WorkView
from ui.wording import NOTICE

_URGENT = frozenset({Tone.EMERGENCY, Tone.CRISIS})
_ICONS = {
    Tone.EMERGENCY: ":material/emergency:",
    Tone.CRISIS: ":material/volunteer_activism:",
    Tone.REDIRECT: ":material/info:",
}


def draw_answer(view: AnswerView, work: WorkView, key: str, ask: Callable[[str], None] | None) -> None:
    """Draw an answer, its passages beside it where there is room.

    Args:
        view: what is shown.
        work: what led to it.
        key: tells this answer from others on the page.
        ask: called with a suggestion that is tapped; without it none are offered.
    """
    if view.passages:
        told, quoted = st.columns([3, 2], gap="medium")
        with quoted:
            st.header("Passages it quotes", anchor=False)
            for number, passage in enumerate(view.passages, 1):
                _draw_passage(passage, f"{key}-passage-{number}")
    else:
        told = st.container()
    with told:
        _draw_told(view, key)
        if ask and view.suggestions:
            draw_questions("You could also ask", view.suggestions, f"{key}-suggestion", ask)
        with st.expander("Why this answer"):
            for listing in work:
                draw_listing(listing)


def _draw_told(view: AnswerView, key: str) -> None:
    st.header(plain(view.title), anchor=False)
    if view.about:
        draw_aside(f"Understood as: {plain(view.about)}")
    if view.tone in _URGENT:
        _draw_calls(view.calls, urgent=True, key=key)
    if view.opening:
        _draw_opening(view.opening, view.tone)
    if view.tone not in _URGENT:
        _draw_calls(view.calls, urgent=False, key=key)
    anchors = {marker: f"{key}-passage-{number}" for marker, number in view.passage_numbers.items()}
    for block in view.blocks:
        _draw_block(block, anchors)
    draw_aside(NOTICE)


def _draw_opening(text: str, tone: Tone) -> None:
    """The reply in a box. What is urgent stands out by more than its colour; a crisis is met warmly, not in red."""
    if tone in _URGENT:
        box = st.error if tone is Tone.EMERGENCY else st.warning
        box(f"**{plain_lines(text)}**", icon=_ICONS[tone])
    else:
        st.info(plain_lines(text), icon=_ICONS[tone])


def _draw_calls(calls: tuple[Call, ...], *, urgent: bool, key: str) -> None:
    if not calls:
        return
    with st.container(horizontal=True, key=f"calls-{key}"):
        for call in calls:
            label = f"**{plain(call.label)}** · {plain(call.service)}"
            if call.url:
                icon = ":material/sms:" if call.url.startswith("sms:") else ":material/call:"
                st.link_button(label, call.url, type="primary" if urgent else "secondary", icon=icon, wrap=True)
            else:
                st.markdown(label)


def _draw_block(block: Block, anchors: Mapping[int, str]) -> None:
    if isinstance(block, Disagreement):
        draw_disagreement(block, anchors)
        return
    for line in block:
        text = marked(line.text, anchors)
        st.markdown(f"**{text}**" if line.is_lead_in else f"- {text}" if line.is_item else text)


def _draw_passage(passage: QuotedPassage, anchor: str) -> None:
    with st.container(border=True):
        st.subheader(plain(passage.title), anchor=anchor)
        draw_aside(plain(passage.review))
        st.markdown("".join(_piece(piece) for piece in passage.pieces))
        for note in passage.notes:
            markers = " ".join(plain(f"[{marker}]") for marker in note.markers)
            named = sources(note.origins, in_our_words=note.in_our_words)
            draw_aside(f"**{markers}** {plain(note.voice.capitalize())}. {named}")
        draw_aside(_pages(passage, service_address()))


def _pages(passage: QuotedPassage, service: str | None) -> str:
    """Where each quote is shown on a page of its own; without a service there is none, and the passage is named."""
    if service is None:
        return f"Passage {plain(passage.id)}"
    return "On its own page: " + " ".join(link(f"[{marker}]", service + path) for marker, path in passage.pages.items())


def _piece(piece: Piece) -> str:
    if piece.marker is None:
        return plain_run(piece.text)
    return f"{highlighted(piece.text)} **{plain(f'[{piece.marker}]')}**"
