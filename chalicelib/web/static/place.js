/* Where it is: names suggested while one types, the device's own position, a pin on a map. The text field stays enough. */
"use strict";

function placeField({ words, urls, form, changed }) {
  const input = form.elements.place;
  const SHORTEST = 2;
  const WAIT_MS = 250;

  const make = (name, properties = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };

  function hidden(name) {
    const found = form.querySelector(`input[type=hidden][name=${name}]`);
    if (found) return found;
    const added = make("input", { type: "hidden", name });
    form.prepend(added);
    return added;
  }

  const area = hidden("area"), lat = hidden("lat"), long = hidden("long");
  const withLanguage = (url, query) => `${url}${url.includes("?") ? "&" : "?"}${query}`;

  /* --- names: a combobox with a list (WAI-ARIA 1.2) --- */

  const list = make("ul", { id: "place-list", className: "choices", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.placeList);
  const said = make("p", { className: "unseen" });
  said.setAttribute("role", "status");
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "place-list", autocomplete: "off",
  })) input.setAttribute(name, value);
  const around = make("div", { className: "combobox" });
  input.replaceWith(around);
  around.append(input, list, said);

  let found = [];
  let at = -1;
  let timer = 0;
  let asking = null;

  /* "12 Nguyễn Huệ, sa đ": the part behind the last comma is the unit being typed */
  const typed = () => input.value.slice(input.value.lastIndexOf(",") + 1).trim();

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    at = index;
    [...list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function choose(one) {
    const before = input.value.slice(0, input.value.lastIndexOf(",") + 1);
    input.value = before ? `${before} ${one.name}` : one.name;
    setArea(one.id);
    close();
    changed();
  }

  function show(areas) {
    found = areas;
    list.replaceChildren(...areas.map((one, number) => {
      const option = make("li", { id: `place-${number}` }, one.name);
      if (one.note) option.append(make("span", { className: "soft", textContent: ` ${one.note}` }));
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(one); });
      return option;
    }));
    list.hidden = !areas.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = words.placeCount.replace("{count}", areas.length);
    at = -1;
  }

  async function suggest() {
    asking?.abort();
    const asked = typed();
    if (asked.length < SHORTEST) return close();
    asking = new AbortController();
    try {
      const answer = await fetch(withLanguage(urls.areas, `q=${encodeURIComponent(asked)}`), { signal: asking.signal });
      if (answer.ok && document.activeElement === input) show(await answer.json());
    } catch { /* no network, or typed on: what is typed is enough */ }
  }

  /* The proposal may still ask which of several places was meant; another place was named since. */
  function setArea(id) {
    area.value = id;
    form.querySelectorAll("#proposal [name=area]").forEach((one) => { one.disabled = true; });
  }

  input.addEventListener("input", () => {
    setArea("");
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT_MS);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const isOpen = !list.hidden;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      if (!isOpen) return suggest();
      const choices = found.length + 1; // one of them is to choose none
      mark(((at + 1 + steps[event.key] + choices) % choices) - 1);
    } else if (event.key === "Enter" && isOpen && at >= 0) {
      event.preventDefault();
      choose(found[at]);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      close();
    } else if (event.key === "Tab" && isOpen && at >= 0) {
      choose(found[at]);
    }
  });

  /* --- a point: from the device, or from a map --- */

  const told = make("p", { className: "point", hidden: true });
  told.setAttribute("role", "status");
  const forget = make("button", { type: "button", className: "second", textContent: words.pointRemove, hidden: true });
  const here = make("button", { type: "button", className: "second", textContent: words.here });
  const onMap = make("button", { type: "button", className: "second", textContent: words.map });
  onMap.setAttribute("aria-expanded", "false");
  const mapBox = make("div", { id: "map-box", hidden: true });
  onMap.setAttribute("aria-controls", "map-box");
  const acts = make("div", { className: "acts" });
  if ("geolocation" in navigator) acts.append(here);
  acts.append(onMap, forget);
  around.after(acts, told, mapBox);

  let centres = null;
  async function communes() {
    centres = centres || fetch(urls.centres).then((answer) => (answer.ok ? answer.json() : { centres: [] }));
    return centres.catch(() => { centres = null; return { centres: [] }; });
  }

  /* Near enough on so small a piece of the earth; which commune it is counts only as a name to read here. */
  function nearest(known, latitude, longitude) {
    const narrow = Math.cos((latitude * Math.PI) / 180);
    const away = ([, , centreLat, centreLong]) => (centreLat - latitude) ** 2 + ((centreLong - longitude) * narrow) ** 2;
    return known.reduce((best, one) => (!best || away(one) < away(best) ? one : best), null);
  }

  async function setPoint(latitude, longitude, sentence = words.pointSet) {
    lat.value = latitude.toFixed(5); // about a metre
    long.value = longitude.toFixed(5);
    forget.hidden = false;
    told.hidden = false;
    const { centres: known } = await communes();
    const near = nearest(known, latitude, longitude);
    told.textContent = near ? `${sentence} ${words.near.replace("{name}", near[1])}` : sentence;
    changed();
  }

  function clearPoint() {
    lat.value = long.value = "";
    forget.hidden = told.hidden = true;
    map?.clear();
  }
  forget.addEventListener("click", () => { clearPoint(); changed(); onMap.focus(); });

  here.addEventListener("click", () => {
    told.hidden = false;
    told.textContent = words.hereAsking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setPoint(coords.latitude, coords.longitude, words.hereSet.replace("{metres}", Math.max(1, Math.round(coords.accuracy))));
        map?.show(coords.latitude, coords.longitude);
      },
      () => { told.textContent = words.hereFailed; },
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
    );
  });

  let map = null;
  const load = (name, properties) => new Promise((done, failed) => {
    document.head.append(make(name, { ...properties, onload: done, onerror: failed }));
  });

  async function openMap() {
    const opens = mapBox.hidden;
    mapBox.hidden = !opens;
    onMap.setAttribute("aria-expanded", String(opens));
    onMap.textContent = opens ? words.mapClose : words.map;
    if (!opens || map) return map?.resize();
    try {
      await Promise.all([
        load("link", { rel: "stylesheet", href: urls.leafletStyle }),
        load("script", { src: urls.leaflet }),
      ]);
      await load("script", { src: urls.map });
    } catch {
      mapBox.hidden = true;
      onMap.setAttribute("aria-expanded", "false");
      onMap.textContent = words.map;
      told.hidden = false;
      told.textContent = words.mapFailed;
      return;
    }
    map = reportMap({ box: mapBox, words, known: await communes(), chosen: setPoint });
    if (lat.value && long.value) map.show(Number(lat.value), Number(long.value));
  }
  onMap.addEventListener("click", openMap);

  /* What the form came back with, or what was kept */
  function restored() {
    if (lat.value && long.value) setPoint(Number(lat.value), Number(long.value));
  }
  restored();
  return { restored, clear: clearPoint };
}
