// Predictions, reveals and live panels. A page without this file is complete: its folds open by hand.
"use strict";
const STORE = "sacnotes.choices", CARDS = "sacnotes.cards", DAY = 24 * 3600 * 1000;
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- choices: key of a prediction -> text of the option; kept by the browser where it allows that
let choices = {};
try { choices = JSON.parse(localStorage.getItem(STORE)) || {}; } catch { /* private windows may refuse */ }

function keep() {
  try { localStorage.setItem(STORE, JSON.stringify(choices)); } catch { /* then until the page is left */ }
  showChoices();
}

function showChoices() {
  for (const asked of all("section.predict")) {
    const choice = choices[asked.dataset.key];
    for (const button of all("li button", asked)) {
      button.setAttribute("aria-pressed", button.dataset.option === choice);
    }
    asked.querySelector("[role=status]").textContent =
      choice === undefined ? "Choose an answer before you go on." : `Your prediction: ${choice}.`;
  }
  for (const fold of all("details.answer")) {
    const verdict = fold.querySelector(".verdict"), choice = choices[fold.dataset.key];
    const right = verdict.querySelector("b").textContent;
    verdict.dataset.said = choice === undefined ? "The answer: "
      : choice === right ? "✓ Right. You predicted it: " : `✗ Not quite. You predicted: ${choice}. It is: `;
  }
  for (const row of all("section.map tbody tr")) {
    const page = row.querySelector("a").textContent, cell = row.querySelector("td");
    const of = Number(cell.textContent.match(/\d+$/)), made = Object.keys(choices).filter((key) => key.startsWith(`${page}.`));
    cell.textContent = `${"●".repeat(made.length)}${"○".repeat(Math.max(0, of - made.length))} ${made.length} of ${of}`;
  }
}

for (const asked of all("section.predict")) {
  for (const option of all("li", asked)) {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.dataset.option = option.textContent;
    button.append(...option.childNodes);
    option.append(button);
    button.addEventListener("click", () => {
      const key = asked.dataset.key, first = choices[key] === undefined;
      if (choices[key] === button.dataset.option) return;
      choices[key] = button.dataset.option;
      keep();
      openSettled(key, first);
    });
  }
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  asked.append(status);
}

// A first choice opens the answer; changing one's mind closes it again.
function openSettled(key, first) {
  for (const fold of all("details.answer")) if (fold.dataset.key === key) fold.open = first;
  for (const fold of all("details.waits")) fold.open ||= fold.dataset.keys.split(" ").every((one) => one in choices);
}

document.getElementById("forget").addEventListener("click", () => {
  choices = {};
  try { localStorage.removeItem(CARDS); } catch { /* nothing was kept */ }
  for (const fold of all("details.answer, details.waits")) fold.open = false;
  keep();
  document.getElementById("forgotten").textContent = "Forgotten.";
});

// ---- what a page that is opened as a file may not load
const reason = (error) => (location.protocol === "file:" ? "a page has to come from a server for that, such as python -m http.server" : error.message);

// ---- panels: an index of frames, sheets of tiles, and controls whose positions are counted from 0
const TILE = 32, COLUMNS = 64;

async function load(source) {
  const answer = await fetch(`${source}/index.bin`);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  const index = await new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).json();
  index.pictures = await Promise.all(Array.from({ length: index.sheets }, async (_, number) => {
    const picture = Object.assign(new Image(), { src: `${source}/${number}.webp` });
    await picture.decode();
    return picture;
  }));
  return index;
}

async function wake(panel) {
  const form = panel.querySelector("form"), controls = all("[data-name]", form), figure = panel.querySelector("figure");
  const canvas = document.createElement("canvas"), words = document.createElement("p");
  let index, before = [];
  try { index = await load(panel.dataset.source); } catch (error) {
    panel.append(Object.assign(document.createElement("p"), { textContent: `The sliders did not load (${reason(error)}).` }));
    return;
  }
  canvas.width = index.width;
  canvas.height = index.height;
  canvas.setAttribute("role", "img");
  words.setAttribute("aria-live", "polite");
  const pen = canvas.getContext("2d");
  const at = (control) => (control.options ? control.selectedIndex : Number(control.value));
  const texts = (control) => (control.options ? all("option", control).map((one) => one.value) : control.dataset.texts.split(" "));

  function show() {
    let position = 0;
    for (const control of controls) {
      position = position * texts(control).length + at(control);
      if (control.options) continue;
      const text = texts(control)[at(control)];
      control.nextElementSibling.textContent = text;
      control.setAttribute("aria-valuetext", text);
    }
    const frame = index.frames[index.positions[position]];
    frame.forEach((tile, place) => {
      if (tile === before[place]) return;
      const sheet = Math.floor(tile / COLUMNS ** 2), [down, across] = [Math.floor((tile % COLUMNS ** 2) / COLUMNS), tile % COLUMNS];
      const x = (place % index.across) * TILE, y = Math.floor(place / index.across) * TILE;
      pen.drawImage(index.pictures[sheet], across * TILE, down * TILE, TILE, TILE, x, y, TILE, TILE);
    });
    before = frame;
    words.textContent = index.descriptions[position];
    canvas.setAttribute("aria-label", index.descriptions[position]);
    panel.dataset.position = position;
  }

  function address() {
    const setting = controls.map((control) => [control.dataset.name, texts(control)[at(control)]]);
    try { history.replaceState(null, "", `#${new URLSearchParams([["panel", panel.dataset.name], ...setting])}`); } catch { /* too often */ }
  }

  // The nearest position, since the address may come from the finer sliders of the notebook.
  function follow() {
    const setting = new URLSearchParams(location.hash.slice(1));
    if (setting.get("panel") !== panel.dataset.name) return;
    for (const control of controls.filter((one) => setting.has(one.dataset.name))) {
      const wanted = setting.get(control.dataset.name), values = texts(control);
      const distance = (text) => (control.options ? text !== wanted : Math.abs(text - wanted));
      const nearest = values.reduce((best, text, place) => (distance(text) < distance(values[best]) ? place : best), 0);
      if (control.options) control.selectedIndex = nearest; else control.value = nearest;
    }
    show();
    panel.scrollIntoView();
  }

  form.addEventListener("input", show);
  form.addEventListener("change", address);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { show(); address(); }));
  addEventListener("hashchange", follow);
  show();
  figure.replaceChildren(canvas, words);
  form.hidden = false;
  follow();
}

const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
  if (!entry.isIntersecting) return;
  seen.unobserve(entry.target);
  wake(entry.target);
}), { rootMargin: "300px" });

// ---- words: a key or a touch opens what they mean without this; a mouse need only rest on them
for (const word of all(".word")) {
  const meaning = word.nextElementSibling;
  word.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && meaning.showPopover({ source: word }));
  word.addEventListener("click", (event) => event.pointerType === "mouse" && event.preventDefault()); // it is open
  for (const part of [word, meaning]) {
    part.addEventListener("mouseleave", ({ relatedTarget: to }) => { if (!word.contains(to) && !meaning.contains(to)) meaning.hidePopover(); });
  }
}

// ---- cards: one at a time, what was missed first, then what is new, then what is old
function review() {
  const cards = all("details.card"), status = document.getElementById("waiting");
  let seen = {}; // key of a card -> when it was seen, and for how many days it was known
  try { seen = JSON.parse(localStorage.getItem(CARDS)) || {}; } catch { /* private windows may refuse */ }
  const missed = (card) => {
    const { key, right } = card.dataset;
    return seen[key] ? seen[key].days === 0 : right !== "" && choices[key] !== undefined && choices[key] !== right;
  };
  const since = (card) => (seen[card.dataset.key] ? seen[card.dataset.key].at + seen[card.dataset.key].days * DAY : 0);

  function next() {
    const waiting = cards.filter((card) => since(card) <= Date.now());
    waiting.sort((one, other) => missed(other) - missed(one) || since(one) - since(other));
    for (const card of cards) { card.hidden = card !== waiting[0]; card.open = false; }
    status.textContent = waiting.length ? `${waiting.length} of ${cards.length} cards wait.` : "No card waits today.";
    return waiting[0]?.querySelector("summary");
  }

  for (const card of cards) {
    for (const [label, known] of [["I knew it", true], ["I missed it", false]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
      button.addEventListener("click", () => {
        const { key } = card.dataset;
        seen[key] = { at: Date.now(), days: known ? (seen[key]?.days || 1 / 3) * 3 : 0 };
        try { localStorage.setItem(CARDS, JSON.stringify(seen)); } catch { /* then until the page is left */ }
        next()?.focus();
      });
      card.append(button, " ");
    }
  }
  document.getElementById("forget").addEventListener("click", () => { seen = {}; next(); });
  document.getElementById("every").addEventListener("click", () => { for (const card of cards) card.hidden = false; });
  next();
}

// ---- search, on its own page: a link for each section that holds the words
async function search(words, finder) {
  const list = document.getElementById("found"), status = document.getElementById("told");
  const found = await finder.debouncedSearch(words, {}, 150);
  if (found === null) return; // more was typed meanwhile
  const pages = await Promise.all(found.results.slice(0, 12).map((one) => one.data()));
  list.replaceChildren(...pages.map((page) => {
    const row = document.createElement("li"), sections = document.createElement("ul");
    for (const section of page.sub_results.slice(0, 4)) {
      const link = Object.assign(document.createElement("a"), { href: section.url, textContent: section.title });
      const words = Object.assign(document.createElement("p"), { innerHTML: section.excerpt }); // escaped, but for <mark>
      const item = document.createElement("li");
      item.append(link, words);
      sections.append(item);
    }
    row.append(page.meta.title, sections);
    return row;
  }));
  status.textContent = words ? `${found.results.length || "No"} page${found.results.length === 1 ? "" : "s"} with “${words}”.` : "";
}

async function openSearch() {
  const box = document.querySelector("input[type=search]");
  let finder;
  try { finder = await import("./pagefind/pagefind.js"); } catch (error) {
    document.getElementById("told").textContent = `Search did not load (${reason(error)}).`;
    return;
  }
  box.form.addEventListener("submit", (event) => event.preventDefault());
  box.addEventListener("input", () => {
    history.replaceState(null, "", `?${new URLSearchParams({ q: box.value })}`);
    search(box.value, finder);
  });
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  box.focus();
  if (box.value) search(box.value, finder);
}

// What is wider than the screen can be reached, and then scrolled, by keyboard.
function reach() {
  for (const part of all("pre, .scroll, .output_html, .output_html div, .output_markdown")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0; else part.removeAttribute("tabindex");
  }
}
addEventListener("resize", reach);
addEventListener("toggle", reach, true);

// The list of contents is open where there is room beside the text.
const wide = matchMedia("(min-width: 68rem)");
const unfold = () => { for (const fold of all(".contents details")) fold.open = wide.matches; };
wide.addEventListener("change", unfold);
unfold();

// A choice among options that were worded anew since is none.
for (const asked of all("section.predict")) {
  const offered = all("li button", asked).map((button) => button.dataset.option);
  if (!offered.includes(choices[asked.dataset.key])) delete choices[asked.dataset.key];
}

reach();
showChoices();
if (document.getElementById("found")) openSearch();
if (document.getElementById("waiting")) review();
openSettled();
for (const panel of all(".panel")) {
  seen.observe(panel);
  if (new URLSearchParams(location.hash.slice(1)).get("panel") !== panel.dataset.name) continue;
  (panel.closest("details:not([open])") ?? panel).scrollIntoView(); // until a prediction is made, its fold
}
