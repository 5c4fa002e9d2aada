// The agents' side of conversations, on every page of the shell: presence and news, counters, and the open conversation.
import "./freshness.js";
import "./socket.js";
import "./timeline.js";
import "./outbox.js";
import "./composer.js";
import "./templates.js";
import "./attaching.js";
import "./offers.js";
import "./ringer.js";
import "./notifications.js";
import "./push.js";
import "./workspace.js";
import "./shortcuts.js";
