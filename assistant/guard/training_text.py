"""The training text of the guard's classifier: messages with their kind, in families of related phrasings."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from yaml import YAMLError

from assistant.errors import GuardError
from assistant.guard.kinds import KINDS, Kind
from assistant.guard.languages import ENGLISH, KNOWN
from ingest.errors import Fault
from ingest.yamlfile import LINE, load_with_lines, without_lines

# Messages and near misses that each kind needs: what is learnt from a few is learnt by heart.
TEXTS_MIN: Mapping[Kind, int] = dict.fromkeys(KINDS, 500) | {Kind.TODAY: 250, Kind.SMALLTALK: 300}
FAMILIES_MIN = 2


def _known(code: str) -> str:
    if code not in KNOWN:
        raise ValueError(f"use one of {', '.join(KNOWN)}")
    return code


@dataclass(frozen=True, slots=True)
class TrainingText:
    """One message with its kind. `near` is the kind that it could be mistaken for, if it was written as a near miss."""

    text: str
    kind: Kind
    family: str
    near: Kind | None
    language: str


class _Family(BaseModel):
    """A family as written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: str
    kind: Kind
    near: Kind | None = None
    language: Annotated[str, AfterValidator(_known)] = ENGLISH
    texts: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)], ...] = Field(min_length=1)


def read_texts(folder: Path, *, texts_min: Mapping[Kind, int] = TEXTS_MIN) -> tuple[TrainingText, ...]:
    """Read the training text.

    Args:
        folder: YAML files, each a list of families: `family`, `kind`, `texts`, perhaps `near` and `language`.
        texts_min: the fewest texts that each kind may have; of a kind that it does not name there may be any number.

    Returns:
        The texts, in the order of the files.

    Raises:
        GuardError: with every fault found: broken files, texts given twice, too few texts or families.
    """
    faults: list[Fault] = []
    texts = [text for path in sorted(folder.glob("*.yaml")) for text in _of_file(path, faults)]
    faults += _twice(texts)
    faults += _too_few(texts, texts_min)
    if faults:
        shown = "\n".join(f"  {fault}" for fault in sorted(faults))
        raise GuardError(
            f"The training text has {len(faults)} fault(s):\n{shown}\n",
            fix="Mend each line as it says, then run `sot guard train`.",
        )
    return tuple(texts)


def _of_file(path: Path, faults: list[Fault]) -> Iterator[TrainingText]:
    """The texts of one file; what is wrong with it goes to `faults`."""
    try:
        families = load_with_lines(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        faults.append(Fault(path.name, 1, "unreadable", f"{type(error).__name__}.", "Make it a list of families."))
        return
    for item in families if isinstance(families, list) else [families]:
        try:
            family = _Family.model_validate(without_lines(item))
        except ValidationError as error:
            line = item.get(LINE, 1) if isinstance(item, dict) else 1
            said = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
            faults.append(Fault(path.name, line, "family", f"{said}.", "Give `family`, `kind` and `texts`."))
            continue
        name = f"{path.stem}/{family.family}"
        for text in family.texts:
            yield TrainingText(text, family.kind, name, family.near, family.language)


def _twice(texts: list[TrainingText]) -> Iterator[Fault]:
    """A text given twice would stand on both sides of a fold."""
    seen: dict[str, str] = {}
    for text in texts:
        key = " ".join(text.text.casefold().split())
        if key in seen:
            file, family = text.family.split("/", 1)
            problem = f"{text.text!r} stands in {family} and in {seen[key]}."
            yield Fault(f"{file}.yaml", 1, "twice", problem, "Keep one.")
        seen.setdefault(key, text.family)


def _too_few(texts: list[TrainingText], texts_min: Mapping[Kind, int]) -> Iterator[Fault]:
    counts = Counter(text.kind for text in texts)
    for kind in texts_min:
        families = len({text.family for text in texts if text.kind is kind})
        if counts[kind] < texts_min[kind] or families < FAMILIES_MIN:
            problem = f"{counts[kind]} texts of {kind} in {families} families; {texts_min[kind]} in 2 are the fewest."
            yield Fault("*.yaml", 1, "too-few", problem, "Write more.")
