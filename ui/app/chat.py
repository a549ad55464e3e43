"""The chat page: who asks and where, what was asked, and each answer beside its passages, the newest first."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st

from assistant.domain import Question
from assistant.errors import SOTError, UnknownConversation
from assistant.settings import read_settings
from ingest.documents import Audience
from ui.app.answer import draw_answer
from ui.app.drawing import draw_aside, draw_questions
from ui.app.markdown import plain_lines
from ui.app.parts import assistant, failures_shown, show_problem
from ui.app.regions import region_name
from ui.app.view import AnswerView, answer_view
from ui.app.view_work import WorkView, work_view
from ui.wording import NOTICE, OLD_ONE_DELETED, OLD_ONE_KEPT, STARTED

EXCHANGES_MAX = 20
EXAMPLES = (
    "What is Sacro-Occipital Technique?",
    "When did SOT begin?",
    "What does research say about SOT?",
    "What happens at a first visit?",
)
_AUDIENCES = {Audience.PATIENT: "Patient", Audience.STUDENT: "Student", Audience.STAFF: "Clinic staff"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question as it was typed and what came back. It lives in this session's memory and nowhere else."""

    asked: str
    conversation_id: str
    answer: AnswerView
    work: WorkView


def keep_settings() -> None:
    """Keep who asks and where while another page is open: Streamlit forgets the controls that a page does not draw."""
    for name in ("audience", "region"):
        if name in st.session_state:
            st.session_state[name] = st.session_state[name]


def page() -> None:
    """Draw the chat page."""
    st.title("SOT Assistant", anchor=False)
    draw_aside(NOTICE)
    with failures_shown():
        _draw_settings()
        _draw_field()
        exchanges = _exchanges()
        if not exchanges:
            _draw_welcome()
        for number, exchange in reversed(list(enumerate(exchanges, 1))):
            _draw_exchange(exchange, number, is_last=number == len(exchanges))


def _draw_settings() -> None:
    """Who asks and where; they hold for the next question."""
    regions = sorted(assistant().regions, key=region_name)
    st.session_state.setdefault("region", read_settings().region)
    with st.sidebar:
        st.radio("I am asking as", list(_AUDIENCES), format_func=_AUDIENCES.__getitem__, key="audience")
        st.selectbox("Emergency numbers for", regions, format_func=region_name, key="region")
        st.button("New conversation", on_click=_start_anew, icon=":material/add_comment:", width="stretch")
        draw_aside(
            "What you type stays in this session's memory until you close the page, and a redacted copy is kept for "
            f"{read_settings().retention_days:g} days. New conversation deletes both."
        )


def _draw_field() -> None:
    """The field to ask in, and under it what is wrong with what was asked. The newest answer follows.

    Within a container the field stays where it is. Alone it would hold to the foot of the page, and Streamlit would
    scroll past the beginning of every answer that is longer than the window.
    """
    with st.container():
        st.chat_input("Ask about Sacro-Occipital Technique", key="typed", on_submit=_typed)
    audience, region = _AUDIENCES[st.session_state["audience"]], region_name(st.session_state["region"])
    draw_aside(f"Written for: {audience.lower()}. Emergency numbers: {region}. Both are set in the side bar.")
    if problem := st.session_state.get("problem"):
        show_problem(problem)
    if told := st.session_state.get("told"):
        draw_aside(told)


def _draw_welcome() -> None:
    st.markdown(
        "Ask a general question about Sacro-Occipital Technique. Each sentence of an answer is quoted from a curated "
        "corpus, and you see where it comes from. It does not diagnose and gives no personal treatment advice."
    )
    draw_questions("Try one of these", EXAMPLES, "example", _ask)


def _draw_exchange(exchange: Exchange, number: int, *, is_last: bool) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(plain_lines(exchange.asked))
    with st.chat_message("assistant", avatar=":material/menu_book:"):
        draw_answer(exchange.answer, exchange.work, f"answer-{number}", _ask if is_last else None)


def _exchanges() -> list[Exchange]:
    exchanges: list[Exchange] = st.session_state.setdefault("exchanges", [])
    return exchanges


def _start_anew() -> None:
    """Begin a conversation and delete the one before, here and where it is kept."""
    old = {exchange.conversation_id for exchange in _exchanges()}
    st.session_state["exchanges"] = []
    st.session_state["problem"] = None
    st.session_state["told"] = _forgotten(old)


def _forgotten(conversation_ids: Collection[str]) -> str:
    """Delete conversations, and say whether that worked. If it did not, the new conversation begins all the same."""
    try:
        for one in conversation_ids:
            with suppress(UnknownConversation):  # its time had run out
                assistant().memory.forget(one)
    except SOTError:
        return f"{STARTED} {OLD_ONE_KEPT}"
    return f"{STARTED} {OLD_ONE_DELETED}" if conversation_ids else STARTED


def _typed() -> None:
    """Ask what was typed; what cannot be answered goes back into the field."""
    text: str = st.session_state["typed"]
    _ask(text)
    if st.session_state["problem"]:
        st.session_state["typed"] = text


def _ask(text: str) -> None:
    """Ask a question and remember what came back, be it an answer or a problem."""
    exchanges = _exchanges()
    question = Question(
        text,
        st.session_state["audience"],
        st.session_state["region"],
        exchanges[-1].conversation_id if exchanges else None,
    )
    st.session_state["problem"] = st.session_state["told"] = None
    try:
        explanation = assistant().explain(question)
    except SOTError as problem:
        st.session_state["problem"] = problem
        return
    told = explanation.answer
    exchanges.append(Exchange(text, told.conversation_id, answer_view(told), work_view(explanation)))
    del exchanges[:-EXCHANGES_MAX]
