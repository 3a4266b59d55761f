// Puts new alarms on top of the list as they are raised. Words come as text and stay text:
// nothing a citizen wrote is ever read as markup.
"use strict";

const list = document.getElementById("daftar");
const row = document.getElementById("baris");
const state = document.getElementById("sambungan");
const FIELDS = ["letter", "title", "urgency_name", "topic", "place", "agency", "reason", "raised"];
const plainTitle = document.title;
let waiting = Number(document.getElementById("jumlah").textContent); // on this page or not

function count() {
  document.getElementById("jumlah").textContent = waiting;
  document.getElementById("kosong").hidden = waiting > 0;
  document.title = waiting ? `(${waiting}) ${plainTitle}` : plainTitle;
}

function show(alert) {
  const id = `peringatan-${alert.id}`;
  if (document.getElementById(id)) return; // it was on the page already
  // A case that got worse or changed its desk calls again: the newest call stands for it.
  const former = list.querySelector(`[data-case="${Number(alert.case_id)}"]`);
  if (former) former.remove();
  else waiting += 1;
  const line = row.content.firstElementChild.cloneNode(true);
  line.id = id;
  line.dataset.case = alert.case_id;
  line.classList.add(`band-${alert.urgency}`, "alert-new");
  for (const name of FIELDS) line.querySelector(`[data-field="${name}"]`).textContent = alert[name];
  line.querySelector(".mark").classList.add(`mark-${alert.urgency}`);
  line.querySelector("time").dateTime = alert.raised_at;
  line.querySelector("a").href = `/kasus/${alert.case_id}`;
  line.querySelector("form").action = `/peringatan/${alert.id}/terima`;
  list.prepend(line);
  document.getElementById("pengumuman").textContent =
    `Peringatan baru: ${alert.urgency_name}, ${alert.topic}, ${alert.place}. ${alert.title}`;
  count();
}

function say(words, lost) {
  state.hidden = false;
  state.textContent = words;
  state.classList.toggle("live-lost", lost);
}

const stream = new EventSource(list.dataset.stream);
stream.addEventListener("open", () => say("Langsung", false));
stream.addEventListener("alert", (event) => show(JSON.parse(event.data)));
stream.addEventListener("error", () => {
  // A stream that was refused does not try again by itself: the session is over.
  if (stream.readyState === EventSource.CLOSED) say("Sesi berakhir. Muat ulang halaman untuk masuk lagi.", true);
  else say("Terputus, menyambung lagi…", true);
});
window.addEventListener("pagehide", () => stream.close());
count();
