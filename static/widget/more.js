// What a visitor needs seldom. The panel calls these by name (panel/parts.js), and everything is told to them by it.
import { emoji as showEmoji } from "./more/emoji.js";

export const emoji = showEmoji;
