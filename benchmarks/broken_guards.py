"""Breaks one guard of the program at a time, in a copy, and reports which breaks no test detects.

    python -m benchmarks.broken_guards            # all of them, about 10 s each
    python -m benchmarks.broken_guards 18 36      # only these, by number

A guard is a line that rejects wrong or hostile input. Each row holds the file, the line, its broken replacement, and
the test that must then fail. MOVED means that the line was not found in the file: update its row.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 600  # seconds for one test; a break that makes the test hang counts as noticed


class Guard(NamedTuple):
    """A guard, its broken replacement, and the test (file, and words of its name) that detects the break."""

    file: str
    text: str
    broken: str
    test: str
    named: str


GUARDS = [Guard(*row) for row in (
    ("answer/verify.py", "if wrong is not None or self.model is None:\n            return wrong",
     "if self.model is None:\n            return wrong", "verify", "however_sure"),
    ("answer/verify.py", "return BARE", "return 0.0", "verify", "bare"),
    ("answer/verify.py", "return DEPARTING if departs", "return SUPPORTED if departs", "verify", "another_order"),
    ("answer/wording.py", " or (whole and _is_cut_short(passed, quoted)):", ":", "wording", "none_is_missing"),
    ("answer/wording.py", "if not _answers(found, passed, quoted) or ", "if not passed or ", "wording", "true_sentence"),
    ("answer/wording.py", "return order != sorted(order)", "return False", "accept", "another_order"),
    ("answer/wording.py", "return bool(here & _values(quoted[0].text.split(\" (\")[0]))", "pass", "accept", "computed"),
    ("answer/parts.py", "if read > LONGEST:", "if False:", "wording", "without_end"),
    ("answer/parts.py", "if count >= MOST_PARTS:", "if False:", "wording", "without_end"),
    ("answer/accept.py", "if lines and known.issuperset(lines):", "if lines and not known.isdisjoint(lines):", "wording", "code"),
    ("answer/accept.py", "if not _agrees(claim, quoted) or CELL in claim:", "if CELL in claim:", "accept", "yes_does_not"),
    ("answer/accept.py", "if not _agrees(claim, quoted) or CELL in claim:", "if not _agrees(claim, quoted):", "accept", "raw_row"),
    ("answer/accept.py", " if _is_known_head(question, part, evidence) else None", "", "accept", "head"),
    ("answer/accept.py", "together = TOGETHER if len(words(claim)) >= JOINED else 1", "together = TOGETHER", "accept", "two_places"),
    ("answer/accept.py", "if many == 1 and _contradicts(question, claim, blocks[0]):", "if False:", "accept", "says_otherwise"),
    ("answer/accept.py", "at_least = SURE if doubtful or many > 1 else SUPPORTED", "at_least = SUPPORTED", "accept", "surer"),
    ("answer/extract_rules.py", 'if borrowed and _names_another(there, kept):', "if False:", "accept", "heading"),
    ("answer/extract_rules.py", "return not _turns(there, kept)", "return True", "accept", "spliced"),
    ("answer/extract_rules.py", ") < FEWEST:", ") < 0:", "accept", "spliced"),
    ("answer/tokens.py", "return day == other_day and not (year and other_year)", "return day == other_day", "accept", "spliced"),
    ("answer/row_rules.py", "and all(_is_named(claim, cell, cells) for cell in used if figures(_value(cell)))", "", "accept", "under_its_own"),
    ("answer/rules.py", "    subject_rules.keeps_subject,\n    subject_rules.keeps_code,\n    subject_rules.keeps_columns,\n    subject_rules.keeps_ends,\n", "", "accept", "one_thing"),
    ("answer/rules.py", "    subject_rules.keeps_columns,\n    subject_rules.keeps_ends,\n", "    subject_rules.keeps_ends,\n", "accept", "another_column"),
    ("answer/wording.py", "model = innermost(generator)", "model = generator", "wording", "page_wraps"),
    ("web/session/generators.py", "here = self.fixed or not model.address", "here = True", "web_generators", "no_other"),
    ("answer/asked.py", "if wanted and not wanted <=", "if False and not wanted <=", "compute", "lacks_a_name"),
    ("answer/asked.py", 'PERIOD.sub(" ", found.question)', "found.question", "compute", "this_year"),
    ("answer/forms/author.py", 'if told and told["name"].split()[-1] not in elsewhere:', "if told:", "author", "tells_of"),
    ("answer/forms/steps.py", "(likely or _is_headed(found, evidence))", "_is_headed(found, evidence)", "forms", "likely_in_sum"),
    ("answer/which_document.py", 'content_stems(BRIEF.sub(" ", request))', "content_stems(request)", "which_document", "what_it_is_about"),
    ("web/session/running.py", "follower.put(_LEFT)", "pass", "web_chat", "has_left"),
    ("answer/wording.py", 'or best.kind in ("row", "code"):', ":", "wording", "row_is"),
    ("answer/reply.py", 'text = neutral(statement.text) if statement.layout != "code" else statement.text',
     "text = statement.text", "reply", ""),
    ("answer/read.py", 'english = own_words.language_of(question) == "en" and all(language_of(text) == "en" for text in first)',
     'english = own_words.language_of(question) == "en"', "overlap", "english_questions"),
    ("answer/draft.py", "if len(question) > LONGEST_QUESTION:", "if False:", "promises", ""),
    ("answer/draft.py", "if k < 1:", "if False:", "pipeline", ""),
    ("index/storage/objects.py", "if status.st_size != stored.size:", "if False:", "index_damage", "cut"),
    ("index/storage/objects.py", "if sums is not None and len(sums) != -(-stored.size // BLOCK) * DIGEST:", "if False:",
     "index_objects", "digests"),
    ("index/storage/objects.py", "if status.st_mtime_ns != self._changed:", "if False:", "index_damage", "while_it_is_open"),
    ("index/storage/objects.py", "if self._stride == 0 or blob.stored.size % self._stride:", "if self._stride == 0:",
     "index_objects", "rows"),
    ("index/storage/folder.py", 'if body.get("generation") != number:', "if False:", "index", "manifest"),
    ("index/storage/folder.py", "if int(header[1]) != FORMAT:", "if False:", "index", "another_format"),
    ("index/storage/folder.py", "if free < ROOM * size:", "if False:", "index", "too_little_space"),
    ("index/storage/folder.py", "elif folder.stat().st_mode & 0o077:", "elif False:", "index", "user_alone"),
    ("models/wire.py", "if now - began > request.deadline or now - heard > request.silence:",
     "if now - heard > request.silence:", "remote", "deadline"),
    ("models/wire.py", "if left < 0 or len(line) > self._request.line:", "if left < 0:", "remote", ""),
    ("models/wire.py", "if left < 0 or len(line) > self._request.line:", "if len(line) > self._request.line:", "remote", ""),
    ("models/wire.py", "if address in NAT64:", "if False:", "remote", "private"),
    ("models/wire.py", "or address.is_multicast", "", "remote", "private"),
    ("models/catalog.py", "_refuse_unsafe(name, folder)", "pass", "models", "refused"),
    ("pipeline.py", "if not 0 <= threshold <= 1:", "if False:", "pipeline", "threshold"),
    ("web/access.py", 'if scope["method"] == "GET" and (', "if (", "web_access", "only_opening"),
    ("web/access.py", '            self._once = ""\n', "            pass\n", "web_access", "once"),
    ("web/access.py", 'httponly=True, samesite="lax"', 'httponly=False, samesite="lax"', "web_access", "cookie"),
    ("web/access.py", 'if scope["type"] == "websocket":', "if False:", "web_access", "websocket"),
    ("web/passwords.py", "or len(self._wrong) >= 10 * WRONG:", ":", "web_access", "many_addresses"),
    ("web/passwords.py", "and name in self._hashes", "", "web_access", "unknown_name"),
    ("web/uploads.py", "or str(file) != os.path.normpath(path) ", "", "web_forged", "only_what_was_uploaded"),
    ("web/events.py", "if depth > DEEPEST:", "if False:", "web_forged", "does_not_send"),
    ("load/archive.py", "if entry.flag_bits & 1:", "if False:", "load_formats", "locked"),
    ("load/archive.py", 'if entry.filename.startswith(("/", "\\\\")) or ".." in', 'if ".." in', "load_bombs", "every_bomb"),
    ("load/archive.py", "if len(entries) > MAX_ENTRIES:", "if False:", "load_bombs", "every_bomb"),
    ("load/walk.py", "if depth + 1 > MAX_DEPTH:", "if False:", "load", "nest"),
    ("load/walk.py", "direct = resolved == root / source and resolved.is_relative_to(root)",
     "direct = resolved.is_relative_to(root)", "outside", ""),
    ("load/walk.py", ' | getattr(os, "O_NOFOLLOW", 0)', "", "load", "becomes_a_link"),
    ("answer/extract_rules.py", "len(gap) > LONGEST_GAP or ", "", "limits", "few_words"),
    ("answer/extract_rules.py", "return _limits(head) or _limits(tail)", "return _limits(tail)", "limits", "condition_left_out"),
    ("answer/extract_rules.py", "any(ends_in_not(token.text) for token in run)", "False", "limits", "short_form"),
    ("answer/compute.py", "if is_negated_elsewhere(found.question) or (", "if (", "limits", "multiplied"),
    ("answer/forms/dated.py", "if len(holds) != 1 or ", "if not holds or ", "forms", "still"),
    ("answer/forms/clause.py", " or not _is_balanced(clause):", ":", "limits", "brackets"),
    ("index/writing/writer.py", "if vectors.ndim != 2 or len(vectors) != len(texts):", "if vectors.ndim != 2:", "index", "one_vector"),
    ("index/storage/catalogue.py", "if since and until and since > until:", "if False:", "index", "wrong_order"),
    ("index/storage/folder.py", "if hashlib.sha256(text).hexdigest().encode() != header[2]:", "if False:", "index", "changed_digit"),
    ("load/decode.py", "MAX_CONTROLS = (\n    0.02", "MAX_CONTROLS = (\n    0.9", "load", "decode"),
)]  # fmt: skip


def verdict(guard: Guard, copy: Path) -> str:
    """Break a guard in the copy, run its test and restore the file.

    Returns noticed, UNNOTICED, MOVED or NO RESULT.
    """
    file = copy / "rag" / guard.file
    whole = file.read_text(encoding="utf-8")
    if guard.text not in whole:
        return "MOVED"
    file.write_text(whole.replace(guard.text, guard.broken, 1), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not browser and not model"]
    command += [f"tests/test_{guard.test}.py", *(("-k", guard.named) if guard.named else ())]
    try:
        done = subprocess.run(command, cwd=copy, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return "noticed"
    finally:
        file.write_text(whole, encoding="utf-8")
    return {0: "UNNOTICED", 1: "noticed"}.get(done.returncode, f"NO RESULT (pytest {done.returncode})")


def copied(folder: Path) -> Path:
    """Copy the project's files that git tracks, and return the folder."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


if __name__ == "__main__":
    chosen = [int(number) for number in sys.argv[1:]] or range(1, len(GUARDS) + 1)
    # A guard broken and restored within one second would stay broken in the bytecode cache.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    verdicts = []
    with tempfile.TemporaryDirectory() as scratch:
        copy = copied(Path(scratch))
        for number in chosen:
            guard = GUARDS[number - 1]
            verdicts.append(verdict(guard, copy))
            print(f"{number:2} {verdicts[-1]:9} {guard.file} {' '.join(guard.text.split())[:70]}", flush=True)
    print(f"{verdicts.count('noticed')} of {len(verdicts)} noticed")
    sys.exit(verdicts.count("noticed") != len(verdicts))
