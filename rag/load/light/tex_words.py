"""Maps LaTeX commands to their output."""

from __future__ import annotations

import unicodedata

ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307", "u": "\u0306", "v": "\u030c",
    "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega".split()
SYMBOLS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
    "euro": "€", "EUR": "€", "pounds": "£", "S": "§", "P": "¶", "copyright": "©", "dag": "†", "ldots": "…", "dots": "…", "cdots": "⋯",
    "textbackslash": "\\", "textasciitilde": "~", "textdegree": "°", "degree": "°", "textendash": "–", "textemdash": "—", "quad": " ", "qquad": " ",
    "times": "×", "cdot": "·", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "∼", "infty": "∞",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒", "in": "∈", "sum": "∑", "int": "∫", "sqrt": "√", "partial": "∂", "circ": "°",
    "percent": "%", "textquotesingle": "'", "textquotedblleft": "“", "textquotedblright": "”", "LaTeX": "LaTeX", "TeX": "TeX", "newline": "\n",
    "lambda": "λ", "Lambda": "Λ", "varepsilon": "ε", "varphi": "φ", "par": "\n", "textbar": "|", "textless": "<", "textgreater": ">", "textunderscore": "_",
    **{name: unicodedata.lookup(f"GREEK SMALL LETTER {name.upper()}") for name in GREEK},
    **{name.capitalize(): unicodedata.lookup(f"GREEK CAPITAL LETTER {name.upper()}") for name in GREEK},
}  # fmt: skip
DROPPED = frozenset(  # with all their arguments
    """label ref eqref pageref cref Cref autoref cite citep citet citealp autocite parencite textcite footcite nocite index glossary
    usepackage documentclass bibliography bibliographystyle input include includegraphics vspace hspace setlength addtolength newcommand
    renewcommand newenvironment def setcounter addtocounter pagestyle thispagestyle hypersetup geometry title author date maketitle
    tableofcontents definecolor graphicspath printbibliography addbibresource setstretch fontsize includeonly todo vskip hskip rule
    DeclareMathOperator newtheorem theoremstyle sisetup lstset usetikzlibrary phantom hphantom vphantom bibitem cellcolor rowcolor rowcolors columncolor
    arrayrulecolor specialrule setlist resume""".split()
)
KEPT_SECOND = frozenset(
    "href textcolor colorbox fcolorbox parbox raisebox resizebox scalebox hyperref makebox".split()
)  # their second argument is read
UNITS = {
    "metre": "m", "meter": "m", "kilogram": "kg", "gram": "g", "second": "s", "ampere": "A", "kelvin": "K", "mole": "mol", "candela": "cd",
    "celsius": "°C", "degreeCelsius": "°C", "percent": "%", "pascal": "Pa", "newton": "N", "joule": "J", "watt": "W", "volt": "V", "ohm": "Ω",
    "hertz": "Hz", "litre": "l", "liter": "L", "hour": "h", "minute": "min", "day": "d", "bar": "bar", "degree": "°", "tonne": "t",
    "kilo": "k", "mega": "M", "giga": "G", "milli": "m", "micro": "µ", "nano": "n", "centi": "c", "deci": "d", "hecto": "h", "tera": "T",
    "squared": "²", "cubed": "³", "square": "", "cubic": "", "km": "km", "MPa": "MPa", "mm": "mm", "cm": "cm",
}  # fmt: skip
