// Settings → Look of the chat: what is being chosen is shown in the preview's frame at once, and nothing is saved.
import { onEvery } from "./widget-frame.js";

const form = document.getElementById("look-form");
const preview = document.querySelector("[data-cc-look-preview]");
const stage = preview.querySelector(".look__stage");
const frame = stage.querySelector("iframe");
const picks = form.querySelector("[data-cc-look-picks]");
const picker = picks.querySelector("input");
const said = form.querySelector("[data-cc-look-said]");
const { widget_colour: colour, widget_offset_x: x, widget_offset_y: y, greeting_pl: pl, greeting_en: en } = form.elements;
const SIZES = { desktop: [760, 720], phone: [390, 720] };
let colours = null;
let asked = 0;

const chosen = (name) => preview.querySelector(`[name=${name}]:checked`).value;
const pixels = (field) => Math.min(400, Math.max(0, Number.parseInt(field.value, 10) || 0));

function show() {
  const language = chosen("lang");
  const greeting = language === "pl" ? pl : en;
  const look = {
    show: chosen("show"),
    language,
    scheme: chosen("scheme"),
    position: form.elements.widget_position.value,
    x: pixels(x),
    y: pixels(y),
    greeting: greeting.value.trim() || greeting.placeholder,
    colours,
  };
  frame.contentWindow?.postMessage({ look }, location.origin);
}

// The server does the sums, as it does for the widget. Of several answers the last question's counts.
async function mix() {
  const value = colour.value.trim();
  for (const each of picks.querySelectorAll("button")) each.ariaPressed = String(each.value === value.toLowerCase());
  if (!/^#[0-9a-f]{6}$/i.test(value)) return;
  picker.value = value;
  const number = (asked += 1);
  const response = await fetch(`${form.dataset.colours}?${new URLSearchParams({ colour: value })}`).catch(() => null);
  if (!response?.ok || number !== asked) return;
  const answer = await response.json();
  colours = answer.colours;
  said.textContent = answer.said;
  show();
}

function pick(value) {
  colour.value = value;
  mix();
}

function fit() {
  const device = chosen("device");
  const [width, height] = SIZES[device];
  const room = stage.parentElement.clientWidth;
  const scale = Math.min(1, room / width);
  stage.dataset.device = device;
  Object.assign(stage.style, { width: `${width * scale}px`, height: `${height * scale}px` });
  Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` });
}

for (const each of picks.querySelectorAll("button")) each.style.background = each.value;
picks.hidden = preview.hidden = false;
picks.addEventListener("click", ({ target }) => target.value && target.type === "button" && pick(target.value));
picker.addEventListener("input", () => pick(picker.value));
form.addEventListener("input", ({ target }) => (target === colour ? mix() : show()));
form.addEventListener("reset", () => setTimeout(() => {
  mix();
  show();
}));
preview.addEventListener("change", () => {
  fit();
  show();
});
new ResizeObserver(fit).observe(preview);
onEvery(frame, show);
fit();
mix();
