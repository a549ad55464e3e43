"""The app's pages as a person uses them, over the whole assistant."""

import json
import re
import shutil
from pathlib import Path

import pytest
from streamlit.config import get_config_options
from streamlit.testing.v1 import AppTest

from assistant.errors import StoreError
from assistant.store import DatabaseStore
from ui.app.launch import command
from ui.wording import NOTICE, OLD_ONE_KEPT

MAIN = Path(__file__).parents[2] / "ui" / "app" / "main.py"
FIGURES = Path(__file__).parents[1] / "data" / "figures"


@pytest.fixture
def home(real_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home that the app reads from its settings."""
    monkeypatch.setenv("SOT_HOME", str(real_home))
    return real_home


@pytest.fixture
def chat(home: Path) -> AppTest:
    """The chat page, open."""
    return AppTest.from_file(str(MAIN), default_timeout=30).run()


def _asked(page: AppTest, question: str) -> AppTest:
    return page.chat_input(key="typed").set_value(question).run()


def _start_anew(page: AppTest) -> None:
    next(button for button in page.button if button.label == "New conversation").click().run()


def _corpus() -> None:
    from ui.app import corpus

    corpus.page()


def _figures(folder: str) -> None:
    from pathlib import Path

    from ui.app import figures

    figures.page(Path(folder))


def _open_corpus() -> AppTest:
    return AppTest.from_function(_corpus, default_timeout=30).run()


def _open_figures(folder: Path) -> AppTest:
    return AppTest.from_function(_figures, args=(str(folder),), default_timeout=30).run()


def _text(page: AppTest) -> str:
    """All Markdown of a page, without the backslashes that keep it plain."""
    shown = (*page.title, *page.header, *page.subheader, *page.markdown, *page.error, *page.info, *page.warning)
    return "\n".join(element.value for element in shown).replace("\\", "")


def _links(page: AppTest) -> dict[str, str]:
    """The links drawn as buttons: label → address."""
    return {one.proto.label.replace("\\", ""): one.proto.url for one in page.get("link_button")}


def test_an_empty_chat_says_what_it_is_and_offers_questions(chat: AppTest) -> None:
    """A person who has not asked yet sees what this is, that it is no clinician, and examples that ask."""
    assert not chat.exception
    assert [title.value for title in chat.title] == ["SOT Assistant"]
    assert NOTICE in _text(chat)
    chat.button(key="example-0").click().run()
    assert [header.value for header in chat.header] == ["Answer", "Passages it quotes"]


def test_an_answer_stands_beside_its_passages(chat: AppTest) -> None:
    """Every sentence has a marker, its quote is highlighted, and its source and review status are named."""
    page = _asked(chat, "what is category II?")
    text = _text(page)
    assert not page.exception
    assert "[[1]](#answer-1-passage-1)" in text
    assert ":yellow-background[" in text
    assert "Our wording of" in text
    assert "No clinician has reviewed this yet" in text
    assert "What research and guidelines say:" in text
    assert NOTICE in text


def test_an_answer_shows_its_work(chat: AppTest) -> None:
    """Whoever asks why sees the guard's verdict, the query as read, the coverage and the sections found."""
    page = _asked(chat, "what is category II?")
    shown = _text(page).replace("\\", "")
    for part in ("guard.pass", "coverage.ok", "query as read", "confidence", "passage 0.", "Time by step"):
        assert part in shown


def test_sources_that_differ_stand_side_by_side(chat: AppTest) -> None:
    """A conflict is drawn in columns, once, with its comment."""
    page = _asked(chat, "When did SOT begin? who developed SOT and when?")
    text = _text(page)
    assert "Where sources differ: when SOT began" in [heading.value for heading in page.subheader]
    assert text.count("developed SOT in the mid-1920s, the history section of the founding article says. [[") == 1
    assert text.count("The founding article gives both") == 1


def test_an_emergency_comes_first_with_a_number_that_a_tap_dials(chat: AppTest) -> None:
    """The directions stand in a box and the number of the reader's region under it."""
    page = _asked(chat, "my speech is slurred and my left arm is weak since this morning")
    assert "Call 911 now" in page.error[0].value
    assert _links(page) == {"**Call 911** · emergency": "tel:911"}
    page.selectbox(key="region").set_value("GB").run()
    page = _asked(page, "my speech is slurred and my left arm is weak since this morning")
    assert _links(page)["**Call 999** · emergency"] == "tel:999"


def test_a_crisis_offers_lines_to_call_and_a_number_to_text(chat: AppTest) -> None:
    """A number for text messages is not offered as one to dial."""
    page = _asked(chat, "I want to end my life")
    assert "tel:988" in _links(page).values()
    assert "sms:741741" in _links(page).values()
    assert "tel:741741" not in _links(page).values()


def test_a_diagnosis_is_refused_and_general_questions_are_offered(chat: AppTest) -> None:
    """The redirect stands in a box, and a suggestion asks."""
    page = _asked(chat, "which category am I? my left hip sits higher")
    assert page.header[0].value == "For your clinician"
    assert "cannot sort anyone" in page.info[0].value
    page.button(key="answer-1-suggestion-0").click().run()
    assert len(page.chat_message) == 4


def test_a_follow_up_says_how_it_was_understood_until_the_conversation_starts_anew(chat: AppTest) -> None:
    """The newest answer stands first; a new conversation forgets the old one."""
    page = _asked(_asked(chat, "what is category II?"), "and the third one?")
    assert "Understood as:" in _text(page)
    assert page.chat_message[0].markdown[0].value.replace("\\", "") == "and the third one?"
    _start_anew(page)
    assert len(page.chat_message) == 0


def test_a_new_conversation_deletes_the_old_one_and_says_so(chat: AppTest, real_home: Path) -> None:
    """Also where conversations are kept; what the side bar promises is what happens."""
    page = _asked(chat, "what is category II?")
    assert "a redacted copy is kept for 30 days. New conversation deletes both." in _text(page)
    (old,) = {exchange.conversation_id for exchange in page.session_state["exchanges"]}
    store = DatabaseStore.at(real_home, retention_days=30)
    assert store.conversation(old).turns
    _start_anew(page)
    assert "New conversation. The old one was deleted." in _text(page)
    assert not store.conversation(old).turns
    assert "The old one" not in _text(_asked(page, "what is category II?"))


def test_a_new_conversation_without_an_old_one_claims_no_deletion(chat: AppTest) -> None:
    """Nothing was asked, so nothing was deleted."""
    _start_anew(chat)
    assert "New conversation." in _text(chat)
    assert "The old one" not in _text(chat)


def test_an_old_conversation_that_was_gone_already_counts_as_deleted(chat: AppTest, real_home: Path) -> None:
    """Its time had run out, or somebody deleted it elsewhere."""
    page = _asked(chat, "what is category II?")
    DatabaseStore.at(real_home, retention_days=30).delete(page.session_state["exchanges"][0].conversation_id)
    _start_anew(page)
    assert "The old one was deleted." in _text(page)


def test_a_deletion_that_fails_is_told_and_the_new_conversation_begins(
    chat: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one calm line."""
    page = _asked(chat, "what is category II?")

    def fails(*_: object) -> None:
        raise StoreError("The database is locked.", fix="Wait.")

    monkeypatch.setattr("assistant.recording.Recorder.forget", fails)
    _start_anew(page)
    assert OLD_ONE_KEPT in _text(page)
    assert len(page.chat_message) == len(page.error) == 0
    monkeypatch.undo()


def test_a_question_that_is_too_long_says_so_and_is_not_lost(chat: AppTest) -> None:
    """What was typed is back in the field, to be shortened."""
    page = _asked(chat, "what " * 900)
    assert "4,500 characters" in page.warning[0].value.replace("\\", "")
    assert page.chat_input(key="typed").proto.value == "what " * 900
    assert len(_asked(page, "what is SOT?").warning) == 0


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", ":red[hot] **b** $x$", "[l](javascript:alert(1))"])
def test_what_a_person_types_is_text(chat: AppTest, text: str) -> None:
    """Markup in a question is shown as it was typed and does nothing."""
    page = _asked(chat, f"what is SOT? {text}")
    shown = page.chat_message[0].markdown[0]
    assert shown.value.replace("\\", "").endswith(text)
    assert not shown.allow_html
    for active in "<[:*$(":
        assert shown.value.count(active) == shown.value.count(f"\\{active}")


def test_without_a_build_it_says_how_to_make_one_and_whom_to_call(
    real_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is answered, but emergency numbers are there; an emergency is still recognised."""
    shutil.copytree(real_home / "encoders", tmp_path / "encoders")
    monkeypatch.setenv("SOT_HOME", str(tmp_path))
    page = _asked(AppTest.from_file(str(MAIN), default_timeout=30).run(), "what is category II?")
    assert "sot ingest" in page.error[0].value.replace("\\", "")
    assert "[Call 911](<tel:911>): emergency (US)" in _text(page)
    assert "tel:911" in _links(_asked(page, "I took a whole box of pills and feel faint")).values()


def test_a_wrong_setting_is_named_with_its_fix(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs it sees what to change; whoever needs help sees numbers."""
    monkeypatch.setenv("SOT_REGIN", "GB")
    page = AppTest.from_file(str(MAIN), default_timeout=30).run()
    assert "Unknown setting: SOT_REGIN" in page.error[0].value.replace("\\", "")
    assert "tel:999" in _text(page)


def test_the_corpus_can_be_read_statement_by_statement(home: Path) -> None:
    """Each statement names whose voice it is and the facts that it rests on, with their sources."""
    page = _open_corpus()
    page.selectbox(key="document").set_value("history").run()
    text = _text(page)
    assert not page.exception
    assert "History of SOT and Major Bertrand DeJarnette" in text
    assert "**seed-001**" in text
    assert "Our wording of" in text
    assert "Where sources differ: when SOT began" in text


def test_the_corpus_can_be_searched(home: Path) -> None:
    """Words are looked for in all documents, and no find says so."""
    page = _open_corpus()
    page.selectbox(key="document").set_value("")
    page.text_input(key="searched").set_value("dura mater").run()
    assert len(page.expander) > 0
    page.text_input(key="searched").set_value("zyzzyva").run()
    assert "No section fits" in _text(page)
    assert len(page.expander) == 0


def test_figures_are_charted_with_what_they_rest_on() -> None:
    """Each measure has a chart and its numbers; how often the test half was looked at is said."""
    page = _open_figures(FIGURES)
    assert not page.exception
    assert "looked at **3** times" in _text(page)
    assert len(page.get("vega_lite_chart")) == 1
    tables = "\n".join(table.value.to_string() for table in page.table).replace("\\", "")
    for part in ("142 of 162", "g-0001", "start to first answer", "typo"):
        assert part in tables
    page.selectbox(key="split").set_value("test").run()
    assert "g-0900" not in "\n".join(table.value.to_string() for table in page.table).replace("\\", "")


def test_the_quick_start_is_charted_beside_the_assistant() -> None:
    """Both systems are in one chart."""
    page = _open_figures(FIGURES)
    page.selectbox(key="set").set_value("questions").run()
    chart = json.loads(page.get("vega_lite_chart")[0].proto.spec)
    assert "quick-start" in json.dumps(chart)


def test_without_reports_it_says_how_to_make_them(tmp_path: Path) -> None:
    """An empty page tells the command."""
    assert "sot evaluate" in _open_figures(tmp_path / "none").info[0].value


def test_a_report_that_cannot_be_read_is_named_and_the_others_are_shown(tmp_path: Path) -> None:
    """One broken file does not hide the rest."""
    shutil.copytree(FIGURES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "2026-11-26-evaluation.json").write_text('{"kind": "evaluation", "measured": 3}', "utf-8")
    page = _open_figures(tmp_path)
    assert "2026-11-26-evaluation.json" in page.error[0].value.replace("\\", "")
    assert len(page.get("vega_lite_chart")) == 1


def test_without_a_service_beside_it_the_app_names_the_passage(chat: AppTest) -> None:
    """It links to the service's pages only where it knows them."""
    text = _text(_asked(chat, "what is category II?"))
    assert re.search(r"Passage \S+#\S+/\d", text)
    assert "/passage?" not in text


def test_the_app_is_told_of_the_service_beside_it() -> None:
    """Behind Streamlit's own options; alone it is told of none."""
    assert command("127.0.0.1", 8501, service_port=8000)[-2:] == ["--", "--service-port=8000"]
    assert "--" not in command("127.0.0.1", 8501)


def _options(host: str) -> dict[str, str]:
    started = command(host, 8501)
    assert started[1:4] == ["-m", "streamlit", "run"]
    assert Path(started[4]) == MAIN
    return dict(zip(started[5::2], started[6::2], strict=True))


def test_the_app_is_started_quietly() -> None:
    """No question to whoever starts it, no watcher, no figures sent to anybody."""
    options = _options("127.0.0.1")
    assert (options["--server.address"], options["--server.port"]) == ("127.0.0.1", "8501")
    assert options["--server.headless"] == options["--logger.hideWelcomeMessage"] == "true"
    assert options["--browser.gatherUsageStats"] == "false"
    assert options["--server.fileWatcherType"] == "none"


def test_the_app_knows_its_name_if_it_has_one() -> None:
    """A browser that comes by the name it was started with is let in; a wildcard address is no name."""
    assert _options("clinic.local")["--browser.serverAddress"] == "clinic.local"
    assert "--browser.serverAddress" not in _options("0.0.0.0")


def test_streamlit_knows_every_option_that_it_is_started_with() -> None:
    """An option that a new release drops is found here and not when somebody starts it."""
    known = get_config_options()
    assert {name.removeprefix("--") for name in _options("127.0.0.1")} <= known.keys()
