"""Which language a message is in, told by py3langid among those of the training text and some more.

Short English is full of words that other languages have too ("cheers mate"), so another language must be likely, and
one that we have no replies for all but sure.
"""

from functools import lru_cache
from typing import Any

ENGLISH = "en"
KNOWN = (ENGLISH, "es", "fr", "de", "pt", "it", "zh", "ar", "hi", "nl", "pl")
OTHERS = ("ja", "ko", "ru", "uk", "tr", "vi", "el", "he", "th", "fa", "ur", "bn", "ta", "sv", "ro", "id", "sw")
LIKELY_MIN = 0.45
OTHER_LIKELY_MIN = 0.8


def language_of(text: str) -> str:
    """The language of a text.

    Args:
        text: as written; its case and accents help.

    Returns:
        An ISO 639-1 code of `KNOWN` or `OTHERS`; `en` if no other is likely.
    """
    code, likely = _identifier().classify(text)
    return str(code) if likely >= (LIKELY_MIN if code in KNOWN else OTHER_LIKELY_MIN) else ENGLISH


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*KNOWN, *OTHERS])
    return identifier
