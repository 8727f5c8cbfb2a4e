"""Synonyms, opposites, units and verbs, for pairs that are made by rule."""

from __future__ import annotations

# One meaning per line: any of them may replace any other in the same form.
SYNONYMS = tuple(
    tuple(line.split(", "))
    for line in """begin, start
begins, starts
began, started
buy, purchase
bought, purchased
large, big
largest, biggest
larger, bigger
allowed, permitted
allows, permits
forbidden, prohibited
not allowed, not permitted
film, movie
located, situated
children, kids
help, assist
helps, assists
show, display
shows, displays
needs, requires
need, require
needed, required
obtain, get
receive, get
receives, gets
received, got
approximately, about
about, around
roughly, about
main, principal
ends, finishes
ended, finished
repair, fix
repaired, fixed
repairs, fixes
choose, pick
select, choose
selected, chosen
quickly, rapidly
often, frequently
because of, due to
error, mistake
fast, quick
employee, staff member
employees, staff
physician, doctor
automobile, car
built, constructed
build, construct
founded, established
created, made
called, named
known as, called
wrote, authored
usually, normally
generally, usually
whole, entire
many, numerous
several, a number of
important, significant
annual, yearly
annually, every year
per year, a year
per month, a month
each year, every year
monthly, every month
weekly, every week
daily, every day
at present, currently
died, passed away
near, close to
next to, beside
inside, within
occurs, happens
occurred, happened
occur, happen
contains, includes
contain, include
comprises, consists of
provides, gives
provided, gave
provide, give
price, cost
costs, is priced at
costs, is sold for
illness, disease
beginning, start
permits, lets
inform, tell
informed, told
purchase, buying
modify, change
modified, changed
entire, complete
refuse, decline
switch off, turn off
switched off, turned off
switch on, turn on
switched on, turned on
replaced, swapped
cancel, call off
cancelled, called off
postponed, put off
child, kid
adults, grown-ups
request, ask for
lasts, takes
moreover, also
take place, be held
takes place, is held
took place, was held
opened, inaugurated
launched, introduced
resigned, stepped down
hired, employed
sick, ill
holiday, vacation
mobile phone, cell phone
email, e-mail
fee, charge
prior to, before
must, have to
must, has to
is able to, can
are able to, can
cannot, is not able to
cannot, are unable to
do not, don't
does not, doesn't
did not, didn't
is not, isn't
are not, aren't
was not, wasn't
cannot, can't
will not, won't
should not, shouldn't
at least, a minimum of
at most, a maximum of
up to, at most
more than, over
less than, under
free of charge, free
without charge, free
responsible for, in charge of
such as, like
originally, initially
various, different
primarily, mainly
mostly, mainly
particularly, especially
regarding, about
utilizes, uses
utilize, use
used, employed
demonstrates, shows
demonstrated, showed
stated, said
states, says
immediately, at once
a week, weekly
in the evening, evenings
every Monday, on Mondays
every Friday, on Fridays
half, 50 percent
once a week, every week
leave, depart
arrives, comes in
telephone, phone
photograph, photo
advertisement, ad
information, details""".splitlines()
)

# The first may replace the second, but not the reverse.
ONE_WAY = (
    ("to", "in order to"),
    ("and", "as well as"),
    ("in", "within"),
    ("after", "following"),
    ("but", "however"),
    ("since", "because"),
)

# One kind of opposite per row; any word of a row is wrong in place of any other.
DIRECTIONS = tuple(
    tuple(line.split(", "))
    for line in """before, after
until, since
above, below
up, down
increased, decreased, fell
increase, decrease
increases, decreases
rose, fell
rise, fall
rises, falls
raised, lowered
raise, lower
grew, shrank
from, to
north, south
northern, southern
east, west
eastern, western
left, right
inside, outside
upper, lower
top, bottom
front, back
open, closed
opened, closed
open, close
opens, closes
in front of, behind
over, under
start, end
starts, ends
started, ended
begins, ends
began, ended
beginning, end
arrives, leaves
arrived, left
enter, leave
buy, sell
bought, sold
buys, sells
lend, borrow
won, lost
wins, loses
win, lose
won, finished second in
gained, lost
accepted, refused
accepted, rejected
accepts, rejects
approved, rejected
agreed, disagreed
allowed, forbidden
allowed, required
permitted, prohibited
included, excluded
includes, excludes
included, not included
with, without
supported, opposed
supports, opposes
parent, child
mother, daughter
father, son
husband, wife
brother, sister
employer, employee
teacher, student
landlord, tenant
buyer, seller
sender, receiver
predecessor, successor
preceded, followed
precedes, follows
cause, result
causes, prevents
cause, prevent
caused, prevented
because of, in spite of
clockwise, anticlockwise
hot, cold
warm, cold
hard, soft
wet, dry
full, empty
new, old
first, last
first, second
earlier, later
early, late
morning, evening
a.m., p.m.
am, pm
day, night
summer, winter
spring, autumn
male, female
men, women
boys, girls
public, private
internal, external
import, export
imports, exports
imported, exported
positive, negative
maximum, minimum
successful, unsuccessful
success, failure
succeeded, failed
strong, weak
safe, dangerous
good, bad
possible, impossible
legal, illegal
able, unable
valid, invalid
voluntary, compulsory
optional, compulsory
free, paid
present, absent
attended, missed
joined, left
hired, dismissed
promoted, demoted
appointed, dismissed
added, removed
adds, removes
add, remove
attach, detach
lock, unlock
enabled, disabled
enable, disable
connected, disconnected
loosen, tighten
expand, contract
attack, defend
gave, received
gives, receives
give, receive
sent, received
send, receive
sends, receives
teach, learn
taught, learned
refundable, non-refundable
indoors, outdoors
indoor, outdoor
upstairs, downstairs
northwest, southeast
northeast, southwest
ancestor, descendant
victory, defeat
defeated, lost to
beat, lost to
acquired, was acquired by
love, hate
rich, poor
shallow, deep
wide, narrow
entry, exit
debit, credit
gain, loss
profit, loss
majority, minority
ascending, descending""".splitlines()
)
COMPARATIVES = tuple(
    tuple(line.split(", "))
    for line in """more, less
more, fewer
most, least
higher, lower
highest, lowest
larger, smaller
largest, smallest
bigger, smaller
biggest, smallest
longer, shorter
longest, shortest
older, younger, newer
oldest, youngest, newest
faster, slower
fastest, slowest
better, worse
best, worst
earlier, later
earliest, latest
cheaper, more expensive
cheapest, most expensive
heavier, lighter
heaviest, lightest
warmer, colder
stronger, weaker
easier, harder
taller, shorter
tallest, shortest
greater, smaller, less
greatest, least
wider, narrower
sooner, later
quieter, louder
further, nearer
richer, poorer
deeper, shallower
safer, riskier
major, minor""".splitlines()
)
QUANTIFIERS = tuple(
    tuple(line.split(", "))
    for line in """all, some, most, few, no
every, some, no
each, one
many, few, all
most, some, few, all
some, all, most, no
both, neither, one of the
several, all, few
always, sometimes, never, usually
often, rarely, always
usually, always, rarely
sometimes, always, never
never, always, sometimes
at least, at most, exactly
at most, at least
more than, less than, exactly
less than, more than
fewer than, more than
up to, at least, more than, exactly
over, under
only, also
exclusively, partly
completely, partly
fully, partly
partly, completely
entire, part of the
half, all, a third
twice, once, three times
once, twice
any, one
everyone, someone, no one
nobody, everybody
anyone, only members
majority, all
almost, more than
nearly, over
about, more than
a minimum of, a maximum of
no more than, at least
mainly, only
sole, main
none, all
annually, monthly
monthly, weekly, yearly
weekly, daily, monthly
daily, weekly
every year, every month
every month, every year
every week, every day
per month, per year, per week
per year, per month
a month, a year
a year, a month
per person, per group
each, in total
in total, each""".splitlines()
)
MODALS = tuple(
    tuple(line.split(", "))
    for line in """must, may, can, should, need not
may, must, must not, will
can, must, cannot, should
should, must, may, need not
could, must
would, did
might, will
will, may, might, will not
shall, may
cannot, can, need not
must not, may, need not
may not, may, must
have to, may, can, do not have to
has to, may, can, does not have to
is required to, is allowed to, is not required to
are required to, are allowed to, are not required to
is allowed to, is required to
are allowed to, are required to
required, optional, recommended, not required
mandatory, optional, voluntary
recommended, required, forbidden
optional, required, mandatory
need to, may
needs to, may
likely, certain, unlikely
may be, is
might be, is
could be, is
probably, certainly
possibly, certainly
planned, completed
proposed, approved
suggested, proved
expected to, known to
believed to be, known to be
claims, proves
attempted to, managed to
plans to, refuses to
wants to, does not want to
is supposed to, does not""".splitlines()
)
TENSES = tuple(
    tuple(line.split(", "))
    for line in """is, was, will be
are, were, will be
was, is, will be
were, are, will be
has, had, will have
have, had, will have
had, has, will have
has been, had been, will be
have been, will be
will be, was, is
will, did
currently, formerly
now, formerly
still, no longer
no longer, still
formerly, currently
already, not yet
not yet, already
former, current
current, former
upcoming, past
next, last
last, next
recently, long ago
since, until
used to, now""".splitlines()
)
UNITS = tuple(
    tuple(line.split(", "))
    for line in """kilometres, metres, miles
kilometers, meters, miles
km, miles, m
metres, feet, kilometres
meters, feet, kilometers
feet, metres, inches
miles, kilometers
m, ft, km
cm, mm, inches
mm, cm
inches, cm
minutes, hours, seconds
minute, hour
hours, minutes, days
hour, minute, day
seconds, minutes
days, weeks, working days, hours
day, week, hour
weeks, days, months
week, month
months, years, weeks
month, year
years, months, decades
year, month
decades, years
century, decade
kg, g, pounds
kilograms, grams
grams, kilograms
g, kg, mg
mg, g
tonnes, kilograms
pounds, kilograms
litres, millilitres
liters, gallons
ml, l
percent, percentage points, per mille
%, per mille
degrees Celsius, degrees Fahrenheit
°C, °F
euros, dollars, pounds
euro, dollar
EUR, USD, CHF
dollars, euros, cents
USD, EUR
US$, €
$, €, £
€, $, £
£, €, $
million, billion, thousand
billion, million
thousand, million
hundred, thousand
MB, GB
GB, MB
kW, W, kWh
W, kW
V, A
bar, psi
acres, hectares
square miles, square kilometers
square kilometres, square miles
people, families
times, percent
points, percent
pages, chapters
calories, kilojoules""".splitlines()
)

IRREGULAR = dict(
    line.split()
    for line in """be was
become became
begin began
bring brought
build built
buy bought
catch caught
choose chose
come came
die died
do did
draw drew
drive drove
eat ate
fall fell
feel felt
fight fought
find found
fly flew
get got
give gave
go went
grow grew
have had
hold held
keep kept
know knew
lead led
leave left
lose lost
make made
mean meant
meet met
pay paid
put put
read read
rise rose
run ran
say said
see saw
sell sold
send sent
set set
shoot shot
sing sang
speak spoke
spend spent
stand stood
take took
teach taught
tell told
think thought
wear wore
win won
write wrote
feature featured
live lived
play played
serve served
use used
call called
start started
end ended
happen happened
occur occurred
marry married
move moved
open opened
release released
receive received
found founded
form formed
help helped
invade invaded
create created
develop developed
invent invented
discover discovered
publish published
join joined
change changed
want wanted
need needed
work worked
appear appeared
attend attended
believe believed
represent represented
produce produced
provide provided
rule ruled
return returned
record recorded
sign signed
start started
stop stopped
study studied
support supported
try tried
visit visited
vote voted
allow allowed
defeat defeated
describe described
establish established
introduce introduced
cost cost
contain contained
include included
require required
refer referred
show showed
offer offered
collect collected
share shared
consist consisted
belong belonged
exist existed
lie lay
cause caused
affect affected
increase increased
prevent prevented
air aired
graduate graduated
perform performed
compose composed
direct directed
star starred
conquer conquered
adopt adopted
declare declared
launch launched
name named
propose proposed
sell sold
consider considered
claim claimed""".splitlines()
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
                "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")  # fmt: skip
