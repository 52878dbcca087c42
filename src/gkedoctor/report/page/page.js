"use strict";
// Copy, filter and fold. Without this script everything is there, and each finding folds by itself.
(() => {
  const copy = async (button, text) => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = document.execCommand("copy") ? "Copied" : "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };
  for (const box of document.querySelectorAll("pre")) {
    const button = document.createElement("button");
    const text = box.textContent;
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", () => copy(button, `${text.trim()}\n`));
    box.append(button);
  }

  // A link into a folded finding opens it.
  const reveal = () => {
    const found = location.hash && document.getElementById(location.hash.slice(1));
    if (found && found.tagName === "DETAILS") { found.open = true; found.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Paper gets what is folded in a short report; of a long one, its table and what is open.
  const short = !document.querySelector(".indexed");
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details")) if (short && !one.matches(".unseen")) one.open = true;
  });
  const bar = document.querySelector("nav");
  if (!bar) return;

  const findings = [...document.querySelectorAll(".finding")];
  const field = document.getElementById("filter");
  const fold = document.getElementById("fold");
  const shown = document.getElementById("shown");
  const severities = [...bar.querySelectorAll("[data-severity]")];

  const apply = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const off = new Set(severities.filter((b) => b.getAttribute("aria-pressed") === "false").map((b) => b.dataset.severity));
    let count = 0;
    for (const finding of findings) {
      const text = finding.textContent.toLowerCase();
      finding.hidden = off.has(finding.dataset.severity) || !words.every((word) => text.includes(word));
      if (!finding.hidden) count += 1;
      const row = document.querySelector(`tr:has(a[href="#${finding.id}"])`);
      if (row) row.hidden = finding.hidden;
    }
    shown.textContent = `${count} of ${findings.length} shown`;
  };

  for (const button of severities) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") === "false"));
      apply();
    });
  }
  field.addEventListener("input", apply);
  fold.addEventListener("click", () => {
    const open = findings.some((finding) => finding.open);
    for (const finding of findings) finding.open = !open;
    fold.textContent = open ? "unfold all" : "fold all";
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field) { event.preventDefault(); field.focus(); }
    if (event.key === "Escape" && document.activeElement === field) { field.value = ""; apply(); field.blur(); }
  });
  bar.hidden = false;
  apply();
})();
