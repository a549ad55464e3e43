"""What every part of the report is: frozen figures that become JSON as they are."""

from pydantic import BaseModel, ConfigDict


class Figures(BaseModel):
    """A part of the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bar(Figures):
    """A number that the page draws: what it counts, how many, of how many."""

    label: str
    number: int
    of: int

    @property
    def percent(self) -> float:
        """The share, of 100; 0 of nothing."""
        return 100 * self.number / self.of if self.of else 0.0
