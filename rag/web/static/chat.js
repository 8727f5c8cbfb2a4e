// Brings the sources panel, the tooltips and the copy button to life. The server has escaped every foreign text already;
// this file only moves finished HTML about, and writes foreign text as text.
"use strict";
(() => {
  const words = () => document.querySelector("#words")?.dataset ?? {};
  const panel = () => document.querySelector("#sources-body");
  const root = () => document.querySelector("#conversation-root");
  let shown = "";        // the turn whose sources stand in the panel
  let opener = null;     // what the keyboard returns to

  // --- sources -------------------------------------------------------------------------------------------------------
  function showTurn(turn) {
    const hidden = turn?.querySelector(".turn-sources");
    if (!hidden || !panel()) return;
    if (panel().dataset.turn === turn.dataset.turn && panel().dataset.length === String(hidden.innerHTML.length)) return;
    panel().innerHTML = hidden.innerHTML;
    panel().dataset.turn = turn.dataset.turn;
    panel().dataset.length = String(hidden.innerHTML.length);
    shown = turn.dataset.turn;
    document.body.classList.toggle("has-sources", hidden.innerHTML !== "");
  }

  function showCitation(pill) {
    opener = pill;
    const turn = pill.closest(".turn");
    panel().dataset.length = "";
    showTurn(turn);
    document.querySelectorAll(".cite.current").forEach((other) => other.classList.remove("current"));
    pill.classList.add("current");
    const card = panel().querySelector(`.card[data-marker="${CSS.escape(pill.dataset.marker)}"]`);
    if (!card) return;
    panel().querySelectorAll(".card.current").forEach((other) => other.classList.remove("current"));
    card.classList.add("current");
    card.focus({ preventScroll: true });
    scrollTo(card.querySelector("mark") ?? card);
  }

  function scrollTo(target) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }

  async function openPlace(address) {
    const body = panel();
    if (!body.querySelector(".document")) body.dataset.before = shown;
    body.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      body.innerHTML = `<button type="button" class="back"></button>${html}`;
      body.querySelector(".back").textContent = words().back;
      body.dataset.length = "";
      const mark = body.querySelector("mark");
      body.querySelector(".back").focus({ preventScroll: true });
      if (mark) scrollTo(mark);
    } catch {
      body.insertAdjacentHTML("afterbegin", '<p class="notice" role="alert"></p>');
      body.querySelector(".notice").textContent = words().trouble;
    } finally {
      body.removeAttribute("aria-busy");
    }
  }

  function backToSources() {
    const turn = document.querySelector(`.turn[data-turn="${CSS.escape(shown)}"]`);
    panel().dataset.length = "";
    showTurn(turn);
    opener?.focus();
  }

  // --- tooltips: text only, reachable by pointer and keyboard ---------------------------------------------------------
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;

  function showTip(target) {
    if (!tip.isConnected) document.body.append(tip);
    tip.replaceChildren();
    if (target.dataset.tipTitle) {
      const title = document.createElement("strong");
      title.textContent = target.dataset.tipTitle;
      tip.append(title);
    }
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent = target.dataset.tip;
    tip.append(text);
    tip.hidden = false;
    const box = target.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 8);
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 8 ? above : box.bottom + 8}px`;
  }

  const hideTip = () => { tip.hidden = true; };
  for (const [come, go] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(come, (event) => {
      const target = event.target.closest?.("[data-tip]");
      if (target) showTip(target);
    });
    document.addEventListener(go, (event) => { if (event.target.closest?.("[data-tip]")) hideTip(); });
  }
  document.addEventListener("scroll", hideTip, true);

  // --- clicks ----------------------------------------------------------------------------------------------------------
  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const label = button.textContent;
    button.textContent = words().copied;
    say(words().copied);
    setTimeout(() => { button.textContent = label; }, 1500);
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("button");
    if (!target) return;
    if (target.classList.contains("cite")) return showCitation(target);
    if (target.dataset.do === "copy") return void copy(target);
    if ("note" in target.dataset) {
      const pressed = target.getAttribute("aria-pressed") !== "true";
      for (const other of target.parentElement.querySelectorAll("[data-note]")) other.setAttribute("aria-pressed", String(other === target && pressed));
      return;
    }
    if (target.dataset.do === "history") return void document.body.classList.toggle("show-history");
    if (target.dataset.do === "sources") {
      opener = target;
      panel().dataset.length = "";
      showTurn(target.closest(".turn"));
      return scrollTo(document.querySelector("#sources-title"));
    }
    if (target.dataset.open) {
      const { owner, conversation } = root()?.dataset ?? {};
      const parts = [owner, conversation, target.dataset.turn, target.dataset.open].map(encodeURIComponent);
      return void openPlace(`/ui/place/${parts.join("/")}`);
    }
    if (target.dataset.address?.startsWith("/ui/place/")) return void openPlace(target.dataset.address);
    if (target.classList.contains("back")) return backToSources();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    hideTip();
    if (panel()?.contains(document.activeElement)) {
      if (panel().querySelector(".document")) backToSources();
      else opener?.focus();
    }
  });

  // --- one question to the user, in a dialog that also works inside a frame ----------------------------------------------
  window.ragAsk = (message, value) => new Promise((answer) => {
    const dialog = document.createElement("dialog");
    dialog.className = "ask";
    const form = document.createElement("form");
    form.method = "dialog";
    const label = document.createElement("label");
    label.textContent = message;
    form.append(label);
    const input = document.createElement("input");
    if (value !== undefined) {
      input.value = value;
      input.dir = "auto";
      label.append(input);
    }
    const row = document.createElement("div");
    for (const [name, text] of [["no", words().no], ["yes", words().yes]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = name;
      button.textContent = text;
      button.addEventListener("click", () => dialog.close(name));
      row.append(button);
    }
    form.append(row);
    form.addEventListener("submit", (event) => { event.preventDefault(); dialog.close("yes"); });
    dialog.append(form);
    dialog.addEventListener("close", () => {
      const yes = dialog.returnValue === "yes";
      dialog.remove();
      answer(yes ? (value === undefined ? true : input.value) : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });

  // --- what is new is shown, and said -----------------------------------------------------------------------------------
  function say(text) {
    const live = document.querySelector("#live");
    if (live) live.textContent = text;
  }

  let told = "";
  function follow() {
    const turns = document.querySelectorAll("#chat .turn");
    const last = turns[turns.length - 1];
    document.body.classList.toggle("has-turns", Boolean(last));
    if (!last) {
      if (panel() && shown) { panel().innerHTML = ""; panel().dataset.length = ""; shown = ""; }
      document.body.classList.remove("has-sources");
      return;
    }
    const busy = last.getAttribute("aria-busy") === "true";
    const key = `${root()?.dataset.conversation}/${last.dataset.turn}`;
    if (busy || key !== follow.key) {
      showTurn(last);
      if (key !== follow.key) requestAnimationFrame(() => last.scrollIntoView({ block: "start" }));
      follow.key = key;
    } else if (shown === last.dataset.turn && !panel().querySelector(".document")) {
      showTurn(last);
    }
    const text = [...last.querySelectorAll(".reply, .refusal, .trouble, .working")].map((part) => part.innerText).join(" ");
    if (text !== told) { told = text; say(text); }
  }

  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; follow(); });
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["aria-busy", "data-conversation"] });
})();
