"""A visitor writes while nobody is there: who is written to, when, and in which cases nobody is (NO1, NO2). The cases
are those of docs/notices.md."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from agents.models import Agent, Company, Language
from agents.opening import save_hours
from agents.presence import change_status, release_lease
from contactcenter.models import OutgoingMail, Promise
from contactcenter.promises import keep_promise, sweep_promises
from conversations.actions import close_conversation, send_reply
from conversations.models import Conversation
from tests.clock import Clock
from tests.factories import come_online, device_of, heartbeat, make_agent, make_company, make_group, new_id
from tests.notices.conftest import Guest, Wait, addressed, answer, go_offline, letters, signed_in

Leaves = Callable[[Guest, str], None]


@pytest.fixture(params=["a message in the chat", "the offline form"])
def leaves(request: pytest.FixtureRequest) -> Leaves:
    """Both ways in which something is left while nobody is there."""

    def leave(guest: Guest, text: str) -> None:
        guest.write(text) if request.param == "a message in the chat" else guest.fill_in_form(text)

    return leave


# --- sent ---------------------------------------------------------------------------------------------------------


def test_two_minutes_after_a_visitor_wrote_to_nobody_every_active_agent_gets_a_mail(
    guest: Guest, ewa: Agent, jan: Agent, leaves: Leaves, wait: Wait
) -> None:
    leaves(guest, "Do you have the bowl in 40 cm?")

    wait(seconds=115)
    assert letters() == []
    wait(seconds=5)

    assert addressed() == sorted([ewa.email, jan.email])
    assert all("Do you have the bowl in 40 cm?" in mail.text for mail in letters())


def test_several_messages_within_the_two_minutes_make_one_mail(guest: Guest, ewa: Agent, wait: Wait) -> None:
    guest.write("Do you have the bowl in 40 cm?")
    wait(seconds=50)
    guest.write("Another glaze will do")
    wait(seconds=60)
    guest.write("As long as it is bright")
    assert letters() == []
    wait(seconds=10)

    (mail,) = letters()
    for text in ("Do you have the bowl in 40 cm?", "Another glaze will do", "As long as it is bright"):
        assert text in mail.text and text in mail.html
    wait(minutes=10)
    assert len(letters()) == 1


def test_what_is_written_after_the_mail_makes_another_with_the_new_words_only(
    guest: Guest, ewa: Agent, wait: Wait
) -> None:
    guest.write("Do you have the bowl in 40 cm?")
    wait(minutes=3)
    guest.write("Forget it, 30 will do")
    wait(seconds=115)
    assert len(letters()) == 1
    wait(seconds=5)

    first, second = letters()
    assert "bowl in 40 cm" in first.text and "30 will do" not in first.text
    assert "30 will do" in second.text and "bowl in 40 cm" not in second.text


def test_the_same_message_sent_twice_is_told_once(guest: Guest, ewa: Agent, wait: Wait) -> None:
    guest.say(("message.send", {"id": "message-once", "text": "Hello"}))
    wait(minutes=1)
    guest.say(("message.send", {"id": "message-once", "text": "Hello"}))
    wait(minutes=5)

    assert len(letters()) == 1


def test_whoever_was_gone_for_two_minutes_counts_as_nobody(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    """The status still says Online, but every device has been silent."""
    come_online(ewa)
    clock.move(seconds=121)
    guest.write()
    wait(minutes=2)

    assert addressed() == [ewa.email]


def test_on_a_break_is_not_online(guest: Guest, ewa: Agent, wait: Wait) -> None:
    come_online(ewa)
    change_status(agent=ewa, status=Agent.Status.BREAK)
    guest.write()
    wait(minutes=2)

    assert addressed() == [ewa.email]


def test_an_answered_conversation_goes_on_at_night_and_is_told(guest: Guest, ewa: Agent, wait: Wait) -> None:
    """Nobody closed it in the evening: the visitor writes into it, and nobody is there."""
    come_online(ewa)
    conversation = guest.write()
    answer(conversation, ewa)
    send_reply(conversation=conversation, by=ewa, client_id=new_id(), text="I will look")
    go_offline(ewa)
    wait(minutes=1)
    guest.write("Have you found it?")
    wait(minutes=2)

    (mail,) = letters()
    assert "Have you found it?" in mail.text and "Is anybody there?" not in mail.text


def test_a_conversation_that_began_online_is_told_when_the_visitor_writes_on_to_nobody(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    """One mail with all that nobody has seen, and none about the leaving afterwards."""
    come_online(ewa)
    guest.write("Where is my parcel?")
    clock.move(seconds=20)
    go_offline(ewa)
    guest.write("Hello?")
    wait(minutes=10)

    (mail,) = letters()
    assert mail.subject.startswith("Message from the chat")
    assert "Where is my parcel?" in mail.text and "Hello?" in mail.text


def test_what_was_written_online_is_no_offline_message_when_everybody_goes_home(
    guest: Guest, company: Company, ewa: Agent, clock: Clock
) -> None:
    come_online(ewa)
    guest.write()
    go_offline(ewa)
    guest.stay(clock, 300)

    assert letters() == []


# --- not sent -----------------------------------------------------------------------------------------------------


def test_not_to_who_has_switched_it_off(guest: Guest, ewa: Agent, jan: Agent, wait: Wait) -> None:
    Agent.objects.filter(pk=ewa.pk).update(mails_offline=False)
    guest.write()
    wait(minutes=3)

    assert addressed() == [jan.email]


def test_not_when_the_widget_was_online(guest: Guest, ewa: Agent, clock: Clock) -> None:
    come_online(ewa)
    guest.write()
    heartbeat(ewa)
    guest.stay(clock, 300)

    assert letters() == []


def test_not_while_the_agents_phone_is_still_online(guest: Guest, ewa: Agent, clock: Clock) -> None:
    """The manual: look whether you are offline on every device."""
    come_online(ewa)
    come_online(ewa, "phone")
    release_lease(agent_id=ewa.pk, device=device_of(ewa))
    clock.move(minutes=1)
    for _ in range(3):
        heartbeat(ewa, "phone")
        clock.move(minutes=1)
    guest.write()
    for _ in range(6):
        heartbeat(ewa, "phone")
        guest.stay(clock, 30)

    assert letters() == []


@pytest.mark.parametrize("seconds", [0, 60, 119])
def test_not_when_an_agent_came_online_within_two_minutes(
    guest: Guest, ewa: Agent, jan: Agent, clock: Clock, seconds: int, wait: Wait
) -> None:
    guest.write()
    clock.move(seconds=seconds)
    come_online(jan)
    sweep_promises()
    wait(minutes=10)

    assert letters() == []


def test_not_when_an_agent_came_online_and_went_again_at_once(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    guest.write()
    clock.move(seconds=30)
    come_online(ewa)
    clock.move(seconds=3)
    go_offline(ewa)
    wait(minutes=10)

    assert letters() == []


def test_an_agent_who_came_a_moment_after_the_two_minutes_came_too_late(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    """Nobody looked in time (the worker was away), and they have gone again since."""
    guest.write()
    clock.move(seconds=121)
    come_online(ewa)
    clock.move(seconds=1)
    go_offline(ewa)
    wait(minutes=1)

    assert addressed() == [ewa.email]


def test_what_is_written_after_somebody_came_and_went_has_two_minutes_of_its_own(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    guest.write("First")
    clock.move(seconds=30)
    come_online(ewa)
    clock.move(seconds=3)
    go_offline(ewa)
    clock.move(seconds=60)
    guest.write("Second")
    wait(seconds=115)
    assert letters() == []
    wait(seconds=5)

    assert ["Second" in mail.text for mail in letters()] == [True]


def test_what_was_written_while_somebody_was_there_is_no_offline_message_when_they_go(
    guest: Guest, ewa: Agent, wait: Wait
) -> None:
    guest.write("First")
    wait(seconds=30)
    come_online(ewa)
    wait(seconds=10)
    guest.write("Second")
    wait(seconds=20)
    go_offline(ewa)
    wait(minutes=10)

    # The visitor has left, and that is another one.
    assert ["Missed conversation" in mail.subject for mail in letters()] == [True]


def test_what_is_written_between_two_visits_of_an_agent_starts_anew_each_time(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    for text in ("First", "Second", "Third"):
        guest.write(text)
        wait(seconds=20)
        come_online(ewa)
        go_offline(ewa)
        clock.move(seconds=10)
    guest.write("Fourth")
    wait(seconds=115)
    assert letters() == []
    wait(seconds=5)

    (mail,) = letters()
    assert all(text in mail.text for text in ("First", "Second", "Third", "Fourth"))


@pytest.mark.parametrize("path", ["/conversations/{}/", "/history/{}/"])
@pytest.mark.parametrize("pane", [False, True], ids=["page", "pane"])
def test_not_when_an_agent_opened_it_in_the_dashboard(
    guest: Guest, ewa: Agent, jan: Agent, clock: Clock, path: str, pane: bool, wait: Wait
) -> None:
    conversation = guest.write()
    clock.move(seconds=100)
    target = "conversation" if path.startswith("/conv") else "detail"
    headers = {"HX-Request": "true", "HX-Target": target} if pane else {}
    assert signed_in(ewa).get(path.format(conversation.pk), headers=headers).status_code == 200
    wait(minutes=10)

    assert letters() == []


def test_not_when_it_came_while_an_agent_had_the_conversation_on_the_screen(
    guest: Guest, ewa: Agent, wait: Wait
) -> None:
    """The page marks as read what comes in while somebody looks at it."""
    conversation = guest.write()
    screen = signed_in(ewa)
    screen.get(f"/conversations/{conversation.pk}/")
    guest.write("And one more thing")
    screen.post(f"/conversations/{conversation.pk}/read/")
    wait(minutes=10)

    assert letters() == []


def test_what_came_after_the_last_line_on_the_screen_is_not_opened(
    guest: Guest, ewa: Agent, wait: Wait
) -> None:
    """The page says up to where it shows the conversation; more may come in that moment."""
    conversation = guest.write("First")
    shown = Conversation.objects.get(pk=conversation.pk).last_seq
    guest.write("Second")
    signed_in(ewa).post(f"/conversations/{conversation.pk}/read/", {"seq": shown})
    wait(minutes=10)

    (mail,) = letters()
    assert "Second" in mail.text and "First" not in mail.text


def test_the_list_alone_opens_nothing(guest: Guest, ewa: Agent, wait: Wait) -> None:
    guest.write()
    screen = signed_in(ewa)
    for path in ("/", "/conversations/list/", "/conversations/unanswered/", "/history/"):
        assert screen.get(path).status_code == 200
    wait(minutes=2)

    assert addressed() == [ewa.email]


def test_what_is_written_after_the_opening_has_two_minutes_of_its_own(
    guest: Guest, ewa: Agent, wait: Wait
) -> None:
    conversation = guest.write("First")
    wait(seconds=30)
    signed_in(ewa).get(f"/conversations/{conversation.pk}/")
    wait(seconds=30)
    guest.write("Second")
    wait(seconds=115)
    assert letters() == []
    wait(seconds=5)

    (mail,) = letters()
    assert "Second" in mail.text and "First" not in mail.text


def test_an_agent_of_another_company_opens_nothing(guest: Guest, ewa: Agent, wait: Wait) -> None:
    conversation = guest.write()
    stranger = make_agent(make_company("Elsewhere"), "Olga")
    assert signed_in(stranger).get(f"/conversations/{conversation.pk}/").status_code == 404
    wait(minutes=2)

    assert addressed() == [ewa.email]


def test_not_when_it_was_answered_or_closed(guest: Guest, ewa: Agent, wait: Wait) -> None:
    close_conversation(conversation=guest.write(), by=ewa)
    other = Guest(guest.company)
    send_reply(conversation=other.write(), by=ewa, client_id=new_id(), text="Yes")
    wait(minutes=10)

    assert letters() == []


def test_not_while_another_agent_is_online(guest: Guest, ewa: Agent, jan: Agent, clock: Clock) -> None:
    come_online(jan)
    go_offline(ewa)
    guest.write()
    for _ in range(20):
        heartbeat(jan)
        guest.stay(clock, 30)

    assert letters() == []


# --- to whom ------------------------------------------------------------------------------------------------------


def test_to_no_inactive_suspended_or_deleted_agent_and_to_nobody_elsewhere(
    guest: Guest, company: Company, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    make_agent(company, "Inactive", takes_conversations=False)
    Agent.objects.filter(pk=make_agent(company, "Locked").pk).update(is_active=False)
    Agent.objects.filter(pk=make_agent(company, "Gone").pk).update(deleted_at=clock.now)
    make_agent(make_company("Elsewhere"), "Olga")
    guest.write()
    wait(minutes=3)

    assert addressed() == [ewa.email]


def test_of_a_groups_widget_to_the_group_and_to_who_is_in_none(
    company: Company, ewa: Agent, wait: Wait
) -> None:
    sales = make_group(company, "Sales")
    seller = make_agent(company, "Sela", groups=("Sales",))
    make_agent(company, "Olek", groups=("Service",))
    Guest(company, group=sales.pk).write()
    wait(minutes=3)

    assert addressed() == sorted([ewa.email, seller.email])


def test_an_agent_of_another_group_is_not_online_for_this_widget(company: Company, wait: Wait) -> None:
    sales = make_group(company, "Sales")
    seller = make_agent(company, "Sela", groups=("Sales",))
    make_agent(company, "Olek", groups=("Service",), online=True)
    Guest(company, group=sales.pk).write()
    wait(minutes=2)

    assert addressed() == [seller.email]


def test_an_agent_of_no_group_who_comes_online_is_online_for_this_widget(
    company: Company, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    sales = make_group(company, "Sales")
    make_agent(company, "Sela", groups=("Sales",))
    Guest(company, group=sales.pk).write()
    clock.move(seconds=30)
    come_online(ewa)
    clock.move(seconds=3)
    go_offline(ewa)
    wait(minutes=5)

    assert letters() == []


def test_an_agent_of_another_group_who_comes_online_is_nobody_for_this_widget(
    company: Company, clock: Clock, wait: Wait
) -> None:
    sales = make_group(company, "Sales")
    seller = make_agent(company, "Sela", groups=("Sales",))
    olek = make_agent(company, "Olek", groups=("Service",))
    Guest(company, group=sales.pk).write()
    clock.move(seconds=30)
    come_online(olek)
    wait(minutes=2)

    assert addressed() == [seller.email]


def test_the_new_address_is_written_to_once_it_is_the_agents(guest: Guest, ewa: Agent, wait: Wait) -> None:
    """The address of the profile counts when the mail is made (NO4)."""
    guest.write()
    Agent.objects.filter(pk=ewa.pk).update(email="info@garniec.example")
    wait(minutes=2)

    assert addressed() == ["info@garniec.example"]


def test_two_hundred_agents_get_a_mail_each_in_a_few_statements(
    guest: Guest, company: Company, clock: Clock, django_assert_max_num_queries
) -> None:
    Agent.objects.bulk_create(
        Agent(company=company, email=f"agent{number}@garniec.example", language=Language.POLISH)
        for number in range(200)
    )
    guest.write()
    clock.move(minutes=2)
    promise = Promise.objects.get(kind="chat.offline_mail")
    with django_assert_max_num_queries(40):
        assert keep_promise(promise.pk)

    assert OutgoingMail.objects.count() == Promise.objects.filter(kind="mail.send").count() == 200
    assert OutgoingMail.objects.values("message_id", "to").distinct().count() == 200


# --- the company's default address (WI5) --------------------------------------------------------------------------


def test_the_form_reaches_the_default_address_at_once_and_the_agents_after_two_minutes(
    guest: Guest, company: Company, ewa: Agent, wait: Wait
) -> None:
    Company.objects.filter(pk=company.pk).update(default_email="info@garniec.example")
    guest.fill_in_form("Call me")
    assert addressed() == ["info@garniec.example"]
    wait(minutes=3)

    assert addressed() == sorted([ewa.email, "info@garniec.example"])


def test_an_agent_behind_the_default_address_is_not_told_the_same_twice(
    guest: Guest, company: Company, ewa: Agent, jan: Agent, wait: Wait
) -> None:
    Company.objects.filter(pk=company.pk).update(default_email=ewa.email.upper())
    guest.fill_in_form("Call me")
    wait(minutes=3)

    assert sorted(address.lower() for address in addressed()) == sorted([ewa.email, jan.email])


def test_an_agent_behind_the_default_address_is_told_what_came_beside_the_form(
    guest: Guest, company: Company, ewa: Agent, wait: Wait
) -> None:
    Company.objects.filter(pk=company.pk).update(default_email=ewa.email)
    guest.write("Is anybody there?")
    guest.fill_in_form("Call me")
    wait(minutes=3)

    at_once, later = letters()
    assert "Is anybody there?" not in at_once.text and "Is anybody there?" in later.text


# --- together with working hours and presence -----------------------------------------------------------------------


def test_the_end_of_the_grace_is_when_the_widget_goes_offline(
    guest: Guest, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    """A closed tab: for two minutes the widget stays online, and what is written then can only be missed."""
    come_online(ewa)
    release_lease(agent_id=ewa.pk, device=device_of(ewa))
    clock.move(seconds=60)
    guest.write()
    guest.stay(clock, 240)

    assert letters() == []


def test_outside_working_hours_nobody_is_online_whoever_is_signed_in(
    guest: Guest, company: Company, ewa: Agent, wait: Wait
) -> None:
    come_online(ewa)
    save_hours(company=company, keeps_hours=True, time_zone="Europe/Warsaw", intervals=[])
    guest.write()
    wait(minutes=2)

    assert addressed() == [ewa.email]


def test_not_when_the_company_opened_within_the_two_minutes(
    guest: Guest, company: Company, ewa: Agent, clock: Clock, wait: Wait
) -> None:
    """Open for a minute only, so that it is closed again when somebody looks."""
    clock.move_to(datetime(2027, 5, 11, 5, 59, tzinfo=UTC))
    company.refresh_from_db()
    come_online(ewa)
    save_hours(
        company=company, keeps_hours=True, time_zone="Europe/Warsaw", intervals=[(1, 8 * 60, 8 * 60 + 1)]
    )
    guest.write()
    wait(minutes=3)

    assert letters() == []
