"""Conversations and their history."""

from tests.access.routes import COLLEAGUES, COMPANY, DOOR, NOBODY, NOT_FOUND, OK, Route, of, of_closed

ROUTES = [
    Route("conversations:workspace", (*COLLEAGUES[:-1], OK)),
    Route("conversations:list", COLLEAGUES),
    Route("conversations:offers", COLLEAGUES),
    Route("conversations:counters", COLLEAGUES),
    Route("conversations:unanswered", COLLEAGUES),
    # For operators a page that says where they find conversations.
    Route("conversations:history", (*COLLEAGUES[:-1], OK)),
    Route("conversations:history_detail", COMPANY, args=of),
    Route("conversations:conversation", COMPANY, args=of),
    Route("conversations:entries", COMPANY, args=of),
    Route("conversations:header", COMPANY, args=of),
    Route("conversations:composer", COMPANY, args=of),
    Route("conversations:context", COMPANY, args=of),
    Route(
        "conversations:add_message",
        COMPANY,
        "post",
        of,
        {"id": "a-reply-to-it", "kind": "reply", "text": "Hello"},
    ),
    Route("conversations:send_file", (*[DOOR] * 2, 422, 422, NOT_FOUND, NOT_FOUND), "post", of),
    Route(
        "conversations:attachment", (*[DOOR] * 2, *NOBODY[2:]), args=lambda world: [world.conversation.pk, 1]
    ),
    # An address that nobody signed.
    Route("conversations:shared_attachment", NOBODY, args=lambda world: ["1-991231.signed"]),
    Route("conversations:notice", COMPANY, args=of),
    Route("conversations:read", COMPANY, "post", of),
    Route("conversations:answer", COMPANY, "post", of),
    Route("conversations:join", COMPANY, "post", of),
    Route("conversations:transfer", COMPANY, "get", of),
    Route(
        "conversations:transfer",
        COMPANY,
        "post",
        of,
        lambda world: {"to": f"agent:{world.people['full'].pk}"},
    ),
    Route("conversations:close", COMPANY, "post", of),
    Route("conversations:ignore", COMPANY, "post", of),
    Route("conversations:reopen", COMPANY, "post", of_closed),
    Route("conversations:customer", COMPANY, args=of),
    Route("conversations:customer", COMPANY, "post", of, {"customer_name": "Anna"}),
    Route("conversations:tag", COMPANY, "get", of),
    Route("conversations:tag", COMPANY, "post", of, {"name": "VIP"}),
    Route("conversations:untag", COMPANY, "post", lambda world: [world.conversation.pk, world.tag.pk]),
    # An offer is somebody's own: colleagues do not find it either.
    Route(
        "conversations:decline",
        (DOOR, DOOR, OK, NOT_FOUND, NOT_FOUND, NOT_FOUND),
        "post",
        lambda world: [world.offer.pk],
    ),
]
