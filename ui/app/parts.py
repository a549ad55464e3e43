"""The parts that every page shares: the one assistant of this process, and how a failure of it is shown."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from assistant.bootstrap import bootstrap
from assistant.errors import QuestionError, SOTError
from assistant.guard.contacts import last_resort
from assistant.pipeline import Assistant
from assistant.settings import Settings, read_settings
from ui.app.calls import calls
from ui.app.markdown import link, plain, plain_lines


def assistant() -> Assistant:
    """The assistant, opened once a process and warmed up.

    Raises:
        SettingsError, GuardError: it cannot be opened. The next call tries again.
    """
    return _opened(read_settings())


@st.cache_resource(show_spinner="Opening the index", hash_funcs={Settings: Settings.model_dump_json})
def _opened(settings: Settings) -> Assistant:
    opened = bootstrap(settings)
    opened.warm_up()
    return opened


@contextmanager
def failures_shown() -> Iterator[None]:
    """Show an error of ours instead of what could not be drawn."""
    try:
        yield
    except SOTError as error:
        show_problem(error)


def show_problem(error: SOTError) -> None:
    """Show what is wrong and how to mend it.

    Args:
        error: any error of ours. If it is not about the question, nobody gets an answer, so the emergency numbers of
            the main regions stand under it.
    """
    text = f"**{plain_lines(error.problem)}** {plain_lines(error.fix)}"
    if isinstance(error, QuestionError):
        st.warning(text, icon=":material/edit:")
        return
    st.error(text, icon=":material/error:")
    numbers = (f"- {link(one.label, one.url)}: {plain(one.service)}" for one in calls(last_resort(), with_region=True))
    st.markdown("**If this is an emergency, do not wait for this page:**\n\n" + "\n".join(numbers))
