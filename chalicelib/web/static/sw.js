/*
 * The worker that lets /report open without network, and sends what waits once there is one. In front of this file the
 * server puts what it is about (entrypoints/offline.py): BASE, the path of the hotline, VERSION and KEPT, the addresses
 * kept after the first visit; and waiting.js. No page of a case is ever kept.
 */
const CACHE = `hotline ${BASE} ${VERSION}`;
const REPORT = `${BASE}/report`;
const PATIENCE_MS = 10_000;
const SHELL = `${BASE}/offline`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE)
      .then((cache) => Promise.all(KEPT.map((url) => cache.add(new Request(url, { cache: "no-cache" })))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => names.filter((name) => name.startsWith(`hotline ${BASE} `) && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const inLanguage = (path, url) => (url.searchParams.get("lang") === "en" ? `${path}?lang=en` : path);

/* A line that never answers counts as none; only the form is worth giving up so early for. */
function fetchSoon(request) {
  const late = new Promise((_, failed) => setTimeout(failed, PATIENCE_MS, new Error("no answer")));
  return Promise.race([fetch(request), late]);
}

async function page(request, url) {
  const cache = await caches.open(CACHE);
  const isForm = url.pathname === REPORT;
  try {
    const answer = await (isForm ? fetchSoon(request) : fetch(request));
    const plain = isForm && (url.search === "" || url.search === "?lang=en");
    if (plain && answer.ok && answer.type === "basic" && !answer.redirected) {
      await cache.put(inLanguage(REPORT, url), answer.clone());
    }
    if (!(isForm && answer.status === 503)) return answer;
    return (await cache.match(inLanguage(REPORT, url))) || answer;
  } catch {
    return (await cache.match(inLanguage(isForm ? REPORT : SHELL, url))) || Response.error();
  }
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function centres(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return (await cache.match(request)) || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (url.pathname.startsWith(`${BASE}/static/`)) event.respondWith(asset(request));
  else if (url.pathname === `${BASE}/report/centres`) event.respondWith(centres(request));
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "reports") return;
  event.waitUntil(reports.sendAll().then((done) => {
    if (!done) throw new Error("still waiting"); // so that the browser tries again
  }));
});
