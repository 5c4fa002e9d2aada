// Uploads: chosen with the button or dropped onto the shelf, each with its progress, and a reason when it is refused. Two at a
// time; the list of files refetches itself as they arrive.
import { csrfToken } from "./dom.js";

const TOGETHER = 2;
const form = document.querySelector("[data-cc-upload]");
const panel = document.getElementById("uploads");
const list = panel.querySelector("ul");
const rowTemplate = panel.querySelector("template:not([data-texts])");
const veil = document.querySelector(".shelf__drop");
const uploads = []; // { file, folder, row, request, state: waiting | going | done | failed }

const TURNING = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069]/g;
const say = (name) => panel.querySelector("template[data-texts]").content.querySelector(`[data-text="${name}"]`).textContent;
const inState = (...states) => uploads.filter((upload) => states.includes(upload.state));

// --- what comes in --------------------------------------------------------------------------------------------------------

form.addEventListener("change", ({ target }) => {
  if (target.type !== "file") return;
  add([...target.files]);
  target.value = "";
});

const bringsFiles = (event) => event.dataTransfer?.types.includes("Files");

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    aim(event);
  });
}

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) aim(null);
});

document.addEventListener("drop", (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  const folder = folderUnder(event)?.dataset.ccDrop;
  aim(null);
  // A folder has no content that a browser would send.
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
  add([...event.dataTransfer.files], folder, (number) => entries[number]?.isDirectory);
});

const folderUnder = (event) => event?.target.closest?.("tr[data-cc-drop]");

/** Show where what is being dragged would fall: into a folder of the list, or into this one. */
function aim(event) {
  const folder = folderUnder(event);
  for (const each of document.querySelectorAll("tr[data-over]")) if (each !== folder) each.removeAttribute("data-over");
  folder?.setAttribute("data-over", "");
  veil.hidden = !event || Boolean(folder);
}

function add(files, folder = form.elements.folder.value, isFolder = () => false) {
  files.forEach((file, number) => {
    const upload = { file, folder, state: "waiting", row: makeRow(file) };
    uploads.push(upload);
    if (isFolder(number)) fail(upload, say("folder"));
    else if (!file.size) fail(upload, say("empty"));
    else if (file.size > Number(form.dataset.most)) fail(upload, say("large"));
  });
  panel.hidden = false;
  goOn();
}

// --- one after the other --------------------------------------------------------------------------------------------------

function goOn() {
  while (inState("going").length < TOGETHER && inState("waiting").length) send(inState("waiting")[0]);
  sum();
}

function send(upload) {
  const request = new XMLHttpRequest();
  Object.assign(upload, { request, state: "going" });
  const body = new FormData();
  body.append("folder", upload.folder);
  body.append("file", upload.file);
  request.open("POST", form.action);
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    upload.row.querySelector("progress").value = (100 * loaded) / total;
  });
  request.addEventListener("load", () => receive(upload, request));
  request.addEventListener("error", () => settle(upload, () => fail(upload, say("connection"), true)));
  request.send(body);
}

function receive(upload, request) {
  if (request.status === 200) {
    settle(upload, () => finish(upload));
  } else if (request.status === 422) {
    settle(upload, () => fail(upload, JSON.parse(request.responseText).error, true));
  } else {
    const reason = request.status === 507 ? "room" : request.status === 413 ? "large" : "failed";
    settle(upload, () => fail(upload, say(reason), true));
  }
}

function settle(upload, end) {
  end();
  document.body.dispatchEvent(new CustomEvent("files.stale"));
  goOn();
}

// --- what is shown of it --------------------------------------------------------------------------------------------------

function makeRow(file) {
  const row = rowTemplate.content.firstElementChild.cloneNode(true);
  const ending = /\.([^.]{1,4})$/.exec(file.name)?.[1] ?? "–";
  row.querySelector(".file__type").textContent = ending.toUpperCase();
  // As it will be kept: what turns letters around is left out.
  const name = file.name.replace(TURNING, "");
  row.querySelector(".row__title").textContent = name;
  row.querySelector(".row__title").title = name;
  row.querySelector("progress").setAttribute("aria-label", name);
  list.append(row);
  return row;
}

function finish(upload) {
  upload.state = "done";
  upload.row.querySelector("progress").value = 100;
  upload.row.querySelector("progress").hidden = true;
  upload.row.querySelector("[data-cc-stop]").hidden = true;
  upload.row.querySelector(".uploads__done").hidden = false;
}

function fail(upload, reason, mayTryAgain = false) {
  upload.state = "failed";
  upload.row.querySelector("progress").hidden = true;
  upload.row.querySelector("[data-cc-again]").hidden = !mayTryAgain;
  const why = upload.row.querySelector(".row__sub");
  why.hidden = false;
  why.textContent = why.title = reason;
}

function sum() {
  const going = inState("waiting", "going").length;
  const heading = panel.querySelector("[data-cc-uploads-sum]");
  const failed = inState("failed").length;
  if (going) heading.textContent = say("some").replace("{done}", uploads.length - going - failed).replace("{all}", uploads.length);
  else heading.textContent = say(failed ? "errors" : "all");
}

list.addEventListener("click", (event) => {
  const upload = uploads.find(({ row }) => row.contains(event.target));
  if (event.target.closest("[data-cc-again]")) {
    upload.state = "waiting";
    upload.row.querySelector(".row__sub").hidden = true;
    upload.row.querySelector("progress").hidden = false;
    event.target.closest("[data-cc-again]").hidden = true;
    goOn();
  } else if (event.target.closest("[data-cc-stop]")) {
    upload.request?.abort();
    upload.row.remove();
    uploads.splice(uploads.indexOf(upload), 1);
    if (!uploads.length) panel.hidden = true;
    goOn();
  }
});

panel.querySelector("[data-cc-uploads-close]").addEventListener("click", () => {
  panel.hidden = true;
  for (const upload of inState("done", "failed")) {
    upload.row.remove();
    uploads.splice(uploads.indexOf(upload), 1);
  }
});

// Whoever leaves in the middle is asked whether they mean it.
addEventListener("beforeunload", (event) => {
  if (inState("waiting", "going").length) event.preventDefault();
});
