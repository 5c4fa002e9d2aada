from django.urls import path

from files import change_views, views

app_name = "files"

urlpatterns = [
    path("files/", views.shelf, name="shelf"),
    path("files/folders/<int:pk>/", views.shelf, name="folder"),
    path("files/folders/<int:pk>/details/", views.folder_details, name="folder_details"),
    path("files/folders/<int:pk>/rename/", change_views.rename_folder, name="rename_folder"),
    path("files/folders/add/", change_views.add_folder, name="add_folder"),
    path("files/upload/", change_views.upload, name="upload"),
    path("files/move/", change_views.move, name="move"),
    path("files/delete/", change_views.delete, name="delete"),
    path("files/restore/<uuid:deletion>/", change_views.restore, name="restore"),
    path("files/picker/", views.picker, name="picker"),
    path("files/<int:pk>/", views.file, name="file"),
    path("files/<int:pk>/rename/", change_views.rename_file, name="rename_file"),
    path("files/<int:pk>/look/", views.look, name="look"),
    path("files/<int:pk>/download/", views.download, name="download"),
    path("files/<int:pk>/preview/", views.preview, name="preview"),
]
