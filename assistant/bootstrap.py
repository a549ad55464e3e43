"""The one place where parts meet. Defaults are real; tests pass fakes."""

from collections.abc import Callable
from pathlib import Path

from assistant.coverage import CoverageJudge
from assistant.domain import Action
from assistant.errors import GuardError, SettingsError, SOTError
from assistant.guard.classifier import Classifier
from assistant.guard.contacts import Contacts
from assistant.guard.conversation import ConversationPolicy
from assistant.guard.general import GeneralQuestions
from assistant.guard.guard import Guard
from assistant.guard.normalising import read_message
from assistant.guard.replies import Replies
from assistant.guard.review import Reviewer
from assistant.guard.rules import Rulebook
from assistant.pipeline import Assistant
from assistant.redaction import Redactor
from assistant.settings import Settings
from assistant.store import Conversations, MemoryConversations
from assistant.workbench import Workbenches
from ingest.corpus import CORPUS
from ingest.encoder import Encoder, open_encoder

HERE = Path(__file__).parent
GUARD = HERE / "guard"


def bootstrap(
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    conversations: Conversations | None = None,
    guard_folder: Path = GUARD,
    say: Callable[[str], None] = lambda _: None,
) -> Assistant:
    """Join the parts into an Assistant.

    Args:
        settings: how this installation runs.
        encoder: opened from the settings' home if None.
        conversations: kept in this process's memory if None.
        guard_folder: the guard's data.
        say: told one line about slow steps.

    Returns:
        The assistant. It opens the current build when the first question needs it.

    Raises:
        GuardError: a part of the guard, the encoder included, cannot load: nothing may be answered.
        SettingsError: the default region is not a known one.
    """
    try:
        opened = encoder or open_encoder(settings.home, settings.encoder, say=say)
        guard = open_guard(opened, guard_folder)
        replies = open_replies(guard_folder)
        redactor = Redactor.read(HERE / "redaction.yaml")
    except SOTError as error:
        raise GuardError(f"The guard cannot load: {error.problem}", fix=error.fix) from error
    except (OSError, ValueError, KeyError) as error:
        raise GuardError(
            f"The guard cannot load: {type(error).__name__}.", fix="Reinstall: its data files are damaged."
        ) from error
    if settings.region not in replies.contacts.regions():
        known = ", ".join(sorted(replies.contacts.regions()))
        raise SettingsError(f"SOT_REGION={settings.region!r} is not known.", fix=f"Use one of: {known}.")
    return Assistant(
        home=settings.home,
        guard=guard,
        replies=replies,
        redactor=redactor,
        judge=CoverageJudge(),
        conversations=conversations or MemoryConversations(),
        workbenches=Workbenches(settings.home, opened),
    )


def open_guard(encoder: Encoder, folder: Path = GUARD) -> Guard:
    """The guard with its rules, head, conversation policy and review.

    Raises:
        GuardError: some of its data cannot be read, or the head belongs to another encoder.
    """
    return Guard(
        rulebook=Rulebook.read(folder / "rules"),
        classifier=Classifier.read(folder / "head.npz", encoder.identity),
        general=GeneralQuestions.read(folder / "general.yaml"),
        policy=ConversationPolicy(folder / "conversation.yaml"),
        reviewer=Reviewer.read(folder / "review.yaml"),
        encoder=encoder,
    )


def open_order_detector(folder: Path = GUARD) -> Callable[[str], bool]:
    """A test of whether a sentence tells the assistant what to do, by the guard's rules alone.

    Raises:
        GuardError: the rules cannot be read.
    """
    rulebook = Rulebook.read(folder / "rules")

    def is_order(sentence: str) -> bool:
        return any(match.rule.action is Action.REFUSE_INJECTION for match in rulebook.matches(read_message(sentence)))

    return is_order


def open_replies(folder: Path = GUARD) -> Replies:
    """The reply templates with every region's contacts.

    Raises:
        GuardError: a template or a contact cannot be read.
    """
    contacts = Contacts.read(folder / "replies" / "contacts.yaml", CORPUS / "facts" / "emergency-numbers.yaml")
    return Replies.read(folder / "replies" / "en.yaml", contacts)
