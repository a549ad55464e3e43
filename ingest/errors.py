"""Every error of the project has one base, and each carries its fix.

SOTError
├── CorpusError            the corpus folder has faults; all of them, with file and line
├── ClinicError            a clinic's folder or card cannot be used
├── CorpusReportError            the corpus report cannot be made or written (ingest.report)
├── EncoderError           the sentence encoder cannot be made or served
│   ├── WeightsMissing
│   └── WeightsTampered
├── BuildError             an index build cannot be made or opened
│   ├── BuildMissing
│   ├── BuildBroken
│   ├── BuildBusy
│   └── BuildOfAnotherEncoder
└── (assistant.errors)     settings, guard, questions
"""

from collections.abc import Sequence
from dataclasses import dataclass


class SOTError(Exception):
    """Base of our errors: what is wrong, and what to do about it."""

    def __init__(self, problem: str, *, fix: str) -> None:
        super().__init__(f"{problem} {fix}")
        self.problem = problem
        self.fix = fix


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in one corpus file, where it stands and how to mend it."""

    file: str
    line: int
    rule: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: [{self.rule}] {self.problem} {self.fix}"


class CorpusError(SOTError):
    """The corpus cannot be read; `faults` holds everything found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        shown = "\n".join(f"  {fault}" for fault in self.faults[:20])
        more = f"\n  and {len(self.faults) - 20} more" if len(self.faults) > 20 else ""
        super().__init__(
            f"The corpus has {len(self.faults)} fault(s):\n{shown}{more}\n",
            fix="Mend each line as it says, then run `sot corpus check`.",
        )


class ClinicError(SOTError):
    """A clinic's folder, card or uploaded document cannot be used."""


class EncoderError(SOTError):
    """The sentence encoder cannot be made or served."""


class WeightsMissing(EncoderError):
    """No weights were found for the encoder."""


class WeightsTampered(EncoderError):
    """The weights, or the model exported from them, are not the published ones."""


class BuildError(SOTError):
    """An index build cannot be made or opened."""


class BuildMissing(BuildError):
    """There is no build to serve."""


class BuildBroken(BuildError):
    """A build's files do not match its manifest."""


class BuildBusy(BuildError):
    """Another process is making a build."""


class BuildOfAnotherEncoder(BuildError):
    """The build was made with an encoder other than the one in use."""
