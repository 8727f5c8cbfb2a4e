from __future__ import annotations

import pytest

from rag.answer.prompt import refusal
from rag.answer.question.followup import LONGEST_ANSWER, LONGEST_QUESTION, last_question, standalone, turns, wordings
from rag.answer.question.intent import LEANS, Intent, IntentHead
from rag.types import Turn
from training.conversations import checks

LEANING = Intent("ask", "fact", 0.9, 0.9)
ALONE = Intent("ask", "fact", 0.1, 0.9)
FERRY = [Turn("How much does the ferry to Lunde cost?", "The ferry to Lunde costs 9 euros [1].")]


def leaning(question: str) -> Intent:
    """Return a leaning intent for short questions, and thanks for thanks."""
    if question in ("thanks", "Hello"):
        return Intent("thanks", "fact", 0.9, 1)
    return LEANING if len(question.split()) < 7 else ALONE


def test_a_question_without_history_stays_as_it_is() -> None:
    assert standalone("Who pays for it?", [], LEANING) == "Who pays for it?"
    assert wordings("Who pays for it?", [], LEANING) == ["Who pays for it?"]


def test_a_question_about_a_new_topic_is_not_changed_by_the_history() -> None:
    history = [*FERRY, Turn("And the bus?", "The bus costs 3 euros [1].")]
    assert standalone("Which wine goes with trout?", history, ALONE) == "Which wine goes with trout?"
    assert wordings("Which wine goes with trout?", history, ALONE) == ["Which wine goes with trout?"]


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("how long does it take?", "How long does the ferry to Lunde take?"),
        ("and the bus?", "How much does the bus to Lunde cost?"),
        ("and to Varde?", "How much does the ferry to Varde cost?"),
        ("what about bikes?", "How much does the ferry to Lunde cost, bikes?"),
        ("who pays?", "Who pays, the ferry to Lunde?"),
    ],
)
def test_the_topic_is_carried_over(question: str, understood: str) -> None:
    assert standalone(question, FERRY, LEANING) == understood


def test_a_chain_of_follow_ups_is_resolved_from_its_first_question() -> None:
    history = [
        Turn("How much does the Alpino tent cost in the shop?", "240 euros [1]."),
        Turn("and the Borea?", "310 euros [1]."),
    ]
    assert (
        standalone("and the Cirro?", history, LEANING, understand=leaning)
        == "How much does the Cirro cost in the shop?"
    )
    asked = standalone(
        "which one is lighter?", [*history, Turn("thanks", "You are welcome!")], LEANING, understand=leaning
    )
    assert asked == "Which one is lighter, the Borea, the Alpino tent?"


@pytest.mark.parametrize(
    "answer",
    [
        "1. Count the till [1].\n2. Clean the fryer [1].\n3. Switch off the gas [1].",
        "- Count the till [1]\n- Clean the fryer [2]\n- Switch off the gas [3]",
        "| What | When |\n|---|---|\n| Count the till | now [1] |\n| Clean the fryer | then [2] |\n| Switch off the gas | last [3] |",
    ],
)
def test_the_second_one_refers_to_the_second_item_of_the_last_list(answer: str) -> None:
    history = [Turn("What are the steps to close the kiosk?", answer)]
    assert standalone("and what about the second one?", history, LEANING) == "Clean the fryer?"
    assert standalone("how do I do the last one?", history, LEANING) == "How do I do Switch off the gas?"
    assert standalone("the seventh one?", history, LEANING) != "?"


def test_a_topic_with_backslashes_is_carried_over_as_it_is() -> None:
    history = [Turn(r"Explain C:\docs\new", r"C:\docs\new is the folder of new files [1].")]
    assert standalone("How does it work?", history, LEANING, understand=leaning) == r"How does C:\docs\new work?"


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("Is there no one who can help?", "Is there no one who can help"),
        ("and no two of us?", "no two of us"),
        ("what is number 0?", "number 0"),
        ("what about no. 2?", "Kitchen"),
        ("who cleans no 2?", "Kitchen"),
        ("who cleans number two?", "Kitchen"),
    ],
)
def test_no_counts_items_only_before_a_figure(question: str, understood: str) -> None:
    history = [Turn("Which rooms are there?", "1. Hall [1].\n2. Kitchen [1].\n3. Attic [1].")]
    assert understood in standalone(question, history, LEANING)


def test_he_and_she_refer_to_the_person_named_in_the_question_or_answer() -> None:
    asked = [Turn("Who directs the choir of the town?", "The choir is directed by Ilse Brandhorst [1].")]
    assert standalone("where does she live?", asked, LEANING) == "Where does Ilse Brandhorst live?"
    named = [Turn("When did Mr Adeyemi order the forty chairs?", "On 3 June [1].")]
    assert standalone("what's his number?", named, LEANING) == "What is Mr Adeyemi’s number?"


def test_another_question_word_repeats_the_last_question() -> None:
    history = [Turn("When does the swimming course start?", "On 4 May [1].")]
    assert standalone("and where?", history, LEANING) == "Where does the swimming course start?"


def test_after_a_refusal_only_the_question_is_carried_over() -> None:
    refused = [Turn("Where does the harbour master live?", refusal("not_found"))]
    assert standalone("how old is he?", refused, LEANING) == "How old is the harbour master?"
    assert not any("find" in wording for wording in wordings("how old is he?", refused, LEANING))


def test_a_leaning_question_is_also_searched_with_the_last_turn() -> None:
    assert wordings("how long does it take?", FERRY, LEANING) == [
        "How long does the ferry to Lunde take?",
        "how long does it take? How much does the ferry to Lunde cost? The ferry to Lunde costs 9 euros.",
    ]


def test_a_marker_with_two_numbers_is_no_part_of_what_was_said() -> None:
    history = [Turn("How much does the ferry to Lunde cost?", "The ferry to Lunde costs 9 euros [1, 2].")]
    assert wordings("how long does it take?", history, LEANING)[1].endswith("costs 9 euros.")


def test_small_talk_is_not_a_topic() -> None:
    assert standalone("who pays?", [Turn("Hello", "Hello!")], LEANING, understand=leaning) == "who pays?"
    assert last_question([Turn("Hello", "Hello!")], understand=leaning) is None


def test_the_last_question_is_the_standalone_one() -> None:
    history = [*FERRY, Turn("and the bus?", "The bus costs 3 euros [1]."), Turn("thanks", "You are welcome!")]
    assert last_question(history, understand=leaning) == "How much does the bus to Lunde cost?"


def test_long_turns_are_truncated() -> None:
    (_, carried) = wordings("Why?", [Turn("q" * 5_000, "a" * 5_000)], LEANING, understand=lambda q: ALONE)
    assert carried == f"Why? {'q' * LONGEST_QUESTION} {'a' * LONGEST_ANSWER}"


def test_an_empty_turn_adds_nothing() -> None:
    assert wordings("Why is that?", [Turn("", "")], LEANING) == ["Why is that?"]


def test_pairs_are_accepted_as_turns() -> None:
    assert turns([("Where?", "Here."), FERRY[0]]) == [Turn("Where?", "Here."), FERRY[0]]


def test_our_own_conversations_are_resolved() -> None:
    found = [check.fault(standalone(check.question, check.history)) for check in checks("dev")]
    assert found.count("") >= 0.85 * len(found)


def test_a_turn_about_the_program_ends_the_topic_before_it() -> None:
    about_itself = Turn("How do I add my own documents?", "1. Drop files anywhere on the page.")

    def known(question: str) -> Intent:
        return Intent("what-can-you-do", "steps", 0, 1) if question == about_itself.question else leaning(question)

    history = [*FERRY, about_itself]
    assert wordings("and remove them again?", history, LEANING, understand=known) == ["and remove them again?"]
    thanked = [*FERRY, Turn("thanks", "You are welcome!")]
    assert "ferry" in wordings("and how long does it take?", thanked, LEANING, understand=known)[0]


HEAD = IntentHead().in_conversation


@pytest.mark.parametrize(
    "question",
    [
        "at what temperature",
        "since when?",
        "by which date",
        "with whom",
        "including VAT?",
        "and if I come late?",
        "who climbed it first?",
        "what size?",
        "can I do it again to be sure?",
        "may we do that in summer",
    ],
)
def test_a_fragment_or_an_act_without_a_thing_leans_on_the_conversation(question: str) -> None:
    assert HEAD(question).leans >= LEANS


@pytest.mark.parametrize(
    "question",
    [
        "In which room does the choir sing?",
        "At what time does the bakery open?",
        "Do I need a permit to do it myself in the cellar?",
        "How long does it take to charge the boat?",
    ],
)
def test_a_question_that_names_its_thing_does_not_lean(question: str) -> None:
    assert HEAD(question).leans < LEANS


def test_the_numbered_item_of_a_list_is_meant_whatever_the_question_is_taken_for() -> None:
    history = [
        Turn("Which plans has the choir?", "- a new organ [1]\n- lessons for beginners [2]\n- a trip to Lunde [3]")
    ]
    assert standalone("tell me more about the second", history, ALONE) == "Tell me more about lessons for beginners?"
    assert standalone("when was the second?", [Turn("Who sings?", "The choir.")], ALONE) == "when was the second?"


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("and number 4?", "What does KR-4 cost?"),
        ("and no. 12?", "What does KR-12 cost?"),
        ("what about 7", "What does KR-7 cost?"),
        ("and KR-2?", "What does KR-2 cost?"),
    ],
)
def test_a_number_after_a_code_is_the_code_with_that_number(question: str, understood: str) -> None:
    assert standalone(question, [Turn("what does KR-9 cost?", "KR-9 costs 40 crowns [1].")], LEANING) == understood


def test_a_number_keeps_the_zeros_of_the_code() -> None:
    history = [Turn("What does fault F-03 mean?", "The lamp is broken [1].")]
    assert standalone("and number 5?", history, LEANING) == "What does fault F-05 mean?"


@pytest.mark.parametrize(
    ("asked", "question", "understood"),
    [
        ("what's the boat per day for members", "and for my cousin who isn't one?", "What is the boat per day for my cousin who is not a member?"),
        ("What do members pay for a berth?", "and my cousin, who is not one?", "What do my cousin who is not a member pay for a berth?"),
        ("How much is a locker for students?", "and if I'm not one?", "How much is a locker for somebody who is not a student?"),
        ("How much is a locker for students?", "and for people who aren't?", "How much is a locker for people who are not a student?"),
        ("What do members pay for a berth?", "and non-members?", "What do non-members pay for a berth?"),
    ],
)  # fmt: skip
def test_a_group_is_exchanged_for_those_who_are_not_in_it(asked: str, question: str, understood: str) -> None:
    assert standalone(question, [Turn(asked, "12 crowns [1].")], LEANING) == understood


def test_a_short_form_is_no_topic() -> None:
    assert (
        standalone("by when?", [Turn("who's painting our boat shed", "")], LEANING)
        == "By when is painting our boat shed?"
    )


@pytest.mark.parametrize(
    ("asked", "answer", "question", "understood"),
    [
        ("who's painting the shed", "Painter: Rune Aas; Start: 3 May [1]", "why has he stopped?", "Why has Rune Aas stopped?"),
        ("who's painting the shed", "The shed is done by Aas Painting Works [1].", "when are they coming back", "When are Aas Painting Works coming back, the shed?"),
        ("who's painting the shed", "If he finds loose plaster, he stops [1].", "when is he coming back", "When is he coming back, the shed?"),
        ("who has the key", "Torvald has it [1].", "where does he live", "Where does Torvald live?"),
    ],
)  # fmt: skip
def test_he_is_the_person_or_firm_of_the_last_reply(asked: str, answer: str, question: str, understood: str) -> None:
    assert standalone(question, [Turn(asked, answer)], LEANING, understand=leaning) == understood


def test_who_somebody_is_is_about_that_person_whoever_else_the_reply_names() -> None:
    said = [Turn("Who is Ada Holm?", "Ada has offers from Brask and from the mill [1].")]
    assert standalone("why did she leave?", said) == "Why did Ada Holm leave?"


def test_what_was_picked_from_a_table_is_what_is_talked_about() -> None:
    history = [
        Turn("what glues are there for the hull", "- Bone glue [1]\n- Resin, slow [2]"),
        Turn("which of them in winter?", "Glue: Resin, slow; When: below ten degrees; Heat: 5 to 15 °C [1]"),
    ]
    assert (
        standalone("at what temperature", history, LEANING, understand=leaning) == "At what temperature, Resin, slow?"
    )
    history.append(Turn("at what temperature", "Resin, slow – Heat: 5 to 15 °C [1]"))
    asked = standalone("can I do it twice to be safe?", history, LEANING, understand=leaning)
    assert asked == "Can I do it twice to be safe, Resin, slow?"


@pytest.mark.parametrize(
    ("answer", "understood"),
    [
        ("Code: F-03; Remedy: Change the fuse (T4A), then wait [1].", "Which one does it take, the fuse, F-03?"),
        ("The lamp is dark. Replace the bulb and wait [1].", "Which one does it take, the bulb, F-03?"),
        ("The lamp is dark [1].", "Which one does it take, F-03?"),
    ],
)
def test_one_is_the_part_that_the_last_reply_tells_to_change(answer: str, understood: str) -> None:
    history = [Turn("F-03", answer)]
    assert standalone("which one does it take?", history, LEANING, understand=leaning) == understood


FORTY = """Who won the regatta in 2019?|Where is the spare key kept?|How much is a season ticket for children?|What time does the library close?
How do I bleed the radiators?|Which wine goes with trout?|When is the rent due?|Is smoking allowed on the terrace?|Who repaired the organ?
What is the alarm code of the boathouse?|How many seats has the minibus?|List all trails over ten kilometres|What does error 14 on the printer mean?
Can I bring a dog on the night train?|Why was the concert cancelled?|What is the speed limit in the yard?|How heavy is the anvil?
Where do I park at the stadium?|Which suppliers deliver flour?|How is overtime paid?|What is a usage fee?|When was the bridge in Tolmin built?
How long does the ferry to Lunde take?|Who chairs the parents' council?|What did the auditor criticise?|How high is the deposit for the kayak?
Which vaccinations does a foal need?|Do I have to wear a helmet on the wall?|What happens if I lose my library card?|Who is the caretaker of block C?
Compare the Basic and the Plus plan|How many calories are in the soup?|What do we do if the pump fails?|At what temperature do I bake the bread?
In which month is the harvest festival?|Is it allowed to sell tickets at the door?|How long does it take to renew a passport?
Which of the two boats is longer, the Alma or the Freya?|For how long is the milk fresh after opening?|Who do I call when the lift is stuck?"""


def test_forty_unrelated_questions_in_one_conversation_are_understood_as_alone() -> None:
    questions = FORTY.replace("\n", "|").split("|")
    assert len(questions) == 40
    history: list[Turn] = []
    for question in questions:
        assert standalone(question, history) == question
        history.append(Turn(question, "1. The first [1].\n2. The second, on 3 May [1].\n3. Mr Aas does it [2]."))
