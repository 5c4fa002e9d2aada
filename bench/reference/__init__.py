"""The bare reference: what this stack costs before a product stands on it.

Channels consumers with a dispatch that stays on the event loop, and for every message two SQL statements in one
transaction on a bounded pool of threads, an acknowledgement after the commit, and one group_send to the agents.
No tokens, no limits, no timeline rules, no search, no second recipient. Same web server and same database settings as
the product.
"""
