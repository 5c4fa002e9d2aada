// What the loader fetches when the page is idle: the face on the launcher, and what the widget says by itself. The server
// fills in CONFIG.
const config = /*CONFIG*/{};
const SMALL = "(max-width:480px),(max-height:480px)";

function dress(root) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(config.css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

// Who is there, or the logo. Drawn, because the host page may forbid pictures of other origins.
function faceOn(launch, origin) {
  const face = document.createElement("canvas");
  let shown;
  face.width = 0;
  launch.firstChild.after(face);
  async function draw(path) {
    const picture = await createImageBitmap(await (await fetch(origin + path)).blob());
    if (path !== shown) return;
    Object.assign(face, { width: picture.width, height: picture.height, hidden: face.away });
    face.getContext("2d").drawImage(picture, 0, 0);
  }
  return (agents, opened) => {
    const path = (agents.find((agent) => agent.avatar) || {}).avatar || config.logo;
    face.away = Boolean(opened);
    if (path !== shown) {
      shown = path;
      face.width = 0;
      if (path) draw(path).catch(() => {});
    }
    face.hidden = face.away || !face.width;
  };
}

// Once in a visit of the site; never where that cannot be remembered, and never again for who opened the chat.
function triggerAfter(seconds, flag, load, post) {
  const isOver = () => sessionStorage.getItem(flag);
  const end = () => sessionStorage.setItem(flag, 1);
  let due = false;
  if (seconds && !isOver()) {
    setTimeout(() => {
      if (isOver()) return;
      due = true;
      load();
    }, seconds * 1000);
  }
  return (opened, ready) => {
    if (opened && !isOver()) end();
    if (!due || !ready || opened) return;
    due = false;
    end();
    post("trigger", { small: matchMedia(SMALL).matches });
  };
}

// The loader calls what this gives whenever something has changed.
export function start(origin, flag, launch, lang, load, post) {
  dress(launch.getRootNode());
  const look = faceOn(launch, origin);
  let trigger = () => {};
  try {
    trigger = triggerAfter(config.wait[lang], flag, load, post);
  } catch {
    // No storage: nothing is said.
  }
  return (agents, opened, ready) => {
    if (agents) look(agents, opened);
    trigger(opened, ready);
  };
}
