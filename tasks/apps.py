from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = _("Tasks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from agents.actions import on_agent_leaving
        from agents.models import Channel
        from conversations.channels import register_beside, register_menu_item
        from files.uses import register_use
        from tasks.actions import follow_departure
        from tasks.beside import tasks_section
        from tasks.uploads import uses_in_tasks

        for channel in Channel:
            register_beside(channel, tasks_section)
        register_menu_item("tasks/includes/menu_item.html")
        register_use(uses_in_tasks)
        on_agent_leaving(follow_departure)
