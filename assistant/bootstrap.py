"""The one place where parts meet. Defaults are real; tests pass fakes."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from assistant.coverage import CoverageJudge
from assistant.domain import Action
from assistant.errors import GuardError, SettingsError, SOTError
from assistant.finding import Finder
from assistant.guard.audit import Audit, FileAudit
from assistant.guard.classifier import Classifier
from assistant.guard.contacts import Contacts
from assistant.guard.conversation import ConversationPolicy
from assistant.guard.guard import Guard
from assistant.guard.normalising import read_message
from assistant.guard.policy import VERSION, Policy
from assistant.guard.replies import Replies
from assistant.guard.review import Reviewer
from assistant.guard.rules import Rulebook
from assistant.pipeline import Assistant
from assistant.receipts import code_fingerprint
from assistant.recording import Recorder
from assistant.redaction import Redactor
from assistant.settings import Settings
from assistant.store import DatabaseStore, Store
from assistant.workbench import Workbenches
from ingest.corpus import CORPUS
from ingest.documents import Clinic
from ingest.encoder import DeferredEncoder, Encoder, model_folder, open_encoder, open_matching_encoder

HERE = Path(__file__).parent
GUARD = HERE / "guard"


def bootstrap(
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    guard_encoder: Encoder | None = None,
    store: Store | None = None,
    audit: Audit | None = None,
    guard_folder: Path = GUARD,
    say: Callable[[str], None] = lambda _: None,
) -> Assistant:
    """Join the parts into an Assistant.

    Args:
        settings: how this installation runs.
        encoder: what retrieval reads with; opened from the settings' home, when first needed, if None.
        guard_encoder: what the guard's classifier reads with; likewise.
        store: where conversations and receipts are kept; the home's database if None.
        audit: where the guard's decisions are written; the home's audit file if None.
        guard_folder: the guard's data.
        say: told one line about slow steps.

    Returns:
        The assistant. It opens encoders and the current build when the first question needs them: a danger that rules
        find is answered before any model has loaded.

    Raises:
        GuardError: a part of the guard cannot load: nothing may be answered.
        SettingsError: the default region is not a known one.
        StoreError: the database cannot be opened.
    """
    try:
        # Models open when they are needed; that there are weights for them must be known before anything is answered.
        if encoder is None:
            model_folder(settings.encoder)
        guard = open_guard(guard_encoder or tuned_encoder(settings.home, guard_folder, say=say), guard_folder)
        replies = open_replies(guard_folder, settings.card)
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
    versions = {"code": code_fingerprint(), "guard": guard.version, "settings": _settings_fingerprint(settings)}
    return Assistant(
        home=settings.home,
        guard=guard,
        audit=audit or FileAudit(settings.home / "audit" / "guard.jsonl"),
        replies=replies,
        redactor=redactor,
        finder=Finder(CoverageJudge()),
        recorder=Recorder(store or DatabaseStore.at(settings.home, retention_days=settings.retention_days), versions),
        workbenches=Workbenches(settings.home, encoder or _encoder(settings, say)),
    )


def _settings_fingerprint(settings: Settings) -> str:
    """The beginning of a SHA-256 over the settings that an answer depends on."""
    card = settings.card
    decisive = json.dumps([settings.encoder, settings.region, asdict(card) if card else None], default=str)
    return hashlib.sha256(decisive.encode()).hexdigest()[:16]


def _encoder(settings: Settings, say: Callable[[str], None]) -> Encoder:
    """Retrieval's encoder, opened when it is first used."""
    return DeferredEncoder(lambda: open_matching_encoder(settings.home, settings.encoder, say=say))


def tuned_encoder(home: Path, folder: Path = GUARD, *, say: Callable[[str], None] = lambda _: None) -> Encoder:
    """The guard's encoder, opened when it is first used: the published weights with what the guard's text taught them.

    Args:
        home: the state folder.
        folder: the guard's data, with `adapter/`.
        say: told one line when an export starts.
    """
    return DeferredEncoder(lambda: open_encoder(home, adapter=folder / "adapter", say=say))


def open_guard(encoder: Encoder, folder: Path = GUARD) -> Guard:
    """The guard with its rules, classifier, policy and review.

    Args:
        encoder: what the classifier reads with, its own (see `tuned_encoder`).
        folder: the guard's data.

    Raises:
        GuardError: some of its data cannot be read, or the classifier belongs to another training text.
    """
    return Guard(
        rulebook=Rulebook.read(folder / "rules"),
        classifier=Classifier.read(folder),
        policy=Policy.read(folder / "policy.yaml"),
        conversation=ConversationPolicy.read(folder / "conversation.yaml"),
        reviewer=Reviewer.read(folder / "review.yaml"),
        encoder=encoder,
        version=_version(folder),
    )


def _version(folder: Path) -> str:
    """The policy's version and the beginning of a SHA-256 over everything that decides."""
    files = [*sorted((folder / "rules").glob("*.yaml")), folder / "policy.yaml", folder / "conversation.yaml"]
    files += [folder / "head.npz"]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files))
    return f"{VERSION}.{digest.hexdigest()[:12]}"


def open_order_detector(folder: Path = GUARD) -> Callable[[str], bool]:
    """A test of whether a sentence tells the assistant what to do, by the guard's rules alone.

    Raises:
        GuardError: the rules cannot be read.
    """
    rulebook = Rulebook.read(folder / "rules")

    def is_order(sentence: str) -> bool:
        """Whether a rule of injection fires on it."""
        return any(match.rule.action is Action.REFUSE_INJECTION for match in rulebook.matches(read_message(sentence)))

    return is_order


def open_replies(folder: Path = GUARD, clinic: Clinic | None = None) -> Replies:
    """The reply templates of every language with every region's contacts.

    Args:
        folder: the guard's data.
        clinic: whose site this is, if it is a clinic's.

    Raises:
        GuardError: a template or a contact cannot be read.
    """
    contacts = Contacts.read(folder / "replies" / "contacts.yaml", CORPUS / "facts" / "emergency-numbers.yaml")
    return Replies.read(folder / "replies", contacts, clinic)
