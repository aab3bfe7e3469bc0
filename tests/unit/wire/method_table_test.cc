#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "tests/unit/wire/all_protos.h"

namespace oofgg::wire {
namespace {

namespace pb = google::protobuf;

const pb::MethodDescriptor* FindMethod(std::string_view path) {
  std::string name(path.substr(1));
  name[name.find('/')] = '.';
  return pb::DescriptorPool::generated_pool()->FindMethodByName(name);
}

/// All methods of all services.
std::set<std::string> PathsInContract() {
  std::set<std::string> paths;
  for (const char* name :
       {"v1.api.auth.AuthService", "v1.api.common.GameService", "v1.api.common.PlayerService",
        "v1.api.common.ScoreService", "v1.api.common.GlobalService", "v1.api.common.InstanceService",
        "oofgg.v1.PresenceService", "oofgg.v1.MatchmakingService", "oofgg.v1.FleetService",
        "oofgg.v1.AccountService", "oofgg.v1.AdminService", "oofgg.v1.RevocationService",
        "oofgg.v1.MatchHistoryService"}) {
    const pb::ServiceDescriptor* service = pb::DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service == nullptr) {
      ADD_FAILURE() << name << " is in no .proto file";
      continue;
    }
    for (int i = 0; i < service->method_count(); ++i) {
      paths.insert("/" + service->full_name() + "/" + service->method(i)->name());
    }
  }
  return paths;
}

Kind KindOf(const pb::MethodDescriptor& method) {
  if (!method.server_streaming()) return Kind::kUnary;
  return method.client_streaming() ? Kind::kBidiStream : Kind::kServerStream;
}

TEST(MethodTable, AgreesWithTheContract) {
  AllMethods::ForEach([]<class M>() {
    const pb::MethodDescriptor* method = FindMethod(M::kPath);
    ASSERT_NE(method, nullptr) << M::kPath;
    EXPECT_EQ(method->input_type()->full_name(), ProtoOf<M>::Request::descriptor()->full_name()) << M::kPath;
    EXPECT_EQ(method->output_type()->full_name(), ProtoOf<M>::Response::descriptor()->full_name())
        << M::kPath;
    EXPECT_EQ(KindOf(*method), M::kKind) << M::kPath;
  });
}

TEST(MethodTable, LacksNothing) {
  std::set<std::string> missing = PathsInContract();
  AllMethods::ForEach([&]<class M>() { missing.erase(std::string(M::kPath)); });
  EXPECT_EQ(missing, std::set<std::string>());
}

TEST(MethodTable, OnlyTheWaysInNeedNoToken) {
  std::set<std::string> open;
  AllMethods::ForEach([&]<class M>() {
    if (!InfoOf<M>().needs_token) open.insert(std::string(M::kPath));
  });
  const std::string auth = "/v1.api.auth.AuthService/";
  const std::string account = "/oofgg.v1.AccountService/";
  EXPECT_EQ(open, (std::set<std::string>{
                      auth + "Register", auth + "Login", auth + "TwitchLogin", auth + "ValidateToken",
                      auth + "RefreshToken", account + "GuestLogin", account + "ServiceLogin",
                      account + "RequestPasswordReset", account + "ResetPassword", account + "VerifyEmail"}));
}

TEST(MethodTable, WhatSpendsACodeOrShowsASecretIsNotRepeated) {
  std::set<std::string> never;
  AllMethods::ForEach([&]<class M>() {
    if (M::kIdempotency == Idempotency::kNever) never.insert(std::string(M::kPath));
  });
  const std::string account = "/oofgg.v1.AccountService/";
  const std::string admin = "/oofgg.v1.AdminService/";
  EXPECT_EQ(never,
            (std::set<std::string>{account + "ResetPassword", account + "VerifyEmail",
                                   account + "ChangePassword", account + "DeleteAccount",
                                   admin + "CreateServiceCredential", admin + "RotateServiceCredential"}));
}

}  // namespace
}  // namespace oofgg::wire
