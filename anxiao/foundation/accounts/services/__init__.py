"""Writes about people: accounts, posts, invitations, passwords, second factor, tokens."""

from anxiao.foundation.accounts.services.contact import Contact, change_contact
from anxiao.foundation.accounts.services.guarding import (
    correct_phone,
    lock_account,
    reset_second_factor,
    unlock_account,
)
from anxiao.foundation.accounts.services.links import (
    Invited,
    NewAccount,
    accept_as_known,
    accept_as_new,
    find_invitation,
    find_reset_link,
    invite,
    make_reset_link,
    may_reset,
    revoke_invitation,
    use_reset_link,
)
from anxiao.foundation.accounts.services.posts import (
    appoint_first_admin,
    create_user,
    end_post,
    grant_post,
    may_give,
    switch_post,
)
from anxiao.foundation.accounts.services.rescuing import rescue_admin
from anxiao.foundation.accounts.services.second_factor import (
    check_code,
    drop_second_factor,
    enrol_second_factor,
    has_second_factor,
    recovery_codes,
    recovery_codes_left,
    renew_recovery_codes,
)
from anxiao.foundation.accounts.services.sessions import end_all_sessions, end_sessions
from anxiao.foundation.accounts.services.signing_in import (
    Claim,
    change_password,
    check_password,
    record_sign_in,
    record_sign_out,
    set_password,
)
from anxiao.foundation.accounts.services.tokens import (
    actor_of_token,
    issue_token,
    revoke_token,
    second_factor_owed,
    sign_in_for_token,
    standing_of_token,
)
from anxiao.foundation.accounts.services.upkeep import forget_what_is_over

__all__ = [
    "Claim",
    "Contact",
    "Invited",
    "NewAccount",
    "accept_as_known",
    "accept_as_new",
    "actor_of_token",
    "appoint_first_admin",
    "change_contact",
    "change_password",
    "check_code",
    "check_password",
    "correct_phone",
    "create_user",
    "drop_second_factor",
    "end_all_sessions",
    "end_post",
    "end_sessions",
    "enrol_second_factor",
    "find_invitation",
    "find_reset_link",
    "forget_what_is_over",
    "grant_post",
    "has_second_factor",
    "invite",
    "issue_token",
    "lock_account",
    "make_reset_link",
    "may_give",
    "may_reset",
    "record_sign_in",
    "record_sign_out",
    "recovery_codes",
    "recovery_codes_left",
    "renew_recovery_codes",
    "rescue_admin",
    "reset_second_factor",
    "revoke_invitation",
    "revoke_token",
    "second_factor_owed",
    "set_password",
    "sign_in_for_token",
    "standing_of_token",
    "switch_post",
    "unlock_account",
    "use_reset_link",
]
