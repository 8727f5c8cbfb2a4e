"""Chooses an encoder by the languages of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rag.errors import ModelUnavailable
from rag.language.sentences import language_told
from rag.models import catalog
from rag.models.download import fetch

OTHER_SHARE = 0.01  # share of documents not in English; above it the multilingual encoder finds more
SHORTEST = 200  # characters; a longer text whose language is not certain counts as English


def encoder_for(texts: Iterable[str]) -> tuple[str, str]:
    """Return the best local encoder for documents, and advice if a better one is missing; uses no network."""
    told = (language_told(text) or ("en" if len(text) >= SHORTEST else "") for text in texts)
    languages = Counter(filter(None, told))
    other = languages.total() - languages["en"]
    if other <= OTHER_SHARE * languages.total():
        return catalog.DEFAULT_ENCODER, ""
    if is_here(catalog.MULTILINGUAL_ENCODER):
        return catalog.MULTILINGUAL_ENCODER, ""
    named = ", ".join(sorted(language for language in languages if language != "en"))
    return catalog.DEFAULT_ENCODER, (
        f"some of the documents are not in English ({named}); much more is found in them with another encoder: "
        f"rag fetch {catalog.MULTILINGUAL_ENCODER}, then build into a new folder"
    )


def is_here(name: str) -> bool:
    """Return True if an embedded model is usable without a network; an installed package is unpacked first."""
    try:
        catalog.locate(name)
    except ModelUnavailable:
        try:
            catalog.packaged_weights(name)
        except ModelUnavailable:
            return False
        fetch(name)
    return True
