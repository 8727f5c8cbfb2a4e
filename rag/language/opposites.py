"""Word lists for comparing statements: opposites, bounds, quantifiers, modals and synonyms.

English only. Each list is defined once here, for `rag.answer.verify.rules`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from rag.language.lists import DENIALS, NEGATIONS
from rag.language.stems import stem

NEGATIVE = (NEGATIONS - DENIALS) | frozenset(  # words that negate without "not"
    """forbidden prohibited banned excluded excluding rejected closed fail lack lacks lacking absent instead impossible
    illegal invalid unavailable only less few rarely off out too free against
    unlike despite missing declined abolished cancelled expired ended former formerly stopped lost zero wrong false disabled until
    denied opposed unknown unclear empty sold gone rather alone tba open undecided""".split()
)
OPPOSITES = """before|after until|since above|below|under increased|decreased|fell|dropped|declined|shrank
increase|decrease|reduction|drop increases|decreases|falls|drops rose|fell rise|fall rises|falls raised|lowered|cut
raise|lower grew|shrank|fell up|down north|south northern|southern east|west eastern|western left|right inside|outside
indoors|outdoors indoor|outdoor upper|lower front|back opened|closed opens|closes start|end starts|ends started|ended
begins|ends began|ended beginning|end arrives|leaves|departs arrived|left|departed buy|sell bought|sold buys|sells
buyer|seller lend|borrow won|lost wins|loses gained|lost accepted|refused|rejected|declined accepts|refuses|rejects
approved|rejected allowed|forbidden|prohibited permitted|prohibited|forbidden included|excluded includes|excludes
with|without supported|opposed mother|daughter|father father|son|mother husband|wife brother|sister employer|employee
teacher|student|pupil landlord|tenant lessor|lessee sender|recipient predecessor|successor preceded|followed
causes|prevents cause|prevent caused|prevented clockwise|anticlockwise|counterclockwise hot|cold warm|cold wet|dry
full|empty new|old first|last earlier|later earliest|latest early|late morning|evening|afternoon am|pm a.m.|p.m.
day|night summer|winter spring|autumn male|female men|women boys|girls public|private internal|external import|export
imports|exports positive|negative maximum|minimum most|least more|less|fewer higher|lower highest|lowest
larger|smaller largest|smallest bigger|smaller biggest|smallest longer|shorter longest|shortest older|younger|newer
oldest|youngest|newest faster|slower fastest|slowest better|worse best|worst cheaper|dearer cheapest|dearest
heavier|lighter heaviest|lightest warmer|colder stronger|weaker easier|harder taller|shorter greater|smaller|less
wider|narrower sooner|later successful|unsuccessful succeeded|failed strong|weak safe|dangerous possible|impossible
legal|illegal valid|invalid voluntary|compulsory|mandatory optional|compulsory|mandatory|required free|paid
present|absent joined|left hired|dismissed appointed|dismissed promoted|demoted added|removed add|remove
enabled|disabled enable|disable lock|unlock loosen|tighten gave|received gives|receives give|receive sent|received
send|receive sends|receives taught|learned victory|defeat profit|loss majority|minority still|formerly
current|former|previous next|last|previous upcoming|past temporary|permanent deeper|shallower entry|exit
ascending|descending parents|children parent|child adults|children weekday|weekend weekdays|weekends
upstairs|downstairs top|bottom major|minor domestic|foreign"""
LIGHT = frozenset(  # words that a reply may add to connect things; they say little by themselves
    """allowed permitted possible including included incl cost costs price paid pay pays fee old long high tall wide located called needed
    need needs available open starts start ends end begins runs lasts takes take held based due applies apply means yes no true right
    number amount total time day date name called place person people thing things way part""".split()
)
SAME = """start|begin|commence buy|purchase|acquire large|big allow|permit|let forbid|prohibit|ban film|movie locate|situate|lie
child|kid help|assist show|display|demonstrate need|require get|receive|obtain end|finish repair|fix|mend
choose|pick|select fast|quick|rapid error|mistake|fault employee|staff|worker car|automobile build|construct
found|establish|create make|produce|manufacture name|call|title write|author price|cost|fee|charge
illness|disease|sickness try|attempt tell|inform|notify change|modify|alter cancel|terminate postpone|delay
ask|request phone|telephone flat|apartment holiday|vacation|leave contain|include|comprise use|utilise|utilize|employ
say|state|mention|declare die|pass win|defeat|beat job|position|post|role boss|manager|head shop|store
photo|photograph|picture email|e-mail|mail send|dispatch|ship|deliver keep|retain|store hire|employ|engage
give|provide|supply|offer rent|lease|let live|reside work|function|operate replace|exchange|swap remove|take
fill|refill near|close year|annual|yearly month|monthly week|weekly day|daily euro|eur|€ dollar|usd|$ pound|gbp|£
percent|% kilogram|kg|kilo gram|g|gramme kilometre|kilometer|km metre|meter|m centimetre|centimeter|cm
millimetre|millimeter|mm litre|liter|l millilitre|milliliter|ml hour|h|hr|hrs minute|min|mins second|sec|s
adult|grown-up doctor|physician author|writer wife|spouse|husband part|portion|section amount|sum return|bring
whole|entire|full stop|halt switch|turn happen|occur own|belong|possess area|region|zone country|nation town|city
people|person street|road trip|journey|travel money|cash broken|defective|damaged free|gratis"""
MUST = frozenset(
    "must required requires require shall obliged mandatory compulsory obligatory need needs needed".split()
)
MAY = frozenset("may can could allowed permitted optional possible able might".split())
SHOULD = frozenset("should recommended ought advised advisable".split())
DOUBTS = frozenset(
    """may might likely unlikely probably possibly perhaps allegedly alleged reportedly expected proposed planned
    plans suggests suggested claims claimed believed appears seems rumoured rumored supposedly potential potentially""".split()
)
ALL = frozenset("all every each everyone everybody always any".split())
SOME = frozenset("some several sometimes few occasionally partly half".split())
MOST = frozenset("most mostly usually majority mainly".split())
ONLY = frozenset("only exclusively solely just sole".split())
NONE = frozenset("none never nobody neither".split())
QUANTIFIERS = (ALL, SOME, MOST, ONLY, NONE)
KEPT = frozenset(
    "some few half most almost nearly partly sometimes rarely hardly".split()
)  # leaving it out makes a stronger claim
MORE_THAN, LESS_THAN, AT_LEAST, AT_MOST = "more than", "less than", "at least", "at most"
BOUNDS = {
    MORE_THAN: ("more than", "over", "above", "exceeding", "greater than", "longer than", "older than", "larger than", "later than", "in excess of", "exceeds"),
    LESS_THAN: ("less than", "under", "below", "fewer than", "younger than", "shorter than", "smaller than", "almost", "nearly", "just under"),
    AT_LEAST: ("at least", "a minimum of", "minimum", "min.", "no less than", "not less than", "no fewer than", "or more", "and over", "upwards of", "from"),
    AT_MOST: ("at most", "a maximum of", "maximum", "max.", "max", "no more than", "not more than", "up to", "not exceed", "or less", "within", "limited to"),
}  # fmt: skip


def _groups(rows: str) -> Iterable[tuple[str, ...]]:
    return (tuple(row.split("|")) for row in rows.split())


def opposites() -> dict[str, frozenset[str]]:
    """Return the opposites of each word."""
    found: dict[str, set[str]] = {}
    for row in _groups(OPPOSITES):
        first, *others = row
        found.setdefault(first, set()).update(others)
        for other in others:
            found.setdefault(other, set()).add(first)
    return {word: frozenset(others) for word, others in found.items()}


@cache
def opposite_stems() -> dict[str, frozenset[str]]:
    """Return the stems of the opposites of each stem."""
    found: dict[str, set[str]] = {}
    for word, others in opposites().items():
        found.setdefault(stem(word), set()).update(stem(other) for other in others)
    return {word: frozenset(others) for word, others in found.items()}


@cache
def _synonyms() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in _groups(SAME):
        stems = frozenset(map(stem, row))
        found |= {one: found.get(one, frozenset()) | stems for one in stems}
    return found


def synonym_stems(stems: Iterable[str]) -> frozenset[str]:
    """Return the stems of the synonyms of some stems, with those that have any."""
    return frozenset().union(*(_synonyms().get(one, frozenset()) for one in stems))


def same() -> dict[str, str]:
    """Return the representative of each word's synonyms."""
    return {word: row[0] for row in _groups(SAME) for word in row}
