"""The house: packages come from this checkout, imports go one way, serving imports nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("package", ["ingest", "assistant", "ui"])
def test_each_package_is_the_checkouts_own(package: str) -> None:
    """An installed copy elsewhere would be tested instead of this code."""
    module = __import__(package)
    assert Path(module.__file__ or "").is_relative_to(ROOT)


def test_import_contracts_hold() -> None:
    """As `make check` runs them."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_serving_imports_no_torch_no_training_no_langchain_and_no_streamlit() -> None:
    """They are for export, training, chains and the app, and would cost seconds at every start."""
    code = (
        "import sys, assistant.bootstrap, ui.cli, ui.api.app\n"
        "heavy = {'torch', 'sentence_transformers', 'sklearn', 'scipy', 'transformers', 'langchain_core', 'textstat', "
        "'streamlit', 'altair', 'pandas'}\n"
        "print(*sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
