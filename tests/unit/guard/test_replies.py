"""Replies are short, plain and name the reader's own numbers; contacts are the sourced ones."""

import re
import warnings
from pathlib import Path

import pytest
import yaml

from assistant.bootstrap import GUARD, open_replies
from assistant.domain import Action, Verdict
from assistant.errors import GuardError
from assistant.guard.contacts import Contacts, last_resort
from assistant.guard.replies import Phrasebook, Replies
from assistant.guard.rules import Rulebook
from ingest.corpus import CORPUS
from ingest.documents import Audience, Clinic

WORDS_MAX = 60
GRADE_MAX = 8.0
DANGERS = (Action.EMERGENCY, Action.CRISIS)
NUMBERS = CORPUS / "facts" / "emergency-numbers.yaml"
REPLIES = open_replies()
ENGLISH = REPLIES.books["en"]
TOPICS = [(action, topic) for action, topics in ENGLISH.templates.items() for topic in topics]
OTHERS = sorted(REPLIES.books.keys() - {"en"})
CLINIC = Clinic("Riverside", contacts=(("Phone", "020 7946 0018"),))


def _reply(
    action: Action,
    topic: str | None = None,
    region: str = "US",
    *,
    also: frozenset[Action] = frozenset(),
    audience: Audience = Audience.PATIENT,
    repeated: bool = False,
    sure: bool = True,
    language: str = "en",
) -> tuple[str, list[str]]:
    verdict = Verdict(action, "test.rule", "a test", topic, also, sure)
    reply = REPLIES.reply(verdict, audience=audience, region=region, repeated=repeated, language=language)
    return reply.text, [contact.number for contact in reply.contacts]


@pytest.mark.parametrize(("action", "topic"), TOPICS)
def test_a_reply_is_short_and_reads_at_grade_eight_or_below(action: Action, topic: str) -> None:
    """A frightened reader takes in few words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # textstat 0.7.4 uses pkg_resources
        import textstat
    for form in ENGLISH.templates[action][topic].forms():
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
    for book in REPLIES.books.values():
        assert named <= {(action, topic) for action, topics in book.templates.items() for topic in topics}


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
        Phrasebook.read(tmp_path / "en.yaml", REPLIES.contacts)


@pytest.mark.parametrize("line", ["{}", "line: Call.", "line: Call {crisis}.", "line: [", "- Call {emergency}."])
def test_a_fault_in_the_line_for_other_languages_stops_the_guard(line: str, tmp_path: Path) -> None:
    """A reader whose language we lack must not be left without the number."""
    (tmp_path / "en.yaml").write_bytes((GUARD / "replies" / "en.yaml").read_bytes())
    (tmp_path / "_any.yaml").write_text(line, "utf-8")
    with pytest.raises(GuardError, match="_any"):
        Replies.read(tmp_path, REPLIES.contacts)


def test_without_english_there_are_no_replies(tmp_path: Path) -> None:
    """Every other language falls back to it."""
    (tmp_path / "_any.yaml").write_bytes((GUARD / "replies" / "_any.yaml").read_bytes())
    with pytest.raises(GuardError, match="no English"):
        Replies.read(tmp_path, REPLIES.contacts)


class TestDoubt:
    """Where the guard is not sure, the words allow for a mistake and the numbers stay."""

    @pytest.mark.parametrize("action", DANGERS)
    def test_a_doubted_danger_begins_with_if(self, action: Action) -> None:
        """It says how to go on if it was none."""
        doubted, numbers = _reply(action, sure=False)
        certain, all_numbers = _reply(action)
        assert doubted != certain
        assert doubted.startswith("If ")
        assert "false alarm" in doubted
        assert numbers == all_numbers

    def test_a_topic_without_words_for_doubt_has_its_actions(self) -> None:
        """A stroke that may be none is spoken of as any emergency that may be none."""
        assert _reply(Action.EMERGENCY, "stroke", sure=False)[0] == _reply(Action.EMERGENCY, sure=False)[0]


class TestRedirects:
    """A refusal says what to do, whom to call and what can be asked instead."""

    def test_the_clinics_own_contact_is_named(self) -> None:
        """Where there is a clinic; the sentence is left out where there is none."""
        of_clinic = Replies.read(GUARD / "replies", REPLIES.contacts, CLINIC)
        verdict = Verdict(Action.REFUSE_TREATMENT, "test.rule", "a test")
        said = of_clinic.reply(verdict, audience=Audience.PATIENT, region="GB").text
        assert "Phone 020 7946 0018" in said
        assert "{" not in said
        assert "reach the clinic" not in _reply(Action.REFUSE_TREATMENT, region="GB")[0]

    @pytest.mark.parametrize("action", [Action.REFUSE_TREATMENT, Action.REFUSE_DIAGNOSIS])
    def test_every_refusal_of_advice_has_a_shorter_form_for_who_asks_again(self, action: Action) -> None:
        """Nobody wants to read the same words twice."""
        for topic in ENGLISH.templates[action]:
            template = ENGLISH.template(action, topic)
            assert template.again
            assert len(" ".join(template.again).split()) < len(" ".join(template.text).split()), topic

    def test_today_says_today_and_whom_to_call(self) -> None:
        """In its first sentence, and with the number for when it gets worse."""
        text, numbers = _reply(Action.REFUSE_DIAGNOSIS, "today", "GB")
        assert "today" in text.split(".")[0]
        assert {"111", "999"} <= set(numbers)


class TestLanguages:
    """Eight more languages say the same things."""

    @pytest.mark.parametrize("language", OTHERS)
    def test_a_language_has_the_same_topics_forms_and_numbers(self, language: str) -> None:
        """Nothing is said in English alone."""
        book = REPLIES.books[language]
        for action, topic in TOPICS:
            for form in ("text", "maybe", "again", "student", "staff"):
                ours, theirs = (getattr(one.templates[action][topic], form) for one in (ENGLISH, book))
                assert (ours is None) == (theirs is None), (action, topic, form)
                assert _placeholders(ours) == _placeholders(theirs), (action, topic, form)

    @pytest.mark.parametrize("language", OTHERS)
    @pytest.mark.parametrize("region", ["US", "GB", "EU", "AU", "IN"])
    def test_danger_shows_the_regions_emergency_number_in_every_language(self, language: str, region: str) -> None:
        """In the text and under it."""
        (number, *_) = REPLIES.contacts.of(region, ["emergency"])
        for action, topic in (entry for entry in TOPICS if entry[0] in DANGERS):
            text, numbers = _reply(action, topic, region, language=language)
            assert number.number in text
            assert number.number in numbers

    @pytest.mark.parametrize("language", OTHERS)
    def test_a_reply_is_short_in_every_language(self, language: str) -> None:
        """At most sixty words, or in Chinese 120 signs."""
        for topics in REPLIES.books[language].templates.values():
            for form in (form for template in topics.values() for form in template.forms()):
                text = " ".join(form)
                assert len(text) <= 130 if language == "zh" else len(text.split()) <= WORDS_MAX, text

    @pytest.mark.parametrize("language", OTHERS)
    def test_an_answer_says_that_it_is_english(self, language: str) -> None:
        """In the reader's own language; an English answer needs no such word."""
        assert _reply(Action.ANSWER, language=language)[0]
        assert _reply(Action.ANSWER)[0] == ""

    def test_a_language_that_we_lack_gets_the_number_and_the_english_reply(self) -> None:
        """In one line of many languages."""
        text, numbers = _reply(Action.REFUSE_DIAGNOSIS, region="GB", language="ja")
        line, reply = text.split("\n\n")
        assert "999" in line
        assert reply == _reply(Action.REFUSE_DIAGNOSIS, region="GB")[0]
        assert numbers == ["999"]
        assert REPLIES.language("ja") == "en"


def _placeholders(form: tuple[str, ...] | None) -> set[str]:
    return set(re.findall(r"{(\w+)}", " ".join(form or ())))


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
