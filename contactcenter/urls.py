from django.contrib import admin
from django.urls import include, path

from contactcenter import health, views

handler500 = "contactcenter.middleware.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("", include("agents.urls")),
    path("", include("files.urls")),
    path("", include("contacts.urls")),
    path("", include("conversations.urls")),
    path("", include("tasks.urls")),
    path("", include("chat.urls")),
]
