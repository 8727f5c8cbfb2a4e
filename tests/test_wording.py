"""A model's text is shown part by part as far as the evidence supports it; elsewhere the evidence is quoted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from rag.answer.compose import compose
from rag.answer.reply import write
from rag.answer.situation import Situation
from rag.answer.verify.parts import LONGEST, MOST_PARTS, parts
from rag.answer.verify.verify import Verifier
from rag.answer.wording import Worded, word, words_better
from rag.models.generator import TransformersGenerator
from rag.protocols import innermost
from rag.web.session.stop import StoppableGenerator, StopSign
from tests.conftest import ScriptedGenerator
from tests.situations import situation

HUT = "The hut opens on 3 June and closes in October. A bed costs 48 crowns a night. Dogs sleep in the shed.\n"
STEPS = "# Stove\n\n1. Open the flue.\n2. Lay two logs.\n3. Light the paper.\n"


def asked(question: str, form: str = "why-how", best: str = "A bed costs 48 crowns", text: str = HUT) -> Situation:
    return situation(question, form, {"hut.md": text}, best)


def words_of(found: Situation, *pieces: str) -> Worded:
    """Return the final result for a model's words."""
    *_, last = word(found, compose(found), ScriptedGenerator(*pieces), Verifier(None))
    return last


def test_the_embedded_model_words_no_form_unless_it_is_better_even_when_the_page_wraps_it() -> None:
    embedded, other = TransformersGenerator(), ScriptedGenerator()
    assert not words_better(embedded, "fact")
    assert not words_better(StoppableGenerator(embedded, StopSign()), "fact")
    assert words_better(StoppableGenerator(other, StopSign()), "fact")
    assert innermost(StoppableGenerator(other, StopSign())) is other


def test_a_supported_wording_is_shown_as_the_models_words() -> None:
    said = words_of(asked("What does a bed cost?"), "A bed costs 48 crowns [1].")
    assert write(said.reply).text == "A bed costs 48 crowns [1]."
    assert said.rejected == ()


@pytest.mark.parametrize(
    "claim",
    ["A bed costs 84 crowns.", "A bed costs a thousand crowns.", "A bed costs 48 euros a night.", "A bed does not cost 48 crowns a night."],
)  # fmt: skip
def test_an_unsupported_part_is_replaced_by_its_evidence(claim: str) -> None:
    said = words_of(asked("What does a bed cost?"), claim)
    assert [s.text for s in said.reply] == ["A bed costs 48 crowns a night."]
    assert said.rejected == (claim,)


def test_one_bad_part_does_not_affect_the_others() -> None:
    both = situation(
        "Tell me of the hut", "why-how", {"hut.md": HUT}, "A bed costs 48 crowns", "Dogs sleep in the shed"
    )
    said = words_of(both, "A bed costs 48 crowns [1]. ", "Dogs sleep in the kitchen [2].")
    assert [s.text for s in said.reply] == ["A bed costs 48 crowns.", "Dogs sleep in the shed."]
    assert said.rejected == ("Dogs sleep in the kitchen.",)


def test_a_reply_without_the_answer_is_replaced_by_the_quotes() -> None:
    said = words_of(asked("What does a bed cost?"), "Dogs sleep in the shed.")
    assert [s.text for s in said.reply] == ["A bed costs 48 crowns a night."]


def test_a_true_sentence_that_does_not_answer_is_replaced_by_the_quotes() -> None:
    both = situation(
        "What does a bed cost?", "fact", {"hut.md": HUT}, "A bed costs 48 crowns", "Dogs sleep in the shed"
    )
    assert words_of(both, "Dogs sleep in the shed [2].").reply == compose(both)


def test_a_row_is_not_quoted_as_a_sentence_in_place_of_a_failed_part() -> None:
    text = f"{HUT}\n| Room | Crowns |\n|---|---|\n| Attic | 48 |\n| Cellar | 31 |\n"
    both = situation("Tell me of the hut", "why-how", {"hut.md": text}, "A bed costs 48 crowns", "Cellar")
    said = words_of(both, "A bed costs 48 crowns [1]. ", "The cellar room costs 13 crowns [2].")
    assert [s.text for s in said.reply] == ["A bed costs 48 crowns."]


def test_steps_of_a_model_stay_steps_if_none_is_missing() -> None:
    question = asked("How do I light the stove?", "steps", "Open the flue", STEPS)
    whole = words_of(question, "1. Open the flue\n2. Lay two logs\n3. Light the paper\n")
    assert write(whole.reply).text == "1. Open the flue [1]\n2. Lay two logs [2]\n3. Light the paper [3]"
    short = words_of(question, "1. Open the flue\n2. Light the paper\n")
    assert len(short.reply) == 3


def test_parts_are_passed_on_before_the_model_ends() -> None:
    pieces = ["First sen", "tence. Second sentence is lo", "ng. Thi", "rd one."]
    read: list[str] = []

    def slowly() -> Sequence[str]:
        for piece in pieces:
            read.append(piece)
            yield piece  # type: ignore[misc]

    said = parts(slowly())  # type: ignore[arg-type]
    assert next(said).text == "First sentence."
    assert len(read) == 2
    assert [part.text for part in said] == ["Second sentence is long.", "Third one."]


def test_code_is_shown_only_verbatim() -> None:
    code = "# Call\n\n```python\nkiln.fire(cone=6)\n```\n"
    good = words_of(asked("How?", "steps", "kiln.fire", code), "```python\nkiln.fire(cone=6)\n```")
    bad = words_of(asked("How?", "steps", "kiln.fire", code), "```python\nkiln.fire(cone=9)\n```")
    assert "kiln.fire(cone=6)" in write(good.reply).text
    assert "cone=9" not in write(bad.reply).text
    half = words_of(asked("How?", "steps", "kiln.fire", code), "```python\nkiln.fire(cone=6)\nkiln.open()\n```")
    assert "kiln.open" not in write(half.reply).text


@pytest.mark.parametrize(("code", "other"), [("fire(*two)", "fire(two)"), ("fire(cones[1])", "fire(cones[2])")])
def test_code_is_not_shown_with_another_index_or_sign(code: str, other: str) -> None:
    found = asked("How?", "steps", "fire", f"# Call\n\nFirst.\n\n    {code}\n")
    assert other not in write(words_of(found, f"```python\n{other}\n```").reply).text


def test_a_reply_without_end_is_truncated() -> None:
    read: list[str] = []

    def endless(piece: str) -> Iterator[str]:
        for _ in range(10_000):
            read.append(piece)
            yield piece

    assert len(list(parts(endless("It is so. ")))) in (MOST_PARTS, MOST_PARTS + 1)
    read.clear()
    assert list(parts(endless("and so on "))) == []
    assert len("".join(read)) <= LONGEST + len("and so on ")
