"""The training text of the guard's head: messages with their right action, in families of related phrasings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.domain import Action
from assistant.errors import GuardError
from assistant.guard.classifier import TRAINED
from assistant.guard.normalising import read_message
from ingest.errors import Fault
from ingest.yamlfile import LINE, load_with_lines

TEXTS_MIN: Mapping[Action, int] = {
    Action.EMERGENCY: 180,
    Action.CRISIS: 120,
    Action.REFUSE_INJECTION: 120,
    Action.REFUSE_TREATMENT: 180,
    Action.REFUSE_DIAGNOSIS: 180,
    Action.OFF_TOPIC: 120,
    Action.SMALLTALK: 60,
    Action.ANSWER: 420,
}


@dataclass(frozen=True, slots=True)
class TrainingText:
    """One message with its right action. `hard` marks an honest one that looks risky."""

    text: str
    action: Action
    family: str
    hard: bool

    @property
    def rows(self) -> tuple[str, ...]:
        """The whole message and its sentences, as screening encodes them."""
        message = read_message(self.text)
        return tuple(dict.fromkeys((message.raw, *message.sentences)))


def read_texts(folder: Path, *, texts_min: Mapping[Action, int] = TEXTS_MIN) -> tuple[TrainingText, ...]:
    """Read the training text.

    Args:
        folder: one file an action, `<action>.yaml`: a list of `family`, `texts` and perhaps `hard: true`.
        texts_min: the fewest texts an action may have.

    Returns:
        The texts, in the order of the actions and files.

    Raises:
        GuardError: with every fault found: broken files, texts given twice, too few texts or families.
    """
    faults: list[Fault] = []
    texts: list[TrainingText] = []
    seen: dict[str, str] = {}
    for action in TRAINED:
        mine = list(_of_action(folder / f"{action}.yaml", action, seen, faults))
        families = len({text.family for text in mine})
        if len(mine) < texts_min[action] or families < 2:
            problem = f"{len(mine)} texts in {families} families; {texts_min[action]} texts in 2 are the fewest."
            faults.append(Fault(f"{action}.yaml", 1, "too-few", problem, "Write more."))
        texts += mine
    if faults:
        shown = "\n".join(f"  {fault}" for fault in sorted(faults))
        raise GuardError(
            f"The training text has {len(faults)} fault(s):\n{shown}\n",
            fix="Mend each line as it says, then run `sot guard train`.",
        )
    return tuple(texts)


def _of_action(path: Path, action: Action, seen: dict[str, str], faults: list[Fault]) -> list[TrainingText]:
    """The texts of one file; what is wrong with it goes to `faults`."""
    try:
        families = load_with_lines(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        faults.append(Fault(path.name, 1, "unreadable", f"{type(error).__name__}.", "Make it a list of families."))
        return []
    texts: list[TrainingText] = []
    for family in families if isinstance(families, list) else [families]:
        if not _is_family(family):
            line = family.get(LINE, 1) if isinstance(family, dict) else 1
            faults.append(Fault(path.name, line, "family", "Not a family.", "Give `family`, `texts`, perhaps `hard`."))
            continue
        name, hard = f"{action}/{family['family']}", family.get("hard", False)
        for text in family["texts"]:
            key = " ".join(text.casefold().split())
            if key in seen:
                problem = f"{text!r} stands in {seen[key]} too."
                faults.append(Fault(path.name, family[LINE], "twice", problem, "Keep one."))
            seen.setdefault(key, name)
            texts.append(TrainingText(text, action, name, hard))
    return texts


def _is_family(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= {"family", "hard", "texts", LINE}
        and isinstance(value.get("family"), str)
        and isinstance(value.get("hard", False), bool)
        and isinstance(value.get("texts"), list)
        and all(isinstance(text, str) and text.strip() for text in value["texts"])
    )
