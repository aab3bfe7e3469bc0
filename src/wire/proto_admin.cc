#include "wire/proto_admin.h"

namespace oofgg::wire {

void AdminProto::ToProto(const FindAccountRequest& from, v1::FindAccountRequest& to) {
  to.set_user_id(from.user_id);
  to.set_name(from.name);
}

void AdminProto::ToProto(const BanRequest& from, v1::BanRequest& to) {
  to.set_user_id(from.user_id);
  to.set_reason(from.reason);
  to.set_duration_seconds(from.duration.count());
}

void AdminProto::ToProto(const UnbanRequest& from, v1::UnbanRequest& to) { to.set_user_id(from.user_id); }

void AdminProto::ToProto(const SetRoleRequest& from, v1::SetRoleRequest& to) {
  to.set_user_id(from.user_id);
  to.set_role(from.role);
}

void AdminProto::ToProto(const EndUserSessionsRequest& from, v1::EndUserSessionsRequest& to) {
  to.set_user_id(from.user_id);
}

void AdminProto::ToProto(const DeleteUserRequest& from, v1::DeleteUserRequest& to) {
  to.set_user_id(from.user_id);
}

void AdminProto::ToProto(const CreateServiceCredentialRequest& from, v1::CreateServiceCredentialRequest& to) {
  to.set_name(from.name);
  to.set_game_id(from.game_id);
  to.set_lifetime_seconds(from.lifetime.count());
}

void AdminProto::ToProto(const RotateServiceCredentialRequest& from, v1::RotateServiceCredentialRequest& to) {
  to.set_id(from.id);
  to.set_overlap_seconds(from.overlap.count());
}

void AdminProto::ToProto(const RevokeServiceCredentialRequest& from, v1::RevokeServiceCredentialRequest& to) {
  to.set_id(from.id);
}

void AdminProto::ToProto(const ListServiceCredentialsRequest& from, v1::ListServiceCredentialsRequest& to) {
  to.set_after_id(from.after_id);
  to.set_limit(from.limit);
}

void AdminProto::ToProto(const ServiceCredentialInfo& from, v1::ServiceCredentialInfo& to) {
  to.set_id(from.id);
  to.set_name(from.name);
  to.set_game_id(from.game_id);
  to.set_created_at_ms(MillisOf(from.created_at));
  to.set_expires_at_ms(MillisOf(from.expires_at));
  to.set_former_until_ms(MillisOf(from.former_until));
  to.set_revoked(from.revoked);
  to.set_credential(from.credential);
}

void AdminProto::ToProto(const ServiceCredentials& from, v1::ServiceCredentials& to) {
  for (const ServiceCredentialInfo& each : from.credentials) ToProto(each, *to.add_credentials());
}

Status AdminProto::FromProto(const v1::FindAccountRequest& from, FindAccountRequest& to, Reading) {
  to.user_id = from.user_id();
  to.name = from.name();
  return {};
}

Status AdminProto::FromProto(const v1::BanRequest& from, BanRequest& to, Reading reading) {
  to.user_id = from.user_id();
  to.reason = from.reason();
  return ReadSeconds(from.duration_seconds(), "duration_seconds", reading, to.duration);
}

Status AdminProto::FromProto(const v1::UnbanRequest& from, UnbanRequest& to, Reading) {
  to.user_id = from.user_id();
  return {};
}

Status AdminProto::FromProto(const v1::SetRoleRequest& from, SetRoleRequest& to, Reading) {
  to.user_id = from.user_id();
  to.role = from.role();
  return {};
}

Status AdminProto::FromProto(const v1::EndUserSessionsRequest& from, EndUserSessionsRequest& to, Reading) {
  to.user_id = from.user_id();
  return {};
}

Status AdminProto::FromProto(const v1::DeleteUserRequest& from, DeleteUserRequest& to, Reading) {
  to.user_id = from.user_id();
  return {};
}

Status AdminProto::FromProto(const v1::CreateServiceCredentialRequest& from,
                             CreateServiceCredentialRequest& to, Reading reading) {
  to.name = from.name();
  to.game_id = from.game_id();
  return ReadSeconds(from.lifetime_seconds(), "lifetime_seconds", reading, to.lifetime);
}

Status AdminProto::FromProto(const v1::RotateServiceCredentialRequest& from,
                             RotateServiceCredentialRequest& to, Reading reading) {
  to.id = from.id();
  return ReadSeconds(from.overlap_seconds(), "overlap_seconds", reading, to.overlap);
}

Status AdminProto::FromProto(const v1::RevokeServiceCredentialRequest& from,
                             RevokeServiceCredentialRequest& to, Reading) {
  to.id = from.id();
  return {};
}

Status AdminProto::FromProto(const v1::ListServiceCredentialsRequest& from, ListServiceCredentialsRequest& to,
                             Reading) {
  to.after_id = from.after_id();
  to.limit = from.limit();
  return {};
}

Status AdminProto::FromProto(const v1::ServiceCredentialInfo& from, ServiceCredentialInfo& to, Reading) {
  to.id = from.id();
  to.name = from.name();
  to.game_id = from.game_id();
  to.created_at = TimeOfMillis(from.created_at_ms());
  to.expires_at = TimeOfMillis(from.expires_at_ms());
  to.former_until = TimeOfMillis(from.former_until_ms());
  to.revoked = from.revoked();
  to.credential = from.credential();
  return {};
}

Status AdminProto::FromProto(const v1::ServiceCredentials& from, ServiceCredentials& to, Reading reading) {
  for (const v1::ServiceCredentialInfo& each : from.credentials()) {
    OOFGG_RETURN_IF_ERROR(FromProto(each, to.credentials.emplace_back(), reading));
  }
  return {};
}

}  // namespace oofgg::wire
