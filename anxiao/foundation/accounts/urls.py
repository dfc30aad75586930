"""Routes of accounts."""

from django.urls import path

from anxiao.foundation.accounts.views import own, people, security, signing

app_name = "accounts"
urlpatterns = [
    path("sign-in", signing.sign_in, name="sign-in"),
    path("sign-in/code", signing.sign_in_code, name="sign-in-code"),
    path("sign-out", signing.sign_out, name="sign-out"),
    path("demo", signing.demo, name="demo"),
    path("invitation/<str:secret>", signing.invitation, name="invitation"),
    path("reset/<str:secret>", signing.reset, name="reset"),
    path("", own.me, name="me"),
    path("switch", own.switch, name="switch"),
    path("contact", own.contact, name="contact"),
    path("password", own.password, name="password"),
    path("second-factor", own.second_factor, name="second-factor"),
    path("second-factor/codes", own.renew_codes, name="renew-codes"),
    path("second-factor/drop", own.drop_factor, name="drop-factor"),
    path("sessions", own.sessions, name="sessions"),
    path("tokens/<int:pk>/revoke", own.revoke_token, name="revoke-token"),
    path("people", people.own_people, name="own-people"),
    path("people/<int:org_id>", people.people, name="people"),
    path("people/<int:org_id>/invite", people.invite, name="invite"),
    path("people/<int:org_id>/link", people.link, name="link"),
    path("invitations/<int:pk>/revoke", people.revoke_invitation, name="revoke-invitation"),
    path("posts/<int:pk>/end", people.end_post, name="end-post"),
    path("posts/<int:pk>/reset-link", people.make_reset_link, name="make-reset-link"),
    path("security", security.accounts, name="security"),
    path("security/<int:pk>", security.account, name="account"),
    path("security/<int:pk>/lock", security.lock, name="lock"),
    path("security/<int:pk>/unlock", security.unlock, name="unlock"),
    path("security/<int:pk>/phone", security.correct_phone, name="correct-phone"),
    path("security/<int:pk>/reset-factor", security.reset_factor, name="reset-factor"),
]
