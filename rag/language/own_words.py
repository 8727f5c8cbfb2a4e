"""The program's own short phrases in the language of a question."""

from __future__ import annotations

import re

from rag.language.everyday import likeliest
from rag.language.lists import SMALL_TALK
from rag.language.sentences import LANGUAGE_OF_WORDS
from rag.language.sentences import language_of as language_written
from rag.language.terms import languages_asked, words_of

CODES = {"english": "en", "german": "de", "french": "fr", "spanish": "es", "russian": "ru"}
CHINESE = re.compile(r"[\u3400-\u9fff]")
SPANISH = re.compile(r"\s*[¿¡]")
KANA = re.compile(r"[\u3040-\u30ff]")
QUOTED = re.compile(r"[\"“„«»][^\"“”„«»]{1,200}[\"”“«»]")  # a title or a word that is asked about
LETTERS_OF_A_WORD = 2  # in Chinese
YES_NO = {
    "en": ("Yes", "No"), "de": ("Ja", "Nein"), "fr": ("Oui", "Non"), "es": ("Sí", "No"), "ru": ("Да", "Нет"), "zh": ("是", "否"),
}  # fmt: skip
EARLIER = {  # said of what a later statement replaces; the second where nothing but its words says that it is later
    "en": ("Earlier", "Elsewhere"), "de": ("Früher", "Anderswo"), "fr": ("Avant", "Ailleurs"), "es": ("Antes", "En otro lugar"),
    "ru": ("Раньше", "В другом месте"), "zh": ("此前", "另见"),
}  # fmt: skip
NOT_FOUND = {
    "de": "Dazu habe ich in den Dokumenten keine Antwort gefunden.",
    "fr": "Je n’ai pas trouvé de réponse à cette question dans les documents.",
    "es": "No he encontrado una respuesta a esto en los documentos.",
    "ru": "В документах я не нашёл ответа на этот вопрос.",
    "zh": "我在文档中没有找到这个问题的答案。",
}
NOT_VERIFIED = {
    "de": "Die Dokumente berühren das Thema, aber keine Stelle beantwortet die Frage sicher.",
    "fr": "Les documents abordent ce sujet, mais aucun passage ne répond sûrement à la question.",
    "es": "Los documentos tratan el tema, pero ningún pasaje responde con seguridad a la pregunta.",
    "ru": "Документы касаются этой темы, но ни одно место не отвечает на вопрос уверенно.",
    "zh": "文档涉及这个话题，但没有一处能可靠地回答这个问题。",
}

DISAGREE = {
    "de": "Die Dokumente sagen dazu Verschiedenes.",
    "fr": "Les documents ne disent pas tous la même chose.",
    "es": "Los documentos no dicen todos lo mismo.",
    "ru": "Документы говорят об этом разное.",
    "zh": "各个文档对此说法不一。",
}


def language_of(question: str) -> str:
    """Return the language of a question or greeting: en, de, fr, es, ru or zh, "" for any other."""
    question = QUOTED.sub(" ", question) if re.search(r"\w", QUOTED.sub(" ", question)) else question
    if _is_chinese(question):
        return "zh"
    words = words_of(question)
    if talk := _language_of_small_talk(frozenset(words)):
        return talk
    asked = languages_asked(words)
    found = asked or {"english"}
    known = sorted(CODES[name] for name in found if name in CODES)
    told = "en" if "english" in found else known[0] if len(known) == 1 else ""
    if SPANISH.match(question):
        return "es"
    if (told == "" or not asked) and (everyday := likeliest(words)):
        return everyday
    return told if told != "en" or language_written(question) in LANGUAGE_OF_WORDS else ""


def _is_chinese(question: str) -> bool:
    """Return True if a question is in Chinese, whatever foreign names it holds; Japanese writes small words in kana."""
    letters = len(CHINESE.findall(question))
    others = len(re.findall(r"[A-Za-zÀ-ɏ]+", question))
    much = 3 * letters > len(question.replace(" ", "")) or letters > LETTERS_OF_A_WORD * others
    return letters > 0 and much and not KANA.search(question)


def _language_of_small_talk(words: frozenset[str]) -> str:
    """Return the language in which half of the words are greetings or thanks, "" if there is none."""
    best = max(SMALL_TALK, key=lambda language: len(words & SMALL_TALK[language]))
    return best if words and 2 * len(words & SMALL_TALK[best]) >= len(words) else ""


def yes_or_no(question: str, *, yes: bool) -> str:
    """Return "Yes" or "No" in the language of a question."""
    return YES_NO.get(language_of(question), YES_NO["en"])[not yes]


def earlier(question: str, *, surely: bool) -> str:
    """Return "Earlier", or "Elsewhere" if no date says so, in the language of a question."""
    return EARLIER.get(language_of(question), EARLIER["en"])[not surely]


def disagreement_in(question: str) -> str:
    """Return that documents disagree in the language of the question, "" if the English text of `prompt` applies."""
    return DISAGREE.get(language_of(question), "")


def refusal_in(question: str, *, nearly: bool) -> str:
    """Return the refusal in the language of a question, "" if the English one of `prompt` applies."""
    return (NOT_VERIFIED if nearly else NOT_FOUND).get(language_of(question), "")
