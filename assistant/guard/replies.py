"""What the assistant says instead of, or before, statements: templates as data by language, checked when they load."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field
from yaml import YAMLError

from assistant.domain import Action, Reply, Verdict
from assistant.errors import GuardError
from assistant.guard.contacts import Contacts
from assistant.guard.languages import ENGLISH
from ingest.documents import Audience, Clinic
from ingest.yamlfile import load

DEFAULT = "default"
BESIDE = "beside"
CLINIC = "clinic"
SHARED = "_any.yaml"

Sentences = tuple[str, ...]


class Template(BaseModel):
    """A reply as sentences, with forms for doubt, for a repeated reply and for readers who are no patients.

    `offer` is a question that the corpus answers; the English book alone holds them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Sentences = Field(min_length=1)
    maybe: Sentences | None = None
    again: Sentences | None = None
    student: Sentences | None = None
    staff: Sentences | None = None
    offer: str | None = None

    def form(self, audience: Audience, *, repeated: bool, sure: bool) -> Sentences:
        """The sentences for a reader."""
        own = {Audience.STUDENT: self.student, Audience.STAFF: self.staff}.get(audience)
        return (self.again if repeated else None) or (None if sure else self.maybe) or own or self.text

    def forms(self) -> Iterator[Sentences]:
        """Every form there is."""
        yield from (form for form in (self.text, self.maybe, self.again, self.student, self.staff) if form)


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """One language: templates by action and topic, and what is added when an action stands behind a more urgent one."""

    templates: Mapping[Action, Mapping[str, Template]]
    beside: Mapping[Action, Sentences]

    @classmethod
    def read(cls, path: Path, contacts: Contacts) -> Self:
        """Read a language.

        Args:
            path: its file, such as en.yaml, which describes the form.
            contacts: the numbers that templates may name.

        Raises:
            GuardError: the file cannot be read, an action has no default, or a template names a number that is not
                shown under it.
        """
        try:
            data = {Action(name): dict(parts) for name, parts in load(path.read_text("utf-8")).items()}
            beside = {action: tuple(parts[BESIDE]) for action, parts in data.items() if BESIDE in parts}
            templates = {
                action: {str(topic): Template.model_validate(part) for topic, part in parts.items() if topic != BESIDE}
                for action, parts in data.items()
            }
        except (OSError, YAMLError, ValueError, TypeError, AttributeError) as error:  # pydantic's are ValueErrors
            raise GuardError(
                f"The replies {path.name} cannot be read: {error}.",
                fix="Write them as assistant/guard/replies/en.yaml.",
            ) from error
        for action in Action:
            # English answers need no word of their own; in other languages they say that they are English.
            needed = action is not Action.ANSWER or path.stem != ENGLISH
            if needed and DEFAULT not in templates.get(action, {}):
                raise GuardError(f"{path.name} has no default reply for {action}.", fix="Write one.")
        _check_numbers(path.name, templates, beside, contacts)
        return cls(templates, beside)

    def template(self, action: Action, topic: str | None) -> Template:
        """The template for a topic; what it lacks, it has from the action's default."""
        topics = self.templates[action]
        default = topics[DEFAULT]
        template = topics.get(topic or DEFAULT, default)
        lacking = {form: getattr(default, form) for form in ("again", "maybe") if getattr(template, form) is None}
        return template.model_copy(update=lacking)


class Replies:
    """The phrasebooks by language, with the contacts of every region and of the clinic."""

    def __init__(
        self, books: Mapping[str, Phrasebook], line: str, contacts: Contacts, clinic: Clinic | None = None
    ) -> None:
        """Take what replies are made of.

        Args:
            books: by ISO 639-1 code; English is among them.
            line: what stands before an English reply to a language that has no book; names {emergency}.
            contacts: every region's numbers.
            clinic: whose site this is, if it is a clinic's.
        """
        self.books = books
        self.contacts = contacts
        self._line = line
        self._clinic = {CLINIC: " ".join(clinic.contacts[0])} if clinic and clinic.contacts else {}

    @classmethod
    def read(cls, folder: Path, contacts: Contacts, clinic: Clinic | None = None) -> Self:
        """Read every language of a folder.

        Args:
            folder: holds en.yaml and its neighbours, and `_any.yaml` with the line for all other languages.
            contacts: the numbers that templates may name.
            clinic: whose site this is, if it is a clinic's.

        Raises:
            GuardError: a file cannot be read or lacks a part.
        """
        books = {path.stem: Phrasebook.read(path, contacts) for path in sorted(folder.glob("[a-z][a-z].yaml"))}
        try:
            line: Any = load((folder / SHARED).read_text("utf-8"))["line"]
            if _named(str(line)) != {"emergency"}:
                raise ValueError("it must name {emergency} and nothing else")
        except (OSError, YAMLError, KeyError, TypeError, ValueError) as error:
            raise GuardError(
                f"The line for other languages ({SHARED}) cannot be read: {error}.", fix="Restore the file."
            ) from error
        if ENGLISH not in books:
            raise GuardError("There are no English replies.", fix="Reinstall: en.yaml is missing.")
        return cls(books, str(line), contacts, clinic)

    def language(self, wanted: str) -> str:
        """The language in which a reply to a message in `wanted` is given: its own, or English."""
        return wanted if wanted in self.books else ENGLISH

    def reply(
        self,
        verdict: Verdict,
        *,
        audience: Audience,
        region: str,
        language: str = ENGLISH,
        repeated: bool = False,
    ) -> Reply:
        """The reply to a verdict.

        Args:
            verdict: its topic picks the template, if there is one for it; the action's default otherwise.
            audience: who reads it.
            region: where they are, one of the contacts' regions.
            language: ISO 639-1 code of the message's language.
            repeated: whether the reply before was the same.

        Returns:
            The text and the contacts under it; with both kinds of contacts if emergency and crisis both fit. English
            with one line in many languages, if there is no book for the language. Empty for an English answer.

        Raises:
            KeyError: the region is not known.
        """
        book = self.books[self.language(language)]
        if verdict.action not in book.templates:
            return self._foreign(Reply(""), language, region)
        template = book.template(verdict.action, verdict.topic)
        sentences = template.form(audience, repeated=repeated, sure=verdict.sure)
        kinds = self.contacts.kinds(verdict.action, verdict.topic)
        for other in sorted(verdict.also, key=lambda action: action.precedence):
            sentences += book.beside.get(other, ())
            kinds += self.contacts.kinds(other)
        numbers = {kind: found[0].number for kind in kinds if (found := self.contacts.of(region, [kind]))}
        text = _filled(sentences, numbers | self._clinic)
        offer = None if repeated else self._offer(verdict)
        return self._foreign(Reply(text, self.contacts.of(region, kinds), offer), language, region)

    def _offer(self, verdict: Verdict) -> str | None:
        """The question that can be asked instead. The corpus is English, so that is."""
        english = self.books[ENGLISH]
        has_template = verdict.action in english.templates
        return english.template(verdict.action, verdict.topic).offer if has_template else None

    def _foreign(self, reply: Reply, language: str, region: str) -> Reply:
        """A reply with the line for readers of other languages before it, where it is needed."""
        if language in self.books:
            return reply
        contacts = self.contacts.of(region, ["emergency"])
        line = self._line.format(emergency=contacts[0].number)
        return Reply("\n\n".join(part for part in (line, reply.text) if part), reply.contacts or contacts, reply.offer)


def _filled(sentences: Sentences, named: Mapping[str, str]) -> str:
    """Sentences with their numbers, without those whose number is not there."""
    kept = [sentence.format(**named) for sentence in sentences if _named(sentence) <= named.keys()]
    # Chinese and Japanese put no space between sentences.
    return "".join(one if one.endswith("。") else f"{one} " for one in kept).strip()


def _check_numbers(
    name: str,
    templates: Mapping[Action, Mapping[str, Template]],
    beside: Mapping[Action, Sentences],
    contacts: Contacts,
) -> None:
    """A placeholder that is not shown would silently drop its sentence.

    Raises:
        GuardError: a template names a number that is not shown under it.
    """
    said = [
        (f"{action}.{topic}", sentence, contacts.kinds(action, topic))
        for action, topics in templates.items()
        for topic, template in topics.items()
        for form in template.forms()
        for sentence in form
    ]
    said += [(f"{action}.beside", one, contacts.kinds(action)) for action, all_ in beside.items() for one in all_]
    for where, sentence, kinds in said:
        if unknown := _named(sentence) - {*kinds, CLINIC}:
            names = ", ".join(f"{{{kind}}}" for kind in sorted(unknown))
            raise GuardError(
                f"{name}: {where} names {names}.", fix="Show that kind there in contacts.yaml, or drop it."
            )


def _named(sentence: str) -> set[str]:
    """The numbers a sentence names."""
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}
