from django.urls import path

from conversations import action_views, attachment_views, contact_views, history_views, template_views, views

app_name = "conversations"

urlpatterns = [
    path("", views.workspace, name="workspace"),
    path("conversations/list/", views.conversation_list, name="list"),
    path("conversations/offers/", views.offers, name="offers"),
    path("conversations/counters/", views.counters, name="counters"),
    path("conversations/unanswered/", views.unanswered, name="unanswered"),
    path("conversations/<int:pk>/", views.conversation, name="conversation"),
    path("conversations/<int:pk>/entries/", views.entries, name="entries"),
    path("conversations/<int:pk>/header/", views.header, name="header"),
    path("conversations/<int:pk>/composer/", views.composer, name="composer"),
    path("conversations/<int:pk>/context/", views.context, name="context"),
    path("conversations/<int:pk>/customer/", action_views.customer, name="customer"),
    path("conversations/<int:pk>/contact/", contact_views.link, name="link_contact"),
    path("conversations/<int:pk>/contact/remove/", contact_views.unlink, name="unlink_contact"),
    path("conversations/<int:pk>/contact/new/", contact_views.new_contact, name="new_contact"),
    path("conversations/<int:pk>/messages/", action_views.add_message, name="add_message"),
    path("conversations/<int:pk>/files/", attachment_views.send, name="send_file"),
    path("conversations/<int:pk>/files/<int:file_pk>/", attachment_views.attachment, name="attachment"),
    path("attachments/<str:signed>/", attachment_views.shared, name="shared_attachment"),
    path("conversations/<int:pk>/notice/", views.notice, name="notice"),
    path("conversations/<int:pk>/read/", action_views.read, name="read"),
    path("conversations/<int:pk>/answer/", action_views.answer, name="answer"),
    path("conversations/<int:pk>/join/", action_views.join, name="join"),
    path("conversations/<int:pk>/transfer/", action_views.transfer, name="transfer"),
    path("conversations/<int:pk>/close/", action_views.close, name="close"),
    path("conversations/<int:pk>/ignore/", action_views.ignore, name="ignore"),
    path("conversations/<int:pk>/reopen/", action_views.reopen, name="reopen"),
    path("conversations/<int:pk>/tags/", action_views.tag, name="tag"),
    path("conversations/<int:pk>/tags/<int:tag_pk>/remove/", action_views.untag, name="untag"),
    path("conversations/<int:pk>/templates/", template_views.usable, name="usable_templates"),
    path("offers/<int:pk>/decline/", action_views.decline, name="decline"),
    path("history/", history_views.history, name="history"),
    path("history/<int:pk>/", history_views.detail, name="history_detail"),
    *template_views.routes("settings/channels/<str:channel>/templates/", "templates", "template"),
    *template_views.routes("settings/shortcuts/", "shortcuts", "shortcut"),
]
