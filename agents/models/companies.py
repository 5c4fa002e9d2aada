import secrets
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from agents.models.words import Language, picture_address
from agents.origins import stored_origins


class Plan(models.TextChoices):
    FREE = "free", _("Free")
    STANDARD = "standard", _("Standard")
    PRO = "pro", _("Pro")
    ULTIMATE = "ultimate", _("Ultimate")


def make_company_key() -> str:
    return secrets.token_hex(8)


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("There is no time zone of this name."))


class Company(models.Model):
    """A paying customer. Everything else belongs to one, and nobody sees another's."""

    class WidgetPosition(models.TextChoices):
        BOTTOM_RIGHT = "br", _("bottom right")
        BOTTOM_LEFT = "bl", _("bottom left")
        TOP_RIGHT = "tr", _("top right")
        TOP_LEFT = "tl", _("top left")

    name = models.CharField(_("name"), max_length=120)
    # Public: it stands in the snippet on the company's website.
    key = models.CharField(
        _("widget key"),
        max_length=40,
        unique=True,
        default=make_company_key,
        validators=[RegexValidator(r"^[a-z0-9-]{2,40}$")],
    )
    website = models.URLField(_("website"), blank=True, default="")
    default_email = models.EmailField(_("default e-mail address"), blank=True, default="")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Warsaw", validators=[check_time_zone]
    )
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.POLISH)
    is_suspended = models.BooleanField(_("suspended"), default=False)
    # The name of a stored picture (agents/pictures.py); the widget shows it when no agent is there (WI2).
    logo = models.CharField(_("logo"), max_length=80, blank=True, default="", editable=False)

    # For invoices (SE1).
    legal_name = models.CharField(_("company name on invoices"), max_length=160, blank=True, default="")
    tax_number = models.CharField(_("tax number"), max_length=20, blank=True, default="")
    street = models.CharField(_("street"), max_length=120, blank=True, default="")
    building = models.CharField(_("building number"), max_length=20, blank=True, default="")
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True, default="")
    city = models.CharField(_("city"), max_length=80, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="PL")

    # Written with the plan, read by everybody.
    plan = models.CharField(_("plan"), max_length=10, choices=Plan, default=Plan.PRO)
    agent_limit = models.PositiveSmallIntegerField(
        _("most agents"), null=True, blank=True, default=10, help_text=_("Empty: any number.")
    )

    # In bytes: 17 GB, as in the manual's screens, until a plan says otherwise.
    storage_limit = models.PositiveBigIntegerField(
        _("storage (bytes)"), null=True, blank=True, default=17 * 1024**3, help_text=_("Empty: any amount.")
    )

    # Outside its working hours the company's widgets are offline, whoever is signed in (ST5).
    keeps_hours = models.BooleanField(_("keeps working hours"), default=False)

    # "We are busy" (ST6).
    busy_on = models.BooleanField(_("tells visitors who wait that everybody is busy"), default=False)
    busy_after = models.PositiveSmallIntegerField(
        _("after how many seconds"),
        default=60,
        validators=[MinValueValidator(10), MaxValueValidator(300)],
    )
    busy_pl = models.CharField(_("text in Polish"), max_length=300, blank=True, default="")
    busy_en = models.CharField(_("text in English"), max_length=300, blank=True, default="")

    # The chatbot that answers from the company's own questions and answers (ST7). Its allowance comes with the plan.
    bot_on = models.BooleanField(_("chatbot answers first"), default=False)
    bot_monthly_limit = models.PositiveIntegerField(
        _("conversations of the chatbot a month"), null=True, blank=True, help_text=_("Empty: any number.")
    )

    # What the chat asks before somebody joins it (WI4): politely, or as a condition.
    ask_for_data = models.BooleanField(_("asks visitors for name and e-mail"), default=False)
    force_data = models.BooleanField(_("starts no chat without name and e-mail"), default=False)

    # What the widget says by itself (WI9); the texts are the chat's.
    triggers_on = models.BooleanField(_("triggers active"), default=True)
    triggers_open = models.BooleanField(_("triggers open the window on computers"), default=True)

    widget_colour = models.CharField(
        _("widget colour"), max_length=7, default="#0f5e73", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    widget_position = models.CharField(
        _("widget position"), max_length=2, choices=WidgetPosition, default=WidgetPosition.BOTTOM_RIGHT
    )
    widget_offset_x = models.PositiveSmallIntegerField(_("horizontal offset (px)"), default=24)
    widget_offset_y = models.PositiveSmallIntegerField(_("vertical offset (px)"), default=24)
    greeting_pl = models.CharField(_("greeting in Polish"), max_length=80, blank=True, default="")
    greeting_en = models.CharField(_("greeting in English"), max_length=80, blank=True, default="")
    allowed_origins = models.TextField(
        _("websites that may show the widget"),
        blank=True,
        default="",
        help_text=_("One origin per line, such as https://shop.example. Empty: any website."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name

    @property
    def logo_address(self) -> str | None:
        return picture_address(self.logo)

    @property
    def snippet(self) -> str:
        """What the company pastes into its website (WI1)."""
        return f'<script src="{settings.BASE_URL}/widget/{self.key}.js" async></script>'

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def origins(self) -> list[str]:
        """The only websites that may show the widget; empty: any."""
        return stored_origins(self.allowed_origins)


class Group(models.Model):
    """A part of the company's agents ("Sales"), for which a widget or a transfer may ask (AG7)."""

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="groups", verbose_name=_("company")
    )
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [models.UniqueConstraint("company", Lower("name"), name="group_name_once_per_company")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WorkingInterval(models.Model):
    """On one day of every week the company works from one minute of the day to another, by its own clock (ST5). A day
    has as many as it likes; none: closed."""

    MIDNIGHT = 24 * 60

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="working_intervals")
    # As in datetime: Monday is 0.
    weekday = models.PositiveSmallIntegerField()
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="working_weekday"),
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes"), closes__lte=24 * 60), name="working_interval_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}-{self.closes}"


class Holiday(models.Model):
    """A day on which the company does not work, whatever the week says (ST5)."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=80, blank=True, default="")

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["company", "date"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}".rstrip()
