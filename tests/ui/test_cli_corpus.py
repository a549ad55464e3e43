"""The terminal's corpus commands: what they print, where they write, how they end."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ui.cli import app


@pytest.fixture
def home(tmp_path: Path, small_corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, over the small corpus."""
    monkeypatch.setenv("SOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOT_CORPUS", str(small_corpus))
    return tmp_path / "home"


def _sot(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["corpus", *arguments], catch_exceptions=False)


def test_a_healthy_corpus_ends_well(home: Path) -> None:
    """And its size is told."""
    done = _sot("check")
    assert done.exit_code == 0
    assert "No faults in 2 documents, 5 sections" in done.stdout


def test_faults_are_told_as_they_are_and_counted_by_rule(home: Path, small_corpus: Path) -> None:
    """Brackets in a sentence are text, not markup of the terminal."""
    path = small_corpus / "documents/blocks.md"
    path.write_text(path.read_text("utf-8").replace("In one MRI", "This [red]MRI[/red]"), "utf-8")
    done = _sot("check", str(small_corpus))
    assert done.exit_code == 1
    assert "documents/blocks.md:8 leans-back 'This [red]MRI[/red] comparison" in done.stdout
    assert "By rule: leans-back 1." in done.stdout


def test_the_report_is_written_to_the_home(home: Path, tmp_path: Path) -> None:
    """Never into the checkout, unless asked; without evaluation sets it says so."""
    done = _sot("report", "--sets", str(tmp_path / "none"))
    assert done.exit_code == 0
    assert "No evaluation questions were found" in done.stderr
    assert str(home / "report" / "index.html") in done.stdout
    assert {path.name for path in (home / "report").iterdir()} == {"index.html", "report.json"}


def test_the_report_goes_where_it_is_asked_to(home: Path, tmp_path: Path) -> None:
    """A folder that cannot be one is an error with its fix."""
    assert _sot("report", "--to", str(tmp_path / "elsewhere")).exit_code == 0
    assert (tmp_path / "elsewhere" / "index.html").exists()
    done = _sot("report", "--to", str(tmp_path / "elsewhere" / "index.html"))
    assert done.exit_code == 2
    assert "Name another folder with --to." in done.stderr
