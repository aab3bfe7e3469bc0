#include "wire/proto_auth.h"

#include <chrono>

namespace oofgg::wire {
namespace auth_pb = ::v1::api::auth;
namespace {

// The three answers that carry tokens differ in nothing else but RegisterResponse's user_id.
template <class Message>
void WriteTokens(const AuthTokens& from, Message& to) {
  to.set_access_token(from.access_token);
  to.set_refresh_token(from.refresh_token);
  to.set_expires_in(from.expires_in.count());
}

template <class Message>
void ReadTokens(const Message& from, AuthTokens& to) {
  to.access_token = from.access_token();
  to.refresh_token = from.refresh_token();
  to.expires_in = std::chrono::seconds(from.expires_in());
}

}  // namespace

void AuthProto::ToProto(const RegisterRequest& from, auth_pb::RegisterRequest& to) {
  to.set_username(from.username);
  to.set_email(from.email);
  to.set_password(from.password);
}

void AuthProto::ToProto(const LoginRequest& from, auth_pb::LoginRequest& to) {
  to.set_username(from.username);
  to.set_password(from.password);
}

void AuthProto::ToProto(const TwitchLoginRequest& from, auth_pb::TwitchLoginRequest& to) {
  to.set_helix_token(from.helix_token);
  to.set_client_id(from.client_id);
  to.set_user_id(from.user_id);
}

void AuthProto::ToProto(const RefreshTokenRequest& from, auth_pb::RefreshTokenRequest& to) {
  to.set_refresh_token(from.refresh_token);
}

void AuthProto::ToProto(const ValidateTokenRequest& from, auth_pb::ValidateTokenRequest& to) {
  to.set_access_token(from.access_token);
}

void AuthProto::ToProto(const AuthTokens& from, auth_pb::RegisterResponse& to) {
  to.set_user_id(from.user_id);
  WriteTokens(from, to);
}

void AuthProto::ToProto(const AuthTokens& from, auth_pb::LoginResponse& to) { WriteTokens(from, to); }

void AuthProto::ToProto(const AuthTokens& from, auth_pb::RefreshTokenResponse& to) { WriteTokens(from, to); }

void AuthProto::ToProto(const ValidateTokenResponse& from, auth_pb::ValidateTokenResponse& to) {
  to.set_is_valid(from.is_valid);
  to.set_user_id(from.user_id);
  to.set_role(from.role);
}

Status AuthProto::FromProto(const auth_pb::RegisterRequest& from, RegisterRequest& to, Reading) {
  to.username = from.username();
  to.email = from.email();
  to.password = from.password();
  return {};
}

Status AuthProto::FromProto(const auth_pb::LoginRequest& from, LoginRequest& to, Reading) {
  to.username = from.username();
  to.password = from.password();
  return {};
}

Status AuthProto::FromProto(const auth_pb::TwitchLoginRequest& from, TwitchLoginRequest& to, Reading) {
  to.helix_token = from.helix_token();
  to.client_id = from.client_id();
  to.user_id = from.user_id();
  return {};
}

Status AuthProto::FromProto(const auth_pb::RefreshTokenRequest& from, RefreshTokenRequest& to, Reading) {
  to.refresh_token = from.refresh_token();
  return {};
}

Status AuthProto::FromProto(const auth_pb::ValidateTokenRequest& from, ValidateTokenRequest& to, Reading) {
  to.access_token = from.access_token();
  return {};
}

Status AuthProto::FromProto(const auth_pb::RegisterResponse& from, AuthTokens& to, Reading) {
  to.user_id = from.user_id();
  ReadTokens(from, to);
  return {};
}

Status AuthProto::FromProto(const auth_pb::LoginResponse& from, AuthTokens& to, Reading) {
  ReadTokens(from, to);
  return {};
}

Status AuthProto::FromProto(const auth_pb::RefreshTokenResponse& from, AuthTokens& to, Reading) {
  ReadTokens(from, to);
  return {};
}

Status AuthProto::FromProto(const auth_pb::ValidateTokenResponse& from, ValidateTokenResponse& to, Reading) {
  to.is_valid = from.is_valid();
  to.user_id = from.user_id();
  to.role = from.role();
  return {};
}

}  // namespace oofgg::wire
