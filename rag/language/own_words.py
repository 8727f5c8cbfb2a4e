"""Says the program's own short phrases in the language of a question."""

from __future__ import annotations

import re

# Words that a question of a language has and that others rarely have.
QUESTION_WORDS = {
    "de": """wie was wann wo wer wen wem wessen warum wieso weshalb welche welcher welches welchen ist sind hat haben kann darf muss soll der die
    das ein eine ich wir man nicht gibt und für mit von zum zur beim im am den dem""",
    "fr": """combien quand où qui que quoi quel quelle quels quelles pourquoi comment est sont peut doit dois puis le la les un une des du je nous
    il elle on ne pas et pour avec dans au aux y faut c'est qu'est-ce""",
    "es": """cuánto cuánta cuántos cuántas cuándo dónde quién quiénes qué cuál cuáles cómo por es son está están puede puedo debo tiene hay el
    los las un una unos del yo nosotros no y para con en al se""",
    "en": """how what when where who whom whose why which is are was were do does did can could may must should has have the a an i we you it of
    and for with in on at to my our there""",
}  # fmt: skip
SCRIPTS = (("ru", re.compile(r"[\u0400-\u04ff]")), ("zh", re.compile(r"[\u3400-\u9fff]")))
YES_NO = {
    "en": ("Yes", "No"), "de": ("Ja", "Nein"), "fr": ("Oui", "Non"), "es": ("Sí", "No"), "ru": ("Да", "Нет"), "zh": ("是", "否"),
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
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def language_of(question: str) -> str:
    """Return the language of a question: en, de, fr, es, ru or zh; en where none is clear."""
    for language, script in SCRIPTS:
        if len(script.findall(question)) * 3 > len(question.replace(" ", "")):
            return language
    asked = [word.casefold() for word in WORD.findall(question)]
    counts = {name: sum(word in _words(name) for word in asked) for name in QUESTION_WORDS}
    best = max(counts, key=lambda name: (counts[name], name == "en"))
    return best if counts[best] > counts["en"] else "en"


def yes_or_no(question: str, *, yes: bool) -> str:
    """Return "Yes" or "No" in the language of a question."""
    return YES_NO[language_of(question)][not yes]


def refusal_in(question: str, *, nearly: bool) -> str:
    """Return the words of refusal in the language of a question, "" for English, whose words the prompt has."""
    return (NOT_VERIFIED if nearly else NOT_FOUND).get(language_of(question), "")


def _words(language: str) -> frozenset[str]:
    return frozenset(QUESTION_WORDS[language].split())
