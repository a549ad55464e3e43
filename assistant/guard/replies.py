"""What the assistant says instead of, or before, statements: templates as data, checked when they load."""

import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field
from yaml import YAMLError

from assistant.domain import Action, Reply, Verdict
from assistant.errors import GuardError
from assistant.guard.contacts import Contacts
from ingest.documents import Audience
from ingest.yamlfile import load

DEFAULT = "default"
BESIDE = "beside"
_WITHOUT_REPLY = frozenset({Action.ANSWER})

Sentences = tuple[str, ...]


class Template(BaseModel):
    """A reply as sentences, with forms for a repeated reply and for readers who are no patients."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Sentences = Field(min_length=1)
    again: Sentences | None = None
    student: Sentences | None = None
    staff: Sentences | None = None

    def form(self, audience: Audience, *, repeated: bool) -> Sentences:
        """The sentences for a reader."""
        own = {Audience.STUDENT: self.student, Audience.STAFF: self.staff}.get(audience)
        return (self.again if repeated else None) or own or self.text

    def forms(self) -> Iterator[Sentences]:
        """Every form there is."""
        yield from (form for form in (self.text, self.again, self.student, self.staff) if form)


class Replies:
    """The templates of one language by action and topic, with the contacts of every region."""

    def __init__(
        self,
        templates: Mapping[Action, Mapping[str, Template]],
        beside: Mapping[Action, Sentences],
        contacts: Contacts,
    ) -> None:
        self.templates = templates
        self.beside = beside
        self.contacts = contacts

    @classmethod
    def read(cls, path: Path, contacts: Contacts) -> Self:
        """Read the templates.

        Args:
            path: a language's templates, such as en.yaml, which describes their form.
            contacts: the numbers that templates may name.

        Returns:
            The replies.

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
            if action not in _WITHOUT_REPLY and DEFAULT not in templates.get(action, {}):
                raise GuardError(f"{path.name} has no default reply for {action}.", fix="Write one.")
        _check_numbers(path.name, templates, beside, contacts)
        return cls(templates, beside, contacts)

    def reply(self, verdict: Verdict, *, audience: Audience, region: str, repeated: bool = False) -> Reply:
        """The reply to a verdict.

        Args:
            verdict: its topic picks the template, if there is one for it; the action's default otherwise.
            audience: who reads it.
            region: where they are, one of the contacts' regions.
            repeated: whether the reply before was the same.

        Returns:
            The text and the contacts under it; with both kinds of contacts if emergency and crisis both fit.

        Raises:
            KeyError: the region is not known.
        """
        topics = self.templates[verdict.action]
        default = topics[DEFAULT]
        template = topics.get(verdict.topic or DEFAULT, default)
        if repeated and template.again is None:
            template = template.model_copy(update={"again": default.again})
        sentences = template.form(audience, repeated=repeated)
        kinds = self.contacts.kinds(verdict.action, verdict.topic)
        for other in sorted(verdict.also, key=lambda action: action.precedence):
            sentences += self.beside.get(other, ())
            kinds += self.contacts.kinds(other)
        numbers = {kind: found[0].number for kind in kinds if (found := self.contacts.of(region, [kind]))}
        text = " ".join(sentence.format(**numbers) for sentence in sentences if _named(sentence) <= numbers.keys())
        return Reply(text, self.contacts.of(region, kinds))


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
        if unknown := _named(sentence) - set(kinds):
            names = ", ".join(f"{{{kind}}}" for kind in sorted(unknown))
            raise GuardError(
                f"{name}: {where} names {names}.", fix="Show that kind there in contacts.yaml, or drop it."
            )


def _named(sentence: str) -> set[str]:
    """The numbers a sentence names."""
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}
