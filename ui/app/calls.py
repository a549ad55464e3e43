"""Numbers to call, as they are offered: what a tap dials, and what only a text message reaches.

`waysToReach` in ui/widget/widget/text.js reads them alike; tests/cases/widget.yaml holds both to it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.domain import Contact

_BETWEEN = re.compile(r"\s+or\s+|,\s+")
_DIALLED = re.compile(r"[+*]?\d[\d\s-]*")


@dataclass(frozen=True, slots=True)
class Call:
    """A number to call or to text. `url` is None where there is nothing to dial."""

    label: str
    service: str
    url: str | None


def calls(contacts: Iterable[Contact], *, with_region: bool = False) -> tuple[Call, ...]:
    """Numbers as they are offered.

    Args:
        contacts: in the order in which they are shown.
        with_region: whether to say where each number holds.

    Returns:
        One call a number. "112 or 999" are two; a service for text messages, which a call would not reach, is texted.
    """
    return tuple(_call(one, contact, with_region) for contact in contacts for one in _BETWEEN.split(contact.number))


def _call(number: str, contact: Contact, with_region: bool) -> Call:
    service = f"{contact.service} ({contact.region})" if with_region else contact.service
    texted = "text" in contact.service.split() or number.startswith("text ")
    number = number.removeprefix("text ")
    dialled = re.sub(r"[\s-]", "", found[0]) if (found := _DIALLED.match(number)) else None
    url = f"{'sms' if texted else 'tel'}:{dialled}" if dialled else None
    return Call(f"{'Text' if texted else 'Call'} {number}", service, url)
