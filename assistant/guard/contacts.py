"""Numbers to call by region: sourced facts, picked and put in order by data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from yaml import YAMLError

from assistant.domain import Action, Contact
from assistant.errors import GuardError
from ingest.yamlfile import load

_EMERGENCY = "emergency"


def last_resort() -> tuple[Contact, ...]:
    """The emergency numbers of the main regions, in code: they must be known even if no data file can be read.

    Returns:
        One contact a region. A test holds them against the sourced facts.
    """
    numbers = {"US": "911", "GB": "999", "EU": "112", "CA": "911", "AU": "000", "NZ": "111", "IE": "112 or 999"}
    return tuple(Contact(_EMERGENCY, number, region) for region, number in numbers.items())


@dataclass(frozen=True, slots=True)
class Contacts:
    """Every region's numbers by kind (`emergency`, `crisis`, `poison`, ...), and which kinds stand under which reply.

    Each list is in the order in which it is shown. Keys of `shown` are an action, or `action.topic`.
    """

    by_region: Mapping[str, Mapping[str, tuple[Contact, ...]]]
    shown: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, order: Path, numbers: Path) -> Self:
        """Read the numbers.

        Args:
            order: contacts.yaml: `kinds` with the services that serve each, `shown` with the kinds under each reply.
            numbers: emergency-numbers.yaml: facts with `region`, `service` and `number`.

        Returns:
            The contacts: of each service a region's first number, no number twice in a kind.

        Raises:
            GuardError: a file cannot be read, a reply shows an unknown kind, or a region has no emergency number.
        """
        data, facts = _load(order), _load(numbers)
        try:
            kinds, shown = _lists(data["kinds"]), _lists(data["shown"])
            rows = [(str(f["region"]), str(f["service"]), str(f["number"])) for f in facts if f.get("number")]
        except (KeyError, TypeError, AttributeError) as error:
            raise GuardError(
                f"{order.name} or {numbers.name} lacks a part ({error}).", fix="Name `kinds`, `shown` and each number."
            ) from error
        if unknown := {kind for names in shown.values() for kind in names} - kinds.keys():
            raise GuardError(f"{order.name} shows unknown kinds: {', '.join(sorted(unknown))}.", fix="Add them.")
        by_region = {
            region: {kind: _picked(rows, region, services) for kind, services in kinds.items()}
            for region in sorted({region for region, _, _ in rows})
        }
        if missing := [region for region, found in by_region.items() if not found.get(_EMERGENCY)]:
            raise GuardError(f"{numbers.name} has no emergency number for {', '.join(missing)}.", fix="Add one.")
        return cls(by_region, shown)

    def regions(self) -> frozenset[str]:
        """The regions whose emergency number is known, as ISO 3166 codes and `EU`."""
        return frozenset(self.by_region)

    def kinds(self, action: Action, topic: str | None = None) -> tuple[str, ...]:
        """The kinds of numbers that stand under a reply; none for most actions."""
        return self.shown.get(f"{action}.{topic}") or self.shown.get(str(action), ())

    def of(self, region: str, kinds: Iterable[str]) -> tuple[Contact, ...]:
        """The numbers of some kinds.

        Args:
            region: one of `regions()`.
            kinds: what the numbers are for, in the order in which they are shown.

        Returns:
            The contacts, no number twice; a kind that the region lacks gives none.

        Raises:
            KeyError: the region is not known.
        """
        return _once(contact for kind in kinds for contact in self.by_region[region].get(kind, ()))


def _picked(rows: Sequence[tuple[str, str, str]], region: str, services: Sequence[str]) -> tuple[Contact, ...]:
    """Each service's first number in a region, in the order of the services."""
    firsts: dict[str, Contact] = {}
    for where, service, number in rows:
        if where == region and service in services:
            firsts.setdefault(service, Contact(service, number, region))
    return _once(firsts[service] for service in services if service in firsts)


def _once(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Contacts without those whose number came before."""
    firsts: dict[str, Contact] = {}
    for contact in contacts:
        firsts.setdefault(contact.number, contact)
    return tuple(firsts.values())


def _lists(data: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {str(name): tuple(map(str, items)) for name, items in data.items()}


def _load(path: Path) -> Any:
    try:
        return load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise GuardError(f"{path.name} cannot be read ({type(error).__name__}).", fix="Restore the file.") from error
