"""Notices that the message bus was away, so that every screen of this process catches up soon after it is back.

Each web process sends itself a numbered tick every second. A tick that cannot be sent or does not come back means that
others may have been lost too; as soon as ticks come back, every socket is told to resync. (A loss between two ticks is
found by the screens' own heartbeats.)
"""

import asyncio
import logging

from channels.layers import get_channel_layer

from contactcenter.realtime import resync_all

logger = logging.getLogger(__name__)

INTERVAL = 1.0


async def watch() -> None:
    """Run for as long as the process lives."""
    layer = get_channel_layer()
    channel = await layer.new_channel("bus-watch")
    lost = False
    number = 0
    while True:
        number += 1
        arrived = await _tick_returns(layer, channel, number)
        if not arrived and not lost:
            logger.warning("the message bus is away")
        if arrived and lost:
            logger.warning("the message bus is back; every screen catches up")
            resync_all()
        lost = not arrived
        await asyncio.sleep(INTERVAL)


async def _tick_returns(layer: object, channel: str, number: int) -> bool:
    try:
        async with asyncio.timeout(2):
            await layer.send(channel, {"type": "tick", "number": number})  # type: ignore[attr-defined]
            while True:
                message = await layer.receive(channel)  # type: ignore[attr-defined]
                if message["number"] == number:
                    return True
    except asyncio.CancelledError:
        raise
    except Exception:
        return False
