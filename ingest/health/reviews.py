"""A review that was promised is held, and an approval is signed."""

from collections.abc import Iterator

from ingest.documents import Document
from ingest.errors import Fault
from ingest.health.places import Spot
from ingest.health.subject import Subject


def faults(subject: Subject) -> Iterator[Fault]:
    """Reviews that are overdue, and approvals without a name or a day."""
    for document in subject.corpus.documents:
        spot = subject.places.reviews.get(document.id, Spot(document.file, 1))
        for problem, fix in _problems(document, subject):
            yield Fault(spot.file, spot.line, "review", problem, fix)


def _problems(document: Document, subject: Subject) -> Iterator[tuple[str, str]]:
    review = document.review
    if review.next and review.next < subject.today:
        yield f"The review of {document.id} was due on {review.next}.", "Have it reviewed, and set the next date."
    if review.status != "approved":
        return
    if not review.by or not review.on:
        problem = f"{document.id} is approved, but {'by nobody' if not review.by else 'on no day'}."
        yield problem, "Name the clinician under `by` and the day under `on`, or set it to pending."
    if review.on and review.on > subject.today:
        yield f"{document.id} is approved on {review.on}, which is yet to come.", "Set `on` to the day of the review."
