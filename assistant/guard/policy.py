"""From which score on the classifier acts, and how surely: versioned data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yaml import YAMLError

from assistant.errors import GuardError
from assistant.guard.classifier import Scores
from assistant.guard.kinds import KINDS, RISKY, Kind
from ingest.yamlfile import load

VERSION = 3
_Share = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True, slots=True)
class Decision:
    """A kind that the scores ask for, whether surely, and the band's score with the thresholds it was held against."""

    kind: Kind
    sure: bool
    score: float
    maybe: float
    surely: float


class Band(BaseModel):
    """Kinds that are decided together.

    The score of a band of risky kinds is theirs and that of every more urgent band: a message that may be an emergency
    or a question of treatment is at least personal. Harmless kinds have only their own: nobody in danger is greeted.
    From `maybe` on it acts, from `surely` on without doubt.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: tuple[Kind, ...] = Field(min_length=1)
    maybe: _Share
    surely: _Share


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[3]
    honest: _Share
    bands: tuple[Band, ...]


class Policy:
    """The bands, most urgent first, and from which score of `answer` on a rule may not refuse a message.

    Danger is another matter: no score voids a rule that finds it.
    """

    def __init__(self, bands: Sequence[Band], honest: float) -> None:
        self.bands = tuple(bands)
        self.honest = honest

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read policy.yaml.

        Raises:
            GuardError: it cannot be read, or its bands are not all kinds but `answer` in the order of urgency.
        """
        try:
            file = _File.model_validate(load(path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, YAMLError, ValidationError) as error:
            raise GuardError(
                f"{path.name} is not a policy of version {VERSION} ({type(error).__name__}).", fix="Restore the file."
            ) from error
        if [kind for band in file.bands for kind in band.kinds] != list(KINDS[:-1]):
            raise GuardError(
                f"{path.name} does not name every kind but `answer` once, most urgent first.", fix="Restore the file."
            )
        if any(band.surely < band.maybe for band in file.bands):
            raise GuardError(f"{path.name} is surer than sure: `surely` below `maybe`.", fix="Set `surely` higher.")
        return cls(file.bands, file.honest)

    def is_honest(self, scores: Scores | None) -> bool:
        """Whether a message is so surely honest that only a rule of danger counts; not if there are no scores."""
        return scores is not None and scores[Kind.ANSWER] >= self.honest

    def decide(self, scores: Scores) -> Decision | None:
        """What the scores ask for.

        Args:
            scores: each kind's probability.

        Returns:
            The likeliest kind of the most urgent band whose score is enough; None if the message may be answered.
        """
        for band, score in self.band_scores(scores):
            if score >= band.maybe:
                kind = max(band.kinds, key=lambda kind: scores[kind])
                return Decision(kind, score >= band.surely, score, band.maybe, band.surely)
        return None

    def band_scores(self, scores: Scores) -> Iterator[tuple[Band, float]]:
        """Each band with its score (see `Band`), most urgent first."""
        urgent = 0.0
        for band in self.bands:
            own = sum(scores[kind] for kind in band.kinds)
            urgent += own
            yield band, urgent if band.kinds[0] in RISKY else own
