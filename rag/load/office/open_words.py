"""Reads the text of OpenDocument paragraphs, and finds their notes, comments and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rag.load.office.mathml import in_one_line
from rag.load.office.open_styles import Styles
from rag.load.office.open_tables import SHAPES
from rag.load.office.package import attribute, child, children, descendants, local

APART = frozenset(("note", "annotation", *SHAPES))  # read after the paragraph they are attached to
LEFT_OUT = frozenset("tracked-changes forms sequence-decls variable-decls user-field-decls annotation-end settings "
                     "named-expressions database-ranges content-validations script scripts event-listeners "
                     "dde-connection-decls".split())  # fmt: skip
MAX_BLANKS = 200  # blanks that one element may represent


@dataclass(slots=True)
class Words:
    """The visible and hidden text of a paragraph."""

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Speller:
    """What the text of a document depends on: its styles, embedded formulas and form values."""

    styles: Styles = field(default_factory=Styles)
    formulas: dict[str, Any] = field(default_factory=dict)  # by object name
    controls: dict[str, str] = field(default_factory=dict)  # by id

    def shown(self, element: Any) -> str:
        """Return the visible text of a paragraph."""
        return "".join(self.words(element).shown)

    def words(self, element: Any) -> Words:
        """Return the text of a paragraph; notes, comments and drawings are read separately."""
        words = Words()
        concealed = any(attribute(e, "is-hidden") == "true" for e in children(element, "hidden-paragraph"))
        self._walk(element, words, concealed)
        return words

    def _walk(self, element: Any, words: Words, concealed: bool) -> None:
        concealed = concealed or self._is_unseen(element)
        parts = words.hidden if concealed else words.shown
        parts.append(element.text or "")
        for inner in element:
            name = local(inner)
            if name == "s":
                count = attribute(inner, "c")
                parts.append(" " * min(int(count) if count.isdigit() else 1, MAX_BLANKS))
            elif name in ("tab", "line-break"):
                parts.append("\t" if name == "tab" else "\n")
            elif name == "ruby-text":
                parts.append(f" ({''.join(inner.itertext())}) ")
            elif name in SHAPES:
                parts.append(self._in_line(inner))
            elif name and name not in LEFT_OUT and name not in APART:
                self._walk(inner, words, concealed)
            parts.append(inner.tail or "")

    def _is_unseen(self, element: Any) -> bool:
        style = attribute(element, "style-name")
        if style in self.styles.unseen or (
            attribute(element, "is-hidden") == "true" and local(element) != "hidden-paragraph"
        ):
            return True
        around = [local(e) for e in element.iterancestors() if local(e) in (*SHAPES, "table-cell", "table")]
        return style in self.styles.white and not around

    def _in_line(self, shape: Any) -> str:
        """Return the inline text of a shape: a formula, or a form value."""
        if local(shape) == "control":
            return self.controls.get(attribute(shape, "control"), "")
        held = child(shape, "object")
        if held is None:
            return ""
        inside = next(descendants(held, "math"), None)
        formula = inside if inside is not None else self.formulas.get(attribute(held, "href").removeprefix("./"))
        return f" {in_one_line(formula)} " if formula is not None else ""


def hanging(element: Any) -> Iterator[Any]:
    """Yield the notes, comments and shapes in an element, without nested ones and those in its tables."""
    for inner in element:
        name = local(inner)
        if name in APART:
            yield inner
        elif name and name not in LEFT_OUT and name != "table":
            yield from hanging(inner)


def controls_of(root: Any) -> dict[str, str]:
    """Return the values of form controls by id: a tick, a choice or typed text."""
    found: dict[str, str] = {}
    for form in descendants(root, "forms"):
        for control in form.iter():
            name = local(control)
            value = attribute(control, "current-value") or attribute(control, "value")
            if name in ("checkbox", "radio"):
                state = attribute(control, "current-state") or attribute(control, "current-selected")
                value = "☒" if state in ("checked", "true") else "☐"
            elif name == "listbox":
                picked = [e for e in children(control, "option") if attribute(e, "current-selected") == "true"]
                value = ", ".join(attribute(e, "label") for e in picked)
            elif name in ("button", "hidden", "password", "generic-control", "property"):
                continue
            elif name == "fixed-text":
                value = attribute(control, "label")
            if value and (key := attribute(control, "id")):
                found[key] = value
    return found
