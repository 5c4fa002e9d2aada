// The service worker: it shows what is pushed when no tab is open (NO5), and opens the conversation when that is tapped. It
// keeps nothing and answers no request of the pages.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let pushed = {};
  try {
    pushed = event.data.json();
  } catch {
    // The browser insists on a notification all the same.
  }
  event.waitUntil(Promise.all([show(pushed), tell({ type: "pushed", tag: pushed.tag })]));
});

function show({ title = self.location.host, body = "", lang = "", tag = "pushed", conversation = 0, task = 0 }) {
  const icon = "/static/icons/icon-192.png";
  return self.registration.showNotification(title, { body, lang, tag, icon, renotify: true, data: { conversation, task } });
}

async function tabs() {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // Of our pages, the shop of a demonstration and its widget are no workspace.
  return windows.filter(({ url }) => !/^\/(demo|widget)\//.test(new URL(url).pathname));
}

async function tell(message) {
  for (const tab of await tabs()) tab.postMessage(message);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data ?? {}));
});

async function open({ conversation, task }) {
  const [tab] = await tabs();
  if (tab) {
    await tab.focus();
    tab.postMessage({ type: "open", conversation, task });
  } else {
    const page = task ? `/tasks/${task}/` : conversation ? `/conversations/${conversation}/` : "/";
    await self.clients.openWindow(page);
  }
}
