from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agents.models import Company, Language
from conversations.models import Conversation


class FaqEntry(models.Model):
    """An answer that the chatbot knows (ST7)."""

    LONGEST_ANSWER: ClassVar = 2000

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="faq_entries")
    language = models.CharField(_("language"), max_length=2, choices=Language)
    answer = models.TextField(_("answer"), max_length=LONGEST_ANSWER)
    is_on = models.BooleanField(_("used by the chatbot"), default=True)
    position = models.PositiveIntegerField(default=0)
    # Moves with every change, also of its phrasings: the indexes that processes keep are compared with it.
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer of the chatbot")
        verbose_name_plural = _("answers of the chatbot")
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["company", "language", "changed_at"], name="faq_entry_changed")]

    def __str__(self) -> str:
        return self.answer[:60]

    @property
    def title(self) -> str:
        """What it is called: the first way to ask. For entries whose phrasings were fetched with them."""
        phrases = self.phrases.all()
        return phrases[0].text if phrases else str(self)


class FaqPhrase(models.Model):
    """One way to ask for an entry. The first one is what a suggestion shows."""

    LONGEST: ClassVar = 200

    entry = models.ForeignKey(FaqEntry, on_delete=models.CASCADE, related_name="phrases")
    text = models.CharField(_("question"), max_length=LONGEST)
    # Its folded stems, apart from each other by spaces (chat/faq/words.py).
    words = models.CharField(max_length=LONGEST * 2, blank=True, default="")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class BotQuestion(models.Model):
    """What a visitor asked the chatbot, and what came of it."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered")
        SUGGESTED = "suggested", _("suggested")
        UNKNOWN = "unknown", _("unknown")
        # Somebody asked for people.
        HANDED_OVER = "handed_over", _("handed over")

    LONGEST: ClassVar = 500

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="bot_questions", db_index=False
    )
    # The last message that it covers: each is looked at once.
    seq = models.PositiveIntegerField()
    text = models.CharField(max_length=LONGEST)
    # The same question, however it was typed.
    folded = models.CharField(max_length=LONGEST, blank=True, default="")
    language = models.CharField(max_length=2, choices=Language)
    outcome = models.CharField(max_length=12, choices=Outcome)
    entry = models.ForeignKey(FaqEntry, null=True, on_delete=models.SET_NULL, related_name="+")
    # The first one of its conversation to which the chatbot had something to say: one against the allowance (BI8).
    counts = models.BooleanField(default=False)
    # Somebody made an entry of it, or wants none.
    settled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="bot_question_once"),
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(counts=True), name="bot_conversation_counts_once"
            ),
        ]
        indexes = [
            # the month's conversations
            models.Index(
                fields=["company", "created_at"], condition=Q(counts=True), name="bot_conversations"
            ),
            # the editor's list of what it could not answer
            models.Index(
                fields=["company", "-created_at"],
                condition=Q(outcome="unknown", settled_at__isnull=True),
                name="bot_questions_unknown",
            ),
        ]

    def __str__(self) -> str:
        return self.text
