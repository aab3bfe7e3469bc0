#pragma once

#include "oofgg/v1/admin.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_account.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// oofgg.v1.AdminService, whose accounts are those of AccountService.
struct AdminProto : AccountProto {
  using AccountProto::FromProto;
  using AccountProto::ToProto;

  static void ToProto(const FindAccountRequest& from, v1::FindAccountRequest& to);
  static void ToProto(const BanRequest& from, v1::BanRequest& to);
  static void ToProto(const UnbanRequest& from, v1::UnbanRequest& to);
  static void ToProto(const SetRoleRequest& from, v1::SetRoleRequest& to);
  static void ToProto(const EndUserSessionsRequest& from, v1::EndUserSessionsRequest& to);
  static void ToProto(const DeleteUserRequest& from, v1::DeleteUserRequest& to);
  static void ToProto(const CreateServiceCredentialRequest& from, v1::CreateServiceCredentialRequest& to);
  static void ToProto(const RotateServiceCredentialRequest& from, v1::RotateServiceCredentialRequest& to);
  static void ToProto(const RevokeServiceCredentialRequest& from, v1::RevokeServiceCredentialRequest& to);
  static void ToProto(const ListServiceCredentialsRequest& from, v1::ListServiceCredentialsRequest& to);
  static void ToProto(const ServiceCredentialInfo& from, v1::ServiceCredentialInfo& to);
  static void ToProto(const ServiceCredentials& from, v1::ServiceCredentials& to);

  static Status FromProto(const v1::FindAccountRequest& from, FindAccountRequest& to, Reading);
  static Status FromProto(const v1::BanRequest& from, BanRequest& to, Reading reading);
  static Status FromProto(const v1::UnbanRequest& from, UnbanRequest& to, Reading);
  static Status FromProto(const v1::SetRoleRequest& from, SetRoleRequest& to, Reading);
  static Status FromProto(const v1::EndUserSessionsRequest& from, EndUserSessionsRequest& to, Reading);
  static Status FromProto(const v1::DeleteUserRequest& from, DeleteUserRequest& to, Reading);
  static Status FromProto(const v1::CreateServiceCredentialRequest& from, CreateServiceCredentialRequest& to,
                          Reading reading);
  static Status FromProto(const v1::RotateServiceCredentialRequest& from, RotateServiceCredentialRequest& to,
                          Reading reading);
  static Status FromProto(const v1::RevokeServiceCredentialRequest& from, RevokeServiceCredentialRequest& to,
                          Reading);
  static Status FromProto(const v1::ListServiceCredentialsRequest& from, ListServiceCredentialsRequest& to,
                          Reading);
  static Status FromProto(const v1::ServiceCredentialInfo& from, ServiceCredentialInfo& to, Reading);
  static Status FromProto(const v1::ServiceCredentials& from, ServiceCredentials& to, Reading reading);
};

template <>
struct ProtoOf<methods::FindAccount> : ProtoPair<AdminProto, v1::FindAccountRequest, v1::Account> {};
template <>
struct ProtoOf<methods::Ban> : ProtoPair<AdminProto, v1::BanRequest, v1::Account> {};
template <>
struct ProtoOf<methods::Unban> : ProtoPair<AdminProto, v1::UnbanRequest, v1::Account> {};
template <>
struct ProtoOf<methods::SetRole> : ProtoPair<AdminProto, v1::SetRoleRequest, v1::Account> {};
template <>
struct ProtoOf<methods::EndUserSessions>
    : ProtoPair<AdminProto, v1::EndUserSessionsRequest, v1::LogoutEverywhereResponse> {};
template <>
struct ProtoOf<methods::DeleteUser> : ProtoPair<AdminProto, v1::DeleteUserRequest, v1::Done> {};
template <>
struct ProtoOf<methods::CreateServiceCredential>
    : ProtoPair<AdminProto, v1::CreateServiceCredentialRequest, v1::ServiceCredentialInfo> {};
template <>
struct ProtoOf<methods::RotateServiceCredential>
    : ProtoPair<AdminProto, v1::RotateServiceCredentialRequest, v1::ServiceCredentialInfo> {};
template <>
struct ProtoOf<methods::RevokeServiceCredential>
    : ProtoPair<AdminProto, v1::RevokeServiceCredentialRequest, v1::ServiceCredentialInfo> {};
template <>
struct ProtoOf<methods::ListServiceCredentials>
    : ProtoPair<AdminProto, v1::ListServiceCredentialsRequest, v1::ServiceCredentials> {};

}  // namespace oofgg::wire
