"""What the program says of itself, in four languages where that is simple."""

from __future__ import annotations

import re

from rag.language.own_words import language_of

MIRRORED = re.compile(
    r"\b(good (?:morning|afternoon|evening)|guten (?:morgen|tag|abend)|bonsoir|bonjour|buen[oa]s (?:días|tardes|noches))\b",
    re.IGNORECASE,
)
GREETINGS = {"en": "Hello", "de": "Hallo", "fr": "Bonjour", "es": "Hola"}
SAYINGS: dict[str, dict[str, str]] = {
    "greet": {
        "en": "{hello}! What would you like to know from your documents?",
        "de": "{hello}! Was möchtest du aus deinen Dokumenten wissen?",
        "fr": "{hello} ! Que voulez-vous savoir de vos documents ?",
        "es": "¡{hello}! ¿Qué quieres saber de tus documentos?",
    },
    "how-are-you": {
        "en": "{hello}! I am fine, thank you, and ready to help. What would you like to know from your documents?",
        "de": "{hello}! Mir geht es gut, danke. Was möchtest du aus deinen Dokumenten wissen?",
        "fr": "{hello} ! Je vais bien, merci. Que voulez-vous savoir de vos documents ?",
        "es": "¡{hello}! Estoy bien, gracias. ¿Qué quieres saber de tus documentos?",
    },
    "thanks": {
        "en": "You are welcome! Ask me whenever you want to know more.",
        "de": "Gern geschehen! Frag einfach, wenn du mehr wissen möchtest.",
        "fr": "Avec plaisir ! Posez-moi d’autres questions quand vous voulez.",
        "es": "¡De nada! Pregúntame cuando quieras saber más.",
    },
    "bye": {
        "en": "Goodbye, and take care!",
        "de": "Auf Wiedersehen, bis bald!",
        "fr": "Au revoir, à bientôt !",
        "es": "¡Adiós, hasta pronto!",
    },
    "joke": {
        "en": "Why did the document go to the doctor? It had a problem with its appendix. I am better at looking things up, though.",
        "de": "Warum war das Dokument so ruhig? Es hatte sich schon abgeheftet. Im Nachschlagen bin ich aber besser als im Witzeerzählen.",
        "fr": "Pourquoi le document est-il calme ? Parce qu’il est bien classé. Mais je suis plus doué pour chercher que pour les blagues.",
        "es": "¿Por qué está tan tranquilo el documento? Porque ya está archivado. Aunque se me da mejor buscar que contar chistes.",
    },
    "who-are-you": {
        "en": "I am rag, a program that answers questions from your own documents, on this computer, and cites the places where "
        "each answer stands. I am not a person.",
        "de": "Ich bin rag, ein Programm, das Fragen aus deinen eigenen Dokumenten beantwortet, auf diesem Computer, und jede "
        "Antwort mit ihrer Stelle belegt.",
        "fr": "Je suis rag, un programme qui répond à vos questions à partir de vos propres documents, sur cet ordinateur, en "
        "citant chaque source.",
        "es": "Soy rag, un programa que responde preguntas a partir de tus propios documentos, en este ordenador, y cita cada fuente.",
    },
    "what-can-you-do": {
        "en": "I answer questions about your documents and show the place where each answer stands: facts, yes or no, steps, lists, "
        "comparisons, sums over tables, summaries. What they do not say, I do not answer. Ask, for instance, what a contract "
        "says about notice. To add files, put them into the folder of documents and build the index again.",
        "de": "Ich beantworte Fragen zu deinen Dokumenten und zeige, wo jede Antwort steht: Fakten, Ja oder Nein, Schritte, Listen, "
        "Vergleiche, Summen über Tabellen, Zusammenfassungen. Was sie nicht sagen, beantworte ich nicht.",
        "fr": "Je réponds aux questions sur vos documents et montre où se trouve chaque réponse : faits, étapes, listes, comparaisons, "
        "sommes, résumés. Ce qu’ils ne disent pas, je ne l’invente pas.",
        "es": "Respondo preguntas sobre tus documentos y muestro dónde está cada respuesta: datos, pasos, listas, comparaciones, "
        "sumas, resúmenes. Lo que no dicen, no lo respondo.",
    },
}


HOW_TO = """1. Add your documents: drop files or folders anywhere on the page, or choose them under Documents. In a terminal, put them into \
the folder of documents and run `rag build`.
2. Ask in your own words. Each sentence of an answer has a number: open it to read the place in the file.
3. To take a document away, choose Remove beside it under Documents, or delete its file and build again."""


def saying(act: str, question: str) -> str:
    """Return what is said to an act of SAYINGS, in the language of the question."""
    language = language_of(question)
    language = language if language in GREETINGS else "en"
    mirrored = MIRRORED.search(question)
    hello = mirrored.group().capitalize() if mirrored and language in ("en", "fr", "es") else GREETINGS[language]
    if mirrored and language == "de":
        hello = " ".join(word.capitalize() for word in mirrored.group().split())
    return SAYINGS[act][language].format(hello=hello)
