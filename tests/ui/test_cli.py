"""The terminal, as a person uses it: in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOT = Path(sys.executable).parent / "sot"
SMALL_CORPUS = Path(__file__).parents[1] / "data" / "corpus"


def _sot(*arguments: str, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SOT_")}
    environment |= {"SOT_HOME": str(home), "HF_HUB_OFFLINE": "1", "COLUMNS": "120", **settings}
    return subprocess.run([SOT, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_ask_prints_the_answer_its_sources_and_what_it_is_not(real_home: Path) -> None:
    """What a person at a terminal sees."""
    done = _sot("ask", "Who developed SOT and when?", home=real_home)
    assert done.returncode == 0, done.stderr
    assert "DeJarnette" in done.stdout
    assert "Our wording of" in done.stdout
    assert "not a clinician" in done.stdout


def test_ask_shows_the_number_to_call(real_home: Path) -> None:
    """By region."""
    done = _sot("ask", "my arm went weak and my speech is slurred", "--region", "gb", home=real_home)
    assert "999" in done.stdout


def test_ask_json_is_the_wire_contract(real_home: Path) -> None:
    """For scripts."""
    done = _sot("ask", "what is category II?", "--json", "--audience", "student", home=real_home)
    assert json.loads(done.stdout)["verdict"]["action"] == "answer"


def test_markup_in_a_question_has_no_effect(real_home: Path) -> None:
    """What is printed is text."""
    done = _sot("ask", "[red]what is category II?[/red] [link=file:///etc/passwd]x[/link]", home=real_home)
    assert done.returncode == 0, done.stderr


def test_ingest_builds_then_says_that_nothing_changed(encoder_home: Path, tmp_path: Path) -> None:
    """A second run starts at once."""
    (tmp_path / "encoders").symlink_to(encoder_home / "encoders")
    first = _sot("ingest", home=tmp_path, SOT_CORPUS=str(SMALL_CORPUS))
    second = _sot("ingest", home=tmp_path, SOT_CORPUS=str(SMALL_CORPUS))
    assert "54 encoded" in first.stdout, first.stderr
    assert "Nothing changed" in second.stdout


def test_corpus_check_is_a_gate(tmp_path: Path, small_corpus: Path) -> None:
    """Exit code 1, with file, line and fix."""
    assert _sot("corpus", "check", str(small_corpus), home=tmp_path).returncode == 0
    path = small_corpus / "documents/blocks.md"
    path.write_text(path.read_text("utf-8").replace("seed-013", "seed-999"), "utf-8")
    done = _sot("corpus", "check", str(small_corpus), home=tmp_path)
    assert done.returncode == 1
    assert "documents/blocks.md:8" in done.stdout
    assert "seed-999" in done.stdout


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"SOT_COLOUR": "blue"}, "Unknown setting: SOT_COLOUR"),
        ({"SOT_PORT": "http"}, "SOT_PORT"),
        ({"SOT_RATE_LIMIT": "often"}, "SOT_RATE_LIMIT"),
        ({"SOT_REGION": "ZZ"}, "SOT_REGION"),
        ({"SOT_ENCODER": "no-such-model"}, "No weights"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_setting_is_named_with_its_fix(settings: dict[str, str], says: str, encoder_home: Path) -> None:
    """No traceback, exit code 2."""
    done = _sot("ask", "hi there", home=encoder_home, **settings)
    assert done.returncode == 2
    assert says in done.stderr
    assert "To mend it:" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_build_the_command_to_run_is_named(encoder_home: Path, tmp_path: Path) -> None:
    """The fix is one command."""
    (tmp_path / "encoders").symlink_to(encoder_home / "encoders")
    done = _sot("ask", "what is category II?", home=tmp_path)
    assert done.returncode == 2
    assert "sot ingest" in done.stderr


def test_a_guard_that_cannot_load_shows_emergency_numbers(tmp_path: Path) -> None:
    """Whoever asks may be in danger."""
    done = _sot("ask", "help me", home=tmp_path, SOT_ENCODER="no-such-model")
    assert done.returncode == 2
    assert "911" in done.stderr
    assert "999" in done.stderr


@pytest.mark.parametrize(
    "command", [(), ("ask",), ("ingest",), ("serve",), ("bench",), ("corpus", "check"), ("guard", "train")]
)
def test_every_command_explains_itself(command: tuple[str, ...], tmp_path: Path) -> None:
    """Good help comes first."""
    done = _sot(*command, "--help", home=tmp_path)
    assert done.returncode == 0
    assert "Usage" in done.stdout
