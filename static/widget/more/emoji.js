// Sixteen emoji of the system, above the composer. Arrows go from one to the next, Escape and the button close it.
import { insert } from "../panel/composer.js";
import { button, byId, make } from "../panel/dom.js";
import { learn, t } from "../panel/texts.js";

learn({
  emoji: ["Emoji", "Emoji"],
});

const SIGNS = "🙂 😀 😉 😊 😍 😅 😕 😢 👍 👎 👋 🙏 ❤️ 🎉 ☕ 📦".split(" ");
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 };
const opener = byId("smile");
let box = null;

function close(focus) {
  box?.remove();
  box = null;
  opener.ariaExpanded = "false";
  if (focus) opener.focus();
}

function onKey(event) {
  if (event.key === "Escape") {
    event.stopPropagation();
    close(true);
  } else if (event.key in STEPS) {
    event.preventDefault();
    const all = [...box.children];
    all[all.indexOf(document.activeElement) + STEPS[event.key]]?.focus();
  }
}

export function emoji() {
  if (box) {
    close(true);
    return;
  }
  box = make("div", "emo", ...SIGNS.map((sign) => {
    const one = button("", sign, () => {
      insert(sign);
      close();
    });
    one.ariaLabel = sign;
    return one;
  }));
  box.role = "group";
  box.ariaLabel = t("emoji");
  box.addEventListener("keydown", onKey);
  byId("tray").append(box);
  opener.ariaExpanded = "true";
  box.firstChild.focus();
}
