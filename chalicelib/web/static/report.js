/* The report form with JavaScript: what would become of it while one types, drafts, sending, keeping when there is no network. */
(() => {
  "use strict";
  const form = document.getElementById("report");
  const data = document.getElementById("report-words")?.dataset;
  if (!form || !data || typeof reports === "undefined") return;

  const urls = Object.fromEntries(["report", "proposal", "areas", "token", "uploads", "centres", "map", "leaflet", "leafletStyle"]
    .map((name) => [name, data[`url${name[0].toUpperCase()}${name.slice(1)}`]]));
  const DRAFT_DAYS = 7;
  const KEPT = ["text", "place", "contact", "name", "show_identity", "lat", "long", "area", "service"];
  const NEVER_DRAFTED = ["contact", "name", "show_identity"]; // the next person at a shared machine must not find who wrote
  const PROPOSE_MS = 600;
  const DRAFT_MS = 400;
  const FEWEST_LETTERS = 10;

  const make = (name, properties = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };
  const text = form.elements.text;

  /* --- this form's own name: the same until it is sent, so that whatever arrives twice is one case --- */

  const own = form.querySelector("input[name=form]") || form.appendChild(make("input", { type: "hidden", name: "form" }));
  own.value = reports.newForm();
  let token = "";
  async function freshToken() {
    token = token || await reports.freshToken(urls.token);
    return token;
  }

  const fields = () => Object.fromEntries(
    [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["token", "form", "step", "uploads"].includes(name)),
  );

  /* The page's own field of a name; the proposal below may hold another one, which counts while it is there. */
  const first = (name) => form.querySelector(`[name=${name}]`);

  function fill(values) {
    for (const name of KEPT.filter((one) => first(one))) {
      if (first(name).type === "checkbox") first(name).checked = Boolean(values[name]);
      else first(name).value = values[name] || "";
    }
    if (values.service === values.proposed) first("service").value = ""; // nobody chose it
    place.restored();
  }

  /* --- the proposal --- */

  const proposal = document.getElementById("proposal");
  let proposing = null;
  let proposed = "";
  let proposeTimer = 0;

  async function propose() {
    const letters = text.value.match(/\p{L}/gu) || [];
    if (letters.length < FEWEST_LETTERS) {
      proposing?.abort();
      proposed = "";
      return proposal.replaceChildren();
    }
    const asked = new URLSearchParams({ ...fields(), form: own.value });
    if (asked.toString() === proposed) return;
    proposing?.abort();
    const asking = proposing = new AbortController();
    try {
      const answer = await fetch(urls.proposal, { method: "POST", body: asked, signal: asking.signal });
      if (!answer.ok) return;
      const fragment = await answer.text();
      if (asking.signal.aborted) return;
      const focused = proposal.contains(document.activeElement) ? document.activeElement.id : "";
      proposal.innerHTML = fragment; // made by our own server, escaped there; no script in it would run (CSP)
      if (focused) document.getElementById(focused)?.focus();
      proposed = asked.toString();
    } catch { /* no network: the form goes without */ }
  }

  function changed() {
    clearTimeout(proposeTimer);
    proposeTimer = setTimeout(propose, PROPOSE_MS);
    clearTimeout(draftTimer);
    draftTimer = setTimeout(keepDraft, DRAFT_MS);
    tellSentBefore();
  }

  /* --- the draft, on this device only --- */

  let draftTimer = 0;
  let isGone = false; // sent: nothing of it stays here
  const draftLine = make("p", { className: "hint draft", hidden: true });
  const clear = make("button", { type: "button", className: "plain", textContent: data.draftClear });
  const draftWords = make("span");
  draftLine.append(draftWords, " ", clear);
  draftLine.setAttribute("role", "status");
  form.before(draftLine);

  const drafted = (values) => Object.fromEntries(Object.entries(values).filter(([name]) => !NEVER_DRAFTED.includes(name)));

  function keepDraft() {
    if (isGone) return;
    try {
      if (!text.value.trim()) return localStorage.removeItem(reports.DRAFT);
      localStorage.setItem(reports.DRAFT, JSON.stringify({ form: own.value, at: Date.now(), fields: drafted(fields()) }));
      if (draftLine.hidden) { draftWords.textContent = data.draftKept; draftLine.hidden = false; }
    } catch { /* this browser keeps nothing */ }
  }

  function dropDraft() {
    clearTimeout(draftTimer);
    draftLine.hidden = true;
    try { localStorage.removeItem(reports.DRAFT); } catch { /* nothing there */ }
  }

  function restoreDraft() {
    let draft = null;
    try { draft = JSON.parse(localStorage.getItem(reports.DRAFT)); } catch { /* none */ }
    if (!draft || !draft.fields || Date.now() - draft.at > DRAFT_DAYS * 86400_000) return dropDraft();
    if (text.value.trim()) return; // the page already has words: it came back with a mistake
    own.value = draft.form;
    fill(drafted(draft.fields));
    draftWords.textContent = data.draftBack;
    draftLine.hidden = false;
    changed();
  }

  /* --- what was just sent, for as long as this tab is open: going back and sending it again is the same case --- */

  const SENT = "hotline-sent";
  const mark = () => { // of the words and where, not the words themselves
    const said = JSON.stringify(["text", "place", "lat", "long"].map((name) => first(name).value.trim()));
    return [...said].reduce((sum, one) => (Math.imul(sum, 31) + one.codePointAt(0)) | 0, said.length);
  };

  function rememberSent(form, became) {
    try {
      sessionStorage.setItem(SENT, JSON.stringify({ form, code: became.code, location: became.location, mark: mark() }));
    } catch { /* this browser keeps nothing */ }
  }

  function sentBefore() {
    let sent = null;
    try { sent = JSON.parse(sessionStorage.getItem(SENT)); } catch { /* none */ }
    return sent && text.value.trim() && sent.mark === mark() ? sent : null;
  }

  function tellSentBefore() {
    const sent = sentBefore();
    if (!sent) return;
    own.value = sent.form;
    tell("", data.sentBeforeTitle.replace("{code}", spelled(sent.code)), data.sentBefore, false);
    said.append(make("p", {}, make("a", { href: sent.location, textContent: data.openCase })));
  }
  addEventListener("pageshow", tellSentBefore);

  function empty() {
    dropDraft();
    isGone = false;
    form.reset();
    for (const name of ["area", "service", "asked"]) first(name).value = "";
    place.clear();
    photos.clear();
    complain({});
    proposal.replaceChildren();
    proposed = "";
    own.value = reports.newForm();
  }
  addEventListener("pagehide", keepDraft); // a phone that opens its camera may drop the page
  document.addEventListener("visibilitychange", () => { if (document.hidden) keepDraft(); });
  clear.addEventListener("click", () => { empty(); text.focus(); });

  /* --- mistakes, beside their fields and at the top --- */

  const summary = make("div", { id: "summary", className: "box bad", tabIndex: -1, hidden: true });
  summary.setAttribute("role", "alert");

  function complain(errors, problem = "") {
    const before = document.getElementById("summary"); // the server's own, or ours
    if (before) before.replaceWith(summary);
    else document.querySelector("main h1").before(summary);
    form.querySelectorAll(".field.bad").forEach((one) => one.classList.remove("bad"));
    form.querySelectorAll(".field .wrong:not(.photos *):not(#photos-wrong)").forEach((one) => one.remove());
    form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    if (errors.text) form.elements.asked.value = "1"; // words that name no matter are stopped once only
    const lines = Object.entries(errors).map(([name, sentence]) => {
      const field = first(name);
      if (!field || field.type === "hidden" || name === "website") return make("li", { textContent: sentence });
      field.id = field.id || name;
      const wrong = make("p", { className: "wrong", id: `${field.id}-wrong`, textContent: sentence });
      field.closest(".field")?.classList.add("bad");
      (field.closest(".combobox") || field).before(wrong);
      field.setAttribute("aria-invalid", "true");
      const described = new Set((field.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
      field.setAttribute("aria-describedby", [...described.add(wrong.id)].join(" "));
      return make("li", {}, make("a", { href: `#${field.id}`, textContent: sentence }));
    });
    summary.replaceChildren(make("h2", { textContent: lines.length ? data.mistakes : data.problem }));
    if (problem) summary.append(make("p", { textContent: problem }));
    if (lines.length) summary.append(make("ul", {}, ...lines));
    summary.hidden = !lines.length && !problem;
    if (!summary.hidden) summary.focus();
  }

  /* --- sending --- */

  const said = make("div", { className: "box", tabIndex: -1, hidden: true });
  said.setAttribute("role", "status");
  document.querySelector("main h1").after(said);
  const [main, ...others] = form.querySelectorAll(".send button");
  others.forEach((one) => one.remove()); // what is proposed is on the page already
  main.textContent = data.send;
  const photos = photoField({ words: data, urls, form: () => own.value, token: freshToken, changed: () => {} });
  const place = placeField({ words: data, urls, form, changed });
  document.getElementById("files").replaceWith(photos.field);

  function busy(isBusy) {
    main.setAttribute("aria-disabled", String(isBusy));
    main.textContent = isBusy ? data.sending : data.send;
    form.setAttribute("aria-busy", String(isBusy));
  }

  const spelled = (code) => String(code).replace(/(\d{3})(?=\d)/g, "$1 ");

  function tell(kind, title, words, isFocused = true) {
    said.className = `box ${kind}`;
    said.replaceChildren(make("h2", { textContent: title }), make("p", { textContent: words }));
    said.hidden = false;
    if (isFocused) said.focus();
  }

  const IN_MEMORY = Symbol("kept nowhere");

  /* Keep first, send then: whatever breaks on the way, the report is on the device until it has a code. */
  async function send(report) {
    try {
      await reports.keep(report);
    } catch {
      return { ...await reports.deliver(report, { patience: 0 }), [IN_MEMORY]: true };
    }
    return (await reports.sendKept(report.form, { patience: 0, isOwnPage: true })) || { state: "waiting" };
  }

  async function submit() {
    complain({});
    said.hidden = true;
    busy(true);
    own.value = sentBefore()?.form || own.value;
    await photos.ready();
    const report = {
      form: own.value, at: Date.now(), state: "waiting", sending: true,
      fields: fields(), files: photos.take(), urls: { report: urls.report, token: urls.token, uploads: urls.uploads },
    };
    const became = await send(report);
    busy(false);
    const isKept = !became[IN_MEMORY];
    if (became.state === "sent") {
      dropDraft();
      isGone = true;
      if (isKept && !became.left) await reports.remove(report.form);
      else if (isKept) await reports.keep({ ...report, ...reports.keptOfSent(became), sending: false });
      if (became.left) return tellLeft(became);
      rememberSent(report.form, became);
      empty(); // the browser gives back what stands here when one goes back
      location.assign(became.location);
    } else if (became.state === "waiting" && isKept) {
      keptHere.add(report.form);
      await reports.keep({ ...report, sending: false });
      empty();
      tell("", data.keptTitle, data.kept);
      document.dispatchEvent(new Event("reports-kept"));
    } else {
      if (isKept) await reports.remove(report.form);
      photos.clear();
      photos.give(report.files);
      token = form.elements.website.value = "";
      complain(became.errors || {}, became.problem || (became.errors && Object.keys(became.errors).length ? "" : data.notSent));
    }
  }

  function tellLeft(became) {
    empty();
    tell("bad", data.leftTitle.replace("{code}", spelled(became.code)), data.left);
    said.append(make("p", {}, make("a", { href: became.location, textContent: data.openCase })));
  }

  const keptHere = new Set(); // forms of what was written on this page and waits
  let sending = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    submit().catch(() => { busy(false); form.submit(); }).finally(() => { sending = false; });
  });
  form.addEventListener("input", (event) => { if (event.target !== form.elements.website) changed(); });
  form.addEventListener("change", changed);

  /*
   * A kept report the hotline could not take as it was comes back to be set right: by itself into an empty form where it
   * was written; on a later visit, which may be somebody else's, only when asked for.
   */
  async function takeBack(wanted = "") {
    const refused = (await reports.all()).find(
      (one) => one.state === "refused" && !one.sending && (wanted ? one.form === wanted : keptHere.has(one.form)),
    );
    if (!refused || (text.value.trim() && !wanted)) return;
    if (text.value.trim() && !confirm(data.replace)) return;
    empty();
    await reports.remove(refused.form);
    own.value = refused.form;
    fill(refused.fields);
    photos.give(refused.files.map((file) => ({ ...file, key: "" })));
    keepDraft();
    complain(refused.errors || {}, refused.problem);
  }
  document.addEventListener("reports-correct", (event) => takeBack(event.detail).catch(() => {}));

  document.addEventListener("reports-cleared", () => { keptHere.clear(); said.hidden = true; empty(); });

  restoreDraft();
  async function lookAgain() {
    if (sending) return;
    await takeBack();
    if (!(await reports.all()).some((one) => one.state === "waiting")) said.hidden = true; // no longer true
  }
  reports.onChange(() => lookAgain().catch(() => {}));
})();
