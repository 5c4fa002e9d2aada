from django.urls import path

from tasks import action_views, pickers, views

app_name = "tasks"

urlpatterns = [
    path("tasks/", views.task_list, name="list"),
    path("tasks/add/", action_views.add, name="add"),
    path("tasks/counter/", views.counter, name="counter"),
    path("tasks/mine/", views.mine, name="mine"),
    path("tasks/contacts/", pickers.contacts, name="contacts"),
    path("tasks/conversations/", pickers.conversations, name="conversations"),
    path("tasks/of-conversation/<int:pk>/", views.of_conversation, name="of_conversation"),
    path("tasks/<int:pk>/", action_views.task, name="task"),
    path("tasks/<int:pk>/standing/", views.standing, name="standing"),
    path("tasks/<int:pk>/finish/", action_views.finish, name="finish"),
    path("tasks/<int:pk>/reopen/", action_views.reopen, name="reopen"),
    path("tasks/<int:pk>/delete/", action_views.delete, name="delete"),
    path("tasks/<int:pk>/restore/", action_views.restore, name="restore"),
]
