"""Foreign text becomes plain sentences that end where a reader would end them."""

import pytest

from ingest.formats.sentences import SENTENCE_CHARACTERS_MAX, clean, sentences

SPLIT = [
    ["Dr. Hart is in from 9 a.m. on Mondays.", "Ask Mrs. Li."],
    ["Bring something, e.g. a scan or the letter of Prof. Lee et al. about it.", "Then wait."],
    ["It costs $45.50, i.e. half.", "See https://www.example.org/fees.html?a=b.c for more!"],
    ["Is it safe?", "Most say so.", "It is No. 5 of 7."],
    ["He said: “It helped.”", "She agreed."],
    ["Bring: 1. a card and a scan."],
]


@pytest.mark.parametrize("wanted", SPLIT, ids=lambda wanted: wanted[0][:20])
def test_a_sentence_ends_where_a_reader_ends_it(wanted: list[str]) -> None:
    """Abbreviations, hours, prices and addresses of pages end nothing."""
    text = " ".join(wanted)
    found = list(sentences(text))
    assert [sentence for _, sentence in found] == wanted
    assert all(text.startswith(sentence, start) for start, sentence in found)


def test_text_without_full_stops_is_cut_between_words() -> None:
    """Nothing is lost, and each piece can be quoted."""
    text = " ".join(f"word{number}, and" for number in range(400))
    found = list(sentences(text))
    assert " ".join(piece for _, piece in found) == text
    assert all(len(piece) <= SENTENCE_CHARACTERS_MAX for _, piece in found)
    assert all(text.startswith(piece, start) for start, piece in found)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("sacro\u00adoccipital", "sacrooccipital"),
        ("exam\u00ad\nination", "examination"),
        ("a\u200bb\ufeff\u2060c \x07d\x00", "abc d"),
        ("two\u00a0 words\t\n here", "two words here"),
        ("\u202eturned\u202c", "turned"),
        ("Cafe\u0301 ½ 5 °C", "Café ½ 5 °C"),
    ],
)
def test_what_nobody_sees_is_removed(written: str, seen: str) -> None:
    """What is quoted is what a person would read, and looks the same wherever it is shown."""
    assert clean(written) == seen
