"""The page's script: of two places asked for, the one that was asked for last is shown."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import rag.web

SCRIPT = Path(rag.web.__file__).parent / "static" / "chat.js"
NODE = shutil.which("node")
# A page in which every element exists, and answers arrive in the order in which the test lets them.
PAGE = """
const handlers = {}, waiting = {}, nothing = () => {};
const any = (own = {}) => new Proxy(nothing, {
  get: (_, key) => key in own ? own[key] : key === Symbol.toPrimitive ? () => "" : key === "then" ? undefined : any(),
  set: (_, key, value) => { own[key] = value; return true; }, apply: () => any(), construct: () => any(),
});
const panel = any({ dataset: {}, innerHTML: "", setAttribute: nothing, removeAttribute: nothing,
                    querySelector: (place) => place === ".document" || place === "mark" ? null : any() });
const root = any({ dataset: { owner: "local", conversation: "c" } });
global.document = any({
  addEventListener: (kind, handler) => { (handlers[kind] ??= []).push(handler); }, hidden: false,
  querySelector: (place) => ({ "#sources-body": panel, "#conversation-root": root })[place] ?? any(),
  querySelectorAll: () => [], createElement: () => any({ addEventListener: nothing, dataset: {} }),
});
Object.assign(global, { window: any({ addEventListener: nothing }), addEventListener: nothing, setInterval: nothing,
  requestAnimationFrame: nothing, CSS: { escape: String }, localStorage: any(), matchMedia: () => ({ matches: true }),
  MutationObserver: class { observe() {} }, ResizeObserver: class { observe() {} }, innerWidth: 1000 });
global.fetch = (address) => new Promise((come) => {
  waiting[address.at(-1)] = () => come({ ok: true, text: async () => `<p>place ${address.at(-1)}</p>` });
});
eval(require("fs").readFileSync(process.argv[1], "utf8"));
const open = (key) => {
  const button = { dataset: { open: `c${key}`, turn: "1" }, classList: { contains: () => false } };
  handlers.click[0]({ target: { closest: () => button } });
};
const pause = () => new Promise((go) => setImmediate(go));
(async () => {
  open(1); open(2);
  for (const key of process.argv[2]) { waiting[key](); await pause(); await pause(); }
  console.log(panel.innerHTML.match(/place \\d/)[0]);
})();
"""


@pytest.mark.skipif(NODE is None, reason="there is no Node.js here")
@pytest.mark.parametrize("arrive", ["12", "21"])
def test_a_place_that_arrives_late_does_not_replace_the_one_asked_for_after_it(arrive: str) -> None:
    assert NODE
    done = subprocess.run([NODE, "-e", PAGE, str(SCRIPT), arrive], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("place 2\n", "")
