// The few words for building elements. Text only ever becomes text.

// Found once: screens that are not shown leave the document, so that nothing in them has a second name.
const known = new Map(Array.from(document.querySelectorAll("[id]"), (element) => [element.id, element]));
export const byId = (id) => known.get(id);

export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

export function icon(name, className = "i") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export function button(className, text, onClick) {
  const element = make("button", className, text);
  element.type = "button";
  element.onclick = onClick;
  return element;
}

// A face: the picture, or the first letter of the name.
export function face(person, online) {
  const letter = Array.from(person.name || "?")[0].toUpperCase();
  const element = make("span", online ? "av on" : "av", letter);
  element.ariaHidden = "true";
  if (person.avatar) {
    const image = make("img");
    image.alt = "";
    image.onload = () => element.replaceChildren(image);
    image.src = person.avatar;
  }
  return element;
}

// Show exactly these children, moving none that stands right.
export function place(parent, children) {
  const kept = new Set(children);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
}

const LINK = /\bhttps?:\/\/[^\s<>"]+/gi;

function isAddress(text) {
  try {
    return Boolean(new URL(text).hostname);
  } catch {
    return false;
  }
}

// The text with its addresses as links. What ends a sentence does not belong to an address.
export function linkified(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    let address = match[0].replace(/[.,;:!?'”’»\]}]+$/, "");
    if (address.endsWith(")") && !address.includes("(")) address = address.slice(0, -1);
    if (!isAddress(address)) continue;
    const link = make("a", "", address.replace(/^https?:\/\//i, ""));
    link.href = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    parts.push(text.slice(from, match.index), link);
    from = match.index + address.length;
  }
  return [...parts, text.slice(from)];
}
