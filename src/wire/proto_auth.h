#pragma once

#include "v1/api/auth/auth_service.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// v1.api.auth. Its answers are bare, without code and message.
struct AuthProto {
  static void ToProto(const RegisterRequest& from, ::v1::api::auth::RegisterRequest& to);
  static void ToProto(const LoginRequest& from, ::v1::api::auth::LoginRequest& to);
  static void ToProto(const TwitchLoginRequest& from, ::v1::api::auth::TwitchLoginRequest& to);
  static void ToProto(const RefreshTokenRequest& from, ::v1::api::auth::RefreshTokenRequest& to);
  static void ToProto(const ValidateTokenRequest& from, ::v1::api::auth::ValidateTokenRequest& to);
  static void ToProto(const AuthTokens& from, ::v1::api::auth::RegisterResponse& to);
  static void ToProto(const AuthTokens& from, ::v1::api::auth::LoginResponse& to);
  static void ToProto(const AuthTokens& from, ::v1::api::auth::RefreshTokenResponse& to);
  static void ToProto(const ValidateTokenResponse& from, ::v1::api::auth::ValidateTokenResponse& to);

  static Status FromProto(const ::v1::api::auth::RegisterRequest& from, RegisterRequest& to, Reading);
  static Status FromProto(const ::v1::api::auth::LoginRequest& from, LoginRequest& to, Reading);
  static Status FromProto(const ::v1::api::auth::TwitchLoginRequest& from, TwitchLoginRequest& to, Reading);
  static Status FromProto(const ::v1::api::auth::RefreshTokenRequest& from, RefreshTokenRequest& to, Reading);
  static Status FromProto(const ::v1::api::auth::ValidateTokenRequest& from, ValidateTokenRequest& to,
                          Reading);
  static Status FromProto(const ::v1::api::auth::RegisterResponse& from, AuthTokens& to, Reading);
  static Status FromProto(const ::v1::api::auth::LoginResponse& from, AuthTokens& to, Reading);
  static Status FromProto(const ::v1::api::auth::RefreshTokenResponse& from, AuthTokens& to, Reading);
  static Status FromProto(const ::v1::api::auth::ValidateTokenResponse& from, ValidateTokenResponse& to,
                          Reading);
};

template <>
struct ProtoOf<methods::Register>
    : ProtoPair<AuthProto, ::v1::api::auth::RegisterRequest, ::v1::api::auth::RegisterResponse> {};
template <>
struct ProtoOf<methods::Login>
    : ProtoPair<AuthProto, ::v1::api::auth::LoginRequest, ::v1::api::auth::LoginResponse> {};
template <>
struct ProtoOf<methods::TwitchLogin>
    : ProtoPair<AuthProto, ::v1::api::auth::TwitchLoginRequest, ::v1::api::auth::LoginResponse> {};
template <>
struct ProtoOf<methods::ValidateToken>
    : ProtoPair<AuthProto, ::v1::api::auth::ValidateTokenRequest, ::v1::api::auth::ValidateTokenResponse> {};
template <>
struct ProtoOf<methods::RefreshToken>
    : ProtoPair<AuthProto, ::v1::api::auth::RefreshTokenRequest, ::v1::api::auth::RefreshTokenResponse> {};

}  // namespace oofgg::wire
