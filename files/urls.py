from django.urls import path

from files import views

app_name = "files"

urlpatterns = [
    path("files/picker/", views.picker, name="picker"),
    path("files/<int:pk>/download/", views.download, name="download"),
    path("files/<int:pk>/preview/", views.preview, name="preview"),
]
