// What the pages do beyond plain HTML: the 3D view, its switches, and the way from an overshoot to its clause and back. Everything else works without scripts.
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
  const box = document.createElement("div");
  box.className = "switches";
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
  stage.after(box);
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

document.addEventListener("DOMContentLoaded", watchStage);
