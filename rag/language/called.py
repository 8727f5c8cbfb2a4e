"""Everyday names of what tables hold, and words of a request that ask for nothing; English only."""

from __future__ import annotations

# Different words for the same things of everyday tables, beside the synonyms that may stand for one another in a reply.
CALLED = """boat|ship|vessel|ferry people|person|name|staff|member|employee|participant|guest|attendee kid|child|children
pensioner|senior|concession|retired toilet|lavatory|loo teacher|tutor|instructor|trainer pupil|student|learner|trainee
fee|price|cost|rate|charge|fare|tariff|rent wage|salary|pay|earnings article|item|product|goods|thing
loaf|bread mark|score|points|result passenger|traveller|rider town|place|location|site vehicle|car
route|line|run|crossing seat|place|capacity trip|tour|excursion|outing takings|revenue|income|turnover
expense|expenditure|outgoings|spending lesson|class|course|session month|monthly illness|sickness
stock|inventory|hand room|space|venue team|crew|squad customer|client supplier|vendor day|date"""
# Words of a request that ask for nothing: they need not be found in a table from which it is answered.
IDLE = frozenset(
    """please know like tell want need wonder question quick hi hello thanks currently now right today moment exactly actually
    roughly about just show find out work works worked had take takes carry run do keep hold come go cost costs belong
    provide contain charge pay say see think mean price look guess suppose maybe perhaps sorry anyone someone somebody
    people person thing things one ones kind sort type different various able possible able far really simply altogether
    total together sum all overall combined number count amount figure average mean list table file document documents
    still yet only whole entire added add up more less many much it's what's that's I'd I'm I've we've we'd there's who's hallo ok okay""".split()
)
