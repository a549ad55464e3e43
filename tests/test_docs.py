"""Docs that cannot lie: commands, settings, dependencies and decisions are the ones that exist."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from assistant.settings import PREFIX, Settings
from ui.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def _commands() -> dict[str, str]:
    """Every terminal command with its help."""
    found = {}
    for name, command in get_command(app).commands.items():
        for sub, inner in getattr(command, "commands", {"": command}).items():
            found[f"sot {name} {sub}".strip()] = inner.help or ""
    return found


@pytest.mark.parametrize("command", sorted(_commands()))
def test_every_command_has_help_and_is_in_the_readme(command: str) -> None:
    """A command nobody can find is not there."""
    assert _commands()[command].strip()
    assert f"`{command}" in README


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(name: str) -> None:
    """With its default beside it."""
    assert f"`{PREFIX}{name.upper()}`" in README


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    """An unknown setting is an error, so the README may not teach one."""
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", README)) - {"BROWSER"}  # read by the tests alone
    assert named <= {name.upper() for name in Settings.model_fields}


def test_every_dependency_has_its_reason() -> None:
    """And every reason its dependency."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    text = (ROOT / "docs/dependencies.md").read_text("utf-8").casefold()
    for requirement in wanted:
        name = re.split(r"[=<>\[]", requirement)[0].casefold()
        assert name in text or name.startswith("types-"), f"{name} has no reason in docs/dependencies.md"


def test_every_decision_is_listed() -> None:
    """A decision is found from the list."""
    listed = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    for path in (ROOT / "docs/decisions").glob("0*.md"):
        assert path.name in listed


def test_no_local_link_is_broken() -> None:
    """In the README and in docs."""
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), f"{path.name} links to {link}"
