"""Tasks: everybody of a company sees and changes all of its tasks."""

from typing import Any

from tasks.actions import create_task, delete_task
from tasks.models import Task
from tests.access.routes import COLLEAGUES, COMPANY, OK, Route, World, of

FORM = {"title": "Call back", "priority": "2", "status": "new", "version": "1"}


def make(world: World) -> Task:
    adam = world.people["full"]
    assert adam is not None and adam.company is not None
    return create_task(company=adam.company, by=adam, title="Call back")


def of_task(world: World) -> list[Any]:
    return [make(world).pk]


def of_deleted(world: World) -> list[Any]:
    task, adam = make(world), world.people["full"]
    assert adam is not None
    delete_task(task=task, by=adam)
    return [task.pk]


ROUTES = [
    # For operators a page that says where they find what.
    Route("tasks:list", (*COLLEAGUES[:-1], OK)),
    Route("tasks:add", COLLEAGUES),
    Route("tasks:add", COLLEAGUES, "post", data=FORM),
    Route("tasks:counter", COLLEAGUES),
    Route("tasks:mine", COLLEAGUES),
    Route("tasks:contacts", COLLEAGUES, data={"q": "Anna"}),
    Route("tasks:conversations", COLLEAGUES, data={"q": "parcel"}),
    Route("tasks:of_conversation", COMPANY, args=of),
    Route("tasks:task", COMPANY, args=of_task),
    Route("tasks:task", COMPANY, "post", of_task, FORM),
    Route("tasks:standing", COMPANY, args=of_task),
    Route("tasks:finish", COMPANY, "post", of_task),
    Route("tasks:reopen", COMPANY, "post", of_task),
    Route("tasks:delete", COMPANY, "post", of_task),
    Route("tasks:restore", COMPANY, "post", of_deleted),
]
