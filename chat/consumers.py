"""The visitors' sockets (docs/widget-protocol.md)."""

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, MutableMapping
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs

from agents.availability import widget_availability
from agents.models import Company, Group
from chat.actions import give_details
from chat.details import Wishes, wishes_of
from chat.installation import note_sighting
from chat.limits import MESSAGES, OTHER_FRAMES, Bucket, address_limit, too_much
from chat.visits import Visit
from chat.websites import may_show
from contactcenter.addresses import counted_address, header_of, host_of, socket_address
from contactcenter.database import in_database
from contactcenter.frames import ProtocolError, frame_of
from contactcenter.realtime import RESYNC_FRAME, start, widgets
from contactcenter.websocket import Socket

logger = logging.getLogger(__name__)

CATCH_UP_WITHIN = 2.0  # seconds
# A line that was silent for longer than two pings was not alive to its end.
TWO_PINGS = 20.0
_AVAILABILITY = '{"type":"availability"'
_GROUP_DELETED = '{"type":"group.deleted"'


def is_own_origin(scope: MutableMapping[str, Any]) -> bool:
    """Whether the page that opened the socket is ours; clients that are no browsers send no Origin."""
    origin = header_of(scope, b"origin")
    return not origin or host_of(origin) == (header_of(scope, b"host") or None)


def find_company(key: str) -> Company | None:
    return Company.objects.filter(key=key, is_suspended=False).first()


class WidgetSocket(Socket):
    """What a widget listens on, for the company or for one of its groups."""

    def tell(self, frame: str) -> None:
        if frame.startswith(_GROUP_DELETED):
            # It comes back, and then the group is not known any more.
            start(self.close(1012))
        else:
            super().tell(frame)


class VisitorSocket(WidgetSocket):
    """A visitor's panel."""

    visit: Visit | None = None
    company_id: int
    wishes: Wishes
    # What was told since somebody last wrote; most connections are told again and again and never write.
    availability_told = ""

    async def opened(self) -> None:
        await self.accept()
        if not is_own_origin(self.scope):
            await self.close(4403)
            return
        company = await in_database(find_company, self.scope["url_route"]["kwargs"]["key"])
        if company is None:
            await self.close(4404)
            return
        self.company_id, self.wishes = company.pk, wishes_of(company)
        self.frames = Bucket(*OTHER_FRAMES)

    async def closed(self) -> None:
        if self.visit is not None and self.visit.waits:
            silent_for = time.monotonic() - self.heard_at
            silence = timedelta(seconds=silent_for if silent_for > TWO_PINGS else 0)
            await in_database(self.visit.leave, silence)

    def tell(self, frame: str) -> None:
        if frame.startswith(_AVAILABILITY):
            self.availability_told = frame
        super().tell(frame)

    def _limit_frames(self) -> None:
        if wait := self.frames.take():
            raise too_much(wait)

    def _known(self) -> Visit:
        if self.visit is None:
            raise ProtocolError("hello_first", "Say hello first.")
        return self.visit

    async def hello(self, ref: str | None, data: dict[str, Any]) -> None:
        self._limit_frames()
        visit = Visit(
            self.company_id,
            self.wishes,
            user_agent=header_of(self.scope, b"user-agent")[:300],
            address=counted_address(socket_address(self.scope)),
        )
        welcome = await in_database(visit.hello, data)
        # A second hello may be somebody else's.
        await self.leave_all()
        self.visit = visit
        await self.join(widgets(self.company_id, visit.group_id), *self._own_group())
        # What was said between the query and the joining is found by asking again.
        if visit.customer_key:
            welcome |= await in_database(visit.sync, data.get("after") or {})
        await self.send_json(frame_of("welcome", welcome, ref))

    def _own_group(self) -> list[str]:
        return [self.visit.customer_key] if self.visit and self.visit.customer_key else []

    async def message_send(self, ref: str | None, data: dict[str, Any]) -> None:
        await self._store(ref, data, Visit.receive)

    async def bot_choose(self, ref: str | None, data: dict[str, Any]) -> None:
        await self._store(ref, data, Visit.choose)

    async def bot_people(self, ref: str | None, data: dict[str, Any]) -> None:
        await self._store(ref, data, Visit.ask_for_people)

    async def _store(
        self,
        ref: str | None,
        data: dict[str, Any],
        receive: Callable[[Visit, dict[str, Any]], dict[str, Any]],
    ) -> None:
        visit = self._known()
        if wait := address_limit(MESSAGES, visit.token_hash):
            raise too_much(wait)
        if self.availability_told:
            told, self.availability_told = self.availability_told, ""
            visit.is_online = json.loads(told)["data"]["online"]
        stored = await in_database(receive, visit, data)
        await self.send_json(frame_of("message.stored", stored, ref))
        if visit.customer_key not in self.groups:
            await self.join(visit.customer_key)
            # A quick answer may have come between the storing and the joining.
            if await in_database(visit.is_behind, stored):
                self.tell(RESYNC_FRAME)

    async def details(self, ref: str | None, data: dict[str, Any]) -> None:
        visit = self._known()
        if wait := address_limit(MESSAGES, visit.token_hash):
            raise too_much(wait)
        await self.send_json(frame_of("details.stored", await in_database(give_details, visit, data), ref))

    async def sync(self, ref: str | None, data: dict[str, Any]) -> None:
        visit = self._known()
        self._limit_frames()
        await self.send_json(frame_of("entries", await in_database(visit.sync, data), ref))

    async def ping(self, ref: str | None, data: dict[str, Any]) -> None:
        visit = self._known()
        self._limit_frames()
        # Most visitors never wrote a word: nothing to look up for them.
        behind = bool(visit.customer_key) and await in_database(visit.is_behind, data)
        await self.send_json(frame_of("pong", {"behind": behind}, ref))

    async def typing(self, ref: str | None, data: dict[str, Any]) -> None:
        visit = self._known()
        self._limit_frames()
        visit.tell_typing(data.get("on") is True)

    async def read(self, ref: str | None, data: dict[str, Any]) -> None:
        visit = self._known()
        self._limit_frames()
        await in_database(visit.note_read, data)

    async def page(self, ref: str | None, data: dict[str, Any]) -> None:
        visit = self._known()
        self._limit_frames()
        if visit.conversation_id is None:
            visit.trail.note(data)
        else:
            await in_database(visit.go_to, data)

    commands: ClassVar = {
        "hello": hello,
        "message.send": message_send,
        "bot.choose": bot_choose,
        "bot.people": bot_people,
        "details": details,
        "sync": sync,
        "ping": ping,
        "typing": typing,
        "read": read,
        "page": page,
    }


class StatusSocket(WidgetSocket):
    """Tells a launcher whether somebody is there. Listens to nothing."""

    max_silence = None
    widget: tuple[int, int | None] | None = None  # company and group

    async def opened(self) -> None:
        await self.accept()
        company, group_id = await in_database(self._asked_for)
        if company is None:
            await self.close(4404)
            return
        origin, host = header_of(self.scope, b"origin"), header_of(self.scope, b"host")
        if not may_show(company, origin, host):
            await self.close(4403)
            return
        # Joined first: what changes in between is told twice rather than never.
        self.widget = company.pk, group_id
        await self.join(widgets(*self.widget))
        await self._tell_availability()

    async def _tell_availability(self) -> None:
        if self.widget is not None:
            availability = await in_database(widget_availability, *self.widget)
            await self.send_json(frame_of("availability", availability))

    def tell(self, frame: str) -> None:
        if frame == RESYNC_FRAME:
            # A launcher asks nothing: what it may have missed is told anew.
            start(self._catch_up())
        else:
            super().tell(frame)

    async def _catch_up(self) -> None:
        # All of them are told to catch up in the same moment.
        await asyncio.sleep(random.uniform(0, CATCH_UP_WITHIN))  # noqa: S311
        try:
            await self._tell_availability()
        except Exception as error:
            logger.warning("a launcher comes back instead of catching up: %s", type(error).__name__)
            await self.close(1012)

    def _asked_for(self) -> tuple[Company | None, int | None]:
        company = find_company(self.scope["url_route"]["kwargs"]["key"])
        if company is not None:
            origin, host = header_of(self.scope, b"origin"), header_of(self.scope, b"host")
            note_sighting(company, origin, own_host=host)
        asked = parse_qs(self.scope["query_string"].decode("latin-1")).get("group", [""])[0]
        if company is None or not asked.isdecimal() or len(asked) > 18:
            return company, None
        return company, Group.objects.filter(company=company, pk=int(asked)).values_list(
            "pk", flat=True
        ).first()
