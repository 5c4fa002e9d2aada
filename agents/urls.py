from django.urls import path

from agents.models import LegalText
from agents.views import company, doors, hours, participants, pictures, profile

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
    path("settings/hours/", hours.hours, name="hours"),
    path("settings/hours/holidays/", hours.add_holiday, name="add_holiday"),
    path("settings/hours/holidays/polish/", hours.add_polish_holidays, name="add_polish_holidays"),
    path("settings/hours/holidays/<int:holiday_id>/remove/", hours.remove_one_holiday, name="remove_holiday"),
    path("profile/", profile.profile, name="profile"),
    path("profile/photo/", profile.photo, name="photo"),
    path("profile/photo/remove/", profile.remove_photo, name="remove_photo"),
    path("settings/", company.general, name="general"),
    path("settings/look/", company.look, name="look"),
    path("settings/logo/", company.logo, name="logo"),
    path("settings/logo/remove/", company.remove_logo, name="remove_logo"),
    path("pictures/<str:name>", pictures.picture, name="picture"),
    path("terms/", doors.legal, {"kind": LegalText.Kind.TERMS}, name="terms"),
    path("privacy/", doors.legal, {"kind": LegalText.Kind.PRIVACY}, name="privacy"),
]
