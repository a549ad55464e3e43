"""A message that asks several things is read in its parts; one that asks one thing is left whole."""

import pytest

from assistant.parts import parts_of


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        (
            "what is category II and how much does a session cost?",
            ("what is category II", "how much does a session cost?"),
        ),
        (
            "Who founded SORSI? When did DeJarnette study chiropractic?",
            ("Who founded SORSI", "When did DeJarnette study chiropractic?"),
        ),
        (
            "What is the difference between category I and category II?",
            (
                "What is the difference between category I and category II?",
                "What is category I?",
                "What is category II?",
            ),
        ),
        (
            "craniosacral therapy vs SOT craniopathy",
            (
                "craniosacral therapy vs SOT craniopathy",
                "What is craniosacral therapy?",
                "What is SOT craniopathy?",
            ),
        ),
    ],
)
def test_what_is_asked_together_is_read_apart(query: str, parts: tuple[str, ...]) -> None:
    """Several questions, or one for two things beside each other."""
    assert parts_of(query) == parts


@pytest.mark.parametrize(
    "query",
    [
        "What is category II?",
        "what are blocks and do they hurt?",
        "A patient wonders about blocks. What do our sources say?",
        "the sacrum and the occiput",
        "does SOT work and why and how and for whom and where and when?",
        "is it vs that",
        "",
    ],
)
def test_what_is_asked_at_once_is_left_whole(query: str) -> None:
    """A part with one word of its own says nothing alone; many parts would each be answered with nothing."""
    assert parts_of(query) == ()
