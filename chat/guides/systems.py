"""How the widget gets into the systems that websites are made with, in numbered steps. Written for WordPress 6,
Joomla 5, Drupal 10 and 11, PrestaShop 8 and 9, and Shopify as of 2026; `<b>` and `<i>` are the only markup."""

from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

Text = LazyText | str


@dataclass(frozen=True)
class System:
    slug: str
    name: Text
    # What one needs to begin.
    needed: Text
    steps: tuple[Text, ...]
    # What is worth knowing about this system.
    good_to_know: tuple[Text, ...]


_ALL = (
    System(
        "wordpress",
        "WordPress",
        _("You need an administrator's account in WordPress. It takes about five minutes, also with WooCommerce."),
        (
            _("Sign in to your WordPress and open <b>Plugins → Add Plugin</b>."),
            _("Search for <b>WPCode</b> (Insert Headers and Footers). Press <b>Install Now</b>, then <b>Activate</b>."),
            _("Open <b>Code Snippets → Header &amp; Footer</b> in the menu on the left."),
            _("Paste the code into the field <b>Footer</b>, below whatever is there already."),
            _("Press <b>Save Changes</b>."),
            _("If you use a cache plugin (such as WP Rocket or LiteSpeed Cache), empty its cache."),
        ),
        (
            _("The code stays when you change or update the theme."),
            _("A cache plugin that delays JavaScript shows the chat only after the first click. Add <b>/widget/</b> to its exceptions."),
            _("On WordPress.com plugins need a plan that allows them."),
        ),
    ),
    System(
        "joomla",
        "Joomla",
        _("You need a Super User's account in Joomla. It takes about five minutes."),
        (
            _("Sign in to the administration (your address with <b>/administrator</b> behind it)."),
            _("Open <b>System</b> and there, under Templates, <b>Site Templates</b>."),
            _("Choose the files of the template that your website uses, for example <b>Cassiopeia Details and Files</b>."),
            _("Open <b>index.php</b> in the list of files and go to its end."),
            _("Paste the code on a line of its own, just before <b>&lt;/body&gt;</b>."),
            _("Press <b>Save</b>. Then empty the cache: <b>System → Clear Cache</b>."),
        ),
        (
            _("Keep a copy of index.php before you change it."),
            _("An update of the template may bring a new index.php. Press <b>Check now</b> after updates, and paste the code again if it is gone."),
            _("Many templates that are sold have a field for own code before &lt;/body&gt; in their settings. Use it if there is one: updates leave it alone."),
        ),
    ),
    System(
        "drupal",
        "Drupal",
        _("You need access to the files of your theme, and an administrator's account. It takes about ten minutes."),
        (
            _("Open the folder of your own theme, for example <b>themes/custom/my_theme/templates</b>."),
            _("If there is no <b>html.html.twig</b> (also look in its subfolders), copy it from the base theme, or from <b>core/modules/system/templates</b>."),
            _("Open html.html.twig in an editor and go to its end."),
            _("Paste the code just before <b>&lt;/body&gt;</b>, below the line with <b>js-bottom-placeholder</b>."),
            _("Save the file and, if need be, upload it to the server."),
            _("Open <b>Configuration → Development → Performance</b> and press <b>Clear all caches</b>."),
        ),
        (
            _("Do not change files in the folder core or in a theme that others maintain: the next update would undo it."),
            _("Pages of the administration have a theme of their own, so the chat does not appear there."),
        ),
    ),
    System(
        "prestashop",
        "PrestaShop",
        _("You need access to the files of your shop (FTP or the file manager of your hosting), and to the back office."),
        (
            _("Open the folder <b>themes</b> and in it the theme of your shop, for example <b>classic</b>."),
            _("In it open <b>templates/layouts/layout-both-columns.tpl</b>. The other layouts are built on this file."),
            _("Paste the code on a line of its own, just before <b>&lt;/body&gt;</b>."),
            _("Save the file and, if need be, upload it to the server."),
            _("In the back office open <b>Advanced Parameters → Performance</b> and press <b>Clear cache</b>."),
        ),
        (
            _("If you use a child theme, copy the file to the same place in the child theme and change it there: updates leave it alone."),
            _("An update of the theme may bring a new file. Press <b>Check now</b> after updates, and paste the code again if it is gone."),
        ),
    ),
    System(
        "shopify",
        "Shopify",
        _("You need an account in Shopify that may edit the theme. It takes about five minutes."),
        (
            _("Sign in to Shopify and open <b>Online Store → Themes</b>."),
            _("At the theme in use open the menu <b>…</b> and choose <b>Duplicate</b>: that is your way back."),
            _("Open the menu <b>…</b> again and choose <b>Edit code</b>."),
            _("In the folder <b>layout</b> open <b>theme.liquid</b> and go to its end."),
            _("Paste the code on a line of its own, just before <b>&lt;/body&gt;</b>."),
            _("Press <b>Save</b>."),
        ),
        (
            _("Another theme needs the code again: it belongs to the theme, not to the shop."),
            _("Shopify does not run it on the pages of the checkout."),
            _("While a shop is protected by a password, Check now cannot look inside. Open the shop in your browser instead."),
        ),
    ),
    System(
        "html",
        _("Any website (HTML)"),
        _("You need access to the files of your website (FTP or the file manager of your hosting)."),
        (
            _("Open the file that all pages share, such as a footer or a template. If there is none, open each page in turn, beginning with <b>index.html</b>."),
            _("Look for <b>&lt;/body&gt;</b> near the end of the file."),
            _("Paste the code on a line of its own, just before <b>&lt;/body&gt;</b>."),
            _("Save the file and upload it to the server, in the place of the old one."),
            _("Open your website and load it anew with <b>Ctrl+F5</b> (on a Mac <b>Cmd+Shift+R</b>)."),
        ),
        (
            _("The code is the same on all pages, and one is enough on each of them. Twice does no harm."),
            _("With Google Tag Manager: a new tag of the type <b>Custom HTML</b> with the code, triggered on all pages."),
        ),
    ),
)  # fmt: skip

SYSTEMS = {system.slug: system for system in _ALL}
