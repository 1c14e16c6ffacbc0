/* The map a pin is set on. Leaflet (leaflet.txt); pictures of the land only where the province named a source of them. */
"use strict";

function reportMap({ box, words, known, chosen }) {
  const CLOSE = 15; // zoom at which streets can be told apart
  const LABEL = { wide: 130, high: 24 }; // pixels a commune's name takes at most

  const make = (name, properties = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };
  const plane = make("div", { id: "map" });
  plane.setAttribute("role", "application");
  plane.setAttribute("aria-label", words.mapLabel);
  const centre = make("button", { type: "button", className: "second", textContent: words.pinCentre });
  const cross = make("span", { className: "cross" });
  cross.setAttribute("aria-hidden", "true");
  box.append(make("p", { className: "hint", textContent: words.mapHint }), make("div", { className: "plane" }, plane, cross), centre);

  const map = L.map(plane, { zoomControl: false, attributionControl: Boolean(known.tiles), maxZoom: 18, minZoom: 7 });
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  if (known.tiles) {
    map.attributionControl.setPrefix(false);
    L.tileLayer(known.tiles, { attribution: known.attribution, maxZoom: 18, referrerPolicy: "no-referrer" }).addTo(map);
  }

  const names = L.layerGroup().addTo(map);
  const pin = L.marker([0, 0], {
    draggable: true,
    keyboard: false, // the middle of the map and its button serve the keyboard
    alt: words.pin,
    icon: L.divIcon({
      className: "pin", iconSize: [30, 40], iconAnchor: [15, 40],
      html: '<svg viewBox="0 0 30 40" width="30" height="40" aria-hidden="true"><path d="M15 1C7 1 1 7 1 15c0 10 14 24 14 24s14-14 14-24C29 7 23 1 15 1z" fill="#b3261e" stroke="#fff" stroke-width="2"/><circle cx="15" cy="15" r="5" fill="#fff"/></svg>',
    }),
  });

  function put(where) {
    pin.setLatLng(where).addTo(map);
    chosen(where.lat, where.lng);
  }

  /* Names of communes for orientation, as many as find room without lying on one another. */
  function drawNames() {
    names.clearLayers();
    const taken = [];
    const view = map.getBounds();
    for (const [, name, lat, long] of known.centres) {
      if (!view.contains([lat, long])) continue;
      const at = map.latLngToContainerPoint([lat, long]);
      const free = taken.every((other) => Math.abs(other.x - at.x) > LABEL.wide || Math.abs(other.y - at.y) > LABEL.high);
      if (free) taken.push(at);
      const label = make("span", { textContent: free ? name : "" });
      names.addLayer(L.marker([lat, long], {
        interactive: false, keyboard: false,
        icon: L.divIcon({ className: "commune", iconSize: [8, 8], html: label }),
      }));
    }
  }

  const all = known.centres.map(([, , lat, long]) => [lat, long]);
  if (all.length) map.fitBounds(all, { padding: [20, 20] });
  else map.setView([10.4, 106.1], 9);
  if (!known.tiles) map.on("moveend zoomend", drawNames);
  if (!known.tiles) drawNames();
  map.on("click", (event) => put(event.latlng));
  pin.on("dragend", () => put(pin.getLatLng()));
  centre.addEventListener("click", () => put(map.getCenter()));

  return {
    show(lat, long) {
      map.setView([lat, long], CLOSE);
      pin.setLatLng([lat, long]).addTo(map);
    },
    clear: () => pin.remove(),
    resize: () => map.invalidateSize(),
  };
}
