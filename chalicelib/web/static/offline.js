/* On every page that has it: the worker, the list of what waits on this device, and sending it once there is network. */
(() => {
  "use strict";
  const words = document.getElementById("waiting-words")?.dataset;
  if (!words || !("indexedDB" in window) || typeof reports === "undefined") return;

  const RETRY_MS = [15_000, 60_000, 300_000];
  let tries = 0;
  let timer = 0;

  const make = (name, properties = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };

  const list = make("ul");
  const box = make("section", { className: "box waiting", hidden: true },
    make("h2", { id: "waiting-title", textContent: words.title }),
    make("p", { textContent: words.explain }), list,
    make("button", { type: "button", className: "second", textContent: words.clear, onclick: () => clear().catch(() => {}) }));
  box.setAttribute("aria-labelledby", "waiting-title");
  const said = make("p", { className: "unseen" });
  said.setAttribute("role", "status");
  const form = document.getElementById("report");
  if (form) form.before(said, box);
  else document.querySelector("main h1")?.after(said, box);

  /* For somebody at a machine others use: nothing of it stays. */
  async function clear() {
    if (!confirm(words.clearSure)) return;
    await reports.clear();
    try { localStorage.removeItem(reports.DRAFT); } catch { /* this browser keeps nothing */ }
    document.dispatchEvent(new Event("reports-cleared"));
  }

  const stateOf = (report) => words[report.state] || "";

  /* A report is told by its moment alone: the next person at this machine reads the list too. */
  const moment = (report) => new Date(report.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });

  function lookUp(code) {
    const address = new URL(words.case, location.href);
    address.searchParams.set("code", code);
    return address.href;
  }

  function button(label, act, title) {
    const made = make("button", { type: "button", className: "second", textContent: label });
    made.setAttribute("aria-label", `${label}: ${title}`);
    made.addEventListener("click", act);
    return made;
  }

  function line(report) {
    const title = moment(report);
    const item = make("li", {}, make("p", {}, make("strong", { textContent: stateOf(report) }), ` ${title}`));
    if (report.state === "sent") {
      item.append(make("p", {}, make("a", { href: lookUp(report.code), textContent: words.code.replace("{code}", spaced(report.code)) })));
      if (report.left) item.append(make("p", { className: "wrong", textContent: words.left }));
      item.append(button(words.done, () => reports.remove(report.form), title));
      return item;
    }
    if (report.state === "refused") {
      if (report.problem) item.append(make("p", { className: "wrong", textContent: report.problem }));
      const correct = () => document.dispatchEvent(new CustomEvent("reports-correct", { detail: report.form }));
      item.append(form
        ? button(words.correct, correct, title)
        : make("p", {}, make("a", { href: words.report, textContent: words.correct })), " ");
    } else {
      if (report.files.length) {
        item.append(make("p", { className: "hint", textContent: words.files.replace("{count}", report.files.length) }));
      }
      item.append(button(words.send, () => send(true), title), " ");
    }
    item.append(button(words.remove, () => { if (confirm(words.sure)) reports.remove(report.form); }, title));
    return item;
  }

  const spaced = (code) => String(code).replace(/(\d{3})(?=\d)/g, "$1 ");

  async function show() {
    const kept = await reports.all();
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...kept.filter((one) => !one.sending).map(line));
    box.hidden = list.childElementCount === 0;
    box.querySelector("p").hidden = !kept.some((one) => one.state === "waiting");
    if (focused && !box.hidden) list.querySelector("a, button")?.focus();
    return kept.some((one) => one.state === "waiting");
  }

  async function send(isAsked = false) {
    if (isAsked) said.textContent = words.trying;
    clearTimeout(timer);
    const done = await reports.sendAll();
    if (isAsked) said.textContent = done ? "" : words.failed;
    const waits = await show();
    if (waits && navigator.onLine !== false) {
      timer = setTimeout(send, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
      tries += 1;
    }
  }

  /* Ask the browser to send when there is network, even when this page is gone by then. */
  async function wakeLater() {
    const worker = await navigator.serviceWorker?.ready;
    await worker?.sync?.register("reports");
  }

  window.addEventListener("online", () => { tries = 0; send().catch(() => {}); });
  document.addEventListener("reports-kept", () => { show().catch(() => {}); wakeLater().catch(() => {}); send().catch(() => {}); });
  reports.onChange(() => show().catch(() => {}));
  send().catch(() => { box.hidden = true; }); // a browser that keeps nothing (private window): the plain form is left

  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(words.worker.split("?")[0]).catch(() => {});
  }
})();
