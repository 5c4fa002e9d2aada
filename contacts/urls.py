from django.urls import path

from contacts import export_views, field_views, views
from contacts.imports import views as import_views

app_name = "contacts"

urlpatterns = [
    path("contacts/", views.contacts, name="contacts"),
    path("contacts/new/", views.new, name="new"),
    path("contacts/<int:pk>/", views.detail, name="contact"),
    path("contacts/<int:pk>/edit/", views.edit, name="edit"),
    path("contacts/<int:pk>/delete/", views.delete, name="delete"),
    path("contacts/<int:pk>/merge/", views.merge, name="merge"),
    path("contacts/deletions/<int:pk>/undo/", views.undo, name="undo_deletion"),
    path("contacts/export/", export_views.export, name="export"),
    path("contacts/import/", import_views.upload, name="upload"),
    path("contacts/imports/", import_views.imports, name="imports"),
    path("contacts/imports/<int:pk>/", import_views.detail, name="import"),
    path("contacts/imports/<int:pk>/configure/", import_views.configure, name="configure_import"),
    path("contacts/imports/<int:pk>/stop/", import_views.stop, name="stop_import"),
    path("contacts/imports/<int:pk>/start/", import_views.start, name="start_import"),
    path("contacts/imports/<int:pk>/undo/", import_views.undo, name="undo_import"),
    path("contacts/imports/<int:pk>/discard/", import_views.discard, name="discard_import"),
    path("contacts/imports/<int:pk>/report/", import_views.report, name="import_report"),
    path("contacts/imports/<int:pk>/rejected/", import_views.rejected, name="import_rejected"),
    path("settings/fields/", field_views.fields, name="fields"),
    path("settings/fields/add/", field_views.add, name="add_field"),
    path("settings/fields/<int:pk>/", field_views.edit, name="field"),
    path("settings/fields/<int:pk>/delete/", field_views.delete, name="delete_field"),
]
