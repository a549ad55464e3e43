"""Drawing that pages share: sources, conflicts side by side, tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from ui.app.markdown import link, marked, plain, table
from ui.app.view import Disagreement, Origin
from ui.app.view_work import Listing
from ui.wording import rests_on


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sources(origins: Sequence[Origin], *, in_our_words: bool = True) -> str:
    """Sources as Markdown; where the wording of what rests on them is ours, it says so."""
    named = "; ".join(link(origin.name, origin.url) for origin in origins)
    return f"{rests_on(in_our_words=in_our_words)} {named}"


def draw_aside(text: str) -> None:
    """Draw Markdown small and grey. `st.caption` would be too pale for small print that matters."""
    st.markdown(f":small[:gray[{text}]]")


def draw_disagreement(disagreement: Disagreement, anchors: Mapping[int, str]) -> None:
    """Draw sources that differ, side by side where there is room.

    Args:
        disagreement: what they differ about, and each side.
        anchors: where the markers of its sides lead.
    """
    with st.container(border=True):
        st.subheader(f"Where sources differ: {plain(disagreement.about)}", anchor=False)
        for column, side in zip(st.columns(len(disagreement.sides)), disagreement.sides, strict=True):
            with column:
                st.markdown(marked(side.text, anchors))
                if side.origins:
                    draw_aside(sources(side.origins))
        st.markdown(plain(disagreement.comment))


def draw_listing(listing: Listing) -> None:
    """Draw items under their title. A table would have to be scrolled sideways on a phone, which no key can do."""
    items = (f"- {plain(name)}: **{plain(value)}**" for name, value in listing.items)
    st.markdown("\n".join((f"**{plain(listing.title)}**\n", *items)))


def draw_table(shown: Table) -> None:
    """Draw a table of texts under its title."""
    st.markdown(f"**{plain(shown.title)}**")
    st.table(table(shown.header, shown.rows), border="horizontal", hide_index=True, alt=plain(shown.title))


def draw_questions(title: str, questions: Sequence[str], key: str, ask: Callable[[str], None]) -> None:
    """Draw questions as buttons that ask them.

    Args:
        title: what they are.
        questions: what each button says and asks.
        key: tells these buttons from others on the page.
        ask: called with the question whose button is tapped.
    """
    st.markdown(f"**{plain(title)}**")
    with st.container(horizontal=True, key=key):
        for at, question in enumerate(questions):
            st.button(plain(question), key=f"{key}-{at}", on_click=ask, args=(question,), wrap=True)
