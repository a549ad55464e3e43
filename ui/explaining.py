"""`sot guard explain`: what the guard saw in a message and why it decided as it did, drawn for a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from assistant.domain import Conversation, Turn
from assistant.guard.classifier import Scores
from assistant.guard.guard import Examination, Guard
from assistant.guard.policy import Policy
from assistant.guard.rules import Match


def explain(guard: Guard, policy: Policy, message: str, earlier: Sequence[str], out: Console) -> None:
    """Print how the guard decides on a message.

    Args:
        guard: examines it.
        policy: the thresholds that the scores are held against.
        message: as written.
        earlier: the messages before it in the same conversation, oldest first.
        out: where to print.

    Raises:
        GuardError: the guard failed.
    """
    conversation = Conversation("con_explained")
    for text in earlier:
        verdict = guard.screen(text, conversation)
        conversation = conversation.with_turn(Turn(text, text, verdict))
    found = guard.examine(message, conversation)
    for label, line in _lines(found):
        out.print(f"[bold]{label:<11}[/bold]", end="")
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    if found.scores is None:
        out.print("[dim]It was decided before any model was asked, so there are no scores.[/dim]")
    else:
        out.print(_table(found, found.scores, policy))


def _lines(found: Examination) -> Iterator[tuple[str, str]]:
    """What there is to say, line by line."""
    yield "read as", found.message.text
    yield "language", found.language
    for match in found.matches:
        yield "rule", _told(match, found.message.text)
    for match in found.joined:
        yield "rule", f"{match.rule.id} on the last turns read together; {match.rule.why} ({match.rule.source})"
    if found.together:
        yield "together", f"the last turns read together score {found.together.score:.2f} for {found.together.kind}"
    if found.held:
        yield "in force", f"{found.held.action}: {found.held.reason}"
    verdict = found.verdict
    topic = f", topic {verdict.topic}" if verdict.topic else ""
    doubt = f", leaning to {verdict.doubt}" if verdict.doubt else ""
    also = f", also {', '.join(sorted(verdict.also))}" if verdict.also else ""
    yield "verdict", f"{verdict.action}{topic}{also}{doubt}{'' if verdict.sure else ', not sure'}"
    yield "because", f"{verdict.rule}: {verdict.reason}"


def _told(match: Match, text: str) -> str:
    """A rule that fired, with the words that met each slot."""
    slots = zip(match.rule.frame, match.spans, strict=False)
    words = "; ".join(f"{slot}: “{text[start:end]}”" for slot, (start, end) in slots)
    return f"{match.rule.id} ({match.rule.source}): {match.rule.why} [{words}]"


def _table(found: Examination, scores: Scores, policy: Policy) -> Table:
    """Each kind's score, and each band's with its thresholds; the band that acts stands out."""
    table = Table("", "score", "maybe from", "surely from", "kinds", box=None, header_style="dim")
    for band, score in policy.band_scores(scores):
        acts = found.decision is not None and found.decision.kind in band.kinds
        limits = (f"{band.maybe:.2f}", f"{band.surely:.2f}")
        kinds = ", ".join(f"{kind} {scores[kind]:.3f}" for kind in band.kinds)
        table.add_row("acts" if acts else "", f"{score:.3f}", *limits, kinds, style="bold" if acts else None)
    return table
