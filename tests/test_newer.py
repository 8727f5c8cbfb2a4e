"""What holds now is told first, with what held before; what is about another thing replaces nothing."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answer.conflicts.age import in_short, is_later, time_of
from rag.answer.conflicts.replaces import is_revision
from rag.answer.newer import updated
from rag.answer.question.intent import Intent
from rag.answer.situation import Situation
from rag.evidence import BlockKind, Evidence
from rag.types import EARLIER_MESSAGE, Document, Passage

TODAY = date(2026, 11, 27)
OLD = "House rules\n\nValid from 1 March 2024\n\n"
MAIL = date(2026, 10, 5)


def said(source: str, marked: str, *, score: float = 0.4, kind: BlockKind = "sentence", heading: str = "") -> Evidence:
    """Return a sentence of a file, with the answering words in brackets."""
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    passage = Passage(source, source, source, text, 0, len(text), heading=heading)
    return Evidence(passage, 0, len(text), text, score, text, kind, (start, end), 0.9)


def told(question: str, *evidence: Evidence, tops: dict[str, str] | None = None, form: str = "fact") -> list[str]:
    """Return the statements of a reply; `tops` are the first lines of files, and a mail has a date."""
    sources = {e.passage.source for e in evidence}
    documents = {
        s: Document(s, s, "", (tops or {}).get(s, ""), stated=MAIL if s.endswith(".eml") else None) for s in sources
    }
    found = Situation(question, Intent("ask", form, 0.0, 1.0), evidence, documents, lambda source: [], TODAY)
    return [statement.text for statement in updated(found)]


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        ("when is supper?", "Supper is at [6 pm].", "From 12 October supper is at [half past 6, 18:30]."),
        ("who keeps the keys?", "The keys are with [Ada Brook].", "Tom Reed has the keys now, ask [Tom Reed]."),
        ("how often is the yard swept?", "The yard is swept [every month].", "The yard is now swept [each Monday]."),
        ("what is the fee for guests?", "Guests pay a fee of [£12].", "The fee for guests rises to [£15]."),
    ],
)
def test_a_later_statement_comes_first_and_the_earlier_one_follows_with_file_and_date(
    question: str, old: str, new: str
) -> None:
    reply = told(question, said("rules.md", old, score=0.6), said("autumn.eml", new, score=0.3), tops={"rules.md": OLD})
    assert reply[0] == new.replace("[", "").replace("]", "")
    assert reply[1] == f"Earlier, rules.md (1 March 2024): {old.replace('[', '').replace(']', '').rstrip('.')}"
    again = told(question, said("autumn.eml", new, score=0.6), said("rules.md", old, score=0.3), tops={"rules.md": OLD})
    assert again == reply


def test_what_ended_is_told_although_it_gives_no_other_value() -> None:
    old = said("rules.md", "The pond is cleaned [every spring].", score=0.9)
    new = said("pond.eml", "The pond has been filled in and is no longer [cleaned].", score=0.01)
    assert told("how often is the pond cleaned?", old, new, tops={"rules.md": OLD})[0].startswith("The pond has been")


def test_a_change_without_a_date_of_what_it_replaces_is_not_called_later() -> None:
    reply = told("when is supper?", said("menu.txt", "Supper is at [6 pm]."), said("a.eml", "Supper is at [7 pm] now."))
    assert reply[1].startswith("Elsewhere, menu.txt: ")


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        ("what do pupils pay?", "Adults pay £20 a year, pupils pay [£8].", "From this year adults pay [£25]."),
        ("when was the barn built?", "The barn was built in [May 1931].", "The barn will be painted in [May 2027] instead."),
        ("how long is the barn?", "The barn is [30 m] long.", "The rent of the barn rises to [£300]."),
        ("what did supper cost in 2024?", "Supper costs [£5].", "Supper costs [£7] now."),
    ],
)  # fmt: skip
def test_what_is_about_something_else_replaces_nothing(question: str, old: str, new: str) -> None:
    assert not told(question, said("rules.md", old), said("new.eml", new), tops={"rules.md": OLD})


def test_what_an_undated_file_calls_new_replaces_nothing_in_another_file() -> None:
    old, new = said("rules.md", "The fine is [15 pence] a day."), said("x.md", "The fine is now [90 pence] a day.")
    assert not told("how much is the fine?", old, new, tops={"rules.md": OLD})
    assert not told("how much is the fine?", old, new)


def test_a_change_for_one_weekday_leaves_the_other_days_as_they_are() -> None:
    old = said("rules.md", "The desk is open [Monday to Friday from 8:00 to 12:00] and on Saturday from 9:00 to 11:00.")
    new = said("new.eml", "From 2 October the desk is open on Saturday [from 10:00].", score=0.2)
    days, saturday = "when is the desk open?", "when is the desk open on Saturday?"
    assert told(days, old, new, tops={"rules.md": OLD}) == [old.text, new.text]
    assert told(saturday, old, new, tops={"rules.md": OLD})[0] == new.text


def test_a_new_edition_of_a_file_comes_before_the_old_one() -> None:
    old = said("hall-2022.txt", "Cancelling is free up to [7 days] before.", score=0.5)
    new = said("hall-2026.txt", "Cancelling is free up to [14 days] before.")
    reply = told("how long before can we cancel for free?", old, new)
    assert reply == [new.text, "Earlier, hall-2022.txt (2022): Cancelling is free up to 7 days before"]


def test_the_best_statement_replaces_only_what_shares_its_words() -> None:
    new = said("floor.eml", "The floor is sanded from [4 to 15 January], so it is closed.", score=0.6)
    old = said("hall.txt", "Conditions valid from [1 April 2024].", score=0.2, heading="Hall")
    assert not told("when can we use the hall again?", new, old, tops={"hall.txt": OLD})


def test_a_figure_that_was_changed_does_not_hold_any_more() -> None:
    old = said("rules.md", "The fee for guests is [£12].", score=0.5)
    new = said("new.eml", "The fee for guests rises to [£15] from 2 October.")
    tops = {"rules.md": OLD}
    assert told("is the fee for guests still £12?", old, new, tops=tops, form="yes-no")[0] == f"No: {new.text}"
    assert not told("is the fee for guests £15?", old, new, tops=tops, form="yes-no")
    assert not told("is there a fee for guests?", old, new, tops=tops, form="yes-no")


def test_a_later_part_of_a_file_about_something_else_replaces_nothing() -> None:
    lease = said("lease.md", "It begins on [1 January 2028] and runs for ten years.", heading="Lease of the hut")
    rent = said("lease.md", "As of [1 January 2029] the rent is £90.", heading="Lease of the hut › Change, 3 May 2025")
    assert not told("when does the lease of the hut begin?", lease, rent, tops={"lease.md": OLD})


def test_the_latest_of_several_changes_holds() -> None:
    question = "when does the parcel come?"
    entries = [
        said("log.txt", "3 May 2026, Ann: the parcel comes on [8 May].", score=0.5),
        said("log.txt", "9 May 2026, Bo: the parcel is delayed and comes on [14 May].", score=0.3),
        said("log.txt", "13 May 2026, Ann: the parcel is delayed again, it comes on [20 May].", score=0.1),
    ]
    assert told(question, *entries)[0] == entries[2].text


@pytest.mark.parametrize("text", ["From 2 May we open at nine.", "as of June it is £3", "It is no longer free.", "It costs £4 now."])  # fmt: skip
def test_words_of_change(text: str) -> None:
    assert is_revision(text)


@pytest.mark.parametrize("text", ["Open from 2 May to 3 June.", "It takes 3 days from order.", "It is free."])
def test_a_period_is_no_change(text: str) -> None:
    assert not is_revision(text)


@pytest.mark.parametrize(
    ("top", "text", "heading", "time"),
    [
        ("Handbook\nEdition of March 2024\n", "A", "", "March 2024"),
        ("# Price list 2025\n\nAll prices in euros\n", "A", "", "2025"),
        ("The mill, founded in 1820\nIssued 3 May 2024\n", "A", "", "3 May 2024"),
        ("", "6 May 26: the key has moved", "", "6 May 2026"),
        ("", "Date: 4 July 2025 | Decision: yes", "", "4 July 2025"),
        ("Issued 3 May 2024\n", "A", "Lease › Supplement of 2 June 2025", "2 June 2025"),
        ("It was a long day, and in 2019 " + "we walked " * 20, "A", "", ""),
    ],
)
def test_when_a_statement_was_made(top: str, text: str, heading: str, time: str) -> None:
    kind: BlockKind = "row" if " | " in text else "sentence"
    evidence = said("notes.txt", f"[{text}]", kind=kind, heading=heading)
    assert in_short(time_of(evidence, {"notes.txt": Document("n", "notes.txt", "", top)})) == time


def test_times_that_overlap_are_in_no_order() -> None:
    year, day = (date(2026, 1, 1), date(2026, 12, 31)), (date(2026, 5, 3), date(2026, 5, 3))
    assert is_later(day, year) is None
    assert is_later(None, day) is None
    assert is_later((date(2027, 1, 1), date(2027, 1, 1)), year) is True


def test_what_a_letter_quotes_is_earlier_than_the_letter() -> None:
    documents = {"a.eml": Document("a", "a.eml", "", "", stated=MAIL)}
    quoted, letter = said("a.eml", "[at 6]", heading=f"Supper › {EARLIER_MESSAGE}"), said("a.eml", "[at 7]")
    assert is_later(time_of(letter, documents), time_of(quoted, documents)) is True
