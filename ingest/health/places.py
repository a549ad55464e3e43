"""Where records stand in the corpus's files: the lines that the nouns do not carry, because no answer needs them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from ingest.errors import Fault
from ingest.yamlfile import LineLoader


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A line of a file, from 1; the file is named relative to the corpus folder."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where facts, asks, reviews and the names in the glossary stand."""

    facts: Mapping[str, Spot]
    asks: Mapping[str, Spot]
    reviews: Mapping[str, Spot]
    names: tuple[tuple[str, Spot], ...]

    @classmethod
    def read(cls, folder: Path) -> "Places":
        """Read the places of a corpus folder that `read_corpus` accepts.

        Args:
            folder: the corpus.

        Returns:
            Fact id, ask id and document id → its spot; and each term and alias of the glossary, in order.
        """
        return cls(dict(_facts(folder)), dict(_asks(folder)), dict(_reviews(folder)), tuple(_names(folder)))


def tree(path: Path) -> yaml.Node | None:
    """A YAML file as nodes that know their lines; None if there is none, or it cannot be parsed."""
    try:
        return yaml.compose(path.read_text("utf-8"), LineLoader)
    except (FileNotFoundError, yaml.YAMLError):
        return None


def records(node: yaml.Node | None) -> Iterator[Mapping[str, yaml.Node]]:
    """The mappings of a list, each by its keys."""
    for item in items(node):
        yield entries(item)


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """The items of a list; none of anything else."""
    return node.value if isinstance(node, yaml.SequenceNode) else []


def entries(node: yaml.Node | None) -> Mapping[str, yaml.Node]:
    """The values of a mapping by their keys; none of anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def line(node: yaml.Node) -> int:
    """A node's line, from 1."""
    return int(node.start_mark.line) + 1


def key_faults(folder: Path) -> Iterator[Fault]:
    """A key written twice in one mapping: YAML keeps the last in silence, and a section's first asks would be lost."""
    for path in sorted(folder.rglob("*.yaml")):
        root = tree(path)
        for key in _repeated_keys(root) if root else ():
            yield Fault(
                path.relative_to(folder).as_posix(),
                line(key),
                "duplicate-id",
                f"The key {key.value!r} stands twice here; only the last would count.",
                "Join the two, or rename one.",
            )


def _repeated_keys(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _repeated_keys(value)


def _facts(folder: Path) -> Iterator[tuple[str, Spot]]:
    for path in sorted(folder.glob("facts/*.yaml")):
        for record in records(tree(path)):
            yield record["id"].value, Spot(f"facts/{path.name}", line(record["id"]))


def _asks(folder: Path) -> Iterator[tuple[str, Spot]]:
    """Asks are numbered in their section, as `read_corpus` numbers them."""
    for path in sorted(folder.glob("asks/*.yaml")):
        for slug, asks in entries(tree(path)).items():
            for number, ask in enumerate(items(asks), start=1):
                yield f"{path.stem}#{slug}?{number}", Spot(f"asks/{path.name}", line(ask))


def _reviews(folder: Path) -> Iterator[tuple[str, Spot]]:
    for path in sorted(folder.glob("documents/*.md")):
        for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if text.startswith("review:"):
                yield path.stem, Spot(f"documents/{path.name}", number)
                break


def _names(folder: Path) -> Iterator[tuple[str, Spot]]:
    for record in records(tree(folder / "glossary.yaml")):
        for name in (record["term"], *items(record.get("aliases"))):
            yield name.value, Spot("glossary.yaml", line(name))
