"""Rewords sentences so that they stay true: omissions, moved clauses, resolved pronouns, joins, synonyms, other forms.

A rewrite takes (sentence, topic, chance) and returns the new sentence, or None if it does not apply.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from training.wording.alter import AUXILIARY, COMMON
from training.wording.lists import IRREGULAR, MONTHS, NUMBER_WORDS, ONE_WAY, SYNONYMS

Rewrite = Callable[[str, str, random.Random], "str | None"]

OPENER = re.compile(
    r"^(?:However|Moreover|In addition|Additionally|Furthermore|Also|Nevertheless|Therefore|Thus|In fact|For example|For instance|Meanwhile|Similarly|Finally|Then|Indeed|As a result|Consequently|Today|Please note that|Note that|Generally|Typically|Historically)\b,? (?=\w)"
)
BRACKETS = re.compile(r" ?\([^()]*\)")
ASIDE = re.compile(
    r", (?:which|who|whose|where|including|such as|as well as|named|called|known as|also known as|along with|like|located|born|an?|the|together with|in particular|for example|as of) [^,.;]{3,80}(?:, (?!and\b|or\b)| ?(?=\.$))"
)
TAIL = re.compile(
    r"(?:, (?:which|who|where|whose|while|whereas|although|though|with|and|as|making|including|such as|because|since|when|after|before|leading|resulting) |; |: | because | although | whereas | while )[^;]{8,200}(?=\.$)"
)
FRONT = re.compile(
    r"^((?:In|On|At|During|Since|After|Before|By|Until|For|Under|With|Within|From|According to|Because of|Due to|As of|Among) [^,]{2,60}), (\w[^;]*)\.$"
)
BACK = re.compile(
    r"^([A-Z][^,;:()]{10,120}?) ((?:in|on|since|after|before|by|until|during|from) (?:(?:early|late|mid|the) )?(?:\d{1,2} )?(?:[A-Z][a-z]+ )?(?:\d{1,2}, )?\d{4})\.$"
)
PRONOUN = re.compile(
    r"^(?:It(?= )|(?:He|She)(?= )|They(?= )|This(?= (?:is|was|has|can)\b)|The (?:company|city|song|film|movie|book|band|album|game|series|team|show|country|state|university|school|disease|condition|disorder|product|device|novel|town|river|building|company|group|organization|language|term|station|airport|club))(?= )"
)
CONDITION = re.compile(r"\b(?:if|unless|except|only|provided|not|never|until|without|but)\b")
APPOSITIVE = re.compile(
    r"^([A-Z][\w .’'-]{1,40}), ((?:an?|the) [^,]{5,80}), ((?:is|was|are|were|has|had|\w{3,}ed) [^;]{8,})\.$"
)
BY = re.compile(
    r"^((?:[A-Z][\w’'-]*|The [a-z-]+|A [a-z-]+)(?: [\w’'-]+){0,4}) (was|were) (?:\w+ly )?(\w+ed|written|built|sung|won|made|led|sold|held|given|taken|seen|shot|bought|sent) by ((?:the |The |a )?[\w’'. -]{2,40}?)( (?:in|on|at|from|for|during|as) [^,]{2,60})?\.$"
)
BY_PAST = {"written": "wrote", "sung": "sang", "given": "gave", "taken": "took", "seen": "saw"}
ACTIVE = re.compile(
    r"^([A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,3}) (\w{3,}ed|wrote|built|sang|won|made|led|sold|held|gave|took|bought) ((?:the|a|an|his|her) [\w’'-]+(?: [\w’'-]+){0,4})\.$"
)
PARTICIPLE = {"wrote": "written", "sang": "sung", "gave": "given", "took": "taken"}


def _sub(pattern: re.Pattern[str], new: str) -> Rewrite:
    def rewrite(sentence: str, topic: str, chance: random.Random) -> str | None:
        found = list(pattern.finditer(sentence))
        if not found:
            return None
        old = chance.choice(found)
        said = sentence[: old.start()] + new + sentence[old.end() :]
        return said[:1].upper() + said[1:] if len(said) > 20 else None

    return rewrite


def aside(sentence: str, topic: str, chance: random.Random) -> str | None:
    found = ASIDE.search(sentence)
    if not found or CONDITION.search(found.group()):
        return None
    shorter = sentence[: found.start()] + (" " if found.group().endswith(", ") else "") + sentence[found.end() :]
    return shorter if len(shorter) > 25 else None


def tail(sentence: str, topic: str, chance: random.Random) -> str | None:
    found = [m for m in TAIL.finditer(sentence) if m.start() > 25 and not CONDITION.search(m.group())]
    return sentence[: chance.choice(found).start()] + "." if found else None


def front(sentence: str, topic: str, chance: random.Random) -> str | None:
    if found := FRONT.search(sentence):
        moved, rest = found.groups()
        if chance.random() < 0.4 and not CONDITION.search(moved):
            return rest[:1].upper() + rest[1:] + "."
        lower = rest if rest.split()[0] not in COMMON else rest[:1].upper() + rest[1:]
        return f"{lower[:1].upper()}{lower[1:]} {moved[:1].lower()}{moved[1:]}."
    if found := BACK.search(sentence):
        rest, moved = found.groups()
        rest = rest[:1].lower() + rest[1:] if rest.split()[0] in COMMON else rest
        return f"{moved[:1].upper()}{moved[1:]}, {rest}."
    return None


def name_pronoun(sentence: str, topic: str, chance: random.Random) -> str | None:
    bare = re.sub(r" ?\(.*?\)", "", topic).strip()
    found = PRONOUN.search(sentence)
    if not bare or not found or len(bare) > 60:
        return None
    person = (
        bool(re.fullmatch(r"[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){1,3}", bare))
        and "(TV" not in topic
        and "film" not in topic
    )
    if (found.group() in ("He", "She") and not person) or (found.group() == "They" and not bare.endswith("s")):
        return None
    return PRONOUN.sub(lambda _: bare[:1].upper() + bare[1:], sentence)


def to_pronoun(sentence: str, topic: str, chance: random.Random) -> str | None:
    bare = re.sub(r" ?\(.*?\)", "", topic).strip()
    if (bare and sentence.startswith(f"{bare} is ")) or sentence.startswith(f"{bare} was "):
        return "It" + sentence[len(bare) :] if chance.random() < 0.5 else None
    return None


def appositive(sentence: str, topic: str, chance: random.Random) -> str | None:
    found = APPOSITIVE.search(sentence)
    if not found:
        return None
    name, what, rest = found.groups()
    if chance.random() < 0.5:
        return f"{name} {'is' if rest.startswith(('is', 'has', 'are')) else 'was'} {what}."
    return f"{name} {rest}."


def passive(sentence: str, topic: str, chance: random.Random) -> str | None:
    if found := BY.search(sentence):
        what, _, verb, who, rest = found.groups()
        what = what[:1].lower() + what[1:] if what.split()[0] in COMMON else what
        return f"{who[:1].upper()}{who[1:]} {BY_PAST.get(verb, verb)} {what}{rest or ''}."
    if found := ACTIVE.search(sentence):
        who, verb, what = found.groups()
        return f"{what[:1].upper()}{what[1:]} was {PARTICIPLE.get(verb, verb)} by {who}."
    return None


_same: dict[str, list[str]] = {}
for _row in SYNONYMS:
    for _word in _row:
        _same.setdefault(_word.lower(), []).extend(o for o in _row if o != _word)
for _new, _old in ONE_WAY:
    _same.setdefault(_old, []).append(_new)
_SAME = re.compile(
    r"(?<![\w’'-])(?:" + "|".join(map(re.escape, sorted(_same, key=len, reverse=True))) + r")(?![\w’'-])", re.IGNORECASE
)


def synonym(sentence: str, topic: str, chance: random.Random) -> str | None:
    found = list(_SAME.finditer(sentence))
    if not found:
        return None
    old = chance.choice(found)
    new = chance.choice(_same[old.group().lower()])
    new = new[:1].upper() + new[1:] if old.group()[0].isupper() else new
    return sentence[: old.start()] + new + sentence[old.end() :]


def number_form(sentence: str, topic: str, chance: random.Random) -> str | None:
    forms: list[Callable[[], str]] = []
    if found := re.search(r"\b\d{1,3}(?:,\d{3})+\b", sentence):
        forms.append(lambda m=found: sentence.replace(m.group(), m.group().replace(",", "")))
    if found := re.search(rf"(?<![\w-])(?:{'|'.join(NUMBER_WORDS[2:13])})(?![\w-])", sentence):
        forms.append(lambda m=found: sentence[: m.start()] + str(NUMBER_WORDS.index(m.group())) + sentence[m.end() :])
    if found := re.search(r"(?<![\w.,:/$€£-])([2-9]|1[0-2])(?= [a-z]{3,})", sentence):
        forms.append(lambda m=found: sentence[: m.start()] + NUMBER_WORDS[int(m.group())] + sentence[m.end() :])
    for old, new in (
        ("%", " percent"),
        (" percent", "%"),
        (" km ", " kilometres "),
        (" kilometers", " km"),
        (" kg", " kilograms"),
        (" million", " mn"),
        ("°C", " degrees Celsius"),
    ):
        if re.search(rf"\d{re.escape(old)}", sentence):
            forms.append(lambda o=old, n=new: re.sub(rf"(?<=\d){re.escape(o)}", n, sentence, count=1))
    return chance.choice(forms)() if forms else None


_DAY = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{'|'.join(MONTHS)})(?:,? (?P<year>\d{{4}}))?"
_AMERICAN = rf"(?P<month>{'|'.join(MONTHS)}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:, (?P<year>\d{{4}}))?(?!\d)"


def date_form(sentence: str, topic: str, chance: random.Random) -> str | None:
    found = re.search(rf"\b{_AMERICAN}", sentence) or re.search(rf"\b{_DAY}\b", sentence)
    if not found:
        return None
    day, month, year = int(found["day"]), found["month"], found["year"]
    if not 1 <= day <= 31:
        return None
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    forms = [f"{day} {month}{' ' + year if year else ''}", f"{month} {day}{', ' + year if year else ''}",
             f"{day}{ending} of {month}{' ' + year if year else ''}", f"{month} {day}{ending}{', ' + year if year else ''}",
             f"{day} {month[:3]}{' ' + year if year else ''}"]  # fmt: skip
    if year:
        number = MONTHS.index(month) + 1
        forms += [f"{year}-{number:02d}-{day:02d}", f"{day}.{number}.{year}", f"{day:02d}/{number:02d}/{year}"]
    return sentence[: found.start()] + chance.choice(forms) + sentence[found.end() :]


def clause(sentence: str, topic: str, chance: random.Random) -> str | None:
    """Return one clause of a sentence joined by "and"; the second one gets the subject of the first."""
    found = re.search(
        rf"^((?:The |A |An )?[A-Z]?[\w’'-]+(?: (?!{AUXILIARY}\b)[\w’'-]+){{0,4}}) ((?:is|was|are|were|has|had|\w{{3,}}ed) [^,;]{{6,100}}?),? and ((?:is|was|are|were|has|had|\w{{3,}}ed) [^;]{{6,120}})\.$",
        sentence,
    )
    if not found or CONDITION.search(sentence):
        return None
    who, first, second = found.groups()
    return f"{who} {second}." if chance.random() < 0.6 else f"{who} {first}."


def bare(sentence: str, topic: str, chance: random.Random) -> str | None:
    said = sentence.rstrip(".")
    if chance.random() < 0.3:
        said = said[:1].lower() + said[1:]
    return said


def said_that(sentence: str, topic: str, chance: random.Random) -> str | None:
    first = sentence.split()[0]
    lower = sentence[:1].lower() + sentence[1:] if first in COMMON else sentence
    return (
        chance.choice(("The document says that ", "According to the document, ", "It says that ", "As stated, "))
        + lower
    )


REWRITES: dict[str, tuple[Rewrite, float]] = {
    "opener": (_sub(OPENER, ""), 2.0),
    "brackets": (_sub(BRACKETS, ""), 3.0),
    "aside": (aside, 2.5),
    "tail": (tail, 2.5),
    "front": (front, 2.0),
    "pronoun": (name_pronoun, 3.0),
    "it": (to_pronoun, 0.3),
    "appositive": (appositive, 2.0),
    "passive": (passive, 3.0),
    "synonym": (synonym, 3.0),
    "number": (number_form, 2.0),
    "date": (date_form, 3.0),
    "clause": (clause, 2.5),
    "bare": (bare, 0.5),
    "said": (said_that, 0.1),
}


def reword(sentence: str, topic: str, chance: random.Random, *, most: int = 4) -> str:
    """Return the sentence after up to `most` rewrites of different kinds; unchanged if none applies."""
    kinds = list(REWRITES)
    weights = {kind: weight for kind, (_, weight) in REWRITES.items()}
    wanted, tried = chance.choices((0, 1, 2, 3, most), (1, 3, 4, 2, 1))[0], 0
    while wanted and kinds and tried < 12:
        kind = chance.choices(kinds, [weights[k] for k in kinds])[0]
        kinds.remove(kind)
        tried += 1
        made = REWRITES[kind][0](sentence, topic, chance)
        if made and made != sentence:
            sentence, wanted = made, wanted - 1
    return re.sub(r"\s{2,}", " ", sentence).replace(" ,", ",").replace(" .", ".").strip()


# Questions made from statements, and statements made from questions.

STATEMENT = re.compile(
    rf"^((?:The |A |An |This |These |All |Some )?[\w’'-]+(?: (?!{AUXILIARY}\b|who\b|which\b|that\b)[\w’'-]+){{0,5}}) (is|are|was|were|can|could|will|would|should|must|may|has|have) ((?:not )?)([^;]{{4,140}})\.$"
)


def yes_no(sentence: str) -> tuple[str, bool] | None:
    """Return a yes-no question that the sentence answers, and whether the answer is yes."""
    found = STATEMENT.search(sentence)
    if not found:
        return None
    who, verb, negated, rest = found.groups()
    who = who[:1].lower() + who[1:] if who.split()[0] in COMMON | {"All", "Some"} else who
    rest = re.split(r",? (?:which|who|because|although|while)\b|, ", rest)[0]
    if verb in ("has", "have") and not re.match(r"(?:been|\w+ed)\b", rest):
        return f"{'Does' if verb == 'has' else 'Do'} {who} have {rest}?", not negated
    if verb in ("must",):
        return f"Do {who} have to {rest}?" if len(who) % 2 else f"Must {who} {rest}?", not negated
    return f"{verb.capitalize()} {who} {rest}?", not negated


WH = re.compile(
    r"^(who|what|which|when|where|why|how many|how much|in what|in which|what year|in what year|how long|how old|how often|how)\b ?(.*)$",
    re.IGNORECASE,
)
VERB_FIRST = re.compile(
    rf"^(?:(?:is|was|are|were|has|had|can|will|would|could|did) |\w+(?:ed|s)\b|{'|'.join(sorted(set(IRREGULAR.values())))}\b)"
)
TO_BE = re.compile(r"^(is|was|are|were) (.*)$")


def statement(question: str, answer: str, chance: random.Random) -> str | None:
    """Return the statement made from a question and its answer, or None if no pattern matches."""
    asked = re.sub(r"\s*\?+\s*$", "", question.strip())
    found = WH.search(asked)
    answer = answer.strip().rstrip(".")
    if not found or not answer or len(answer) > 120:
        return None
    word, rest = found.group(1).lower(), found.group(2).strip()
    made = _of_subject(word, rest, answer) or _of_being(word, rest, answer) or _of_auxiliary(word, rest, answer)
    return made[:1].upper() + made[1:] + "." if made else None


def _of_subject(word: str, rest: str, answer: str) -> str | None:
    if (
        word in ("who", "what")
        and VERB_FIRST.search(rest)
        and not TO_BE.search(rest)
        and not rest.startswith(("did ", "can ", "will ", "would ", "could ", "has ", "had "))
    ):
        return f"{answer} {rest}"
    if (
        word in ("who", "what")
        and re.match(
            r"(is|was|are|were) ((?:the |an? |\w+ly )?(?:first|last|responsible|considered|known|elected|named|used|produced|made|called|in charge|played)\b.*)$",
            rest,
        )
        and word == "who"
    ):
        return f"{answer} {rest}"
    return None


def _of_being(word: str, rest: str, answer: str) -> str | None:
    found = TO_BE.search(rest)
    if word in ("what", "who", "when", "where", "how much", "how old", "how long") and found:
        verb, subject = found.groups()
        split = _split_subject(subject)
        joint = "in " if word == "when" and re.fullmatch(r"\d{4}", answer) else ""
        if split:
            return f"{split[0]} {verb} {split[1]} {joint}{answer}" if word in ("when", "where") else None
        if re.search(r"\b(?:to|by|in|of|for|with|at|from|on)$", subject):
            return None
        return f"{subject} {verb} {joint}{answer}"
    return None


def _split_subject(text: str) -> tuple[str, str] | None:
    """Split "the building completed by 1990" before its participle."""
    words = text.split()
    for i, word in enumerate(words):
        if (
            i
            and re.fullmatch(
                r"\w{2,}(?:ed|en|ing)|built|made|held|found|born|known|sung|set|shot|won|led|sold|put|sent|paid|told|seen|given|taken|written",
                word,
            )
            and word
            not in (
                "children",
                "women",
                "men",
                "garden",
                "king",
                "ring",
                "united",
                "kitchen",
                "building",
                "wedding",
                "red",
            )
        ):
            return " ".join(words[:i]), " ".join(words[i:])
    return None


def _of_auxiliary(word: str, rest: str, answer: str) -> str | None:
    found = re.match(
        r"^(?:(?P<noun>[\w -]{0,30}?) )?(?P<aux>did|does|do|can|will|could|should|must|was|were|is|are) (?P<subject>.*)$",
        rest,
    )
    if not found:
        return None
    noun, auxiliary, text = found["noun"] or "", found["aux"], found["subject"]
    if noun and word not in (
        "how many",
        "which",
        "what",
        "how much",
        "in what",
        "in which",
        "what year",
        "in what year",
    ):
        return None
    said = f"{answer} {noun}".strip() if word in ("how many", "how much") and noun and noun not in answer else answer
    if word in ("in what", "in which", "in what year"):
        said = answer if answer.split()[0].lower() in ("in", "on", "at") else f"in {answer}"
    if word in ("when",) and re.fullmatch(r"\d{4}", answer):
        said = f"in {answer}"
    split = (
        _split_base(text)
        if auxiliary in ("did", "does", "do", "can", "will", "could", "should", "must")
        else _split_subject(text)
    )
    if not split:
        return None
    subject, verb = split
    base, after = (verb.split(" ", 1) + [""])[:2]
    if auxiliary == "did":
        verb = f"{_past(base)} {after}".strip()
    elif auxiliary == "does":
        verb = f"{'has' if base == 'have' else base + ('es' if base.endswith(('s', 'sh', 'ch', 'o', 'x')) else 's')} {after}".strip()
    elif auxiliary != "do":
        verb = f"{auxiliary} {verb}"
    if word == "why":
        said = answer if re.match(r"(?i)because|due|to |for |in order|so ", answer) else f"because {answer}"
    return f"{subject} {verb} {said}"


BASES = frozenset(IRREGULAR)


def _split_base(text: str) -> tuple[str, str] | None:
    words = text.split()
    for i, word in enumerate(words):
        if i and word.lower() in BASES:
            return " ".join(words[:i]), " ".join(words[i:])
    return None


def _past(verb: str) -> str:
    return IRREGULAR.get(verb, verb + ("d" if verb.endswith("e") else "ed"))
