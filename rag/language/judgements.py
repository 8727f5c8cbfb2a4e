"""The words with which people judge somebody, and what the judged one is. English only."""

from __future__ import annotations

# Words of a judgement that people ask for, of what the judged one is, and of judgements that were made.
JUDGEMENTS = frozenset(
    """nice good great bad friendly kind pleasant competent reliable clever honest trustworthy funny boring lazy rude strict
    fair popular pretty prettiest beautiful handsome sympathetic best worst better capable helpful smart excellent poor
    terrible awful lovely charming arrogant difficult easy""".split()
)
PERSONS = frozenset(
    """guy man woman person boss chef head teacher manager doctor leader colleague chair chairman trainer coach neighbour
    landlord tenant owner director nurse secretary treasurer fellow lady bloke work working deal dealing talk""".split()
)
VERDICTS = frozenset(
    """praised praise praises liked likes loved loves hated hates criticised criticized complained complaint complaints
    content happy unhappy satisfied disappointed recommended recommend recommends thanked grateful respected admired
    trusted disliked impressed""".split()
)
