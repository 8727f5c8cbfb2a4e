// Handles the sources panel, the tooltips and the copy button. The server has already escaped all foreign text;
// this file only moves finished HTML, and inserts foreign text as text.
"use strict";
(() => {
  const words = () => document.querySelector("#words")?.dataset ?? {};
  const panel = () => document.querySelector("#sources-body");
  const root = () => document.querySelector("#conversation-root");
  let shown = "";        // the turn whose sources are in the panel
  let opener = null;     // the element that gets the focus back

  // --- sources -------------------------------------------------------------------------------------------------------
  function showTurn(turn) {
    const hidden = turn?.querySelector(".turn-sources");
    if (!hidden || !panel()) return;
    if (panel().dataset.turn === turn.dataset.turn && panel().dataset.length === String(hidden.innerHTML.length)) return;
    if (panel().dataset.turn !== turn.dataset.turn) document.querySelector("#panel").scrollTop = 0;
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

  // The button that turned the page keeps the focus, or the other one if there is no further page.
  const turned = (body, to) => to && (body.querySelector(`.pager [data-to="${to}"]:enabled`) ?? body.querySelector(".pager [data-to]:enabled"));

  let latest = 0;  // counts the places asked for: an earlier one that arrives late is not shown
  async function openPlace(address, to) {
    const body = panel(), mine = ++latest;
    if (!body.querySelector(".document")) body.dataset.before = shown;
    body.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (mine !== latest) return;
      body.innerHTML = `<button type="button" class="back"></button><button type="button" class="wider"></button>${html}`;
      body.querySelector(".back").textContent = words().back;
      body.querySelector(".wider").textContent = words().wider;
      body.dataset.length = "";
      const mark = body.querySelector("mark");
      (turned(body, to) ?? body.querySelector(".back")).focus({ preventScroll: true });
      if (mark && !body.querySelector("img.page")) scrollTo(mark);
      else document.querySelector("#sources-title").scrollIntoView({ block: "start" });  // a page's picture has the quote boxed
    } catch {
      if (mine !== latest) return;
      body.insertAdjacentHTML("afterbegin", '<p class="notice" role="alert"></p>');
      body.querySelector(".notice").textContent = words().trouble;
    } finally {
      if (mine === latest) body.removeAttribute("aria-busy");
    }
  }

  // A document opened from the list is shown in a dialog; the fetched HTML was escaped by the server.
  async function read(address, to) {
    let dialog = document.querySelector("dialog.reader");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "reader";
      dialog.innerHTML = '<button type="button" class="back close"></button><div class="page-body" tabindex="0"></div>';
      dialog.querySelector(".close").textContent = words().close;
      dialog.addEventListener("close", () => dialog.remove());
      document.body.append(dialog);
    }
    const body = dialog.querySelector(".page-body"), mine = ++latest;
    let html = "";
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      html = await answer.text();
    } catch { /* said below */ }
    if (mine !== latest) return;
    if (html) body.innerHTML = html;
    else body.textContent = words().trouble;
    if (!dialog.open) dialog.showModal();
    turned(body, to)?.focus({ preventScroll: true });
    dialog.setAttribute("aria-label", body.querySelector("h3")?.innerText ?? "");
    if (!body.querySelector("img.page")) body.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  function zoom(page) {
    const larger = page.querySelector("img.page").classList.toggle("zoomed");
    page.querySelector("[data-do=zoom]").setAttribute("aria-pressed", String(larger));
  }

  // --- the panel's width: dragged, or set with the arrow keys; stored in this browser ------------------------------------
  const NARROWEST = 256, STEP = 32;  // pixels
  const grip = document.createElement("div");
  grip.id = "grip";
  grip.tabIndex = 0;
  grip.setAttribute("role", "separator");
  grip.setAttribute("aria-orientation", "vertical");

  function setWidth(pixels) {
    const width = Math.round(Math.min(Math.max(pixels, NARROWEST), innerWidth * .6));
    document.body.classList.remove("wide");
    document.documentElement.style.setProperty("--panel", `${width}px`);
    grip.setAttribute("aria-valuenow", width);
    try { localStorage.setItem("rag-panel", width); } catch { /* storage is disabled */ }
  }

  const across = () => document.querySelector("#panel").getBoundingClientRect();
  grip.addEventListener("pointerdown", (event) => { grip.setPointerCapture(event.pointerId); event.preventDefault(); });
  grip.addEventListener("pointermove", (event) => { if (grip.hasPointerCapture(event.pointerId)) setWidth(across().right - event.clientX); });
  grip.addEventListener("keydown", (event) => {
    const wider = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (wider) { event.preventDefault(); setWidth(across().width + wider); }
  });

  function watchGrip() {
    const beside = document.querySelector("#panel");
    if (!beside || grip.nextElementSibling === beside) return;
    beside.before(grip);
    grip.setAttribute("aria-label", words().panelWidth ?? "");
    grip.setAttribute("aria-valuemin", NARROWEST);
    grip.setAttribute("aria-valuemax", Math.round(innerWidth * .6));
    grip.setAttribute("aria-valuenow", Math.round(across().width));
    try { if (localStorage.getItem("rag-panel")) setWidth(Number(localStorage.getItem("rag-panel"))); } catch { /* as above */ }
  }

  // --- guides: loaded when opened ------------------------------------------------------------------------
  document.addEventListener("toggle", async (event) => {
    const guide = event.target;
    if (!guide.open || !guide.dataset?.guide) return;
    const body = guide.querySelector(":scope > div");
    if (body.childElementCount) return;
    body.innerHTML = '<p class="working"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span></p>';
    try {
      const answer = await fetch(guide.dataset.guide, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      body.innerHTML = await answer.text();
    } catch {
      body.textContent = words().trouble;
    }
  }, true);

  // --- the list of documents: searched and sorted in the browser -----------------------------------------------------
  document.addEventListener("input", (event) => {
    if (event.target.id !== "library-search") return;
    const wanted = event.target.value.toLowerCase();
    for (const row of document.querySelectorAll(".library tbody tr")) row.hidden = !row.querySelector("th").innerText.toLowerCase().includes(wanted);
  });

  function sort(button) {
    const place = Number(button.dataset.sort);
    const falling = button.getAttribute("aria-sort") === "ascending";
    for (const other of document.querySelectorAll(".library [data-sort]")) other.removeAttribute("aria-sort");
    button.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const value = (row) => row.children[place].dataset.value ?? row.children[place].innerText;
    const body = document.querySelector(".library tbody");
    const rows = [...body.rows].sort((a, b) => value(a).localeCompare(value(b), undefined, { numeric: true }));
    body.append(...(falling ? rows.reverse() : rows));
  }

  // --- files: dropped anywhere, folders too, or chosen -----------------------------------------------------------------
  const chooser = () => document.querySelector("#add input[type=file]") ?? document.querySelector("input[type=file]");
  const drop = document.createElement("div");
  drop.id = "drop";
  drop.hidden = true;
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

  function showDrop(shown) {
    if (!drop.isConnected) document.body.append(drop);
    drop.textContent = words().drop;
    drop.hidden = !shown;
  }

  document.addEventListener("dragenter", (event) => { if (holdsFiles(event)) { event.preventDefault(); showDrop(true); } });
  document.addEventListener("dragover", (event) => { if (holdsFiles(event)) { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; } });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) showDrop(false); });
  document.addEventListener("drop", async (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    showDrop(false);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    add(entries.length ? (await Promise.all(entries.map((entry) => filesOf(entry, "")))).flat() : [...event.dataTransfer.files]);
  }, true);

  // A file from a folder has the folder in its name, so that names are unique and an answer states the origin.
  async function filesOf(entry, path) {
    if (entry.name.startsWith(".")) return [];
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      return [path ? new File([file], `${path}${file.name}`, { type: file.type }) : file];
    }
    const reader = entry.createReader();
    const found = [];
    for (let more = [null]; more.length;) {
      more = await new Promise((done, failed) => reader.readEntries(done, failed));
      found.push(...more);
    }
    return (await Promise.all(found.map((one) => filesOf(one, `${path}${entry.name} - `)))).flat();
  }

  function add(files) {
    const input = chooser();
    if (!files.length || !input) return;
    const chosen = new DataTransfer();
    for (const file of files) chosen.items.add(file);
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("change", (event) => {
    if (event.target !== chooser() || !event.target.files.length) return;
    const doing = document.querySelector("#doing");
    if (!doing.querySelector(".adding")) doing.insertAdjacentHTML("afterbegin", '<p class="notice adding" role="status"></p>');
    doing.querySelector(".adding").textContent = words().adding;
    new MutationObserver((_, seen) => { seen.disconnect(); doing.querySelector(".adding")?.remove(); }).observe(doing.firstElementChild?.nextElementSibling ?? doing, { childList: true, subtree: true });
  }, true);

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
    if (target.dataset.read) return void read(target.dataset.read);
    if (target.classList.contains("cite")) return showCitation(target);
    if (target.classList.contains("dismiss")) return document.querySelector('[role="tab"][aria-selected="true"]')?.focus();
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
    if (target.dataset.address?.startsWith("/ui/")) return void (target.closest("dialog") ? read : openPlace)(target.dataset.address, target.dataset.to);
    if (target.dataset.do === "zoom") return zoom(target.closest(".document"));
    if (target.dataset.do === "add") return void chooser()?.click();
    if (target.dataset.sort) return sort(target);
    if (target.dataset.askNow) return askNow(target.dataset.askNow);
    if (target.classList.contains("wider")) return void document.body.classList.toggle("wide");
    if (target.classList.contains("close")) return target.closest("dialog").close();
    if (target.classList.contains("back")) return backToSources();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#history-toggle, .conversations .menu, dialog")) document.body.classList.remove("show-history");
    if (event.target.matches?.("img.page")) zoom(event.target.closest(".document"));
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target) || (event.target.closest("button, a") && !menu.classList.contains("scope"))) menu.open = false;
    }
  });

  // A question from the guide is asked in the chat.
  function askNow(question) {
    document.querySelector('[role="tab"]')?.click();
    const box = document.querySelector("#box textarea");
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.querySelector("#box button")?.click(), 50);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    hideTip();
    if (document.body.classList.contains("show-history") && !document.querySelector("details.menu[open]")) {
      document.body.classList.remove("show-history");
      return document.querySelector("#history-toggle")?.focus();
    }
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
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

  // --- new content is shown and announced -----------------------------------------------------------------------------------
  function say(text) {
    const live = document.querySelector("#live");
    if (live) live.textContent = text;
  }

  // A new turn is scrolled to the top, and kept there during rendering, unless the user scrolls.
  const SETTLING = 1000;  // milliseconds
  let held = "";
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(kind, () => { held = ""; }, { passive: true });

  let told = "";
  function follow() {
    for (const [place, text] of [["#sources-title", "sources"], ["#sources > .hint", "sourcesEmpty"], ["#add-here [data-do=add]", "addFiles"]]) {
      const element = document.querySelector(place);
      if (element && words()[text] && element.textContent !== words()[text]) element.textContent = words()[text];
    }
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
      if (key !== follow.key) held = key;
      follow.key = key;
    } else if (shown === last.dataset.turn && !panel().querySelector(".document")) {
      showTurn(last);
    }
    if (held === key) {
      requestAnimationFrame(() => { if (held === key) last.scrollIntoView({ block: "start" }); });
      if (!busy) setTimeout(() => { if (held === key) held = ""; }, SETTLING);
    }
    const text = ["", ...last.querySelectorAll(".reply, .refusal, .trouble")].reduce((all, part) => `${all} ${part.innerText}`.trim());
    const now = text || (last.querySelector(".working")?.innerText ?? "");
    if (now === told && busy === follow.busy) return;
    const fresh = told && now.startsWith(told) ? now.slice(told.length) : now;  // only the new part is announced
    told = now;
    follow.busy = busy;
    say(busy ? fresh : `${now} ${words().done}`);
  }

  // Shows the seconds since the question beside the progress; the tabs stick at the header's height.
  let begun = 0;
  setInterval(() => {
    const working = document.querySelector("#current [aria-busy='true'] .working");
    if (!working) { begun = 0; return; }
    begun ||= Date.now();
    const seconds = Math.round((Date.now() - begun) / 1000);
    if (seconds >= 2) working.dataset.seconds = `${seconds} ${words().seconds}`;
  }, 500);
  const measured = new WeakSet();
  const measure = new ResizeObserver(() => {
    document.documentElement.style.setProperty("--head", `${document.querySelector("#top")?.offsetHeight ?? 48}px`);
    document.documentElement.style.setProperty("--shelf", `${document.querySelector("#shelf")?.offsetWidth ?? 0}px`);
  });

  // Another tab may have continued the conversation, and a watched folder may have been read again.
  const again = () => {
    if (!document.hidden && !document.querySelector("[aria-busy='true']")) document.querySelector("#again")?.click();
  };
  document.addEventListener("visibilitychange", again);
  window.addEventListener("focus", again);

  function watchHead() {
    for (const part of document.querySelectorAll("#top, #shelf")) {  // a new element whenever the collections menu appears or disappears
      if (!measured.has(part)) { measured.add(part); measure.observe(part); }
    }
  }

  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; follow(); watchHead(); watchGrip(); });
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["aria-busy", "data-conversation"] });
})();
