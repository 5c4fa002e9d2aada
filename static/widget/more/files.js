// Files: those that are on their way, one after the other, above the composer, and those that stand in the conversation.
import { button, byId, icon, make } from "../panel/dom.js";
import { newId } from "../panel/outbox.js";
import { learn, t } from "../panel/texts.js";
import { claim, current } from "../panel/visitor.js";
import { drawn } from "./symbols.js";

learn({
  cancel: ["Anuluj wysyłanie", "Cancel sending"],
  uploading: ["Wysyłanie pliku: {n}%", "Sending the file: {n}%"],
  waits: ["czeka", "waiting"],
  fileBad: ["Tego pliku nie da się wysłać", "This file cannot be sent"],
  fileEmpty: ["Plik {name} jest pusty.", "The file {name} is empty."],
  fileLarge: ["{name} ma {size}, a granica to 10 MB. Można wysłać mniejszy plik lub odnośnik.", "{name} has {size}, and the limit is 10 MB. You can send a smaller file, or a link."],
  fileFailed: ["Plik nie został wysłany: {name}", "The file was not sent: {name}"],
  fileMany: ["Naraz można wysłać 10 plików.", "You can send 10 files at a time."],
  fileOther: ["Wybierz inny plik", "Choose another file"],
  fileHide: ["Zamknij", "Close"],
});

const LARGEST = 10 * 1024 * 1024;
const MOST = 10;
const tray = byId("tray");
const queue = [];
let going = null;

function size(bytes) {
  const number = (value, digits) => value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });
  if (bytes < 1e6) return `${number(Math.max(1, bytes / 1024), 0)} KB`;
  return `${number(bytes / 1048576, 1)} MB`;
}

// --- in the conversation

const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

export function attachment(link, file) {
  if (PICTURE.test(file.type)) {
    const image = make("img");
    image.alt = file.name;
    image.src = file.url;
    image.onerror = () => card(link, file);
    link.className = "pic";
    link.replaceChildren(image);
  } else card(link, file);
}

function card(link, file) {
  const ending = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4).toUpperCase() : "";
  const about = make("small", "", [ending, size(file.size)].filter(Boolean).join(", "));
  link.className = "m file";
  link.replaceChildren(make("span", "", icon("file")), make("span", "", make("b", "", file.name), about));
}

// --- on their way

export function send(files, beside) {
  clear();
  for (const file of files.slice(0, MOST)) {
    if (!file.size) refuse(t("fileEmpty", { name: file.name }));
    else if (file.size > LARGEST) refuse(t("fileLarge", { name: file.name, size: size(file.size) }));
    else add(file, beside);
  }
  if (files.length > MOST) refuse(t("fileMany"));
  next();
}

function add(file, beside) {
  const item = { id: newId(), file, beside, bar: make("progress"), line: make("div", "up") };
  item.bar.max = 1;
  item.bar.value = 0;
  item.bar.ariaLabel = t("uploading", { n: 0 });
  const cancel = button("ib", "", () => drop(item));
  cancel.append(icon("x", "i s"));
  cancel.ariaLabel = `${t("cancel")}: ${file.name}`;
  item.line.append(icon("file"), make("span", "", `${file.name} · ${size(file.size)}`), cancel, item.bar);
  tray.append(item.line);
  queue.push(item);
}

function drop(item) {
  item.request?.abort();
  item.line.remove();
  if (queue.includes(item)) queue.splice(queue.indexOf(item), 1);
  if (going === item) {
    going = null;
    next();
  }
}

async function next() {
  if (going || !queue.length) return;
  going = queue.shift();
  const item = going;
  // As with the first message: another tab may have become somebody meanwhile.
  await claim();
  if (going === item) post(item);
}

function post(item) {
  const { file, beside } = item;
  const form = new FormData();
  form.append("hello", JSON.stringify({ ...beside.hello(), token: current() }));
  form.append("id", item.id);
  form.append("file", file);
  const request = new XMLHttpRequest();
  item.request = request;
  request.open("POST", `/widget/upload/${beside.key}`);
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => {
    item.bar.value = loaded / total;
    item.bar.ariaLabel = t("uploading", { n: Math.round((100 * loaded) / total) });
  };
  request.onload = () => {
    const { status } = request;
    const answer = request.response ?? {};
    item.request = null;
    drop(item);
    if (answer.stored) beside.stored(answer.token);
    else if ([413, 422].includes(status)) refuse(answer.message || t("fileLarge", { name: file.name, size: size(file.size) }));
    else failed(item, answer.message);
  };
  request.onerror = () => {
    drop(item);
    failed(item);
  };
  request.send(form);
}

function clear() {
  tray.querySelector(".card")?.remove();
}

function warn(title, text, ...actions) {
  clear();
  const heading = make("h3", "bad", icon("warn", "i s"), ` ${title}`);
  const box = make("div", "card", heading, make("p", "", make("small", "", text)), make("div", "row", ...actions));
  box.setAttribute("role", "alert");
  tray.prepend(box);
}

const hide = () => button("btn q", t("fileHide"), clear);

function refuse(reason) {
  warn(t("fileBad"), reason, hide(), button("btn q", t("fileOther"), () => byId("file").click()));
}

// The same id goes again: if it arrived after all, nothing is there twice.
function failed(item, reason) {
  warn(t("fileFailed", { name: item.file.name }), reason || "", hide(), button("btn", t("retry"), () => {
    clear();
    item.bar.value = 0;
    tray.append(item.line);
    queue.push(item);
    next();
  }));
}

export const ready = drawn;
