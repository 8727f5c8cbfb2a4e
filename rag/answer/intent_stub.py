from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intent:
    act: str
    form: str
    leans: float
    certainty: float
