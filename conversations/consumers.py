"""The agents' socket: it listens, renews the agent's presence and says "typing". What agents do goes over HTTP."""

import json
import math
import re
import time
from collections.abc import MutableMapping
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, ClassVar

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from agents.models import Agent
from agents.presence import release_lease, renew_lease
from agents.signed_in import signed_in_agent
from contactcenter.addresses import header_of, host_of
from contactcenter.database import in_database
from contactcenter.frames import ProtocolError, frame_of
from contactcenter.realtime import company_agents, one_agent, start
from contactcenter.websocket import Socket
from conversations.attention import tell_typing
from conversations.models import Conversation
from conversations.timeline import iso

HEARTBEAT = 10.0  # seconds between an open tab's signs of life
_DEVICE = re.compile(r"[A-Za-z0-9_-]{8,40}")
_SESSION_ENDED = '{"type":"session.ended"'


def is_same_origin(scope: MutableMapping[str, Any]) -> bool:
    """The page that opened the socket is one of ours; otherwise any website could use the agent's cookies."""
    host = header_of(scope, b"host")
    domain, _port = split_domain_port(host.lower())
    return host_of(header_of(scope, b"origin")) == host and validate_host(domain, settings.ALLOWED_HOSTS)


class AgentSocket(Socket):
    """An open tab of the workspace."""

    max_silence: ClassVar[float] = 45.0
    session_key = ""
    agent: Agent | None = None
    device = ""
    beat_at = math.inf

    async def opened(self) -> None:
        self.beat_at = time.monotonic()
        await self.accept()
        if not is_same_origin(self.scope):
            await self.close(4403)
            return
        self.session_key = self._session_key()
        self.agent = await in_database(signed_in_agent, self.session_key)
        if self.agent is None or self.agent.company_id is None:
            await self.close(4401)
            return
        await self.join(company_agents(self.agent.company_id), one_agent(self.agent.pk))
        # A session that ended before the joining was told to nobody here.
        if await in_database(signed_in_agent, self.session_key) is None:
            await self.close(4401)

    def look_around(self, now: float) -> None:
        """Only heartbeats keep the socket open, since only they look whether the session still holds."""
        if now - self.beat_at > self.max_silence:
            start(self.close(4408))

    def _session_key(self) -> str:
        try:
            cookie = SimpleCookie(header_of(self.scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)
        except CookieError:
            cookie = None
        return cookie.value if cookie else ""

    async def closed(self) -> None:
        if self.agent is not None and self.device:
            # Clocks of their own: a line that was silent for less than two heartbeats was alive.
            silent_for = time.monotonic() - self.heard_at
            silence = timedelta(seconds=silent_for if silent_for > 2 * HEARTBEAT else 0)
            await in_database(release_lease, agent_id=self.agent.pk, device=self.device, silent_for=silence)

    def tell(self, frame: str) -> None:
        if frame.startswith(_SESSION_ENDED):
            session = json.loads(frame)["data"]["session"]
            if session is None or session == self.session_key:
                start(self.close(4401))
            return
        super().tell(frame)

    async def heartbeat(self, ref: str | None, data: dict[str, Any]) -> None:
        """Every 10 seconds: renews this device's lease, and answers where everything stands, so that the screen knows
        whether it missed something."""
        device, conversation_id = data.get("device"), data.get("conversation")
        if not isinstance(device, str) or not _DEVICE.fullmatch(device):
            raise ProtocolError("bad_frame", "A device has 8 to 40 letters, digits, _ or -.")
        if conversation_id is not None and not (
            isinstance(conversation_id, int) and 0 < conversation_id < 2**63
        ):
            raise ProtocolError("bad_frame", "A conversation is a number.")
        stand = await in_database(self._beat, device, conversation_id)
        if stand is None:
            await self.close(4401)
            return
        self.beat_at = time.monotonic()
        await self.send_json(frame_of("heartbeat", stand, ref))

    def _beat(self, device: str, conversation_id: int | None) -> dict[str, Any] | None:
        agent = signed_in_agent(self.session_key)
        if agent is None or agent.company_id is None:
            return None
        self.device = device
        renew_lease(agent_id=agent.pk, device=device)
        conversations = Conversation.objects.of(agent.company_id)
        changed_at = conversations.order_by("-changed_at").values_list("changed_at", flat=True).first()
        seq = None
        if conversation_id is not None:
            seq = conversations.filter(pk=conversation_id).values_list("last_seq", flat=True).first()
        return {
            "conversation": conversation_id,
            "seq": seq,
            "changed": iso(changed_at) if changed_at else "",
            "status": agent.status,
        }

    async def typing(self, ref: str | None, data: dict[str, Any]) -> None:
        conversation_id = data.get("conversation")
        if isinstance(conversation_id, int) and 0 < conversation_id < 2**63:
            await in_database(self._tell_typing, conversation_id, data.get("on") is True)

    def _tell_typing(self, conversation_id: int, on: bool) -> None:
        if self.agent is None or self.agent.company_id is None:
            return
        conversation = Conversation.objects.of(self.agent.company_id).filter(pk=conversation_id).first()
        if conversation is not None:
            tell_typing(conversation=conversation, by=self.agent, on=on)

    commands: ClassVar = {"heartbeat": heartbeat, "typing": typing}
