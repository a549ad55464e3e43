"""An answer in the terminal: its text, the numbers to call, the sources behind the markers."""

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel

from assistant.domain import Action, Answer, Citation
from ingest.documents import Voice
from ui.links import passage_page
from ui.wording import NOTICE, TITLES, place_name, rests_on, review_status, source_name, voice_name

_STYLES = {Action.EMERGENCY: "bold red", Action.CRISIS: "bold magenta", Action.ANSWER: "green"}
_LEFT = 2


def show_answer(answer: Answer, console: Console) -> None:
    """Print an answer.

    Args:
        answer: what to print. Its text is printed as it is: no markup in it has an effect.
        console: where to.
    """
    if answer.about:
        console.print(f"[dim]Understood as: {escape(answer.about)}[/dim]")
    action = answer.verdict.action
    console.print(
        Panel(escape(answer.text), title=TITLES[action], border_style=_STYLES.get(action, "yellow"), padding=(1, 2))
    )
    for contact in answer.contacts:
        console.print(f"  [bold]{escape(contact.number)}[/bold]  {escape(contact.service)} ({contact.region})")
    for citation in answer.citations:
        _show_citation(citation, console)
    if answer.suggestions:
        console.print("\n[bold]You could also ask[/bold]")
        for suggestion in answer.suggestions:
            console.print(f"  {escape(suggestion)}")
    console.print(f"\n[dim]{NOTICE}[/dim]")
    if answer.receipt:
        console.print(f"[dim]Receipt {answer.receipt}[/dim]")


def _show_citation(citation: Citation, console: Console) -> None:
    """Where the quote stands, its words, who says and who reviewed them, and the path of the page that shows it."""
    marker = f"[{citation.marker}] "
    inner = _LEFT + len(marker)
    who = f"{voice_name(citation.voice, citation.strength).capitalize()}. {review_status(citation.review)}."
    sources = "; ".join(dict.fromkeys(map(source_name, citation.sources)))
    rests = rests_on(in_our_words=citation.voice is not Voice.CLINIC)
    _show_dim(f"{marker}{place_name(citation.title, citation.heading)}", _LEFT, console)
    _show_dim(f"“{citation.quote}”", inner, console)
    _show_dim(f"{who} {rests}: {sources}", inner, console)
    # On one line however narrow the window is: a path broken in two can be neither followed nor copied.
    path = passage_page(citation.passage.id, citation.start, citation.end)
    console.print(f"{' ' * inner}[dim]{escape(path)}[/dim]", soft_wrap=True, highlight=False)


def _show_dim(line: str, left: int, console: Console) -> None:
    console.print(Padding(f"[dim]{escape(line)}[/dim]", (0, 0, 0, left)), highlight=False)
