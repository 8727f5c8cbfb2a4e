"""Generates small everyday tables with true and false statements about their rows, by rule."""

from __future__ import annotations

import random
from typing import NamedTuple

ENTITIES = (
    "Basic plan, Family plan, Student plan, Premium plan, Trial plan", "Oak table, Pine shelf, Steel chair, Glass lamp, Reed basket",
    "Norway, Spain, Poland, Ireland, Portugal, Denmark", "Room Birch, Room Maple, Room Cedar, Room Willow", "Model A10, Model A20, Model B7, Model C300",
    "Adults, Children, Students, Pensioners, Groups", "Small parcel, Large parcel, Letter, Registered letter", "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday",
    "Swimming pool, Sauna, Tennis court, Gym", "Espresso, Latte, Green tea, Hot chocolate, Lemonade", "Paper, Glass, Metal, Garden waste, Residual waste",
    "Passport, Identity card, Driving licence, Birth certificate", "Sales, Marketing, Support, Engineering, Finance", "Line 4, Line 7, Line 12, Line 18",
    "Tent pitch, Caravan pitch, Cabin, Dormitory bed", "Level 1, Level 2, Level 3, Level 4", "Window cleaning, Carpet cleaning, Office cleaning, Deep cleaning",
    "E01, E02, E07, E13, E21", "Lena, Omar, Priya, Tomas, Greta, Felix", "January, February, March, April, May, June", "First class, Second class, Sleeper, Bicycle",
    "Bronze sponsor, Silver sponsor, Gold sponsor", "Printer, Scanner, Laptop, Monitor, Keyboard", "Bus pass, Day ticket, Weekly ticket, Single ticket",
    "Compact car, Estate car, Minibus, Van", "North hall, South hall, Garden room, Library", "Tomatoes, Beans, Carrots, Leeks, Pumpkins", "Hip surgery, Cataract surgery, Dental check, Blood test",
)  # fmt: skip
COLUMNS = (
    ("Price", ("9.90 EUR", "14 EUR", "25.50 EUR", "39 EUR", "120 EUR", "7.20 EUR", "310 EUR", "64 EUR"), "{e} costs {v}", "What does {e} cost?"),
    ("Fee", ("$5", "$12", "$18.50", "$40", "$75", "free", "$150", "$9"), "the fee for {e} is {v}", "How much is the fee for {e}?"),
    ("Delivery time", ("2 days", "5 working days", "1 week", "3 weeks", "24 hours", "10 days"), "delivery of {e} takes {v}", "How long does {e} take to arrive?"),
    ("Opening hours", ("9:00-17:00", "10:00-18:30", "8:00-12:00", "13:00-20:00", "closed", "7:30-22:00"), "the opening hours of {e} are {v}", "When is {e} open?"),
    ("Contact", ("Ms Adler", "Mr Novak", "Dr Singh", "Mr Costa", "Ms Lind", "Mrs Okoro"), "the contact for {e} is {v}", "Who do I ask about {e}?"),
    ("Weight", ("420 g", "1.2 kg", "3.5 kg", "980 g", "12 kg", "75 g"), "{e} weighs {v}", "How heavy is {e}?"),
    ("Capacity", ("4 people", "12 people", "30 people", "80 people", "150 people", "2 people"), "{e} holds {v}", "How many fit into {e}?"),
    ("Deadline", ("1 March", "15 April", "30 June", "12 September", "31 October", "20 December"), "the deadline for {e} is {v}", "Until when can I apply for {e}?"),
    ("Notice period", ("2 weeks", "1 month", "3 months", "6 months", "none"), "the notice period for {e} is {v}", "How long is the notice for {e}?"),
    ("Stock", ("0", "14", "230", "7", "52", "1,100"), "{v} of {e} are in stock", "How many {e} are left?"),
    ("Colour", ("blue", "brown", "yellow", "black", "green", "grey"), "the colour of {e} is {v}", "Which colour is {e}?"),
    ("Minimum age", ("6", "12", "14", "16", "18", "none"), "the minimum age for {e} is {v}", "How old must I be for {e}?"),
    ("Meaning", ("water low", "filter blocked", "door open", "overheated", "battery empty", "no signal"), "{e} means {v}", "What does {e} mean?"),
    ("Phone", ("0555 210 31", "0555 210 47", "0555 980 12", "0555 773 05", "0555 640 88"), "the phone number for {e} is {v}", "What is the number of {e}?"),
    ("Deposit", ("50 EUR", "100 EUR", "250 EUR", "none", "20 EUR"), "the deposit for {e} is {v}", "Do I pay a deposit for {e}?"),
    ("Warranty", ("1 year", "2 years", "5 years", "none", "6 months"), "the warranty on {e} is {v}", "How long is the warranty on {e}?"),
    ("Discount", ("5%", "10%", "20%", "none", "50%"), "the discount for {e} is {v}", "What discount do {e} get?"),
    ("Power", ("40 W", "900 W", "1.5 kW", "11 W", "2,200 W"), "{e} uses {v}", "How much power does {e} need?"),
    ("Place", ("ground floor", "second floor", "basement", "main entrance", "annexe"), "{e} is at: {v}", "Where is {e}?"),
    ("Day", ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"), "{e} is on {v}", "On which day is {e}?"),
)  # fmt: skip


class Table(NamedTuple):
    """A table: the names of its rows and columns, and its values."""

    rows: list[str]
    columns: list[tuple[str, str, str]]  # name, statement, question
    values: list[list[str]]
    label: str


def table(chance: random.Random) -> Table:
    pool = chance.choice(ENTITIES).split(", ")
    rows = chance.sample(pool, min(len(pool), chance.randint(2, 5)))
    columns = chance.sample(COLUMNS, chance.randint(1, 4))
    values = [[chance.choice(column[1]) for column in columns] for _ in rows]
    return Table(
        rows, [(c[0], c[2], c[3]) for c in columns], values, chance.choice(("Name", "Item", "Type", "", "Kind"))
    )


def shown(made: Table, rows: list[int], chance: random.Random) -> list[str]:
    """Return rows as blocks, in one of the forms used to quote tables."""
    form = chance.randrange(4)
    head = [made.label or "Name", *(c[0] for c in made.columns)]
    if form == 0:
        return [
            " | ".join(f"{h}: {v}" for h, v in zip(head, [made.rows[i], *made.values[i]], strict=True)) for i in rows
        ]
    if form == 1:
        return [
            "| "
            + " | ".join(head)
            + " |\n"
            + "\n".join("| " + " | ".join([made.rows[i], *made.values[i]]) + " |" for i in rows)
        ]
    if form == 2 and len(made.columns) == 1:
        return [f"{made.rows[i]}: {made.values[i][0]}" for i in rows]
    return [
        f"{made.rows[i]}: "
        + ", ".join(f"{c[0].lower()} {v}" for c, v in zip(made.columns, made.values[i], strict=True))
        for i in rows
    ]


def pair(chance: random.Random) -> tuple[str, list[str], str, bool, str]:
    """Return (question, blocks, claim, holds, kind)."""
    made = table(chance)
    count = len(made.rows)
    row, column = chance.randrange(count), chance.randrange(len(made.columns))
    cited = sorted({row, *chance.sample(range(count), chance.choice((0, 0, 1, 2)) if count > 2 else 0)})
    blocks = shown(made, cited, chance)
    name, said, asked = made.columns[column]
    value, entity = made.values[row][column], made.rows[row]
    question = chance.choice(
        (asked.format(e=entity), f"{name.lower()} {entity}", asked.format(e=entity).lower().rstrip("?"), "")
    )
    holds = chance.random() < 0.5
    if not holds:
        other = [v for r in made.values for v in r if v != value] + [
            v for c in COLUMNS if c[0] == name for v in c[1] if v != value
        ]
        close = [made.values[i][column] for i in range(count) if made.values[i][column] != value]
        if chance.random() < 0.25:  # the right value, but for another row
            free = [e for i, e in enumerate(made.rows) if made.values[i][column] != value]
            if not free:
                holds = True
            else:
                entity = chance.choice(free)
                question = question if chance.random() < 0.3 else chance.choice((asked.format(e=entity), ""))
        else:
            value = chance.choice(close) if close and chance.random() < 0.6 else chance.choice(other)
    return question, blocks, _claim(said, name, entity, value, question, chance), holds, "row"


def _claim(said: str, name: str, entity: str, value: str, question: str, chance: random.Random) -> str:
    sentence = said.format(e=entity, v=value)
    forms = [
        f"{sentence[:1].upper()}{sentence[1:]}.",
        f"{entity}: {value}",
        f"{name} for {entity}: {value}.",
        f"The {name.lower()} of {entity} is {value}.",
    ]
    if (question and entity in question) or (question and entity.lower() in question):
        forms += [f"{value[:1].upper()}{value[1:]}.", value, f"It is {value}.", f"{name}: {value}"]
    return chance.choice(forms)
