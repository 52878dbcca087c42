// Search in the pages of this site. All words must be in a page; titles count most, then headings.
"use strict";
const field = document.getElementById("search");
const list = document.getElementById("found");
const base = document.documentElement.dataset.base;

function score(page, words) {
  const [, title, headings, text] = page.map((part) => part.toLowerCase());
  const phrase = words.join(" ");
  let sum = title.includes(phrase) ? 30 : headings.includes(phrase) ? 12 : text.includes(phrase) ? 8 : 0;
  for (const word of words) {
    if (title.includes(word)) sum += 9;
    else if (headings.includes(word)) sum += 4;
    else if (text.includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

function show() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = words.length
    ? window.gkedoctorPages.map((page) => [score(page, words), page]).filter(([sum]) => sum)
    : [];
  hits.sort(([a], [b]) => b - a);
  list.replaceChildren(...hits.slice(0, 12).map(([, [address, title]]) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = base + address;
    link.textContent = title;
    item.append(link);
    return item;
  }));
  if (words.length && !hits.length) list.textContent = "No page has all of these words.";
}

field.hidden = false;
field.addEventListener("input", show);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter") list.querySelector("a")?.click();
  if (event.key === "Escape") { field.value = ""; show(); }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== field) { event.preventDefault(); field.focus(); }
});
