"""A citation reads the same wherever it is read: over HTTP, in app and terminal; for the widget see tests/browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from rich.console import Console

from assistant.domain import Answer, Question
from assistant.pipeline import Assistant
from ingest.documents import Audience, Source
from ui.api.schemas import AnswerOut
from ui.app.view import answer_view
from ui.terminal import show_answer
from ui.wording import rests_on

# Sources that differ; a claim of benefit followed by research; a law of an authority; a definition for students.
QUESTIONS = {
    "When did SOT begin?": Audience.PATIENT,
    "does SOT help migraines": Audience.PATIENT,
    "Is SOT safe?": Audience.STAFF,
    "what is category II?": Audience.STUDENT,
}


@dataclass(frozen=True)
class Shown:
    """What a face shows of one citation."""

    place: str
    quote: str
    voice: str
    sources: str
    review: str
    page: str


Face = Mapping[int, Shown]


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> dict[str, Answer]:
    """The questions, answered."""
    return {asked: assistant.ask(Question(asked, audience)) for asked, audience in QUESTIONS.items()}


def over_http(answer: Answer) -> Face:
    """As a program reads the wire, out of its JSON alone."""
    citations: list[dict[str, Any]] = AnswerOut.of(answer).model_dump(mode="json")["citations"]
    return {
        one["marker"]: Shown(
            place=" › ".join([one["title"], *one["heading"]]),
            quote=one["quote"],
            voice=_in_words(one["voice"], one["strength"]),
            sources=_from(one["voice"], one["sources"]),
            review={"pending": "No clinician has reviewed this yet"}[one["review"]["status"]],
            page=f"/passage?id={one['url'].removeprefix('/v1/passages/')}&start={one['start']}&end={one['end']}",
        )
        for one in citations
    }


def _in_words(voice: str, strength: str | None) -> str:
    return voice if strength in (None, voice) else f"{voice}, {strength.replace('-', ' ')}"


def _from(voice: str, sources: list[dict[str, Any]]) -> str:
    names = [", ".join(str(one[part]) for part in ("title", "publisher", "year") if one[part]) for one in sources]
    return f"{'From' if voice == 'clinic' else 'Our wording of'}: {'; '.join(dict.fromkeys(names))}"


def in_the_app(answer: Answer) -> Face:
    """As the app's pages are given it."""
    return {
        marker: Shown(
            place=passage.title,
            quote="".join(piece.text for piece in passage.pieces if piece.marker == marker),
            voice=note.voice,
            sources=f"{rests_on(in_our_words=note.in_our_words)}: {'; '.join(one.name for one in note.origins)}",
            review=passage.review,
            page=passage.pages[marker],
        )
        for passage in answer_view(answer).passages
        for note in passage.notes
        for marker in note.markers
    }


def in_the_terminal(answer: Answer) -> Face:
    """As it is printed in a window so wide that no line breaks."""
    printed = _printed(answer, width=4000)
    found = re.finditer(
        r"^  \[(?P<marker>\d+)\] (?P<place>.+?) *\n +“(?P<quote>.+)” *\n"
        r" +(?P<voice>[^.]+)\. (?P<review>[^.]+)\. (?P<sources>.+?) *\n +(?P<page>/passage\S+)$",
        printed,
        re.MULTILINE,
    )
    shown = (one.groupdict() for one in found)
    return {int(one.pop("marker")): Shown(**{**one, "voice": one["voice"].lower()}) for one in shown}


def _printed(answer: Answer, *, width: int) -> str:
    console = Console(file=StringIO(), width=width)
    show_answer(answer, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_face_shows_the_same_of_every_citation(question: str, answers: dict[str, Answer]) -> None:
    """Words, place, voice and strength, sources, review status and the page that shows it."""
    wire = over_http(answers[question])
    assert wire
    assert in_the_app(answers[question]) == wire
    assert in_the_terminal(answers[question]) == wire


def test_the_questions_asked_hold_what_could_differ(answers: dict[str, Answer]) -> None:
    """Sources that differ, research with its strength beside a claim, and several voices; else this shows little."""
    assert answers["When did SOT begin?"].conflicts
    cited = [citation for answer in answers.values() for citation in answer.citations]
    assert {"article", "teaching", "research"} <= {citation.voice for citation in cited}
    assert any(citation.strength for citation in cited)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_page_of_a_citation_is_there_and_its_span_is_the_quote(question: str, client: TestClient) -> None:
    """Whoever follows the link finds the words."""
    answer = client.post("/v1/ask", json={"question": question}).json()
    for citation in answer["citations"]:
        assert client.get("/passage").status_code == 200
        passage = client.get(citation["url"]).json()
        assert passage["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert (passage["title"], passage["heading"]) == (citation["title"], citation["heading"])
        assert passage["review"] == citation["review"]


@pytest.mark.parametrize("markup", ["[red]x[/red]", "[link=file:///etc/passwd]x[/link]", "[/]", "\\[b]"])
def test_markup_in_a_citation_is_printed_as_it_is_written(markup: str, answers: dict[str, Answer]) -> None:
    """Wherever it stands: title, heading, quote, source or id."""
    answer = answers["When did SOT begin?"]
    (one, *_) = answer.citations
    planted = replace(
        one,
        passage=replace(one.passage, id=markup),
        title=markup,
        heading=(markup,),
        quote=markup,
        sources=(Source(markup),),
    )
    printed = _printed(replace(answer, citations=(planted,)), width=4000)
    assert printed.count(markup) == 4
    assert f"/passage?id={quote(markup, safe='')}&" in printed


def test_a_path_in_the_terminal_is_never_broken_in_two(answers: dict[str, Answer]) -> None:
    """However narrow the window is, it can be copied."""
    for answer in answers.values():
        lines = [line.strip() for line in _printed(answer, width=30).splitlines()]
        assert {shown.page for shown in over_http(answer).values()} <= set(lines)
