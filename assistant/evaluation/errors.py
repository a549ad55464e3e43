"""What can be wrong with a measurement, under the project's one base.

SOTError (ingest.errors)
└── EvaluationError        the measurement cannot be made
    ├── SetsError          the evaluation sets have faults; all of them, with file and line
    ├── CheckoutMissing    the sets or the results of a checkout are needed, and this is none
    ├── ReasonMissing      the test half may not be looked at without saying why
    └── ReportError        a stored report or the ledger cannot be read
"""

from collections.abc import Sequence

from ingest.errors import Fault, SOTError

FAULTS_SHOWN_MAX = 20


class EvaluationError(SOTError):
    """The measurement cannot be made."""


class SetsError(EvaluationError):
    """The evaluation sets cannot be read; `faults` holds everything found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        shown = "\n".join(f"  {fault}" for fault in self.faults[:FAULTS_SHOWN_MAX])
        left = len(self.faults) - FAULTS_SHOWN_MAX
        more = f"\n  and {left} more" if left > 0 else ""
        super().__init__(
            f"The evaluation sets have {len(self.faults)} fault(s):\n{shown}{more}\n",
            fix="Mend each line as it says; tests/evaluation/README.md describes the sets.",
        )


class CheckoutMissing(EvaluationError):
    """The evaluation sets live in the project's checkout, and this installation is none."""


class ReasonMissing(EvaluationError):
    """A look at the test half is entered in the ledger with its reason."""


class ReportError(EvaluationError):
    """A stored report, or the ledger of looks at the test half, cannot be read."""
