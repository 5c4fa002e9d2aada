// Files from the composer: chosen, dropped, pasted, or taken from the room of files. They go one after the other, each a message
// of its own with an id of its own, so that sending again is harmless. And the composer's emoji.
import { csrfToken, text } from "./dom.js";
import { randomId } from "./ids.js";

const queue = [];
let going = null;

const form = () => document.getElementById("composer");
const list = () => document.getElementById("sending");

function add(name, facts) {
  if (!form()) return;
  const row = document.getElementById("sending-row").content.querySelector("li").cloneNode(true);
  row.querySelector(".file__name").textContent = name;
  const item = { id: randomId(), kind: form().elements.kind.value, to: list().dataset.to, row, ...facts };
  row.querySelector("[data-cancel]").onclick = () => drop(item);
  row.querySelector("[data-again]").onclick = () => again(item);
  list().append(row);
  const { file } = item;
  if (file && !file.size) refuse(item, text("file-empty"), false);
  else if (file && file.size > Number(list().dataset.most)) refuse(item, text("file-large"), false);
  else queue.push(item);
  next();
}

function drop(item) {
  item.request?.abort();
  item.row.remove();
  if (queue.includes(item)) queue.splice(queue.indexOf(item), 1);
  settle(item);
}

function again(item) {
  say(item, "", false);
  queue.push(item);
  next();
}

function settle(item) {
  if (going !== item) return;
  going = null;
  next();
}

function say(item, words, may) {
  item.row.querySelector(".file__meta").textContent = words;
  item.row.querySelector("[data-again]").hidden = !may;
  item.row.toggleAttribute("data-refused", Boolean(words));
}

function refuse(item, words, may) {
  say(item, words, may);
  settle(item);
}

function next() {
  if (going || !queue.length) return;
  going = queue.shift();
  post(going);
}

function post(item) {
  const body = new FormData();
  body.append("id", item.id);
  body.append("kind", item.kind);
  if (item.file) body.append("file", item.file);
  else body.append("stored", item.stored);
  const request = new XMLHttpRequest();
  item.request = request;
  request.open("POST", item.to);
  request.responseType = "json";
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.setRequestHeader("HX-Request", "true");
  request.upload.onprogress = ({ loaded, total }) => {
    item.row.querySelector("progress").value = loaded / total;
  };
  request.onload = () => {
    const { status, response } = request;
    item.request = null;
    if (status === 200 && response?.seq) {
      drop(item);
      document.body.dispatchEvent(new CustomEvent("entry.added", { detail: response }));
    } else refuse(item, response?.message ?? (status === 413 ? text("file-large") : text("file-failed")), status >= 500 || !response);
  };
  request.onerror = () => {
    item.request = null;
    refuse(item, text("file-failed"), true);
  };
  request.send(body);
}

const attach = (files) => [...files].forEach((file) => add(file.name, { file }));
const bringsFiles = (event) => form() && event.dataTransfer?.types.includes("Files") && event.target.closest("#conversation");

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-cc-attach-file]")) document.getElementById("composer-file").click();
  const sign = event.target.closest("[data-cc-emoji]")?.textContent;
  if (!sign) return;
  const field = document.getElementById("composer-text");
  document.getElementById("emoji").hidePopover();
  field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("change", (event) => {
  if (event.target.id !== "composer-file") return;
  attach(event.target.files);
  event.target.value = "";
});
document.addEventListener("files:chosen", (event) => {
  if (!event.target.closest("#composer")) return;
  for (const { id, name } of event.detail.files) add(name, { stored: id });
});
document.addEventListener("paste", (event) => {
  const { files } = event.clipboardData;
  if (event.target.id !== "composer-text" || !files.length) return;
  event.preventDefault();
  attach(files);
});
document.addEventListener("dragover", (event) => bringsFiles(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  attach(event.dataTransfer.files);
});
