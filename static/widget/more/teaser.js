// A bubble beside the launcher: what the widget says by itself, or what an agent has just written. The frame shrinks to it.
import { post } from "../panel/bridge.js";
import { button, icon, make } from "../panel/dom.js";
import { learn, t } from "../panel/texts.js";

learn({
  hide: ["Ukryj", "Hide"],
});

const panel = document.querySelector(".panel");
let bubble;

function hide() {
  bubble.remove();
  document.body.classList.remove("teasing");
  post("teaser", { height: 0 });
}

export function teaser(text, name) {
  bubble?.remove();
  const words = button("", "", () => post("open"));
  if (name) words.append(make("b", "", name));
  words.append(make("span", "", text));
  const x = button("x", "", hide);
  x.ariaLabel = t("hide");
  x.append(icon("x", "i s"));
  bubble = make("div", "cw teaser", words, x);
  bubble.role = "status";
  bubble.style.cssText = panel.style.cssText;
  bubble.classList.toggle("dark", panel.classList.contains("dark"));
  document.body.append(bubble);
  document.body.classList.add("teasing");
  // Where the frame is not shown nothing has a size: first a sliver as wide as a bubble may be, then what it takes.
  post("teaser", { width: 300, height: 1 });
  const watch = new ResizeObserver(() => {
    if (!bubble.offsetWidth) return;
    watch.disconnect();
    post("teaser", { width: bubble.offsetWidth, height: bubble.offsetHeight });
  });
  watch.observe(bubble);
}
