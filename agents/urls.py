from django.urls import path

from agents.models import LegalText
from agents.views import doors, participants

app_name = "agents"

urlpatterns = [
    path("login/", doors.SignIn.as_view(), name="login"),
    path("logout/", doors.SignOut.as_view(), name="logout"),
    path("password/reset/", doors.AskForReset.as_view(), name="password_reset"),
    path("password/reset/sent/", doors.ResetSent.as_view(), name="password_reset_sent"),
    path("password/reset/done/", doors.ResetDone.as_view(), name="password_reset_done"),
    path("password/reset/<uidb64>/<token>/", doors.ResetPassword.as_view(), name="password_reset_confirm"),
    path("language/", doors.choose_language, name="language"),
    path("status/", doors.status, name="status"),
    path("settings/channels/<str:channel>/users/", participants.participants, name="participants"),
    path("terms/", doors.legal, {"kind": LegalText.Kind.TERMS}, name="terms"),
    path("privacy/", doors.legal, {"kind": LegalText.Kind.PRIVACY}, name="privacy"),
]
