"""YAML as people mean it: `on`, `yes` and `no` are words (YAML 1.2), and each mapping knows its line."""

import re
from typing import Any

import yaml

LINE = "__line__"


# libyaml's parser, which PyYAML's wheels bring, reads the corpus and the rules several times as fast.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class LineLoader(_SafeLoader):  # type: ignore[misc] # either base, chosen when it loads
    """A safe loader with YAML 1.2's booleans, whose mappings carry their line, from 1, under `LINE`."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping with its line."""
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        mapping[LINE] = node.start_mark.line + 1
        return mapping


# PyYAML reads YAML 1.1, where `on` is true: a front matter with `on: null` would lose its key.
LineLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
LineLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def load_with_lines(text: str) -> Any:
    """Parse YAML; mappings carry `LINE`.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    return yaml.load(text, LineLoader)


def load(text: str) -> Any:
    """Parse YAML, without line notes.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    return without_lines(load_with_lines(text))


def without_lines(value: Any) -> Any:
    """A parsed value without its line notes."""
    if isinstance(value, dict):
        return {key: without_lines(item) for key, item in value.items() if key != LINE}
    if isinstance(value, list):
        return [without_lines(item) for item in value]
    return value
