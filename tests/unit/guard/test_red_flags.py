"""The development red-flag suite raises the alarm, also misspelt, without punctuation and told of another."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.domain import DANGERS, Conversation
from assistant.guard.guard import Guard
from ingest.corpus import CORPUS
from tests.typos import with_typos, without_punctuation

TOPICS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "red_flags.yaml").read_text("utf-8")
)
NOBODY = Conversation("con_test")
PHRASINGS_MIN = 250
OF_A_TOPIC_MIN = 10
SHARE_MIN = 0.97


def _missed(guard: Guard, messages: list[str]) -> list[str]:
    """The messages that raise no alarm."""
    return [message for message in messages if guard.screen(message, NOBODY).action not in DANGERS]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic["topic"])
def test_every_phrasing_raises_the_alarm(topic: dict[str, Any], guard: Guard) -> None:
    """As it was written, each single one."""
    assert _missed(guard, [phrasing["said"] for phrasing in topic["phrasings"]]) == []


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(lambda phrasing: phrasing["of_another"], id="of another"),
        pytest.param(lambda phrasing: with_typos(phrasing["said"]), id="with typos"),
        pytest.param(lambda phrasing: without_punctuation(phrasing["said"]), id="without punctuation"),
    ],
)
def test_the_alarm_survives_how_it_is_told(told: Callable[[dict[str, str]], str], guard: Guard) -> None:
    """Nearly every one, told of another person or typed by shaking hands."""
    messages = [told(phrasing) for topic in TOPICS for phrasing in topic["phrasings"]]
    missed = _missed(guard, messages)
    assert 1 - len(missed) / len(messages) >= SHARE_MIN, missed


def test_the_suite_is_broad_and_sourced() -> None:
    """Every topic has enough phrasings and rests on a fact."""
    facts = {
        fact["id"] for file in (CORPUS / "facts").glob("*.yaml") for fact in yaml.safe_load(file.read_text("utf-8"))
    }
    said = [phrasing["said"] for topic in TOPICS for phrasing in topic["phrasings"]]
    assert len(said) == len(set(said)) >= PHRASINGS_MIN
    assert all(len(topic["phrasings"]) >= OF_A_TOPIC_MIN for topic in TOPICS)
    assert {topic["source"] for topic in TOPICS} <= facts
