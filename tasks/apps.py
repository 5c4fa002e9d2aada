from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = _("Tasks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from agents.actions import on_agent_leaving
        from agents.models import Channel
        from agents.signed_in import is_agents_browser
        from contactcenter.pages import allow_larger_bodies
        from contacts.beside import register_happenings
        from contacts.custom_fields import Holder, register_holder
        from conversations.channels import register_beside, register_menu_item
        from files.store import MAX_BYTES
        from files.uses import register_use
        from tasks.actions import follow_departure, search_anew
        from tasks.beside import tasks_of_contact, tasks_section
        from tasks.models import Task
        from tasks.uploads import uses_in_tasks

        for channel in Channel:
            register_beside(channel, tasks_section)
        register_happenings(tasks_of_contact)
        register_holder(Holder(lambda company_id: Task.objects.filter(company=company_id), search_anew))
        register_menu_item("tasks/includes/menu_item.html")
        register_use(uses_in_tasks)
        # Attachments from a computer, with room for the form around them.
        allow_larger_bodies("/tasks/", most=MAX_BYTES + 1_048_576, may_send=is_agents_browser)
        on_agent_leaving(follow_departure)
