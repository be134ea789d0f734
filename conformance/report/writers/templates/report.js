"use strict";
// Search, filters, keys and colours. The page says everything without this; nothing here makes markup out of text.
(() => {
  const at = (id) => document.getElementById(id);
  const tools = at("tools");
  const root = document.documentElement;
  const keep = (name, value) => {
    try {
      if (value === undefined) return localStorage.getItem(name);
      localStorage.setItem(name, value);
    } catch { /* a mail attachment has no storage */ }
    return null;
  };

  // Colours.
  const theme = at("theme");
  const paint = (name) => {
    if (name === "dark" || name === "light") root.dataset.theme = name;
    else delete root.dataset.theme;
  };
  const stored = keep("conformance-theme");
  theme.value = stored === "dark" || stored === "light" ? stored : "";
  paint(theme.value);
  theme.addEventListener("change", () => { paint(theme.value); keep("conformance-theme", theme.value); });
  at("colours").hidden = false;
  if (!tools) return;

  // Filters. An item is one verdict or one row; a dimension that it does not have fits no choice. A waived failure is a
  // failure too.
  const names = ["service", "level", "outcome", "encoding"];
  const letters = { service: "s", level: "l", outcome: "o", encoding: "e" };
  const query = at("q");
  const chosen = Object.fromEntries(names.map((name) => [name, at("f-" + name)]));
  const boxes = [...document.querySelectorAll("[data-box]")];
  const items = [...document.querySelectorAll("[data-e]")].map((node) => {
    const box = node.closest("[data-box]");
    const of = {};
    for (const name of names) {
      const holder = node.closest("[data-" + letters[name] + "]");
      of[name] = holder ? holder.dataset[letters[name]] : "";
    }
    return { node, box, of, verdict: of.outcome !== "fact" && of.outcome !== "erratum" && of.outcome !== "observed" };
  });
  const all = items.filter((item) => item.verdict).length;
  const texts = new WeakMap();
  const text = (box) => {
    if (!texts.has(box)) texts.set(box, box.textContent.toLowerCase());
    return texts.get(box);
  };
  let opened = [];
  const number = new Intl.NumberFormat(root.lang);
  const apply = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = words.length > 0 || names.some((name) => chosen[name].value);
    const live = new Set();
    let shown = 0;
    for (const item of items) {
      const fits = names.every((name) => !chosen[name].value || item.of[name] === chosen[name].value
        || (chosen[name].value === "failed" && item.of[name] === "waived"))
        && (!words.length || words.every((word) => text(item.box).includes(word)));
      item.node.hidden = !fits;
      if (!fits) continue;
      if (item.verdict) shown += 1;
      for (let node = item.node; node && !live.has(node); node = node.parentElement) live.add(node);
    }
    for (const box of boxes) box.hidden = !live.has(box);
    for (const fold of opened) fold.open = false;
    opened = [];
    if (active) {
      for (const fold of document.querySelectorAll("details.more, details.list")) {
        if (!fold.open && live.has(fold)) { fold.open = true; opened.push(fold); }
      }
    }
    at("told").hidden = !active;
    at("shown").textContent = tools.dataset.shown
      .replace("{shown}", number.format(shown)).replace("{all}", number.format(all));
    at("clear").hidden = !active;
    at("nothing").hidden = live.size > 0;
  };
  const remember = () => {
    const told = new URLSearchParams();
    for (const name of names) if (chosen[name].value) told.set(name, chosen[name].value);
    if (query.value) told.set("q", query.value);
    try {
      history.replaceState(null, "", "#" + (String(told) && "/" + told));
    } catch { /* some mail programs forbid it */ }
  };
  const choose = (told) => {
    for (const name of names) chosen[name].value = told[name] || "";
    for (const name of names) if (chosen[name].selectedIndex < 0) chosen[name].value = "";
    query.value = told.q || "";
    apply();
  };
  const clear = () => { choose({}); remember(); };
  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { apply(); remember(); }, 120);
  });
  for (const name of names) chosen[name].addEventListener("change", () => { apply(); remember(); });
  at("clear").addEventListener("click", () => { clear(); query.focus(); });

  // Numbers of the matrix lead to their verdicts.
  for (const cell of document.querySelectorAll("[data-cell]")) {
    const [service, level] = cell.parentElement.dataset.cells.split(" ");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "jump";
    button.textContent = cell.textContent;
    button.setAttribute("aria-label", cell.textContent + ": " + tools.dataset.jump);
    button.addEventListener("click", () => {
      choose({ service, level, outcome: cell.dataset.cell });
      remember();
      tools.scrollIntoView();
      query.focus({ preventScroll: true });
    });
    cell.replaceChildren(button);
  }

  // Links. A rule without its encoding finds the first that has it; what is folded or filtered away is shown.
  const reveal = (node) => {
    if (node.closest("[hidden]")) choose({});
    for (let fold = node.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    node.scrollIntoView();
  };
  const follow = () => {
    let wanted = location.hash.slice(1);
    try { wanted = decodeURIComponent(wanted); } catch { return; }
    if (!wanted || wanted.startsWith("/")) {
      choose(Object.fromEntries(new URLSearchParams(wanted.slice(1))));
      return;
    }
    const node = at(wanted) || (wanted && document.querySelector("[id^='" + CSS.escape(wanted + "@") + "']"));
    if (node && node.id !== wanted) location.replace("#" + encodeURIComponent(node.id));
    else if (node) reveal(node);
  };
  window.addEventListener("hashchange", follow);

  // Folding.
  const folds = () => [...document.querySelectorAll("main details")].filter((fold) => !fold.closest("[hidden]"));
  at("open").addEventListener("click", () => { for (const fold of folds()) fold.open = true; });
  at("close").addEventListener("click", () => { for (const fold of folds()) fold.open = false; });
  let printed = [];
  window.addEventListener("beforeprint", () => {
    printed = [...document.querySelectorAll("details[data-print]:not([open])")];
    for (const fold of printed) fold.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const fold of printed) fold.open = false;
  });

  // Copying, from what is open.
  const copy = async (button, source) => {
    try {
      await navigator.clipboard.writeText(source);
    } catch {
      const field = document.createElement("textarea");
      field.value = source;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    button.textContent = tools.dataset.copied;
    setTimeout(() => { button.textContent = tools.dataset.copy; }, 1500);
  };
  document.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    for (const block of event.target.querySelectorAll("pre[data-copy]")) {
      if (block.lastElementChild) continue;
      const source = block.textContent;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = tools.dataset.copy;
      button.addEventListener("click", () => copy(button, source));
      block.append(button);
    }
  }, true);

  // Keys.
  const help = at("help");
  const ask = () => { if (help.showModal) help.showModal(); };
  at("keys").addEventListener("click", ask);
  at("done").addEventListener("click", () => help.close());
  const step = (by) => {
    const visible = [...document.querySelectorAll(".failure")].filter((node) => !node.closest("[hidden]"));
    if (!visible.length) return;
    const here = visible.indexOf(document.activeElement.closest(".failure"));
    const next = visible[here < 0 ? (by > 0 ? 0 : visible.length - 1) : Math.min(Math.max(here + by, 0), visible.length - 1)];
    next.tabIndex = -1;
    reveal(next);
    next.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    if (help.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      clear();
      document.activeElement.blur();
      return;
    }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || !at("single").checked) return;
    const fold = document.activeElement.closest(".failure")?.querySelector("details.exchange");
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "o" && fold) fold.open = !fold.open;
    else if (event.key === "/") query.focus();
    else if (event.key === "?") ask();
    else return;
    event.preventDefault();
  });

  tools.hidden = false;
  apply();
  follow();
})();
