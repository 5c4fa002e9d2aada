"""Who works here: companies, their agents and groups, and which devices the agents have open."""

from agents.models.companies import Company, Group, Holiday, Plan, WorkingInterval
from agents.models.invitations import INVITATION_LIFE, Invitation
from agents.models.legal import LegalText
from agents.models.people import GRACE, Agent, AgentChannel, AgentQuerySet, Device, PushSubscription
from agents.models.security import (
    CONFIRM_WITHIN,
    UNDO_WITHIN,
    EmailChange,
    RecoveryCode,
    SecondFactor,
)
from agents.models.words import Channel, Language

__all__ = [
    "CONFIRM_WITHIN",
    "GRACE",
    "INVITATION_LIFE",
    "UNDO_WITHIN",
    "Agent",
    "AgentChannel",
    "AgentQuerySet",
    "Channel",
    "Company",
    "Device",
    "EmailChange",
    "Group",
    "Holiday",
    "Invitation",
    "Language",
    "LegalText",
    "Plan",
    "PushSubscription",
    "RecoveryCode",
    "SecondFactor",
    "WorkingInterval",
]
