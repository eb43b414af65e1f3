
"use strict";

const form = document.getElementById("generate");
const { endpointPath, startPath } = form.dataset;
const result = document.getElementById("result");
const requests = document.getElementById("requests");

// Text that came over the network is only ever set as text.
function element(name, text) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
}

function show(kind, ...children) {
  result.className = kind;
  result.replaceChildren(...children);
}

async function refresh() {
  const answer = await fetch(`${startPath}requests`);
  // Made by the server, which escapes what callers sent.
  requests.innerHTML = await answer.text();
}

async function decide(model, size) {
  const answer = await fetch(`${startPath}size?${new URLSearchParams({ model, size })}`);
  return answer.json();
}

const reasons = (decision) => decision.reasons.map((reason) => reason.message).join("; ");

async function tellOfSize() {
  const { model, size } = Object.fromEntries(new FormData(form));
  const told = document.getElementById("told-of-size");
  if (size === "") return told.replaceChildren();
  const decision = await decide(model, size);
  if (form.elements.size.value !== size || form.elements.model.value !== model) return;
  const of = decision.size && decision.size !== size ? `${size} is ${decision.size}` : size;
  told.textContent = `${of}: ${decision.valid ? "valid" : "invalid"}, ${reasons(decision)}`;
}

// The API takes sizes; a ratio is the size that comes nearest to it.
async function withoutRatio(given) {
  if (!given.size.includes(":")) return given;
  const decision = await decide(given.model, given.size);
  if (!decision.valid) throw new Error(reasons(decision));
  return { ...given, size: decision.size };
}

function sent(given) {
  const body = { model: given.model, prompt: given.prompt };
  for (const name of ["size", "quality", "user_id"]) if (given[name] !== "") body[name] = given[name];
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${given.key}` };
  if (given.fault !== "") headers["X-Fault"] = given.fault;
  return { method: "POST", headers, body: JSON.stringify(body) };
}

function image(link, begun) {
  const image = new Image();
  const caption = element("p", "The image is being fetched.");
  image.alt = "The image that was requested";
  image.onload = () => {
    caption.textContent = `${image.naturalWidth}x${image.naturalHeight}, ${Math.round(performance.now() - begun)} ms`;
  };
  image.onerror = () => {
    caption.textContent = "There is no image behind the link.";
    image.remove();
  };
  image.src = link;
  return [caption, image];
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const begun = performance.now();
  let given;
  try {
    given = await withoutRatio(Object.fromEntries(new FormData(form)));
  } catch (error) {
    return show("refused", element("b", "Not sent"), element("p", error.message));
  }
  show("", element("p", "Sent; no answer yet."));
  try {
    const answer = await fetch(endpointPath, sent(given));
    const text = await answer.text();
    let told = {};
    try {
      told = JSON.parse(text) ?? {};
    } catch {}
    const link = told.data?.[0]?.url;
    const error = told.error ?? told;
    if (answer.ok && typeof link === "string") {
      show("fine", element("b", `${answer.status}, an image`), ...image(link, begun), element("pre", text));
    } else {
      const reason = error.message === undefined ? "no documented answer" : `${error.code}: ${error.message}`;
      show("refused", element("b", `${answer.status}, refused`), element("p", reason), element("pre", text));
    }
  } catch (error) {
    show("refused", element("b", "No answer"), element("p", String(error)));
  }
  await refresh();
});

function explore(drawing) {
  const { model, reach, start } = drawing.dataset;
  const step = Number(drawing.dataset.step);
  const told = document.getElementById(drawing.getAttribute("aria-describedby"));
  const cursor = drawing.querySelector(".cursor");
  let [width, height] = start.split("x").map(Number);
  let asked = "";

  async function move(toWidth, toHeight) {
    [width, height] = [toWidth, toHeight].map((side) => Math.min(Math.max(side, 1), Number(reach)));
    const size = `${width}x${height}`;
    if (size === asked) return;
    asked = size;
    cursor.removeAttribute("hidden");
    cursor.querySelector("path").setAttribute("d", `M0 ${-height}H${width}V0`);
    cursor.querySelector("circle").setAttribute("cx", width);
    cursor.querySelector("circle").setAttribute("cy", -height);
    const decision = await decide(model, size);
    if (size !== asked) return;
    const [first] = decision.reasons;
    const verdict = `${decision.pixels.toLocaleString("en")} pixels, ${decision.valid ? "valid" : "invalid"}: ${reasons(decision)}.`;
    told.replaceChildren(element("b", `${width} x ${height}`), `, ${verdict} `, element("small", first.sentence));
  }

  const snapped = (side, exact) => (exact ? Math.round(side) : Math.round(side / step) * step);
  const choose = () => {
    form.elements.model.value = model;
    form.elements.size.value = `${width}x${height}`;
    tellOfSize();
    form.querySelector("button").focus();
  };
  const point = (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    move(snapped(place.x, event.shiftKey), snapped(-place.y, event.shiftKey));
  };
  // A finger that taps does not move.
  for (const name of ["pointermove", "pointerdown"]) drawing.addEventListener(name, point);
  drawing.addEventListener("focus", () => move(width, height));
  drawing.addEventListener("click", choose);
  drawing.addEventListener("keydown", (event) => {
    const by = event.shiftKey ? 1 : step;
    const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] };
    if (event.key in moves) move(width + moves[event.key][0], height + moves[event.key][1]);
    else if (event.key === "Enter") choose();
    else return;
    event.preventDefault();
  });
}

for (const field of [form.elements.model, form.elements.size]) field.addEventListener("input", tellOfSize);
document.querySelectorAll("svg.sizes").forEach(explore);
setInterval(() => document.hidden || refresh().catch(() => {}), 1000);
