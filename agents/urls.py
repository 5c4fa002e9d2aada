from django.urls import path

from agents import views
from agents.models import LegalText

app_name = "agents"

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/reset/", views.AskForReset.as_view(), name="password_reset"),
    path("password/reset/sent/", views.ResetSent.as_view(), name="password_reset_sent"),
    path("password/reset/done/", views.ResetDone.as_view(), name="password_reset_done"),
    path("password/reset/<uidb64>/<token>/", views.ResetPassword.as_view(), name="password_reset_confirm"),
    path("language/", views.choose_language, name="language"),
    path("status/", views.status, name="status"),
    path("terms/", views.legal, {"kind": LegalText.Kind.TERMS}, name="terms"),
    path("privacy/", views.legal, {"kind": LegalText.Kind.PRIVACY}, name="privacy"),
]
