"""A saved chat is read message by message, each with its sender, under the date."""

from __future__ import annotations

import json

import pytest

from rag.load.records.chat_export import parse_json_or_chat
from rag.load.text.plain import parse_plain


def messages(text: str, name: str = "boat.txt") -> list[tuple[str, str, str]]:
    parsed = parse_plain(text.encode(), name)
    assert parsed.text == text
    return [(s.kind, s.heading.partition(" › ")[2], text[s.start : s.end]) for s in parsed.segments]


def test_a_message_continues_over_lines_and_the_programs_own_lines_are_noise() -> None:
    text = (
        "[19/7/22, 11:26:03\u202fpm] Boat: \u200eMessages and calls are end-to-end encrypted.\n"
        "[19/7/22, 11:27:10\u202fpm] Ines: The mooring costs 85 euros.\n[20/7/22, 7:02:00\u202fam] Piet: I pay: in cash.\nAnd the key?\n"
        "[20/7/22, 7:03:12\u202fam] Ines: \u200eimage omitted\n"
    )
    assert messages(text) == [
        ("noise", "19 July 2022", text.split("\n")[0]),
        ("row", "19 July 2022", "[19/7/22, 11:27:10\u202fpm] Ines: The mooring costs 85 euros."),
        ("row", "20 July 2022", "[20/7/22, 7:02:00\u202fam] Piet: I pay: in cash.\nAnd the key?"),
        ("noise", "20 July 2022", "[20/7/22, 7:03:12\u202fam] Ines: \u200eimage omitted"),
    ]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["19.03.24, 18:06 - Ines: Hello.", "20.03.24, 07:12 - Piet: Ok.", "21.03.24, 07:15 - Ines: So."], ["19 March 2024", "20 March 2024", "21 March 2024"]),
        (["3/4/24, 6:04 PM - Ana: Hello.", "3/14/24, 6:05 PM - Bo: Ok.", "3/15/24, 6:06 PM - Ana: So."], ["4 March 2024", "14 March 2024", "15 March 2024"]),
        (["3/4/24, 6:04 PM - Ana: Hello.", "3/5/24, 6:05 PM - Bo: Ok.", "3/6/24, 6:06 PM - Ana: So."], ["4 March 2024", "5 March 2024", "6 March 2024"]),
        (["2024-03-19 18:04:11 <dana> hello", "2024-03-19 18:05:00 <olu> ok", "2024-03-20 18:05:10 <dana> so"], ["19 March 2024", "19 March 2024", "20 March 2024"]),
        (["18:04:11 From Dana to Everyone: Hello", "18:05:11 From Olu to Everyone: Ok", "18:06:11 From Dana to Olu: So"], ["", "", ""]),
        (["Dana, [19.03.24 18:04]\nHello.", "Olu, [19.03.24 18:05]\nOk.", "Dana, [20.03.24 08:05]\nSo."], ["19 March 2024", "19 March 2024", "20 March 2024"]),
        (["[18:04, 19/3/2024] Dana: Hello.", "[18:05, 19/3/2024] Olu: Ok.", "[08:05, 20/3/2024] Dana: So."], ["19 March 2024", "19 March 2024", "20 March 2024"]),
        (["[6:04 PM, 3/4/2024] Dana: Hello.", "[6:05 PM, 3/14/2024] Olu: Ok.", "[8:05 AM, 3/15/2024] Dana: So."], ["4 March 2024", "14 March 2024", "15 March 2024"]),
        (["[3/19 6:04 PM] Dana\nHello.", "[3/19 6:05 PM] Olu\nOk.", "[3/20 8:05 AM] Dana\nSo."], ["3/19", "3/19", "3/20"]),
        (["[19.03. 18:04] Dana\nHello.", "[19.03. 18:05] Olu\nOk.", "[20.03. 08:05] Dana\nSo."], ["19.03.", "19.03.", "20.03."]),
        (["Dana — Today at 6:04 PM\nHello.", "Olu — Today at 6:05 PM\nOk.", "Dana — Yesterday at 8:05 AM\nSo."], ["", "", ""]),
        (["Dana\n  6:04 PM\nHello.", "Olu\n  6:05 PM\nOk.", "Dana\n  8:05 PM\nSo."], ["", "", ""]),
        (["Dana — 19/03/2024 18:04\nHello.", "Olu — 19/03/2024 18:05\nOk.", "Dana — 20/03/2024 08:05\nSo."], ["19 March 2024", "19 March 2024", "20 March 2024"]),
    ],
)  # fmt: skip
def test_the_formats_of_common_programs_are_recognised_and_all_timestamps_together_determine_the_date_order(
    lines: list[str], days: list[str]
) -> None:
    assert messages("\n".join(lines)) == [("row", day, line) for day, line in zip(days, lines, strict=True)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("agenda.txt", "Agenda\n\n09:00 Welcome: Ana opens the day.\n09:30 Talk: pumps.\n11:00 Visit: the yard.\n12:00 Lunch: soup.\nAll meet at the door.\n"),
        ("node.log", "2025-05-06 03:15:00 WARN one: job failed\n2025-05-06 03:15:01 INFO two: ok\n2025-05-06 03:15:02 INFO two: ok\n"),
        ("notes.txt", "Call Bo at 18:04. He said: the pump is broken.\nThen we went home.\nIt rained.\n"),
    ],
)  # fmt: skip
def test_an_agenda_and_a_log_are_not_chats(name: str, text: str) -> None:
    assert not any(kind == "row" for kind, _, _ in messages(text, name))


@pytest.mark.parametrize(
    "export",
    [
        {"name": "Boat", "messages": [
            {"id": 1, "type": "service", "date": "2024-03-19T18:00:00", "actor": "Ines", "action": "create_group"},
            {"id": 2, "type": "message", "date": "2024-03-19T18:04:11", "from": "Ines", "text": ["The mooring costs ", {"type": "bold", "text": "85 euros"}, "."]},
            {"id": 3, "type": "message", "date": "2024-03-20T07:12:00", "from": "Jürgen", "text": "I pay."},
        ]},
        [
            {"type": "message", "user": "U1", "user_profile": {"real_name": "Ines"}, "text": "The mooring costs 85 euros.", "ts": "1710871451.0001"},
            {"type": "message", "user": "U2", "user_profile": {"real_name": "Jürgen"}, "text": "I pay.", "ts": "1710918720.0"},
        ],
        {"guild": {"name": "x"}, "messages": [
            {"timestamp": "2024-03-20T07:12:00+00:00", "content": "I pay.", "author": {"name": "Jürgen"}},
            {"timestamp": "2024-03-19T18:04:11+00:00", "content": "The mooring costs 85 euros.", "author": {"name": "x", "nickname": "Ines"}},
        ]},
        {"participants": [], "messages": [
            {"sender_name": "JÃ¼rgen", "timestamp_ms": 1710918720000, "content": "I pay."},
            {"sender_name": "Ines", "timestamp_ms": 1710871451000, "content": "The mooring costs 85 euros."},
        ]},
    ],
)  # fmt: skip
def test_a_chat_exported_as_json_is_read_message_by_message(export: object) -> None:
    parsed = parse_json_or_chat(json.dumps(export).encode(), "boat.json")
    assert [(s.heading.partition(" › ")[2], parsed.text[s.start : s.end]) for s in parsed.segments] == [
        ("19 March 2024", "[18:04] Ines: The mooring costs 85 euros."),
        ("20 March 2024", "[07:12] Jürgen: I pay."),
    ]


def test_other_json_is_read_as_records() -> None:
    data = b'[{"text": "Oak", "price": 40}, {"text": "Ash", "price": 30}]'
    assert parse_json_or_chat(data, "wood.json").text == "text: Oak | price: 40\ntext: Ash | price: 30"
