// Draws the cases of this page on the outlines of the city. It reads them from the list, so the
// map never shows what the list does not.
"use strict";

const RANK = ["rendah", "sedang", "tinggi", "darurat"];
const box = document.getElementById("peta");

function places() {
  const found = new Map();
  for (const line of document.querySelectorAll(".case[data-lat]")) {
    const { lat, lon, urgency, letter } = line.dataset;
    const key = `${lat},${lon}`;
    const place = found.get(key) ?? { point: [Number(lat), Number(lon)], cases: [] };
    place.cases.push({ urgency, letter, link: line.querySelector("a"), name: line.querySelector(".case-place").textContent });
    found.set(key, place);
  }
  return [...found.values()];
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function sign(place, worst) {
  const whole = make("div", "place");
  whole.append(make("span", `mark mark-${worst.urgency}`, worst.letter));
  if (place.cases.length > 1) whole.append(make("small", "", place.cases.length));
  return L.divIcon({ html: whole, className: "", iconSize: [28, 28] });
}

function words(place) {
  const all = make("div", "");
  all.append(make("b", "", place.cases[0].name));
  const items = make("ul", "");
  for (const { link } of place.cases) {
    const item = make("li", "");
    const copy = make("a", "", link.textContent);
    copy.href = link.href;
    item.append(copy);
    items.append(item);
  }
  all.append(items);
  return all;
}

function mark(map, place) {
  const worst = place.cases.reduce((a, b) => (RANK.indexOf(b.urgency) > RANK.indexOf(a.urgency) ? b : a));
  L.marker(place.point, {
    icon: sign(place, worst),
    title: `${worst.name}: ${place.cases.length} kasus`,
    zIndexOffset: RANK.indexOf(worst.urgency) * 1000, // what is most urgent lies on top
  }).bindPopup(() => words(place), { maxWidth: 260 }).addTo(map);
}

async function draw() {
  const reply = await fetch(box.dataset.outlines);
  if (!reply.ok) return; // the list says it all; the map only helps
  const outlines = await reply.json();
  document.getElementById("peta-bagian").hidden = false;
  // On a phone a finger scrolls the page; the map must not hold it.
  const map = L.map(box, { scrollWheelZoom: false, dragging: !L.Browser.mobile, zoomSnap: 0.25, attributionControl: false });
  const level = (name, style) =>
    L.geoJSON(outlines, { filter: (area) => area.properties.level === name, interactive: false, style }).addTo(map);
  const city = level("kecamatan", { stroke: false, fillColor: "#ffffff", fillOpacity: 1 });
  level("kelurahan", { color: "#dde6e2", weight: 1, fill: false });
  level("kecamatan", { color: "#b0c2bc", weight: 1, fill: false });
  map.fitBounds(city.getBounds(), { padding: [6, 6] });
  places().forEach((place) => mark(map, place));
}

draw();
