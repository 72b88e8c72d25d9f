// What the pages do beyond plain HTML: the 3D view, its switches, the way from an overshoot to its clause and back, and what is typed while an answer
// is on its way. Everything else works without scripts.
"use strict";

function showModel(stage) {
  const script = document.createElement("script");
  script.type = "module";
  script.src = stage.dataset.script;
  document.head.append(script);
  const viewer = document.createElement("model-viewer");
  for (const [name, value] of Object.entries({
    src: stage.dataset.model, alt: stage.dataset.says, "camera-controls": "", "camera-orbit": "35deg 65deg auto", "shadow-intensity": "0.4",
    exposure: "1", "interaction-prompt": "none", "touch-action": "pan-y",
  })) viewer.setAttribute(name, value);
  // The picture stays where the model cannot be drawn (no WebGL) or not be fetched.
  viewer.addEventListener("error", () => viewer.remove());
  viewer.addEventListener("load", () => {
    stage.querySelector("img")?.remove();
    addSwitches(stage, viewer);
  }, { once: true });
  stage.append(viewer);
}

function addSwitches(stage, viewer) {
  const labels = JSON.parse(document.getElementById("switch-labels").textContent);
  const box = document.querySelector(".switches");
  for (const [name, words] of Object.entries(labels)) {
    const materials = viewer.model.materials.filter((material) => material.name.startsWith(name));
    if (!materials.length) continue;
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "checkbox";
    input.checked = true;
    input.addEventListener("change", () => materials.forEach((material) => show(material, input.checked)));
    label.append(input, ` ${words}`);
    box.append(label);
  }
}

const colours = new WeakMap();
function show(material, visible) {
  const pbr = material.pbrMetallicRoughness;
  if (!colours.has(material)) colours.set(material, { colour: [...pbr.baseColorFactor], mode: material.getAlphaMode(), cutoff: material.getAlphaCutoff() });
  const kept = colours.get(material);
  const [red, green, blue, alpha] = kept.colour;
  material.setAlphaMode(visible ? kept.mode : "MASK");
  material.setAlphaCutoff(visible ? kept.cutoff : 0.5);
  pbr.setBaseColorFactor(visible ? [red, green, blue, alpha] : [red, green, blue, 0]);
}

function watchStage() {
  const stage = document.querySelector(".stage[data-model]");
  if (!stage || !("IntersectionObserver" in window)) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    showModel(stage);
  });
  seen.observe(stage);
}

// A link from an overshoot to its clause shows the clause even where it is filtered away, and puts a way back beside it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-clause]");
  if (!link) return;
  const clause = document.getElementById(`clause-${link.dataset.clause}`);
  if (!clause) return;
  document.getElementById("show-all")?.click();
  if (!clause.querySelector(".back")) {
    const back = document.createElement("a");
    back.className = "back small";
    back.href = "#model";
    back.textContent = "↑ 3D";
    clause.querySelector("h3").append(" ", back);
  }
});

// What somebody typed into a correction since the page asked what is read is not overwritten by the answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  const typed = document.activeElement;
  if (event.detail.target.id !== "reading" || !typed.id || !event.detail.target.contains(typed)) return;
  const { value, selectionStart, selectionEnd } = typed;
  event.detail.target.addEventListener("htmx:afterSwap", () => {
    const now = document.getElementById(typed.id);
    if (!now || now.value === value) return;
    now.value = value;
    now.setSelectionRange?.(selectionStart, selectionEnd);
  }, { once: true });
});

// What a part of a page could not get is said at the edge of the screen, and stays in its place as it was; a new try takes it away.
const failed = () => document.getElementById("failed");
document.addEventListener("htmx:beforeRequest", () => failed().replaceChildren());
document.addEventListener("htmx:sendError", () => failed().replaceChildren(failed().dataset.unanswered));

// A table that is wider than its place can be scrolled with the keyboard in every browser.
function reachScrolled() {
  for (const box of document.querySelectorAll(".scroll")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

document.addEventListener("DOMContentLoaded", () => {
  watchStage();
  reachScrolled();
});
document.addEventListener("htmx:afterSettle", reachScrolled);
window.addEventListener("resize", reachScrolled);
