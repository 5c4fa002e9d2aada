from django.urls import path

from chat import (
    bot_views,
    demo_views,
    installation_views,
    settings_views,
    views,
    visitor_views,
    widget_views,
)

app_name = "chat"

urlpatterns = [
    path("widget/<slug:key>.js", widget_views.loader, name="loader"),
    path("widget/panel/<slug:version>.js", widget_views.panel_script, name="panel_script"),
    path("widget/panel/<slug:version>.css", widget_views.panel_style, name="panel_style"),
    path("widget/panel/<slug:version>/more.js", widget_views.more_script, name="more_script"),
    path("widget/panel/<slug:version>/more.css", widget_views.more_style, name="more_style"),
    path("widget/<slug:key>/later.js", widget_views.later, name="later"),
    path("widget/<slug:key>/panel/", widget_views.panel, name="panel"),
    path("widget/<slug:key>/status", widget_views.status, name="status"),
    path("widget/<slug:key>/exchange", views.exchange, name="exchange"),
    path("widget/<slug:key>/offline", views.offline, name="offline"),
    path("widget/<slug:key>/files", visitor_views.upload, name="upload"),
    path("widget/<slug:key>/rating", visitor_views.rate, name="rate"),
    path("widget/<slug:key>/transcript", visitor_views.transcript, name="transcript"),
    path("settings/chat/", settings_views.chat, name="settings"),
    path("settings/chat/busy/", settings_views.busy, name="busy"),
    path("settings/chat/websites/", settings_views.websites, name="websites"),
    path("settings/chat/identity/", settings_views.identity, name="identity"),
    path("settings/chatbot/", bot_views.chatbot, name="chatbot"),
    path("settings/chatbot/switch/", bot_views.switch, name="chatbot_switch"),
    path("settings/chatbot/try/", bot_views.attempt, name="chatbot_try"),
    path("settings/chatbot/add/", bot_views.add, name="chatbot_add"),
    path("settings/chatbot/<int:pk>/", bot_views.edit, name="chatbot_entry"),
    path("settings/chatbot/<int:pk>/delete/", bot_views.delete, name="chatbot_delete"),
    path("settings/chatbot/questions/<int:pk>/", bot_views.assign, name="chatbot_assign"),
    path("settings/chatbot/questions/<int:pk>/dismiss/", bot_views.dismiss, name="chatbot_dismiss"),
    path("installation/", installation_views.installation, name="installation"),
    path("installation/check/", installation_views.check, name="installation_check"),
    path("guides/<slug:system>.<str:language>.pdf", installation_views.guide, name="guide"),
    path("demo/", demo_views.shop, {"language": "pl"}, name="demo"),
    path("demo/en/", demo_views.shop, {"language": "en"}, name="demo_en"),
]
