"""Settings: one frozen object, read from `SOT_*` environment variables. An unknown one is an error, not silence."""

import os
from collections.abc import Mapping
from pathlib import Path

from limits import RateLimitItem, parse_many
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.errors import SettingsError
from ingest.card import read_card, uploads_folder
from ingest.corpus import CORPUS
from ingest.documents import Clinic
from ingest.encoder import PUBLISHED

PREFIX = "SOT_"


class Settings(BaseModel):
    """How this installation runs. Each field is the variable `SOT_<NAME>`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(Path(".sot"), description="state: builds and the exported encoder")
    corpus: Path = Field(CORPUS, description="the corpus folder that `sot ingest` reads")
    clinic: Path | None = Field(None, description="a folder with the clinic's own documents and its clinic.yaml")
    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8000, ge=1, le=65535, description="port the service listens on")
    app_port: int = Field(8501, ge=1, le=65535, description="port the Streamlit app listens on")
    region: str = Field("US", pattern="^[A-Z]{2}$", description="region of callers who name none, ISO 3166")
    rate_limit: str = Field("60/minute", description="questions an address may ask, `limits` syntax, or off")
    retention_days: float = Field(30, gt=0, le=3650, description="days a conversation is kept after its last turn")
    encoder: str = Field(PUBLISHED, description="sentence encoder: the published one, or a model folder")

    @field_validator("rate_limit")
    @classmethod
    def _parses(cls, value: str) -> str:
        if value != "off":
            parse_many(value)
        return value

    @property
    def clinic_folders(self) -> tuple[Path, ...]:
        """Where the clinic's documents lie: its own folder, and what was uploaded."""
        return (*([self.clinic] if self.clinic else []), uploads_folder(self.home))

    @property
    def card(self) -> Clinic | None:
        """The clinic's card, if one of its folders holds one.

        Raises:
            ClinicError: it cannot be read.
        """
        return next((card for folder in self.clinic_folders if (card := read_card(folder))), None)

    @property
    def rate_limits(self) -> list[RateLimitItem]:
        """The limits that hold for one address; none if they are off."""
        return [] if self.rate_limit == "off" else list(parse_many(self.rate_limit))


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read settings.

    Args:
        environment: variables by name; the process's own if None.

    Returns:
        The settings, defaults where a variable is not set.

    Raises:
        SettingsError: a `SOT_*` variable is unknown or its value cannot be used.
        ClinicError: the clinic's card cannot be read.
    """
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in (os.environ if environment is None else environment).items()
        if name.startswith(PREFIX)
    }
    known = ", ".join(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)
    if unknown := sorted(given.keys() - Settings.model_fields.keys()):
        names = ", ".join(f"{PREFIX}{name.upper()}" for name in unknown)
        raise SettingsError(f"Unknown setting: {names}.", fix=f"Unset it, or use one of: {known}.")
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        detail = error.errors()[0]
        name = f"{PREFIX}{str(detail['loc'][0]).upper()}"
        about = Settings.model_fields[str(detail["loc"][0])].description
        raise SettingsError(
            f"{name}={given[str(detail['loc'][0])]!r} cannot be used: {detail['msg']}.", fix=f"{name} is: {about}."
        ) from error
    if settings.clinic and not settings.clinic.is_dir():
        raise SettingsError(f"SOT_CLINIC={str(settings.clinic)!r} is not a folder.", fix="Name a folder that exists.")
    return settings if "region" in given else _in_the_clinics_region(settings)


def _in_the_clinics_region(settings: Settings) -> Settings:
    """Who names no region gets the numbers of the clinic's own, if its card tells it."""
    card = settings.card
    return settings.model_copy(update={"region": card.region}) if card and card.region else settings
