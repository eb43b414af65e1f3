
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

function fields() {
  const given = Object.fromEntries(new FormData(form));
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
  show("", element("p", "Sent; no answer yet."));
  try {
    const answer = await fetch(endpointPath, fields());
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
    const answer = await fetch(`${startPath}size?${new URLSearchParams({ model, size })}`);
    const decision = await answer.json();
    if (size !== asked) return;
    const [first] = decision.reasons;
    const reasons = decision.reasons.map((reason) => reason.message).join("; ");
    const verdict = `${decision.pixels.toLocaleString("en")} pixels, ${decision.valid ? "valid" : "invalid"}: ${reasons}.`;
    told.replaceChildren(element("b", `${width} x ${height}`), `, ${verdict} `, element("small", first.sentence));
  }

  const snapped = (side, exact) => (exact ? Math.round(side) : Math.round(side / step) * step);
  const choose = () => {
    form.elements.model.value = model;
    form.elements.size.value = `${width}x${height}`;
  };
  drawing.addEventListener("pointermove", (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    move(snapped(place.x, event.shiftKey), snapped(-place.y, event.shiftKey));
  });
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

document.querySelectorAll("svg.sizes").forEach(explore);
setInterval(() => document.hidden || refresh().catch(() => {}), 1000);
