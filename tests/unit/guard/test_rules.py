"""Every rule fires on its own examples and on none of its counterexamples; the reader names every fault."""

from pathlib import Path

import pytest
import re2

from assistant.domain import Action
from assistant.errors import GuardError
from assistant.guard.languages import language_of
from assistant.guard.normalising import read_message
from assistant.guard.rules import EXAMPLES_MIN, Rule, Rulebook
from ingest.corpus import read_corpus

RULES = Path(__file__).parents[3] / "assistant" / "guard" / "rules"
RULEBOOK = Rulebook.read(RULES)

WORDS = "side: [left, right]\nloop: [$loop]\n"
CONTEXTS = 'negated: [{before: [no, not], feigned: [not only], breaks: [but, "[,:;]"]}]\n'
RULE = """
- id: emergency.stroke.face
  action: emergency
  source: red-flag-001
  why: a face that droops
  frame: {site: [face, $side cheek], sign: ["droop(?:s|ing)", hangs .. down]}
  unless: [negated]
  yes: [one, two, three]
  no: [one, two, three]
"""


def _examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, text, id=f"{rule.id}-{number}")
        for rule in RULEBOOK.rules
        for number, text in enumerate(getattr(rule, kind))
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one small rule."""
    for name, text in (("_words.yaml", WORDS), ("_contexts.yaml", CONTEXTS), ("stroke.yaml", RULE)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize(("rule", "text"), _examples("yes"))
def test_a_rule_fires_on_each_of_its_examples(rule: Rule, text: str) -> None:
    """What a rule says it catches, it catches."""
    assert rule.match(read_message(text))


@pytest.mark.parametrize(("rule", "text"), _examples("no"))
def test_a_rule_stays_silent_on_each_of_its_counterexamples(rule: Rule, text: str) -> None:
    """What a rule says it lets pass, it lets pass."""
    assert not rule.match(read_message(text))


def test_every_action_that_a_message_can_ask_for_has_rules() -> None:
    """Only what the corpus decides, `answer` and `not_covered`, has none."""
    assert {rule.action for rule in RULEBOOK.rules} == set(Action) - {Action.ANSWER, Action.NOT_COVERED}


def test_every_rule_rests_on_a_fact_of_the_corpus_or_on_the_table_of_actions() -> None:
    """A rule whose source is gone would be a rule that nobody can check."""
    facts = read_corpus().facts
    assert all(rule.source == "design-4" or rule.source in facts for rule in RULEBOOK.rules)


def test_patterns_run_on_an_engine_that_a_message_cannot_make_slow() -> None:
    """RE2 takes time linear in the message; Python's own engine can take forever."""
    linear = type(re2.compile("a"))
    assert all(isinstance(slot, linear) for rule in RULEBOOK.rules for slot in rule.frame.values())


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("Her face is drooping", True),
        ("her left cheek hangs a bit down", True),
        ("her left cheek hangs so very far more than that down", False),
        ("her face is fine. the flowers are drooping", False),
        ("her face is not drooping", False),
        ("not only is her face drooping", True),
        ("no pain but her face is drooping", True),
        ("no, her face is drooping", True),
        ("surface drooping", False),
    ],
)
def test_a_frame_needs_every_slot_in_one_sentence_and_none_of_them_void(text: str, fires: bool, folder: Path) -> None:
    """Words alone are no danger; a negation takes back only what it stands before."""
    (rule,) = Rulebook.read(folder).rules
    assert bool(rule.match(read_message(text))) is fires


def test_a_match_says_where_each_slot_was_met(folder: Path) -> None:
    """Spans count in the normalised text of the whole message."""
    message = read_message("Hello there. Her FACE droops!")
    (match,) = Rulebook.read(folder).matches(message)
    assert [message.text[start:end] for start, end in match.spans] == ["face", "droops"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("action: emergency", "action: panic", "action"),
        ("why:", "because:", "because"),
        ("yes: [one, two, three]", "yes: [one, two]", "yes"),
        ("source: red-flag-001", "source: somebody", "source"),
        ("source: red-flag-001", "source: red-flag-999", "no fact is called red-flag-999"),
        ("$side", "$sides", "unknown class 'sides'"),
        ("$side", "$loop", "unknown class 'loop'"),
        ("[face, $side cheek]", "[]", "no alternatives"),
        ("[face, $side cheek]", '["face("]', "no pattern"),
        ("unless: [negated]", "unless: [dreamt]", "no context is called dreamt"),
        ("unless: [negated]", "within: whole", "one slot"),
        ("- id:", "- id: [", "not YAML"),
    ],
)
def test_a_fault_in_a_rule_is_named_with_its_file_and_stops_the_guard(
    old: str, new: str, says: str, folder: Path
) -> None:
    """A guard with half its rules would screen wrongly without a sign."""
    (folder / "stroke.yaml").write_text(RULE.replace(old, new), "utf-8")
    with pytest.raises(GuardError, match=says) as caught:
        Rulebook.read(folder, sources={"red-flag-001"})
    assert "stroke.yaml" in str(caught.value)


def test_all_faults_come_at_once(folder: Path) -> None:
    """Mending one to find the next is a waste of an afternoon."""
    (folder / "stroke.yaml").write_text(RULE + RULE.replace("why:", "because:") + RULE, "utf-8")
    with pytest.raises(GuardError, match=r"(?s)because.*exists twice"):
        Rulebook.read(folder)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("_words.yaml", "side: [left, right: hand]", "side.1"),
        ("_words.yaml", "side: left", "side"),
        ("_contexts.yaml", "negated: {before: [no]}", "negated"),
        ("_contexts.yaml", "negated: [{behind: [no]}]", "behind"),
        ("_contexts.yaml", "negated: [{before: ['no(']}]", "no pattern"),
    ],
)
def test_a_fault_in_what_rules_share_is_named_too(file: str, text: str, says: str, folder: Path) -> None:
    """A context of the wrong form would void nothing, or everything."""
    (folder / file).write_text(text, "utf-8")
    with pytest.raises(GuardError, match=says) as caught:
        Rulebook.read(folder)
    assert file in str(caught.value)


def test_a_folder_without_rules_stops_the_guard(tmp_path: Path) -> None:
    """No rules is not the same as no danger."""
    with pytest.raises(GuardError, match="no guard rules"):
        Rulebook.read(tmp_path)


@pytest.mark.parametrize("language", ["es", "fr", "de", "pt", "it", "zh", "ar", "hi"])
@pytest.mark.parametrize("action", [Action.EMERGENCY, Action.CRISIS])
def test_every_language_with_replies_has_danger_examples_of_its_own(language: str, action: Action) -> None:
    """Messages that must fire and messages that must not, in the language itself."""
    rules = [rule for rule in RULEBOOK.rules if rule.action is action and "foreign" in rule.id]
    for examples in ([text for rule in rules for text in rule.yes], [text for rule in rules for text in rule.no]):
        assert sum(language_of(text) == language for text in examples) >= EXAMPLES_MIN
