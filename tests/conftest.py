"""What tests share. Everything real is made once a session, offline."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from fastapi.testclient import TestClient

from assistant.bootstrap import GUARD, bootstrap, open_guard
from assistant.guard.guard import Guard
from assistant.pipeline import Assistant
from assistant.settings import Settings
from ingest.build import make_build
from ingest.corpus import read_corpus
from ingest.encoder import OnnxEncoder, open_encoder, open_matching_encoder
from tests.fakes import WordEncoder
from ui.api.app import create_app

os.environ["HF_HUB_OFFLINE"] = "1"

SMALL_CORPUS = Path(__file__).parent / "data" / "corpus"


@pytest.fixture(autouse=True)
def _no_settings_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own SOT_ settings do not reach the tests."""
    for name in [name for name in os.environ if name.startswith("SOT_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_logging_leaks_out() -> Iterator[None]:
    """A command that a test ran quietens the log for its own process alone."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """A copy of the small corpus that a test may edit."""
    return Path(shutil.copytree(SMALL_CORPUS, tmp_path / "corpus"))


@pytest.fixture
def words() -> WordEncoder:
    """A fast encoder that hears only words."""
    return WordEncoder()


@pytest.fixture(scope="session")
def encoder_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the real encoder was exported, once."""
    home = tmp_path_factory.mktemp("home")
    open_encoder(home)
    return home


@pytest.fixture(scope="session")
def published(encoder_home: Path) -> OnnxEncoder:
    """The published encoder, which has learnt nothing here."""
    return open_encoder(encoder_home)


@pytest.fixture(scope="session")
def encoder(encoder_home: Path) -> OnnxEncoder:
    """The real encoder, with what it learnt of the corpus's questions."""
    return open_matching_encoder(encoder_home)


@pytest.fixture(scope="session")
def guard_encoder(encoder_home: Path) -> OnnxEncoder:
    """The guard's own encoder: the real one with what the training text taught it."""
    return open_encoder(encoder_home, adapter=GUARD / "adapter")


@pytest.fixture(scope="session")
def guard(guard_encoder: OnnxEncoder) -> Guard:
    """The real guard."""
    return open_guard(guard_encoder)


@pytest.fixture(scope="session")
def real_home(encoder_home: Path, encoder: OnnxEncoder) -> Path:
    """A home with the real encoder and a build of the real corpus."""
    make_build(read_corpus(), encoder, encoder_home)
    return encoder_home


@pytest.fixture(scope="session")
def assistant(real_home: Path, encoder: OnnxEncoder, guard_encoder: OnnxEncoder) -> Assistant:
    """The whole assistant over the real corpus: real encoder, real Chroma, real guard."""
    return bootstrap(Settings(home=real_home), encoder=encoder, guard_encoder=guard_encoder)


@pytest.fixture(scope="session")
def client(assistant: Assistant) -> Iterator[TestClient]:
    """The service over the whole assistant, without a rate limit."""
    with TestClient(create_app(Settings(rate_limit="off"), assistant), raise_server_exceptions=False) as opened:
        yield opened
