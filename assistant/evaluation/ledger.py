"""The ledger of looks at the test half. The more often it was looked at, the less a figure on it proves."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.evaluation.errors import ReasonMissing, ReportError

NAME = "test-looks.jsonl"


class Look(BaseModel):
    """One look: the day, the commit if known, whether code or sets had uncommitted changes, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: str
    commit: str | None
    dirty: bool
    why: str


def read_looks(path: Path) -> tuple[Look, ...]:
    """Every look so far, oldest first; none if there is no ledger.

    Raises:
        ReportError: a line is not a look.
    """
    if not path.exists():
        return ()
    looks = []
    for number, line in enumerate(path.read_text("utf-8").removesuffix("\n").split("\n"), start=1):
        try:
            looks.append(Look.model_validate_json(line))
        except ValidationError as error:
            raise ReportError(
                f"{path}:{number}: this line is not a look at the test half: {error.errors()[0]['msg']}.",
                fix='Write {"on": date, "commit": id or null, "dirty": true or false, "why": reason}.',
            ) from error
    return tuple(looks)


def enter_look(path: Path, look: Look) -> None:
    """Append a look.

    Raises:
        ReasonMissing: it does not say why.
        ReportError: the ledger cannot be read, so its count could not be trusted.
    """
    require_reason(look.why)
    read_looks(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as ledger:
        ledger.write(look.model_dump_json() + "\n")


def require_reason(why: str | None) -> str:
    """The reason of a look.

    Raises:
        ReasonMissing: there is none.
    """
    if why is None or not why.strip():
        raise ReasonMissing(
            "Looking at the test half needs a reason.",
            fix='Say why with --why "...": each look is entered in the ledger and makes the next one prove less.',
        )
    return why.strip()
