"""Replies are short, plain and name the reader's own numbers; contacts are the sourced ones."""

import warnings
from pathlib import Path

import pytest
import yaml

from assistant.bootstrap import GUARD, open_replies
from assistant.domain import Action, Verdict
from assistant.errors import GuardError
from assistant.guard.contacts import Contacts, last_resort
from assistant.guard.replies import Replies
from assistant.guard.rules import Rulebook
from ingest.corpus import CORPUS
from ingest.documents import Audience

WORDS_MAX = 60
GRADE_MAX = 8.0
DANGERS = (Action.EMERGENCY, Action.CRISIS)
NUMBERS = CORPUS / "facts" / "emergency-numbers.yaml"
REPLIES = open_replies()
TOPICS = [(action, topic) for action, topics in REPLIES.templates.items() for topic in topics]


def _reply(
    action: Action,
    topic: str | None = None,
    region: str = "US",
    *,
    also: frozenset[Action] = frozenset(),
    audience: Audience = Audience.PATIENT,
    repeated: bool = False,
) -> tuple[str, list[str]]:
    verdict = Verdict(action, "test.rule", "a test", topic, also)
    reply = REPLIES.reply(verdict, audience=audience, region=region, repeated=repeated)
    return reply.text, [contact.number for contact in reply.contacts]


@pytest.mark.parametrize(("action", "topic"), TOPICS)
def test_a_reply_is_short_and_reads_at_grade_eight_or_below(action: Action, topic: str) -> None:
    """A frightened reader takes in few words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # textstat 0.7.4 uses pkg_resources
        import textstat
    for form in REPLIES.templates[action][topic].forms():
        text = " ".join(form).replace("Sacro-Occipital Technique (SOT)", "SOT")
        assert len(text.split()) <= WORDS_MAX
        assert textstat.flesch_kincaid_grade(text) <= GRADE_MAX, text


@pytest.mark.parametrize("region", sorted(REPLIES.contacts.regions()))
@pytest.mark.parametrize(("action", "topic"), [entry for entry in TOPICS if entry[0] in DANGERS])
def test_danger_always_shows_the_regions_emergency_number(action: Action, topic: str, region: str) -> None:
    """In the text and under it, in every region, with no placeholder left."""
    (number, *_) = REPLIES.contacts.of(region, ["emergency"])
    text, numbers = _reply(action, topic, region)
    assert number.number in text
    assert number.number in numbers
    assert "{" not in text


@pytest.mark.parametrize(
    ("region", "number", "crisis"),
    [("US", "911", "988"), ("GB", "999", "116 123"), ("AU", "000", "13 11 14"), ("NZ", "111", "1737")],
)
def test_the_readers_region_decides_the_numbers(region: str, number: str, crisis: str) -> None:
    """A wrong number costs minutes."""
    assert _reply(Action.EMERGENCY, "stroke", region)[1][0] == number
    assert _reply(Action.CRISIS, "suicide", region)[1][0] == crisis


def test_emergency_beside_crisis_shows_both_kinds_of_numbers() -> None:
    """Who took pills to die needs the ambulance and the voice."""
    text, numbers = _reply(Action.EMERGENCY, "stroke", also=frozenset({Action.CRISIS}))
    assert numbers[0] == "911"
    assert "988" in numbers
    assert "988" in text


def test_a_sentence_whose_number_the_region_lacks_is_left_out() -> None:
    """The rest still stands: the European Union as a whole has no poison line."""
    text, numbers = _reply(Action.EMERGENCY, "overdose", "EU")
    assert "poison line" not in text
    assert numbers == ["112"]


def test_a_repeated_reply_is_shorter_and_says_how_to_go_on() -> None:
    """Nobody is walled in by a false alarm."""
    first, _ = _reply(Action.EMERGENCY, "stroke")
    again, _ = _reply(Action.EMERGENCY, "stroke", repeated=True)
    assert again != first
    assert "false alarm" in again


def test_a_topic_without_a_template_gets_the_actions_default() -> None:
    """A new rule is never without words."""
    assert _reply(Action.EMERGENCY, "something new")[0] == _reply(Action.EMERGENCY)[0]


def test_every_topic_that_a_rule_names_has_its_own_template() -> None:
    """A misspelt topic would fall back to the default without a sign."""
    named = {(rule.action, rule.topic) for rule in Rulebook.read(GUARD / "rules").rules if rule.topic}
    assert named <= set(TOPICS)


def test_staff_are_spoken_to_as_staff() -> None:
    """The action is the same, the form is theirs."""
    assert _reply(Action.REFUSE_DIAGNOSIS, audience=Audience.STAFF)[0] != _reply(Action.REFUSE_DIAGNOSIS)[0]


def test_numbers_of_last_resort_are_the_sourced_ones() -> None:
    """They stand in code so that nothing can lose them, and are held against the facts here."""
    for contact in last_resort():
        assert contact.number == REPLIES.contacts.of(contact.region, ["emergency"])[0].number


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"emergency": {"default": {"text": ["Call {police}."]}}}, "police"),
        ({"crisis": {"default": {"text": ["Call {poison}."]}}}, "poison"),
        ({"emergency": {"stroke": {"text": ["Call."]}}}, "no default reply for emergency"),
        ({"emergency": {"default": {"text": []}}}, "text"),
        ({"emergency": {"default": {"words": ["Call."]}}}, "words"),
        ({"panic": {"default": {"text": ["Call."]}}}, "panic"),
    ],
)
def test_a_fault_in_a_template_stops_the_guard(change: dict[str, object], says: str, tmp_path: Path) -> None:
    """An unknown placeholder fails when templates load, not when a person asks."""
    templates = yaml.safe_load((GUARD / "replies" / "en.yaml").read_text("utf-8"))
    (tmp_path / "en.yaml").write_text(yaml.safe_dump(templates | change), "utf-8")
    with pytest.raises(GuardError, match=says):
        Replies.read(tmp_path / "en.yaml", REPLIES.contacts)


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ("shown: {}", "kinds"),
        ("kinds: {emergency: [ambulance]}\nshown: {}", "no emergency number for"),
        ("kinds: {emergency: [emergency, ambulance]}\nshown: {crisis: [help]}", "unknown kinds: help"),
        ("kinds: [", "cannot be read"),
    ],
)
def test_a_fault_in_the_contacts_stops_the_guard(order: str, says: str, tmp_path: Path) -> None:
    """A region without a number may not be served."""
    (tmp_path / "contacts.yaml").write_text(order, "utf-8")
    with pytest.raises(GuardError, match=says):
        Contacts.read(tmp_path / "contacts.yaml", NUMBERS)
