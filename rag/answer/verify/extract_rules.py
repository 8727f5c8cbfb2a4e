"""Decides if a worded sentence is an extract: a block, or the quoted reply, with words left out.

An extract says only what the block says, in the same order. So it need not pass the trained check, which is weaker on
phrases; it must pass the other rules. English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.verify.row_rules import is_of_row
from rag.answer.verify.statement import LEAD
from rag.answer.verify.tokens import Token, is_same, tokens
from rag.language.limits import any_of
from rag.language.lists import CONDITIONS, DENIALS, EXCEPTIONS, OCCASIONS
from rag.language.opposites import MAY, MUST, SHOULD
from rag.language.phrases import PREPOSITIONS
from rag.language.sentences import sentences
from rag.language.words import ends_in_not

FEWEST = 2  # words of a sentence, besides figures; with fewer it is a phrase, whose meaning depends on the question
LONGEST_GAP = 8  # words of the block that may be left out between two kept words
LIMIT = any_of(CONDITIONS | OCCASIONS | EXCEPTIONS | DENIALS)
MODALS = MAY | MUST | SHOULD
LIMITING = PREPOSITIONS - {"of"}  # open a phrase that may limit what may or must be done


def extracts(claim: str, block: str, *, row: bool = False, context: Sequence[str] = ()) -> bool:
    """Return True if leaving words out of the block gives the claim; `context` is the text above the block."""
    bare = claim[found.end() :] if (found := LEAD.match(claim)) else claim
    said = [token for token in tokens(bare) if token.kind != "light"]
    if sum(token.kind in ("content", "name", "small") for token in said) < FEWEST:
        return False
    if row:
        return is_of_row(bare, said, block)
    above = {token.form for text in context for token in tokens(text) if token.kind in ("name", "content", "figure")}
    parts = [block[start:end] for start, end in sentences(block)] or [block]
    return any(_is_left_of(said, tokens(part), above) for part in [*parts, block])


def segments(claim: str) -> list[str]:
    """Return the items of an enumeration, separated by semicolons, else by commas and the last "and"."""
    bare = claim.strip().rstrip(".")
    parts = re.split(r";\s{1,8}", bare)
    if len(parts) == 1:
        parts = re.split(r",\s{1,8}(?:and\s{1,8})?|\s{1,8}and\s{1,8}", bare)
    return [part.strip() for part in parts] if all(re.search(r"\w", part) for part in parts) else [claim]


def restates(claim: str, quoted: str, *, question: str) -> bool:
    """Return True if a claim says no more than the quoted reply: its words in order, with words of the question."""
    lead, there = LEAD.match(claim), LEAD.match(quoted)
    if lead and not (there and there["word"].casefold() == lead["word"].casefold()):
        return False
    bare = claim[lead.end() :] if lead else claim
    said = [token for token in tokens(bare) if token.kind != "light"]
    if not said:
        return bool(lead)
    above = {token.form for token in tokens(question)}
    return _is_left_of(said, tokens(quoted), above, small=True)


def known_words(text: str, known: str) -> bool:
    """Return True if every word of a text occurs in the known texts."""
    there = {token.form for token in tokens(known)}
    return all(token.form in there for token in tokens(text) if token.kind != "light")


def _is_left_of(said: Sequence[Token], there: Sequence[Token], above: set[str], *, small: bool = False) -> bool:
    """Return True if the words occur in this order, with nothing important left out between or around them.

    Words from above may be added, function words only if `small`.
    """
    at = -1
    kept: list[int] = []
    borrowed: list[Token] = []
    for token in said:
        place = next((i for i in range(at + 1, len(there)) if is_same(there[i].form, token.form)), None)
        if place is None or (kept and not _may_be_left_out(there, at, place)):
            if token.form not in above or (token.kind == "small" and not small):
                return False
            borrowed.append(token)
            continue
        kept.append(place)
        at = place
    if not any(there[i].kind in ("figure", "name", "content") and there[i].form not in above for i in kept):
        return False
    if borrowed and _names_another(there, kept):
        return False
    return not _turns(there, kept)


def _may_be_left_out(there: Sequence[Token], before: int, behind: int) -> bool:
    """Return True if nothing between two words matters; a phrase with a preposition beside "may" or "must" does."""
    gap = there[before + 1 : behind]
    if gap and gap[0].form in LIMITING and {there[before].form, there[behind].form} & MODALS:
        return False
    if len(gap) > LONGEST_GAP or any(token.breaks or token.kind in ("figure", "name", "small") for token in gap):
        return False
    return not _limits(gap)


def _names_another(there: Sequence[Token], kept: Sequence[int]) -> bool:
    """Return True if the sentence has a name, or a first word that may be one, that was left out."""
    return any(
        i not in kept and (token.kind == "name" or (i == 0 and token.kind == "content"))
        for i, token in enumerate(there)
    )


def _turns(there: Sequence[Token], kept: Sequence[int]) -> bool:
    """Return True if a negation or condition of the kept words was left out before or after them."""
    first = next((i for i in range(kept[0], 0, -1) if there[i].breaks), 0)
    last = next((i for i in range(kept[-1] + 1, len(there)) if there[i].breaks), len(there))
    head, tail = there[first : kept[0]], there[kept[-1] + 1 : last]
    if tail and tail[0].form in LIMITING and any(there[i].form in MODALS for i in kept):
        return True
    return _limits(head) or _limits(tail)


def _limits(run: Sequence[Token]) -> bool:
    """Return True if words that were left out deny, except or hold back what was kept."""
    return bool(LIMIT.search(" ".join(token.text for token in run))) or any(ends_in_not(token.text) for token in run)
