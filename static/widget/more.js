// What a visitor needs seldom. The panel calls these by name (panel/parts.js), and tells them what they need of it.
import * as emojis from "./more/emoji.js";
import * as ends from "./more/ending.js";
import * as files from "./more/files.js";
import * as menus from "./more/menu.js";
import * as asks from "./more/questions.js";
import * as sound from "./more/sound.js";
import * as teasers from "./more/teaser.js";

export const attachment = files.attachment;
export const emoji = emojis.emoji;
export const ending = ends.ending;
export const menu = menus.menu;
export const questions = asks.questions;
export const refuse = asks.refuse;
export const ring = sound.ring;
export const send = files.send;
export const teaser = teasers.teaser;
