#include "wire/proto_account.h"

#include <chrono>

namespace oofgg::wire {

void AccountProto::ToProto(const GuestLoginRequest& from, v1::GuestLoginRequest& to) {
  to.set_device_secret(from.device_secret);
}

void AccountProto::ToProto(const ServiceLoginRequest& from, v1::ServiceLoginRequest& to) {
  to.set_credential(from.credential);
}

void AccountProto::ToProto(const RequestPasswordResetRequest& from, v1::RequestPasswordResetRequest& to) {
  to.set_email(from.email);
}

void AccountProto::ToProto(const ResetPasswordRequest& from, v1::ResetPasswordRequest& to) {
  to.set_email(from.email);
  to.set_code(from.code);
  to.set_new_password(from.new_password);
}

void AccountProto::ToProto(const VerifyEmailRequest& from, v1::VerifyEmailRequest& to) {
  to.set_user_id(from.user_id);
  to.set_code(from.code);
}

void AccountProto::ToProto(const GetAccountRequest&, v1::GetAccountRequest&) {}

void AccountProto::ToProto(const UpgradeAccountRequest& from, v1::UpgradeAccountRequest& to) {
  to.set_username(from.username);
  to.set_email(from.email);
  to.set_password(from.password);
}

void AccountProto::ToProto(const ListSessionsRequest&, v1::ListSessionsRequest&) {}

void AccountProto::ToProto(const LogoutRequest& from, v1::LogoutRequest& to) {
  to.set_session_id(from.session_id);
}

void AccountProto::ToProto(const LogoutEverywhereRequest& from, v1::LogoutEverywhereRequest& to) {
  to.set_keep_current(from.keep_current);
}

void AccountProto::ToProto(const ChangePasswordRequest& from, v1::ChangePasswordRequest& to) {
  to.set_current_password(from.current_password);
  to.set_new_password(from.new_password);
}

void AccountProto::ToProto(const LinkTwitchRequest& from, v1::LinkTwitchRequest& to) {
  to.set_helix_token(from.helix_token);
  to.set_current_password(from.current_password);
}

void AccountProto::ToProto(const RequestEmailCodeRequest& from, v1::RequestEmailCodeRequest& to) {
  to.set_email(from.email);
  to.set_current_password(from.current_password);
}

void AccountProto::ToProto(const DeleteAccountRequest& from, v1::DeleteAccountRequest& to) {
  to.set_password(from.password);
}

void AccountProto::ToProto(const Done&, v1::Done&) {}

void AccountProto::ToProto(const AuthTokens& from, v1::AuthTokens& to) {
  to.set_user_id(from.user_id);
  to.set_access_token(from.access_token);
  to.set_refresh_token(from.refresh_token);
  to.set_expires_in_seconds(from.expires_in.count());
}

void AccountProto::ToProto(const LinkedIdentity& from, v1::LinkedIdentity& to) {
  to.set_provider(from.provider);
  to.set_created_at_ms(MillisOf(from.created_at));
}

void AccountProto::ToProto(const Account& from, v1::Account& to) {
  to.set_user_id(from.user_id);
  to.set_username(from.username);
  to.set_email(from.email);
  to.set_email_verified(from.email_verified);
  to.set_role(from.role);
  to.set_guest(from.guest);
  to.set_has_password(from.has_password);
  to.set_created_at_ms(MillisOf(from.created_at));
  to.set_banned(from.banned);
  to.set_banned_until_ms(MillisOf(from.banned_until));
  to.set_ban_reason(from.ban_reason);
  for (const LinkedIdentity& each : from.identities) ToProto(each, *to.add_identities());
}

void AccountProto::ToProto(const AccountSession& from, v1::AccountSession& to) {
  to.set_session_id(from.session_id);
  to.set_label(from.label);
  to.set_created_at_ms(MillisOf(from.created_at));
  to.set_last_used_at_ms(MillisOf(from.last_used_at));
  to.set_expires_at_ms(MillisOf(from.expires_at));
  to.set_current(from.current);
}

void AccountProto::ToProto(const AccountSessions& from, v1::AccountSessions& to) {
  for (const AccountSession& each : from.sessions) ToProto(each, *to.add_sessions());
}

void AccountProto::ToProto(const LogoutEverywhereResponse& from, v1::LogoutEverywhereResponse& to) {
  to.set_ended(from.ended);
}

Status AccountProto::FromProto(const v1::GuestLoginRequest& from, GuestLoginRequest& to, Reading) {
  to.device_secret = from.device_secret();
  return {};
}

Status AccountProto::FromProto(const v1::ServiceLoginRequest& from, ServiceLoginRequest& to, Reading) {
  to.credential = from.credential();
  return {};
}

Status AccountProto::FromProto(const v1::RequestPasswordResetRequest& from, RequestPasswordResetRequest& to,
                               Reading) {
  to.email = from.email();
  return {};
}

Status AccountProto::FromProto(const v1::ResetPasswordRequest& from, ResetPasswordRequest& to, Reading) {
  to.email = from.email();
  to.code = from.code();
  to.new_password = from.new_password();
  return {};
}

Status AccountProto::FromProto(const v1::VerifyEmailRequest& from, VerifyEmailRequest& to, Reading) {
  to.user_id = from.user_id();
  to.code = from.code();
  return {};
}

Status AccountProto::FromProto(const v1::GetAccountRequest&, GetAccountRequest&, Reading) { return {}; }

Status AccountProto::FromProto(const v1::UpgradeAccountRequest& from, UpgradeAccountRequest& to, Reading) {
  to.username = from.username();
  to.email = from.email();
  to.password = from.password();
  return {};
}

Status AccountProto::FromProto(const v1::ListSessionsRequest&, ListSessionsRequest&, Reading) { return {}; }

Status AccountProto::FromProto(const v1::LogoutRequest& from, LogoutRequest& to, Reading) {
  to.session_id = from.session_id();
  return {};
}

Status AccountProto::FromProto(const v1::LogoutEverywhereRequest& from, LogoutEverywhereRequest& to,
                               Reading) {
  to.keep_current = from.keep_current();
  return {};
}

Status AccountProto::FromProto(const v1::ChangePasswordRequest& from, ChangePasswordRequest& to, Reading) {
  to.current_password = from.current_password();
  to.new_password = from.new_password();
  return {};
}

Status AccountProto::FromProto(const v1::LinkTwitchRequest& from, LinkTwitchRequest& to, Reading) {
  to.helix_token = from.helix_token();
  to.current_password = from.current_password();
  return {};
}

Status AccountProto::FromProto(const v1::RequestEmailCodeRequest& from, RequestEmailCodeRequest& to,
                               Reading) {
  to.email = from.email();
  to.current_password = from.current_password();
  return {};
}

Status AccountProto::FromProto(const v1::DeleteAccountRequest& from, DeleteAccountRequest& to, Reading) {
  to.password = from.password();
  return {};
}

Status AccountProto::FromProto(const v1::Done&, Done&, Reading) { return {}; }

Status AccountProto::FromProto(const v1::AuthTokens& from, AuthTokens& to, Reading) {
  to.user_id = from.user_id();
  to.access_token = from.access_token();
  to.refresh_token = from.refresh_token();
  to.expires_in = std::chrono::seconds(from.expires_in_seconds());
  return {};
}

Status AccountProto::FromProto(const v1::LinkedIdentity& from, LinkedIdentity& to, Reading) {
  to.provider = from.provider();
  to.created_at = TimeOfMillis(from.created_at_ms());
  return {};
}

Status AccountProto::FromProto(const v1::Account& from, Account& to, Reading reading) {
  to.user_id = from.user_id();
  to.username = from.username();
  to.email = from.email();
  to.email_verified = from.email_verified();
  to.role = from.role();
  to.guest = from.guest();
  to.has_password = from.has_password();
  to.created_at = TimeOfMillis(from.created_at_ms());
  to.banned = from.banned();
  to.banned_until = TimeOfMillis(from.banned_until_ms());
  to.ban_reason = from.ban_reason();
  for (const v1::LinkedIdentity& each : from.identities()) {
    OOFGG_RETURN_IF_ERROR(FromProto(each, to.identities.emplace_back(), reading));
  }
  return {};
}

Status AccountProto::FromProto(const v1::AccountSession& from, AccountSession& to, Reading) {
  to.session_id = from.session_id();
  to.label = from.label();
  to.created_at = TimeOfMillis(from.created_at_ms());
  to.last_used_at = TimeOfMillis(from.last_used_at_ms());
  to.expires_at = TimeOfMillis(from.expires_at_ms());
  to.current = from.current();
  return {};
}

Status AccountProto::FromProto(const v1::AccountSessions& from, AccountSessions& to, Reading reading) {
  for (const v1::AccountSession& each : from.sessions()) {
    OOFGG_RETURN_IF_ERROR(FromProto(each, to.sessions.emplace_back(), reading));
  }
  return {};
}

Status AccountProto::FromProto(const v1::LogoutEverywhereResponse& from, LogoutEverywhereResponse& to,
                               Reading) {
  to.ended = from.ended();
  return {};
}

}  // namespace oofgg::wire
