"""Which language a message is in: every one that we can reply in, and English if no other is likely."""

import pytest

from assistant.guard.languages import KNOWN, OTHERS, language_of

SENTENCES = {
    "en": [
        "What is category II?",
        "my back has hurt since yesterday",
        "I can't breathe and my chest hurts",
        "how do the blocks work?",
    ],
    "es": [
        "Me duele mucho la espalda desde ayer",
        "No puedo respirar y me duele el pecho",
        "¿Qué es la categoría II?",
        "quiero morirme, no aguanto más",
    ],
    "fr": [
        "J'ai mal au dos depuis hier",
        "je n'arrive plus à respirer",
        "Qu'est-ce que la catégorie II ?",
        "je veux mourir",
    ],
    "de": [
        "Mein Rücken tut seit gestern weh",
        "Ich bekomme keine Luft mehr",
        "Was ist Kategorie II?",
        "ich möchte nicht mehr leben",
    ],
    "pt": [
        "Estou com dor nas costas desde ontem",
        "não consigo respirar e dói o peito",
        "O que é a categoria II?",
        "não quero mais viver",
    ],
    "it": [
        "Ho mal di schiena da ieri",
        "non riesco a respirare e mi fa male il petto",
        "Che cos'è la categoria II?",
        "voglio morire",
    ],
    "zh": ["我从昨天开始背痛", "我胸口剧痛，喘不过气来", "什么是第二类？", "我想死"],
    "ar": ["ظهري يؤلمني منذ أمس", "لا أستطيع التنفس وصدري يؤلمني", "ما هي الفئة الثانية؟", "أريد أن أموت"],
    "hi": ["कल से मेरी पीठ में दर्द है", "मुझे सांस नहीं आ रही और सीने में दर्द है", "श्रेणी दो क्या है?", "मैं मरना चाहता हूँ"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in SENTENCES.items() for text in texts])
def test_the_languages_that_we_reply_in_are_told_apart(code: str, text: str) -> None:
    """A person in danger is answered in their own words."""
    assert language_of(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "cheers mate",
        "yo wassup",
        "hiya",
        "ta love",
        "nah im good ta",
        "gimme a sec",
        "innit bruv",
        "lol ok",
        "thx m8",
        "sup",
        "u ok hun",
        "SOT",
        "category II",
    ],
)
def test_short_english_slang_is_english(text: str) -> None:
    """It is full of words that other languages have too, so another language must be likely."""
    assert language_of(text) == "en"


@pytest.mark.parametrize("text", ["", "   ", "🙂", "?!", "42"])
def test_what_holds_no_words_is_english(text: str) -> None:
    """Whatever was sent, there is a language to reply in."""
    assert language_of(text) == "en"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ru", "У меня со вчерашнего дня болит спина"),
        ("ja", "昨日から背中が痛いです"),
        ("ko", "어제부터 허리가 아파요"),
    ],
)
def test_a_language_that_we_cannot_reply_in_is_named_all_the_same(code: str, text: str) -> None:
    """Its reader gets a line in many languages before the English reply."""
    assert language_of(text) == code


def test_the_same_text_is_always_in_the_same_language() -> None:
    """A replayed message gets the same reply."""
    texts = [text for texts in SENTENCES.values() for text in texts]
    assert [language_of(text) for text in texts] == [language_of(text) for text in texts]


def test_no_language_is_named_twice() -> None:
    """A language is known, or one of the others."""
    assert len({*KNOWN, *OTHERS}) == len(KNOWN) + len(OTHERS)
