/* The phone that calls, and the officers' phones that ring. Uses what simulator.js shares. */
"use strict";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

function wantsOf(call) {
  const wants = call.wants;
  const kind = wants.kind === "keys" && !wants.input.includes("speech") ? "digits" : wants.kind;
  const text = t(`wants_${kind}`, { with: wants.with || "" });
  return text.startsWith("wants_") ? t(call.status) : text;
}

function line(one) {
  return make("li", { className: one.who, textContent: one.text, lang: (one.language || state.lang).slice(0, 2) });
}

/* Say what is new with the browser's own voice, in the language of each sentence. */
function sayAloud(lines) {
  const fresh = lines.slice(state.spoken).filter((one) => one.who === "hotline");
  state.spoken = lines.length;
  if (!$("aloud").checked || !("speechSynthesis" in window)) return;
  for (const one of fresh) {
    speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(one.text), { lang: one.language || "vi-VN" }));
  }
}

async function drawCalls() {
  await drawLegs();
  const calling = Boolean(state.call);
  $("call").hidden = !calling;
  for (const id of ["chat", "send"]) $(id).hidden = calling;
  document.querySelector(".presets").hidden = calling;
  $("dial").hidden = calling;
  if (!calling) return;
  const call = await ask(`calls/${state.call}`);
  const over = call.state === "ended";
  draw("call", [call.history, call.wants, call.faults], $("heard"), () => {
    $("heard").hidden = false;
    $("call-state").textContent = wantsOf(call);
    $("call-state").classList.toggle("failed", over);
    $("call-faults").replaceChildren(...call.faults.map((textContent) => make("li", { textContent })));
    return call.history.map(line);
  }) && ($("heard").scrollTop = $("heard").scrollHeight);
  sayAloud(call.history);
  const speech = (call.wants.input || []).includes("speech");
  const record = call.wants.kind === "record";
  for (const [id, on] of [["pad", !over], ["say", speech], ["tape", record], ["wait", !over && !record]]) $(id).hidden = !on;
  $("hang-up").textContent = t(over ? "closeCall" : "hangUp");
  $("hang-up").classList.toggle("warn", !over);
}

async function give(sid, given) {
  note("call-note", "");
  try {
    await ask(`calls/${sid}`, given);
  } catch (error) {
    note("call-note", error.message, true);
  }
  await refresh();
}

async function begin() {
  state.spoken = 0;
  note("call-note", "");
  try {
    state.call = (await ask("calls", { from: state.phone })).sid;
  } catch (error) {
    // What Twilio would complain about is an error, but the call is there: the latest from this phone.
    const [latest] = await ask(`calls?from=${encodeURIComponent(state.phone)}`);
    state.call = latest ? latest.sid : null;
    note(state.call ? "call-note" : "send-note", error.message, true);
  }
  await refresh();
}

function leg(one) {
  const act = (key, given, className = "") =>
    make("button", { type: "button", className, textContent: key, onclick: () => give(one.sid, given) });
  const acts = one.state === "ringing"
    ? [act(t("answer"), { answer: true }, "main"), act(t("decline"), { decline: true })]
    : [...(one.wants.kind === "keys" ? ["1", "2"].map((key) => act(t("press", { key }), { digits: key })) : []),
      act(t("hangUp"), { hangup: true })];
  return make("li", {},
    make("p", {}, make("b", { textContent: one.to }), ` · ${t("from_number", { number: one.from })} · `,
      t(one.state === "ringing" ? "ringing_" : one.status)),
    ...(one.said ? [make("p", { textContent: one.said })] : []),
    make("div", { className: "inline" }, ...acts));
}

async function drawLegs() {
  const legs = (await ask("calls")).filter((one) => one.direction !== "inbound" && one.state !== "ended");
  for (const one of legs.filter((each) => each.state !== "ringing")) {
    const { history } = await ask(`calls/${one.sid}`);
    one.said = history.filter((each) => each.who === "hotline").map((each) => each.text).join(" ");
  }
  draw("legs", legs, $("legs"), () => (legs.length ? legs.map(leg) : empty("noLegs")));
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function setUpCalls() {
  $("pad").append(...KEYS.map((key) =>
    make("button", { type: "button", textContent: key, onclick: () => press(key) })));
  $("dial").onclick = begin;
  $("wait").onclick = () => give(state.call, { silence: true });
  $("hang-up").onclick = async () => {
    if ("speechSynthesis" in window) speechSynthesis.cancel();
    const { state: now } = await ask(`calls/${state.call}`);
    if (now !== "ended") return give(state.call, { hangup: true });
    state.call = null;
    return refresh();
  };
  $("say").onsubmit = (event) => {
    event.preventDefault();
    const words = $("words").value.trim();
    $("words").value = "";
    if (words) give(state.call, { speech: words });
  };
  $("tape").onsubmit = async (event) => {
    event.preventDefault();
    const given = { record_seconds: Number($("tape-seconds").value) };
    const [file] = $("tape-file").files;
    if (file) given.sound = await base64(file);
    $("tape-file").value = "";
    give(state.call, given);
  };
}

/* Keys are gathered until as many are there as are wanted, or # ends them. */
async function press(key) {
  const { wants } = await ask(`calls/${state.call}`);
  state.keys = (state.keys || "") + key;
  const enough = wants.kind !== "keys" || state.keys.length >= (wants.num_digits || Infinity) || (key === "#" && wants.finish_on_key === "#");
  note("call-note", state.keys);
  if (!enough) return;
  const digits = state.keys;
  state.keys = "";
  await give(state.call, { digits });
}
