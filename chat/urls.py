from django.urls import path

from chat import demo_views, settings_views, views, widget_views

app_name = "chat"

urlpatterns = [
    path("widget/<slug:key>.js", widget_views.loader, name="loader"),
    path("widget/panel/<slug:version>.js", widget_views.panel_script, name="panel_script"),
    path("widget/panel/<slug:version>.css", widget_views.panel_style, name="panel_style"),
    path("widget/<slug:key>/panel/", widget_views.panel, name="panel"),
    path("widget/<slug:key>/status", widget_views.status, name="status"),
    path("widget/<slug:key>/exchange", views.exchange, name="exchange"),
    path("widget/<slug:key>/offline", views.offline, name="offline"),
    path("settings/chat/", settings_views.chat, name="settings"),
    path("settings/chat/busy/", settings_views.busy, name="busy"),
    path("demo/", demo_views.shop, {"language": "pl"}, name="demo"),
    path("demo/en/", demo_views.shop, {"language": "en"}, name="demo_en"),
]
