// Where nothing more can be noted, nothing is done that would have to be; what is not noted goes on.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/auth/facade_fixture.h"

namespace oofgg::auth {
namespace {

class AuditRoomTest : public ::testing::Test, protected testing::FacadeFixture {};

TEST_F(AuditRoomTest, WhatCannotBeNotedIsRefusedAndChangesNothing) {
  const AuthTokens ann = Register("ann", "ann@example.com").value();
  const AuthTokens bob = Register("bob").value();
  CallContext admin = As(ann);
  admin.caller->role = "admin";
  const CallContext context = As(ann);
  AdminFacade& admins = room->admin();
  AccountFacade& accounts = room->account();
  const std::string& user = bob.user_id;
  const std::vector<std::pair<std::string, std::function<Status()>>> calls = {
      {"Register", [&] { return Register("carl").status(); }},
      {"Login", [&] { return Login("bob").status(); }},
      {"GuestLogin", [&] { return accounts.GuestLogin({}, {std::string(32, 's')}).status(); }},
      {"Logout", [&] { return accounts.Logout(context, {}).status(); }},
      {"LogoutEverywhere", [&] { return accounts.LogoutEverywhere(context, {}).status(); }},
      {"ChangePassword",
       [&] {
         return accounts.ChangePassword(context, {"correct horse", "battery staple"}).status();
       }},
      {"DeleteAccount", [&] { return accounts.DeleteAccount(context, {"correct horse"}).status(); }},
      {"Ban", [&] { return admins.Ban(admin, {.user_id = user, .reason = "x", .duration = {}}).status(); }},
      {"SetRole",
       [&] {
         return admins.SetRole(admin, {user, "developer"}).status();
       }},
      {"EndUserSessions", [&] { return admins.EndUserSessions(admin, {user}).status(); }},
      {"DeleteUser", [&] { return admins.DeleteUser(admin, {user}).status(); }},
  };
  const Status full = MakeStatus(StatusCode::kUnavailable, "the spool is full");
  const std::size_t before = events.records().size();
  events.SetRoom(full);
  for (const auto& [name, call] : calls) EXPECT_EQ(call(), full) << name;
  EXPECT_EQ(events.records().size(), before);
  EXPECT_TRUE(Refresh(bob.refresh_token).ok()) << "players stay signed in";
  EXPECT_TRUE(IsValid(bob.access_token));

  events.SetRoom({});
  EXPECT_TRUE(Register("carl").ok()) << "the name is free";
  EXPECT_TRUE(Login("ann").ok()) << "with the former password";
  EXPECT_TRUE(Login("bob").ok()) << "neither banned nor deleted";
}

}  // namespace
}  // namespace oofgg::auth
