"""A clinic's card, `clinic.yaml`, and where its files lie. Read at every start: nothing here parses documents."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.documents import Clinic
from ingest.errors import ClinicError
from ingest.yamlfile import load

CARD = "clinic.yaml"


def uploads_folder(home: Path) -> Path:
    """Where the uploaded documents of a state folder lie."""
    return home / "clinic"


def read_card(folder: Path) -> Clinic | None:
    """The card of a clinic's folder; None if it has none.

    Raises:
        ClinicError: it is not what a card may be.
    """
    path = folder / CARD
    if not path.is_file():
        return None
    try:
        card = _Card.model_validate(load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        kind = type(error).__name__
        raise ClinicError(f"{path} cannot be read ({kind}).", fix="Write it as YAML in UTF-8.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ClinicError(
            f"{path}: {where}: {first['msg']}.",
            fix='It holds `name`, and may hold `region` (such as GB), `contacts` and `hours`, each "label: text".',
        ) from error
    return Clinic(card.name, card.region, tuple(card.contacts.items()), tuple(card.hours.items()))


class _Card(BaseModel):
    """clinic.yaml. Unknown keys are errors, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    region: str | None = Field(None, pattern="^[A-Z]{2}$")
    contacts: dict[str, str] = {}
    hours: dict[str, str] = {}
