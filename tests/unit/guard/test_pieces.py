"""What is scored of a message: the whole and its pieces, so that nothing hides in a long one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.guard.normalising import read_message
from assistant.guard.pieces import PIECE_WORDS_MIN, PIECES_MAX, WINDOW_WORDS, rows

# Chinese puts no spaces between words, so words say little about how much of it an encoder can read.
CHARACTERS_READ = 250


def _rows(text: str) -> tuple[str, ...]:
    return rows(read_message(text))


def _words(*texts: str) -> list[str]:
    return [word for text in texts for word in text.split()]


def test_the_whole_message_comes_first_and_then_its_sentences() -> None:
    """The first row is what the message says as a whole."""
    whole, *sentences = _rows("First comes this. Then there is that! And what now?")
    assert whole == "first comes this. then there is that! and what now?"
    assert sentences == ["first comes this.", "then there is that!", "and what now?"]


@pytest.mark.parametrize("text", ["What is category II?", "hello", "", "   "])
def test_a_message_of_one_sentence_is_scored_once(text: str) -> None:
    """Each text is scored once, and there is always one to score."""
    assert len(_rows(text)) == 1


def test_a_sentence_said_twice_is_scored_once() -> None:
    """Saying it again makes it no likelier, only slower."""
    assert _rows("It hurts so much. It hurts so much.")[1:] == ("it hurts so much.",)


def test_a_few_words_go_with_their_neighbour() -> None:
    """A greeting is no small talk inside of a question, and two words of danger are read with what follows."""
    _, *pieces = _rows("Hi there! What is category two? Thanks. Chest pain. My arm is numb too.")
    assert pieces == ["hi there! what is category two?", "thanks. chest pain.", "my arm is numb too."]


def test_a_few_words_of_a_language_without_spaces_are_a_piece() -> None:
    """Chinese says much in what counts as one word here."""
    assert "我想死。" in _rows("你好。我想死。")


def test_a_long_run_without_full_stops_is_read_in_overlapping_windows() -> None:
    """People in distress write without full stops; no word lies beyond what the encoder reads, or on a lonely edge."""
    whole, *windows = _rows(" ".join(f"word{number}" for number in range(130)))
    assert all(len(window.split()) <= WINDOW_WORDS for window in windows)
    assert set(_words(*windows)) == set(whole.split())
    assert all(set(one.split()) & set(next_.split()) for one, next_ in pairwise(windows))


@pytest.mark.parametrize("text", ["我的背一直有点酸，" * 150 + "我现在胸口剧痛", "我的背一直有点酸" * 100])
def test_a_long_run_without_spaces_is_read_in_windows_too(text: str) -> None:
    """Danger at the end of a long Chinese run is read as well as that at the end of an English one."""
    whole, *windows = _rows(text)
    assert windows
    assert all(len(window) <= CHARACTERS_READ for window in windows)
    assert windows[-1].endswith(whole[-5:])


@pytest.mark.parametrize("count", [PIECES_MAX, PIECES_MAX + 1, 100, 400])
def test_of_many_sentences_neighbours_are_joined_so_that_all_are_read(count: int) -> None:
    """The number of rows is bounded and the last sentence is read as surely as the first."""
    whole, *pieces = _rows(" ".join(f"This is sentence{number}." for number in range(count)))
    assert len(pieces) <= PIECES_MAX
    assert _words(*pieces) == whole.split()


@given(st.lists(st.integers(PIECE_WORDS_MIN, 3 * WINDOW_WORDS), min_size=1, max_size=60))
def test_every_word_of_every_telling_sentence_is_in_some_row_of_bounded_number(lengths: list[int]) -> None:
    """Whatever a message looks like, nothing of it goes unread."""
    sentences = [" ".join(f"w{row}x{at}" for at in range(length)) + "." for row, length in enumerate(lengths)]
    whole, *pieces = _rows("\n".join(sentences))
    assert len(pieces) <= PIECES_MAX
    assert set(whole.split()) == set(_words(*pieces or [whole]))
