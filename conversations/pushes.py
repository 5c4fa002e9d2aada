"""An offer to an agent who has no tab open goes to their browsers' push services (NO5): within the grace of a closed
tab the agent can still answer in time."""

from django.utils import timezone
from django.utils.translation import gettext as _

from agents.mails import speaking_to
from agents.push import browsers_of, deliver, has_open_tab, message_of
from contactcenter.promises import keeps, make_promise
from conversations.models import Offer


def push_offer(offer: Offer) -> None:
    """Promise to push an offer that was just made, unless an open tab tells of it."""
    browsers = browsers_of(offer.agent_id)
    if not browsers or has_open_tab(offer.agent_id):
        return
    for browser in browsers:
        make_promise(
            "push.offer",
            key=f"{offer.pk}:{browser}",
            due_at=offer.offered_at,
            offer_id=offer.pk,
            subscription_id=browser,
        )


@keeps("push.offer", outside=True, at_once=2)
def push_offer_if_open(*, offer_id: int, subscription_id: int) -> None:
    offer = (
        Offer.objects.select_related("conversation", "agent__company")
        .filter(pk=offer_id, outcome=Offer.Outcome.OPEN, due_at__gt=timezone.now())
        .first()
    )
    if offer is None or has_open_tab(offer.agent_id):
        return
    conversation = offer.conversation
    with speaking_to(offer.agent):
        # Not who writes or what: that is shown where nobody else looks over the shoulder.
        message = message_of(
            tag=f"offer-{offer.pk}",
            title=_("New conversation"),
            body=conversation.get_channel_display(),
            conversation=conversation.pk,
            offer=offer.pk,
        )
    deliver(subscription_id, message, until=offer.due_at)
