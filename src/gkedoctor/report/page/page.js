"use strict";
// Filter and fold. Without this script everything is shown, and each finding folds by itself.
(() => {
  const bar = document.querySelector("nav");
  const all = [...document.querySelectorAll("details")];
  addEventListener("beforeprint", () => { for (const one of all) one.open = true; });
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
