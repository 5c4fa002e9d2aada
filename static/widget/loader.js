// The only script of ours on a customer's page. It draws the launcher and, on the first intent, the panel's frame.
// The server fills in CONFIG, embeds the CSS and drops these comment lines. It must never break or slow the host:
// every callback is caught, nothing global remains but one flag, and nothing is loaded before the page is idle.
(() => {
  const config = /*CONFIG*/{};
  const doc = document;
  const { key, origin, name } = config;
  const data = (doc.currentScript || {}).dataset || {};
  const group = data.group || config.group || "";
  const flag = `contactcenter:${key}`;
  const base = `/widget/${key}/`;
  const texts = {
    pl: ["Otwórz czat", "Zamknij czat", "nieprzeczytane", "Czat się nie wczytał",
      "To po naszej stronie albo po stronie sieci.", "Spróbuj ponownie", "Otwórz w nowej karcie"],
    en: ["Open chat", "Close chat", "unread", "The chat did not load",
      "The fault is ours or the network’s.", "Try again", "Open in a new tab"],
  };
  const safe = (f) => (...all) => {
    try {
      return f(...all);
    } catch {}
  };
  const on = (target, types, f) => types.split(" ").forEach((type) => target.addEventListener(type, safe(f)));

  const start = safe(() => {
    // Pasted twice, or run again by a router: still one widget. An element with this id is not our flag.
    // And none on a website that is not among the company's, where the panel would not load.
    if ((window.contactcenter || {}).cc || (config.sites && !config.sites.includes(location.origin))) return;
    window.contactcenter = { cc: 1 };

    const view = window.visualViewport || window;
    let frame;
    let frameLang;
    let deadline;
    let ready;
    let failed;
    let opened;
    let seen;
    let held;
    let teaser;
    // What can wait until the page is idle (later.js): faces, and what the widget says by itself.
    let tell;
    let unread = 0;
    // Availability: `fed` by the panel once it is connected, by a socket of our own before.
    let now = config;
    let fed, socket;
    let tries = 0;

    const lang = () =>
      /^pl/i.test(data.lang || doc.documentElement.lang || config.lang) ? "pl" : "en";
    const make = (tagName, cls, parent, text = "") => {
      const it = doc.createElement(tagName);
      it.className = cls;
      it.textContent = text;
      if (parent) parent.append(it);
      return it;
    };
    const icon = (parent) => {
      const [svg, path] = ["svg", "path"].map((n) => doc.createElementNS("http://www.w3.org/2000/svg", n));
      svg.setAttribute("viewBox", "0 0 24 24");
      svg.append(path);
      parent.append(svg);
      return (d) => path.setAttribute("d", d);
    };

    // Inline !important wins over any rule of the host, even "* { all: unset !important }".
    const host = make("div", "");
    host.style.setProperty("all", "initial", "important");
    const root = host.attachShadow({ mode: "open" });
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(config.css);
      root.adoptedStyleSheets = [sheet];
    } catch {
      make("style", "", root, config.css);
    }
    const box = make("div", "", root);
    const card = make("div", "frame card", box);
    card.setAttribute("role", "alert");
    const launch = make("button", "launch", box);
    const draw = icon(launch);
    const dot = make("span", "dot", launch);
    const badge = make("span", "n", launch);

    // Dark only when the host page itself says that it can be dark.
    const dark = () => {
      const meta = doc.querySelector("meta[name=color-scheme]");
      const said = getComputedStyle(doc.documentElement).colorScheme + (meta ? meta.content : "");
      return /dark/.test(said) && (!/light/.test(said) || matchMedia("(prefers-color-scheme:dark)").matches) ? "dark" : "";
    };
    const address = () => {
      const facts = { group, lang: lang(), scheme: dark(), host: location.origin };
      return `${origin}${base}panel/?${new URLSearchParams(facts)}`;
    };

    const render = () => {
      const { online } = now;
      const t = texts[lang()];
      box.className = `cw ${config.position} ${dark()}${opened && (ready || failed) ? " up" : ""}`;
      box.lang = lang();
      const looks = config[dark() || "light"];
      for (const each in looks) box.style.setProperty(`--${each}`, looks[each]);
      draw(opened ? "m6 9.5 6 6 6-6" : "M5.5 9.2h13M5.5 14.8h8");
      launch.setAttribute("aria-expanded", !!opened);
      const count = unread ? `, ${t[2]}: ${unread}` : "";
      launch.setAttribute("aria-label", opened ? t[1] : `${t[0]}, ${name}${online ? ", online" : ""}${count}`);
      dot.hidden = opened || !online;
      badge.hidden = opened || !unread;
      badge.textContent = unread > 9 ? "9+" : unread;
      card.hidden = !(opened && failed);
      if (tell) tell(now.agents, opened, ready);
      if (!frame) return;
      frame.hidden = !opened && !teaser;
      frame.className = teaser ? "frame teaser" : "frame";
      if (teaser) frame.style.cssText = `width:${teaser.width | 0}px;height:${teaser.height | 0}px`;
    };

    const post = (type, more) =>
      ready && frame.contentWindow.postMessage({ cc: 1, type, ...more }, origin);
    const page = () => {
      seen = location.href;
      post("page", { url: seen, title: doc.title, referrer: doc.referrer, me: { ...data } });
    };
    const drop = () => {
      clearTimeout(deadline);
      if (frame) frame.remove();
      frame = ready = fed = 0;
    };
    const load = () => {
      if (frame) return;
      failed = 0;
      frameLang = lang();
      frame = make("iframe", "frame");
      frame.title = name;
      frame.allow = "autoplay";
      frame.src = address();
      box.prepend(frame);
      deadline = setTimeout(safe(fail), 8000);
      render();
    };
    const fail = () => {
      drop();
      failed = opened;
      const t = texts[lang()];
      card.textContent = "";
      const x = make("button", "x", card, "×");
      x.setAttribute("aria-label", t[1]);
      on(x, "click", close);
      make("b", "", card, t[3]);
      make("span", "", card, t[4]);
      const again = make("button", "btn", card, t[5]);
      on(again, "click", load);
      // Where the host page forbids frames, the panel still works as a page of its own.
      const link = make("a", "", card, t[6]);
      link.href = address();
      link.target = "_blank";
      render();
      if (opened) again.focus();
      listen();
    };

    // Full screen on phones: the page behind neither scrolls nor takes the focus, and the keyboard shrinks the frame.
    const hold = () => {
      const small = opened && matchMedia("(max-width:480px),(max-height:480px)").matches;
      const { body } = doc;
      const { style } = doc.documentElement;
      if (small && !held) {
        held = [body, style.overflow];
        body.inert = true;
        style.overflow = "hidden";
      } else if (!small && held) {
        held[0].inert = false;
        style.overflow = held[1];
        held = 0;
      }
      if (frame && !teaser) frame.style.cssText = small ? `height:${view.height}px;top:${view.offsetTop}px` : "";
    };
    // Quietly: nobody asked for it, so the focus stays where it is.
    const open = (quietly) => {
      opened = true;
      teaser = 0;
      if (frame && frameLang !== lang()) drop();
      load();
      render();
      hold();
      if (!quietly) frame.focus();
      post("open", { quietly });
    };
    const close = () => {
      opened = failed = false;
      render();
      hold();
      post("close");
      launch.focus();
    };

    on(launch, "click", () => (opened ? close() : open()));
    on(launch, "pointerenter focus", load);
    on(root, "keydown", (e) => e.key === "Escape" && opened && close());
    on(view, "resize scroll", hold);
    on(window, "message", ({ data: m, source, origin: from }) => {
      if (!frame || source !== frame.contentWindow || from !== origin || m.cc !== 1) return;
      if (m.type === "ready") {
        ready = true;
        clearTimeout(deadline);
        page();
        if (opened) open();
      }
      if (m.type === "close" && opened) close();
      if (m.type === "open" && !opened) open(m.quietly);
      if (m.type === "teaser") teaser = !opened && m.height && m;
      if (m.type === "unread") unread = m.count | 0;
      if (m.type === "availability") {
        fed = true;
        now = m;
        if (socket) socket.close();
      }
      render();
      if (m.type === "talking") {
        if (m.on) localStorage.setItem(flag, 1);
        else localStorage.removeItem(flag);
      }
    });
    // Single-page shops change the address without telling anybody.
    setInterval(safe(() => ready && location.href !== seen && page()), 1000);

    // Availability while no panel tells it: pushed, or asked for where WebSocket is blocked.
    const told = safe((d) => {
      now = d;
      render();
    });
    const listen = safe(() => {
      if (fed || socket) return;
      const path = `${base}status?group=${group}`;
      socket = new WebSocket(`${origin.replace("http", "ws")}/ws${path}`);
      on(socket, "message", (e) => {
        tries = 0;
        told(JSON.parse(e.data).data);
      });
      on(socket, "close", () => {
        socket = 0;
        if (fed) return;
        setTimeout(listen, Math.min(6e4, 1e3 * 2 ** ++tries) * (0.5 + Math.random()));
        if (tries > 1) fetch(origin + path).then((r) => r.json()).then(told, () => {});
      });
    });
    // An open socket would keep the page out of the back/forward cache; a new network deserves a new one.
    on(window, "pagehide online", () => socket && socket.close());

    // A child of <html>, not of <body>: routers replace the body, and a transformed body would catch "fixed".
    const attach = safe(() => {
      if (host.isConnected) return;
      const html = doc.documentElement;
      html.append(host);
      // Where even <html> is transformed, only the top layer keeps to the window.
      if (getComputedStyle(html).transform !== "none") {
        host.popover = "manual";
        host.showPopover();
      }
      [doc, html].forEach((node) => watch.observe(node, { childList: true }));
      if (frame) {
        drop();
        load();
      }
      render();
    });
    const watch = new MutationObserver(() => setTimeout(attach, 50));
    attach();

    const later = () => (window.requestIdleCallback || setTimeout)(safe(() => {
      listen();
      import(`${origin}${base}later.js`).then((m) => {
        tell = safe(m.start(origin, flag, launch, lang(), load, post));
        render();
      }).catch(() => {});
      if (localStorage.getItem(flag)) load();
    }));
    if (doc.readyState === "complete") later();
    else on(window, "load", later);
  });

  if (doc.readyState === "loading") on(doc, "DOMContentLoaded", start);
  else start();
})();
