"""Facts that no document states on purpose, with the reason: `left-out.yaml`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from ingest.errors import Fault
from ingest.health.places import items, line, records, tree
from ingest.yamlfile import load

FILE = "left-out.yaml"
RULE = "left-out"

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Record(BaseModel):
    """Facts left out for one reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: tuple[_Text, ...]
    why: _Text


_RECORDS = TypeAdapter(tuple[_Record, ...])


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact that is left out, why, and the line that says so."""

    fact: str
    why: str
    line: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What `left-out.yaml` lists, and what is wrong with its form."""

    entries: tuple[Entry, ...] = ()
    faults: tuple[Fault, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> "LeftOut":
        """Read a corpus folder's list; an empty one if there is no file.

        Args:
            folder: the corpus.

        Returns:
            The entries in order. A file whose form is wrong lists nothing, and its faults say why.
        """
        path = folder / FILE
        if not path.exists():
            return cls()
        try:
            found = _RECORDS.validate_python(load(path.read_text("utf-8")) or ())
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            return cls(faults=(Fault(FILE, mark.line + 1 if mark else 1, RULE, "It is not YAML.", "Mend the line."),))
        except ValidationError as error:
            return cls(faults=tuple(_form_faults(error, path)))
        lines = [[line(fact) for fact in items(record["facts"])] for record in records(tree(path))]
        return cls(
            tuple(
                Entry(fact, record.why, number)
                for record, numbers in zip(found, lines, strict=True)
                for fact, number in zip(record.facts, numbers, strict=True)
            )
        )

    @property
    def facts(self) -> frozenset[str]:
        """The ids that are listed."""
        return frozenset(entry.fact for entry in self.entries)


def _form_faults(error: ValidationError, path: Path) -> Iterator[Fault]:
    nodes = items(tree(path))
    for detail in error.errors():
        number = detail["loc"][0] if detail["loc"] else None
        at = line(nodes[number]) if isinstance(number, int) and number < len(nodes) else 1
        where = ".".join(map(str, detail["loc"][1:])) or "the record"
        yield Fault(FILE, at, RULE, f"{where}: {detail['msg']}.", "Write `- {facts: [fact-id], why: the reason}`.")
