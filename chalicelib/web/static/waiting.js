/* Reports kept on this device until they are sent. Used by pages and by the worker alike, so it touches no page. */
var reports = (() => {
  "use strict";

  const LEASE_MS = 60_000; // who sends a report keeps others away from it for so long, and asks for more while at it
  const ANSWER_MS = 30_000; // without an answer for so long there is no network worth the name
  const UPLOAD_MS = 180_000; // one picture over a slow line
  const KEY_MS = 20 * 3600_000; // an uploaded file waits a day in the store for its report; then it is sent anew
  const SENT_DAYS = 7; // how long a code stays in the list
  const PATIENCE = 3; // tries in the background before the words go without a file the store does not take
  const DRAFT = "hotline-draft"; // where the form keeps what is being written, in localStorage
  const FORM = { "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" };

  /* --- kept in IndexedDB: {form, at, state: waiting|sent|refused, fields, files, urls, lease, tries, …} --- */

  function within(mode, work) {
    return new Promise((done, failed) => {
      const asked = indexedDB.open("hotline-reports", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("reports", { keyPath: "form" });
      asked.onerror = asked.onblocked = () => failed(asked.error);
      asked.onsuccess = () => {
        const database = asked.result;
        let value;
        const turn = database.transaction("reports", mode);
        turn.oncomplete = () => { database.close(); done(value); };
        turn.onabort = () => { database.close(); failed(turn.error); };
        work(turn.objectStore("reports"), (found) => { value = found; });
      };
    });
  }

  const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("hotline-reports") : null;
  const listeners = [];
  const tell = () => listeners.forEach((listener) => listener());
  if (channel) channel.onmessage = tell;
  function changed() {
    tell();
    if (channel) channel.postMessage("changed");
  }

  async function keep(report) {
    await within("readwrite", (store) => store.put(report));
    changed();
  }

  async function remove(form) {
    await within("readwrite", (store) => store.delete(form));
    changed();
  }

  async function clear() {
    await within("readwrite", (store) => store.clear());
    changed();
  }

  async function all() {
    const found = await within("readonly", (store, give) => {
      store.getAll().onsuccess = (event) => give(event.target.result);
    });
    return found.sort((one, other) => one.at - other.at);
  }

  /* Take a waiting report for oneself; null when it is gone, sent, or somebody else is at it. */
  function claim(form) {
    return within("readwrite", (store, give) => {
      store.get(form).onsuccess = (event) => {
        const report = event.target.result;
        if (!report || report.state !== "waiting" || (report.lease || 0) > Date.now()) return give(null);
        store.put({ ...report, lease: Date.now() + LEASE_MS });
        give(report);
      };
    });
  }

  /* Change a report that is still there: one deleted meanwhile stays deleted. */
  function update(form, changes) {
    return within("readwrite", (store) => {
      store.get(form).onsuccess = (event) => {
        if (event.target.result) store.put({ ...event.target.result, ...changes });
      };
    });
  }

  /* --- the network --- */

  class Later extends Error {}

  async function ask(url, options = {}, milliseconds = ANSWER_MS) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), milliseconds);
    try {
      return await fetch(url, { credentials: "same-origin", cache: "no-store", ...options, signal: stop.signal });
    } catch (problem) {
      throw new Later(problem.message);
    } finally {
      clearTimeout(timer);
    }
  }

  async function freshToken(url) {
    const answer = await ask(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Later(`token ${answer.status}`);
    return (await answer.json()).token;
  }

  const read = (answer) => answer.json().catch(() => ({}));

  /* Where one file may be put: {url, fields, key}, or {problem} when it may not. */
  async function uploadAddress(url, { token, form, number, type, size }) {
    const body = new URLSearchParams({ token, form, number, type, size });
    const answer = await ask(url, { method: "POST", headers: { ...FORM, Accept: "application/json" }, body });
    if (answer.status >= 500) throw new Later(`upload ${answer.status}`);
    const said = await read(answer);
    return answer.ok ? said : { problem: said.problem || "" };
  }

  function uploadBody(address, blob) {
    const body = new FormData();
    for (const [name, value] of Object.entries(address.fields)) body.append(name, value);
    body.append("file", blob); // what stands after it is not read by the store
    return body;
  }

  /* Put a file into the store; false when the store does not want it. */
  async function put(address, blob) {
    const answer = await ask(address.url, { method: "POST", body: uploadBody(address, blob), credentials: "omit" }, UPLOAD_MS);
    if (answer.status >= 500) throw new Later(`store ${answer.status}`);
    return answer.ok;
  }

  const isUp = (file) => Boolean(file.key) && Date.now() - file.keyAt < KEY_MS;

  /* Upload what is not up yet. A file that cannot go never holds up the words: it is left out, and counted. */
  async function uploadAll(report, token, save, patience) {
    const { urls, form } = report;
    const files = report.files.map((file) => ({ ...file, left: false }));
    for (const file of files.filter((one) => !isUp(one))) {
      await save({ lease: Date.now() + UPLOAD_MS + LEASE_MS });
      try {
        const wanted = { token, form, number: file.number, type: file.blob.type, size: file.blob.size };
        const address = await uploadAddress(urls.uploads, wanted);
        file.left = address.problem !== undefined || !(await put(address, file.blob));
        Object.assign(file, file.left ? {} : { key: address.key, keyAt: Date.now() });
      } catch (problem) {
        if (!(problem instanceof Later) || (report.tries || 0) < patience) throw problem;
        await freshToken(urls.token); // nobody there at all: everything waits
        file.left = true;
      }
      await save({ files });
    }
    return files;
  }

  async function post(report, files, token) {
    const uploads = files.filter((file) => !file.left).map((file) => file.key).join(",");
    const body = new URLSearchParams({ ...report.fields, form: report.form, token, uploads, step: "send" });
    const answer = await ask(report.urls.report, {
      method: "POST", headers: { ...FORM, Accept: "application/json" }, body,
    });
    if (answer.status >= 500) throw new Later(`report ${answer.status}`);
    return { status: answer.status, said: await read(answer) };
  }

  /*
   * Send one report: files first, then the words, once. The form's own name and the words make it the same case however
   * often it arrives. Returns {state: "sent", code, location, left} | {state: "refused", errors, problem} |
   * {state: "limited", problem} | {state: "waiting"}.
   */
  async function deliver(report, { save = async () => {}, patience = PATIENCE } = {}) {
    try {
      const token = await freshToken(report.urls.token);
      const files = await uploadAll(report, token, save, patience);
      const { status, said } = await post(report, files, token);
      if (status === 201) {
        const left = files.filter((file) => file.left).length;
        return { state: "sent", code: said.code, location: said.location, left };
      }
      if (status === 429) return { state: "limited", problem: said.problem || "" };
      return { state: "refused", errors: said.errors || {}, problem: said.problem || "" };
    } catch (problem) {
      if (problem instanceof Later) return { state: "waiting" };
      throw problem;
    }
  }

  /* All that stays of a report that was sent: no word of it and no private link, which opens it to whoever comes next. */
  const keptOfSent = ({ state, code, left }) => ({ state, code, left, at: Date.now(), fields: {}, files: [] });

  /*
   * Send a kept report and note what became of it; null when somebody else is at it. What its own page is sending
   * (`sending`) is shown by that page; once anybody else has tried, the page is gone and the list shows it.
   */
  async function sendKept(form, options = {}) {
    const report = await claim(form);
    if (!report) return null;
    const sending = Boolean(report.sending && options.isOwnPage);
    let became = { state: "waiting" };
    try {
      became = await deliver(report, { save: (changes) => update(form, changes), ...options });
    } finally {
      if (became.state === "sent") {
        await update(form, { ...keptOfSent(became), lease: 0, sending });
      } else if (became.state === "refused") {
        await update(form, { ...became, lease: 0, sending });
      } else {
        await update(form, { tries: (report.tries || 0) + 1, lease: 0, sending });
      }
      changed();
    }
    return became;
  }

  /* Send whatever waits; true when nothing is left to send. */
  async function sendAll() {
    let done = true;
    for (const { form, state, at } of await all()) {
      if (state === "waiting") done = (await sendKept(form))?.state !== "waiting" && done;
      if (state === "sent" && Date.now() - at > SENT_DAYS * 86400_000) await remove(form);
    }
    return done;
  }

  function newForm() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  return {
    DRAFT, all, keep, remove, clear, keptOfSent, sendKept, sendAll, deliver, freshToken, uploadAddress, uploadBody, newForm, Later,
    onChange: (listener) => listeners.push(listener),
  };
})();
