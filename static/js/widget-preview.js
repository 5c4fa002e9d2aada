// The preview's frame: a website with the widget on it. The launcher is drawn with the widget's own style sheets; the panel
// is the real one, in a frame, and is never told that it is open, so that it connects to nobody.
const config = JSON.parse(document.getElementById("config").textContent);
const ARROW = "m6 9.5 6 6 6-6";
const LINES = "M5.5 9.2h13M5.5 14.8h8";

const sheet = new CSSStyleSheet();
sheet.replaceSync(config.css);
const host = document.createElement("div");
const root = host.attachShadow({ mode: "open" });
root.adoptedStyleSheets = [sheet];
document.documentElement.append(host);

function make(tag, className, parent) {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

const box = make("div", "cw", root);
const frame = make("iframe", "frame", box);
const launch = make("span", "launch", box);
launch.innerHTML = '<svg viewBox="0 0 24 24"><path/></svg>';
const face = make("canvas", "", launch);
const dot = make("span", "dot", launch);
let look = null;
let pictured = "";
let bubble = null; // the panel's word: how large a bubble it is

async function draw(path) {
  if (pictured === path) return;
  pictured = path;
  face.width = 0;
  const picture = path && await createImageBitmap(await (await fetch(path)).blob());
  if (!picture || pictured !== path) return;
  Object.assign(face, { width: picture.width, height: picture.height });
  face.getContext("2d").drawImage(picture, 0, 0);
}

function paintPanel() {
  const page = frame.contentDocument;
  const panel = page?.querySelector(".panel");
  if (!panel) return;
  const tones = look.colours?.[look.scheme || "light"] ?? {};
  for (const each of page.querySelectorAll(".cw")) {
    for (const [name, value] of Object.entries(tones)) each.style.setProperty(`--${name}`, value);
  }
  const greeting = page.getElementById("greeting");
  if (greeting) greeting.textContent = look.greeting;
}

function paint() {
  const { show, scheme, position, x, y, colours } = look;
  const isOpen = show === "online" || show === "offline" || (show === "trigger" && bubble === "open");
  document.documentElement.dataset.scheme = scheme;
  box.className = `cw ${position} ${scheme}${isOpen ? " up" : ""}`;
  for (const [name, value] of Object.entries(colours?.[scheme || "light"] ?? {})) box.style.setProperty(`--${name}`, value);
  box.style.setProperty("--ox", `${x}px`);
  box.style.setProperty("--oy", `${y}px`);
  root.querySelector("path").setAttribute("d", isOpen ? ARROW : LINES);
  frame.hidden = !isOpen && !bubble;
  frame.className = bubble?.height ? "frame teaser" : "frame";
  frame.style.cssText = bubble?.height ? `width:${bubble.width}px;height:${bubble.height}px` : "";
  draw(show === "offline" ? config.logo : config.face).catch(() => {});
  face.hidden = isOpen;
  dot.hidden = isOpen || show === "offline";
  paintPanel();
}

// Another state is another panel; colours, words and places change in the one that is there.
function load() {
  const facts = { lang: look.language, show: look.show, scheme: look.scheme, host: location.origin };
  const address = `${document.body.dataset.panel}?${new URLSearchParams(facts)}`;
  if (frame.dataset.address === address) return;
  frame.dataset.address = address;
  bubble = null;
  frame.src = address;
}

frame.addEventListener("load", () => look && paintPanel());
addEventListener("message", ({ source, origin, data }) => {
  if (origin !== location.origin) return;
  if (source === parent && data?.look) {
    look = data.look;
    load();
    paint();
  } else if (source === frame.contentWindow && data?.cc === 1 && look) {
    const small = matchMedia("(max-width:480px),(max-height:480px)").matches;
    if (data.type === "ready" && look.show === "trigger") source.postMessage({ cc: 1, type: "trigger", small }, origin);
    if (data.type === "open") bubble = "open";
    if (data.type === "teaser") bubble = data.height ? data : null;
    paint();
  }
});
parent.postMessage({ ready: true }, location.origin);
