"""`sot evaluate` as a person meets its refusals: in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOT = Path(sys.executable).parent / "sot"


def _sot(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOT_")}
    environment |= {"SOT_HOME": str(home), "COLUMNS": "120"}
    return subprocess.run([SOT, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["evaluate", "bench"])
def test_the_command_explains_itself(command: str, tmp_path: Path) -> None:
    """Good help comes first."""
    assert "Usage" in _sot(command, "--help", home=tmp_path).stdout


def test_a_look_without_a_reason_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    """The fix names the option; no ledger is touched."""
    done = _sot("evaluate", "--test", "--to", str(tmp_path / "results"), home=tmp_path)
    assert done.returncode == 2
    assert "--why" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "results").exists()


def test_an_unknown_set_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    """A usage error."""
    done = _sot("evaluate", "--only", "poems", home=tmp_path)
    assert done.returncode == 2
    assert "not_covered" in done.stderr
