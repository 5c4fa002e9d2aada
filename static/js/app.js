// The behaviours of every page. Each hangs on data-cc-… attributes and works for content that htmx brings later.
import "./requests.js";
import "./busy.js";
import "./toasts.js";
import "./popovers.js";
import "./menus.js";
import "./dialogs.js";
import "./theme.js";
import "./times.js";
import "./rings.js";
import "./passwords.js";
import "./counted.js";
import "./regions.js";
import "./here.js";
import "./copying.js";
import "./pictures.js";
import "./conversations.js";
