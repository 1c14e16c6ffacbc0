/* The simulator's page: phones, mailboxes, clock, outbox, jobs, faults. No framework; text only ever becomes text. */
"use strict";

const $ = (id) => document.getElementById(id);
const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const state = {
  lang: localStorage.getItem("lang") || "vi",
  phone: localStorage.getItem("phone") || $("phone").defaultValue,
  box: null, letter: null, ahead: 0, code: "", call: null, spoken: 0, drawn: {},
};
const t = (key, values = {}) =>
  (TEXTS[state.lang][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
  };
  const answer = await fetch(`/api/${path}`, options);
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || answer.status);
  return value;
}

function note(id, text, bad = false) {
  $(id).textContent = text;
  $(id).classList.toggle("bad", bad);
}

/* Draw a list only when it has changed, so that a reader's place and focus stay. */
function draw(name, value, into, build) {
  const key = JSON.stringify([value, state.lang]);
  if (state.drawn[name] === key) return false;
  state.drawn[name] = key;
  into.replaceChildren(...build(value));
  return true;
}

const when = (iso) => (iso || "").replace("T", " ").slice(0, 16);

/* -- language ------------------------------------------------------------------------------------ */

function speak() {
  document.documentElement.lang = state.lang;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-ph]")) node.placeholder = t(node.dataset.ph);
  $("language").textContent = t("other");
  $("language").lang = t("otherLang");
  $("province").textContent = document.body.dataset[state.lang];
  if (state.box) $("box-name").textContent = state.box;
  state.drawn = {};
  showNow();
  refresh();
}

$("language").onclick = () => {
  state.lang = state.lang === "vi" ? "en" : "vi";
  localStorage.setItem("lang", state.lang);
  speak();
};

/* -- clock --------------------------------------------------------------------------------------- */

function simulated() {
  return new Date(Date.now() + state.ahead);
}

function showNow() {
  const zone = { timeZone: "Asia/Ho_Chi_Minh" };
  const now = simulated();
  const text = new Intl.DateTimeFormat("sv-SE", { ...zone, dateStyle: "short", timeStyle: "medium" }).format(now);
  $("now").textContent = text;
  $("now").dateTime = text.replace(" ", "T") + "+07:00";
  $("weekday").textContent = new Intl.DateTimeFormat(state.lang, { ...zone, weekday: "long" }).format(now);
}

async function readClock() {
  const { now } = await ask("clock");
  state.ahead = Date.parse(now) - Date.now();
  showNow();
}

async function move(wanted) {
  const buttons = document.querySelectorAll(".clock button");
  buttons.forEach((button) => (button.disabled = true));
  note("clock-note", t("moving"));
  try {
    const { ran } = await ask("clock", wanted);
    const done = Object.entries(ran).map(([name, times]) => `${name} × ${times}`).join(", ");
    note("clock-note", done ? t("moved") + done : t("movedNone"));
  } catch (error) {
    note("clock-note", error.message, true);
  }
  buttons.forEach((button) => (button.disabled = false));
  await readClock();
  refresh();
}

document.querySelectorAll("[data-advance]").forEach((button) => {
  button.onclick = () => move({ advance_seconds: Number(button.dataset.advance) });
});
$("to").onsubmit = (event) => {
  event.preventDefault();
  move({ to: $("to-time").value });
};

/* -- phones -------------------------------------------------------------------------------------- */

function person(one, current, choose) {
  const button = make("button", { type: "button", onclick: () => choose(one.address) },
    make("b", { textContent: one.address }), make("small", { textContent: `${one.count} · ${one.latest}` }));
  if (one.address === current) button.setAttribute("aria-current", "true");
  return make("li", {}, button);
}

const empty = (key) => [make("li", { className: "empty", textContent: t(key) })];

function samePhone(one, other) {
  const plain = (text) => text.replace(/\D/g, "").replace(/^0/, "84");
  return plain(one) === plain(other);
}

async function drawPhones() {
  await drawCalls();
  const people = (await ask("people")).filter((one) => one.channel !== "email");
  const current = people.find((one) => samePhone(one.address, state.phone))?.address;
  draw("phones", [people, current], $("phone-list"), () =>
    people.length ? people.map((one) => person(one, current, takePhone)) : empty("noPhones"));
  draw("known", people.map((one) => one.address), $("known-phones"), (all) => all.map((value) => make("option", { value })));
  const chat = await ask(`people/${encodeURIComponent(state.phone)}`);
  $("owner").textContent = `↔ ${state.phone}`;
  for (const item of chat) {
    const found = item.direction === "out" && item.text.match(/\b\d{3} ?\d{3} ?\d{3}\b/);
    if (found) state.code = found[0].replaceAll(" ", "");
  }
  const grown = draw("chat", chat, $("chat"), () => chat.length ? chat.map(bubble) : empty("noMessages"));
  if (grown) $("chat").scrollTop = $("chat").scrollHeight;
}

function bubble(item) {
  const mine = item.direction === "in";
  const parts = item.segments > 1 ? ` · ${t("segments", { n: item.segments })}` : "";
  const text = item.channel === "call" ? `☎ ${item.text}` : item.text || "∅";
  return make("li", { className: mine ? "mine" : "" }, text,
    make("small", { textContent: `${when(item.sent_at)} · ${t(item.status)}${parts}` }));
}

function takePhone(number) {
  state.phone = number;
  state.code = "";
  state.call = null;
  localStorage.setItem("phone", number);
  $("phone").value = number;
  refresh();
}

$("choose-phone").onsubmit = (event) => {
  event.preventDefault();
  takePhone($("phone").value.trim());
  $("body").focus();
};

$("send").onsubmit = async (event) => {
  event.preventDefault();
  const body = $("body").value;
  const button = $("send").querySelector("button");
  button.disabled = true;
  note("send-note", t("sending"));
  try {
    const sent = await ask("sms", { from: state.phone, body });
    if (sent.status !== 200) note("send-note", t("notReached", sent), true);
    else note("send-note", sent.replies.length ? "" : t("noReply"));
    $("body").value = "";
  } catch (error) {
    note("send-note", error.message, true);
  }
  button.disabled = false;
  refresh();
};

$("body").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("send").requestSubmit();
  }
};

$("presets").append(...PRESETS.map(([label, words]) => [label, words.replace("{place}", document.body.dataset.place)]).map(([label, text]) =>
  make("button", {
    type: "button",
    onclick: () => {
      $("body").value = text.replace("{code}", state.code || "…");
      document.querySelector(".presets").open = false;
      $("body").focus();
    },
  }, make("small", { textContent: label }), text)));

/* -- mailboxes ----------------------------------------------------------------------------------- */

async function drawMail() {
  const boxes = (await ask("people")).filter((one) => one.channel === "email");
  draw("boxes", [boxes, state.box], $("box-list"), () =>
    boxes.length ? boxes.map((one) => person(one, state.box, openBox)) : empty("noMail"));
  if (!state.box && boxes.length && matchMedia("(min-width: 900px)").matches) state.box = boxes[0].address;
  if (!state.box) return;
  $("box-name").textContent = state.box;
  const letters = (await ask(`people/${encodeURIComponent(state.box)}`)).reverse();
  draw("letters", [letters.map((one) => one.id), state.letter], $("letters"), () =>
    letters.map((one) => {
      const button = make("button", { type: "button", onclick: () => openLetter(one) },
        make("b", { textContent: (one.direction === "in" ? "↗ " : "") + (one.subject || one.text.slice(0, 60)) }),
        make("small", { textContent: when(one.sent_at) }));
      if (one.id === state.letter) button.setAttribute("aria-current", "true");
      return make("li", {}, button);
    }));
}

function openBox(address) {
  state.box = address;
  state.letter = null;
  $("letter").hidden = true;
  refresh();
}

function openLetter(one) {
  state.letter = one.id;
  $("letter").hidden = false;
  $("subject").textContent = one.subject;
  const lines = { from: one.from, to: one.to, cc: one.cc.join(", "), reply_to: one.reply_to, at: when(one.sent_at) };
  $("headers").replaceChildren(...Object.entries(lines).filter(([, value]) => value).flatMap(([key, value]) =>
    [make("dt", { textContent: t(key) }), make("dd", { textContent: value })]));
  $("files").replaceChildren(...one.attachments.map((file) =>
    make("li", {}, make("a", { href: new URL(file.url).pathname, textContent: `⬇ ${file.name}`, download: file.name }))));
  $("paper").hidden = !one.html;
  if (one.html) $("paper").src = `/api/messages/${one.id}/html`;
  $("plain").textContent = one.text;
  $("plain").parentElement.open = !one.html;
  $("reply").hidden = one.direction === "in";
  note("reply-note", "");
  drawMail();
  if (matchMedia("(max-width: 899px)").matches) $("letter").scrollIntoView();
}

$("reply").onsubmit = async (event) => {
  event.preventDefault();
  try {
    const sent = await ask("email", { from: state.box, in_reply_to: state.letter, text: $("reply-text").value });
    note("reply-note", t("mailSent") + JSON.stringify(sent.result));
    $("reply-text").value = "";
  } catch (error) {
    note("reply-note", error.message, true);
  }
  refresh();
};

/* -- tables -------------------------------------------------------------------------------------- */

function table(name, rows, columns) {
  draw(name, rows, $(name), () => {
    if (!rows.length) return [make("caption", { textContent: t("noRows") })];
    const head = make("tr", {}, ...columns.map(([key]) => make("th", { scope: "col", textContent: key ? t(key) : "" })));
    const body = rows.map((row) => make("tr", {}, ...columns.map(([key, cell, wide]) => {
      const value = cell(row);
      const td = make("td", { className: wide ? "wide" : "" }, value instanceof Node ? value : value || "");
      if (key) td.dataset.label = t(key);
      return td;
    })));
    return [make("thead", {}, head), make("tbody", {}, ...body)];
  });
}

async function drawOutbox() {
  table("outbox-table", (await ask("outbox")).slice(0, 100), [
    ["status", (row) => make("span", { className: `state ${row.status}`, textContent: t(row.status) })],
    ["due", (row) => when(row.due_at)],
    ["purpose", (row) => row.purpose],
    ["channel", (row) => row.channel],
    ["recipient", (row) => row.to, true],
    ["tries", (row) => String(row.attempts ?? 0)],
    ["error", (row) => row.error, true],
    ["id", (row) => make("code", { textContent: row.id })],
  ]);
}

async function drawJobs() {
  table("jobs-table", await ask("jobs"), [
    ["name", (row) => make("b", { textContent: row.name })],
    ["", (row) => make("button", { type: "button", textContent: t("runNow"), onclick: () => runJob(row.name) })],
    ["schedule", (row) => make("code", { textContent: row.schedule })],
    ["next", (row) => when(row.next_at)],
    ["last", (row) => when(row.last_at)],
    ["result", (row) => (row.last_result === null ? "" : JSON.stringify(row.last_result)), true],
    ["runs", (row) => String(row.runs)],
  ]);
}

async function runJob(name) {
  await ask(`jobs/${name}`, {});
  refresh();
}

async function drawFaults() {
  const { now, choices } = await ask("faults");
  draw("faults", [now, choices], $("faults-form"), () => Object.entries(choices).map(([fault, values]) =>
    make("fieldset", {}, make("legend", { textContent: t(`fault_${fault}`) }),
      ...Object.entries(values).map(([value, meaning]) =>
        make("label", {},
          make("input", {
            type: "radio", name: fault, value, checked: now[fault] === value,
            onchange: async () => { await ask("faults", { [fault]: value }); note("faults-note", t("switched")); },
          }),
          make("span", {}, make("b", { textContent: value }), ` · ${meaning}`))))));
}

/* -- what is in view ----------------------------------------------------------------------------- */

const DRAW = { phones: drawPhones, mail: drawMail, outbox: drawOutbox, jobs: drawJobs, faults: drawFaults };

function shown() {
  const name = location.hash.slice(1);
  return name in DRAW ? name : "phones";
}

function turn() {
  for (const name in DRAW) $(name).hidden = name !== shown();
  for (const link of document.querySelectorAll(".tabs a")) {
    if (link.hash === `#${shown()}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  refresh();
}

async function refresh() {
  if (document.hidden) return;
  try {
    await DRAW[shown()]();
  } catch (error) {
    note("clock-note", error instanceof TypeError ? t("offline") : error.message, true);
  }
}

setUpCalls();
addEventListener("hashchange", () => { turn(); scrollTo(0, 0); });
$("phone").value = state.phone;
speak();
turn();
readClock();
setInterval(showNow, 1000);
setInterval(refresh, 2000);
setInterval(readClock, 30000);
