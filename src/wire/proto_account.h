#pragma once

#include "oofgg/v1/account.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// oofgg.v1.AccountService.
struct AccountProto {
  static void ToProto(const GuestLoginRequest& from, v1::GuestLoginRequest& to);
  static void ToProto(const ServiceLoginRequest& from, v1::ServiceLoginRequest& to);
  static void ToProto(const RequestPasswordResetRequest& from, v1::RequestPasswordResetRequest& to);
  static void ToProto(const ResetPasswordRequest& from, v1::ResetPasswordRequest& to);
  static void ToProto(const VerifyEmailRequest& from, v1::VerifyEmailRequest& to);
  static void ToProto(const GetAccountRequest& from, v1::GetAccountRequest& to);
  static void ToProto(const UpgradeAccountRequest& from, v1::UpgradeAccountRequest& to);
  static void ToProto(const ListSessionsRequest& from, v1::ListSessionsRequest& to);
  static void ToProto(const LogoutRequest& from, v1::LogoutRequest& to);
  static void ToProto(const LogoutEverywhereRequest& from, v1::LogoutEverywhereRequest& to);
  static void ToProto(const ChangePasswordRequest& from, v1::ChangePasswordRequest& to);
  static void ToProto(const LinkTwitchRequest& from, v1::LinkTwitchRequest& to);
  static void ToProto(const RequestEmailCodeRequest& from, v1::RequestEmailCodeRequest& to);
  static void ToProto(const DeleteAccountRequest& from, v1::DeleteAccountRequest& to);
  static void ToProto(const Done& from, v1::Done& to);
  static void ToProto(const AuthTokens& from, v1::AuthTokens& to);
  static void ToProto(const LinkedIdentity& from, v1::LinkedIdentity& to);
  static void ToProto(const Account& from, v1::Account& to);
  static void ToProto(const AccountSession& from, v1::AccountSession& to);
  static void ToProto(const AccountSessions& from, v1::AccountSessions& to);
  static void ToProto(const LogoutEverywhereResponse& from, v1::LogoutEverywhereResponse& to);

  static Status FromProto(const v1::GuestLoginRequest& from, GuestLoginRequest& to, Reading);
  static Status FromProto(const v1::ServiceLoginRequest& from, ServiceLoginRequest& to, Reading);
  static Status FromProto(const v1::RequestPasswordResetRequest& from, RequestPasswordResetRequest& to,
                          Reading);
  static Status FromProto(const v1::ResetPasswordRequest& from, ResetPasswordRequest& to, Reading);
  static Status FromProto(const v1::VerifyEmailRequest& from, VerifyEmailRequest& to, Reading);
  static Status FromProto(const v1::GetAccountRequest& from, GetAccountRequest& to, Reading);
  static Status FromProto(const v1::UpgradeAccountRequest& from, UpgradeAccountRequest& to, Reading);
  static Status FromProto(const v1::ListSessionsRequest& from, ListSessionsRequest& to, Reading);
  static Status FromProto(const v1::LogoutRequest& from, LogoutRequest& to, Reading);
  static Status FromProto(const v1::LogoutEverywhereRequest& from, LogoutEverywhereRequest& to, Reading);
  static Status FromProto(const v1::ChangePasswordRequest& from, ChangePasswordRequest& to, Reading);
  static Status FromProto(const v1::LinkTwitchRequest& from, LinkTwitchRequest& to, Reading);
  static Status FromProto(const v1::RequestEmailCodeRequest& from, RequestEmailCodeRequest& to, Reading);
  static Status FromProto(const v1::DeleteAccountRequest& from, DeleteAccountRequest& to, Reading);
  static Status FromProto(const v1::Done& from, Done& to, Reading);
  static Status FromProto(const v1::AuthTokens& from, AuthTokens& to, Reading);
  static Status FromProto(const v1::LinkedIdentity& from, LinkedIdentity& to, Reading);
  static Status FromProto(const v1::Account& from, Account& to, Reading reading);
  static Status FromProto(const v1::AccountSession& from, AccountSession& to, Reading);
  static Status FromProto(const v1::AccountSessions& from, AccountSessions& to, Reading reading);
  static Status FromProto(const v1::LogoutEverywhereResponse& from, LogoutEverywhereResponse& to, Reading);
};

template <>
struct ProtoOf<methods::GuestLogin> : ProtoPair<AccountProto, v1::GuestLoginRequest, v1::AuthTokens> {};
template <>
struct ProtoOf<methods::ServiceLogin> : ProtoPair<AccountProto, v1::ServiceLoginRequest, v1::AuthTokens> {};
template <>
struct ProtoOf<methods::RequestPasswordReset>
    : ProtoPair<AccountProto, v1::RequestPasswordResetRequest, v1::Done> {};
template <>
struct ProtoOf<methods::ResetPassword> : ProtoPair<AccountProto, v1::ResetPasswordRequest, v1::Done> {};
template <>
struct ProtoOf<methods::VerifyEmail> : ProtoPair<AccountProto, v1::VerifyEmailRequest, v1::Done> {};
template <>
struct ProtoOf<methods::GetAccount> : ProtoPair<AccountProto, v1::GetAccountRequest, v1::Account> {};
template <>
struct ProtoOf<methods::UpgradeAccount> : ProtoPair<AccountProto, v1::UpgradeAccountRequest, v1::Account> {};
template <>
struct ProtoOf<methods::ListSessions>
    : ProtoPair<AccountProto, v1::ListSessionsRequest, v1::AccountSessions> {};
template <>
struct ProtoOf<methods::Logout> : ProtoPair<AccountProto, v1::LogoutRequest, v1::Done> {};
template <>
struct ProtoOf<methods::LogoutEverywhere>
    : ProtoPair<AccountProto, v1::LogoutEverywhereRequest, v1::LogoutEverywhereResponse> {};
template <>
struct ProtoOf<methods::ChangePassword> : ProtoPair<AccountProto, v1::ChangePasswordRequest, v1::Done> {};
template <>
struct ProtoOf<methods::LinkTwitch> : ProtoPair<AccountProto, v1::LinkTwitchRequest, v1::Account> {};
template <>
struct ProtoOf<methods::RequestEmailCode> : ProtoPair<AccountProto, v1::RequestEmailCodeRequest, v1::Done> {};
template <>
struct ProtoOf<methods::DeleteAccount> : ProtoPair<AccountProto, v1::DeleteAccountRequest, v1::Done> {};

}  // namespace oofgg::wire
