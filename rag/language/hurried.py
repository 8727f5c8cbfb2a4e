"""Writes out what people shorten in a hurry: "wen", "b4 the", "2nite". English only."""

from __future__ import annotations

import re
from collections.abc import Callable

SHORT = {
    "whats": "what's", "wats": "what's", "wots": "what's", "wheres": "where's", "whos": "who's", "hows": "how's", "whens": "when's",
    "wat": "what", "wot": "what", "wht": "what", "wen": "when", "whn": "when", "wher": "where", "whr": "where", "hw": "how",
    "hwo": "how", "wich": "which", "cant": "can't", "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "isnt": "isn't",
    "arent": "aren't", "wont": "won't", "couldnt": "couldn't", "shouldnt": "shouldn't", "wouldnt": "wouldn't", "im": "I'm",
    "ive": "I've", "cn": "can", "cud": "could", "shud": "should", "shoud": "should", "wud": "would", "hav": "have", "hv": "have",
    "gt": "get", "u": "you", "ya": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "thx": "thanks",
    "abt": "about", "bc": "because", "cuz": "because", "coz": "because", "bcoz": "because", "becuz": "because", "tel": "tell",
    "foto": "photo", "fotos": "photos", "fone": "phone", "hte": "the", "thr": "there", "ther": "there", "mutch": "much",
    "ppl": "people", "msg": "message", "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "tonite": "tonight",
    "gonna": "going to", "wanna": "want to", "gotta": "have to", "lemme": "let me", "gimme": "give me", "dunno": "don't know",
}  # fmt: skip
WITH_A_DIGIT = {
    "2nite": "tonight", "2night": "tonight", "2day": "today", "2moro": "tomorrow", "2morrow": "tomorrow", "gr8": "great", "l8": "late",
    "l8er": "later", "w8": "wait", "any1": "anyone", "some1": "someone", "every1": "everyone",
}  # fmt: skip
DIGIT = re.compile(r"(?<![\w-])(?:" + "|".join(WITH_A_DIGIT) + r")(?![\w-])")  # never in capitals: L8 is a code
HOLDS = r"the|a|an|my|our|your|his|her|their|this|that|these|those|it|me|us|you|him|them"
ACTS = (
    "be|do|go|get|pay|book|bring|ring|call|wait|sign|tell|wear|buy|give|send|come|ask|take|make|leave|stay|use|know|see|eat|drink|"
    "have|hav|find|put|keep|open|close|park|join|start|cancel|change|move|help|work|say|show"
)
IN_CONTEXT = (  # real words, figures and letters that stand for others
    (re.compile(r"\bdose(?= (?:the|teh|it|this|that|a|an|my|our|your|he|she|anyone|anybody|somebody|every)\b)", re.I), "does"),
    (re.compile(r"^were(?= (?:is|are|do|does|did|can|could|will|was)\b)", re.I), "where"),
    (re.compile(r"\bform(?= (?:the|which|what|when|who|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b)", re.I), "from"),
    (re.compile(rf"\bb4(?= (?:{HOLDS}|i|we|he|she|they|going|leaving|\d))"), "before"),
    (re.compile(rf"\bw(?= (?:{HOLDS})\b)"), "with"),
    (re.compile(r"\bw/o(?= )"), "without"),
    (re.compile(r"\bw/\s?(?=[a-z])"), "with "),
    (re.compile(rf"\b4(?= (?:{HOLDS}|free|every)\b)"), "for"),
    (re.compile(rf"(?<=[a-z] )2(?= (?:{ACTS})\b)"), "to"),
    (re.compile(r"^y(?= (?:is|are|was|were|do|does|did|can|cant|can't|must|has|have)\b)"), "why"),
)  # fmt: skip


def in_full(question: str, knows: Callable[[str], bool]) -> str:
    """Return a question with what its context shows to be short for something written out; `knows` tells codes."""
    for pattern, meant in IN_CONTEXT:
        question = pattern.sub(meant, question)
    return DIGIT.sub(lambda found: found[0] if knows(found[0]) else WITH_A_DIGIT[found[0]], question)
