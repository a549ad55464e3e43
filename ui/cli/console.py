"""What every command shares: where it prints, how errors look, progress."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from assistant.errors import GuardError, SOTError

out = Console()
err = Console(stderr=True)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show our errors as what is wrong and how to mend it, without a traceback; exit code 2."""
    try:
        yield
    except SOTError as error:
        err.print(f"[red]{error.problem}[/red]", highlight=False, soft_wrap=True)
        err.print(f"[bold]To mend it:[/bold] {error.fix}", highlight=False, soft_wrap=True)
        if isinstance(error, GuardError):
            _show_emergency_numbers()
        raise typer.Exit(2) from error


def _show_emergency_numbers() -> None:
    """Whoever asks while nothing is answered may be in danger."""
    from assistant.guard.contacts import last_resort

    numbers = ", ".join(f"{contact.region} {contact.number}" for contact in last_resort())
    err.print(f"In an emergency call: {numbers}.", highlight=False, soft_wrap=True)


@contextmanager
def progress(label: str) -> Iterator["_Advance"]:
    """A progress bar on the error stream; what it gives is called with how much is done, of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        yield _Advance(bar, label)


class _Advance:
    """Moves a progress bar."""

    def __init__(self, bar: Progress, label: str) -> None:
        self._bar = bar
        self._task = bar.add_task(label, total=None)

    def __call__(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)
