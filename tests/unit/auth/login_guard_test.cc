#include "auth/login_guard.h"

#include <gtest/gtest.h>

#include <string>

#include "oofgg/testing/fake_clock.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

CallContext From(std::string address) {
  CallContext context;
  context.peer_address = std::move(address);
  return context;
}

const CallContext kHome = From("203.0.113.7");
const CallContext kStranger = From("198.51.100.9");

LoginGuardOptions OnlyWaits() {
  return {.per_account = std::nullopt,
          .per_address = std::nullopt,
          .global = std::nullopt,
          .failures = {.free_failures = 2, .first_delay = 1s, .max_delay = 60s},
          .max_keys = 100};
}

class LoginGuardTest : public ::testing::Test {
 protected:
  /// How long `context` has to wait for its next attempt; zero: not at all.
  std::chrono::milliseconds WaitOf(LoginGuard& guard, const std::string& account,
                                   const CallContext& context) {
    const Status status = guard.AdmitAccount(account, context);
    if (status.ok()) return 0ms;
    EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
    return RetryAfterOf(status).value_or(0ms);
  }

  oofgg::testing::FakeClock clock_;
};

TEST_F(LoginGuardTest, WaitsDoubleWithWrongPasswordsUpToTheLongest) {
  LoginGuard guard(clock_, OnlyWaits());
  for (int i = 0; i < 2; ++i) guard.NoteWrongPassword("alice", kStranger);
  EXPECT_EQ(WaitOf(guard, "alice", kStranger), 0ms) << "the first ones are free";
  for (const auto expected : {1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 32000ms, 60000ms, 60000ms}) {
    guard.NoteWrongPassword("alice", kStranger);
    EXPECT_EQ(WaitOf(guard, "alice", kStranger), expected);
  }
  EXPECT_EQ(WaitOf(guard, "bob", kStranger), 0ms);
  clock_.Advance(60s);
  EXPECT_EQ(WaitOf(guard, "alice", kStranger), 0ms);
}

TEST_F(LoginGuardTest, ManyFailuresDoNotOverflow) {
  LoginGuard guard(clock_, OnlyWaits());
  for (int i = 0; i < 1000; ++i) guard.NoteWrongPassword("alice", kStranger);
  EXPECT_EQ(WaitOf(guard, "alice", kStranger), 60s);
}

TEST_F(LoginGuardTest, ASuccessBeginsAnew) {
  LoginGuard guard(clock_, OnlyWaits());
  for (int i = 0; i < 4; ++i) guard.NoteWrongPassword("alice", kStranger);
  clock_.Advance(60s);
  guard.NoteSuccess("alice", kHome);
  EXPECT_EQ(WaitOf(guard, "alice", kStranger), 0ms);
  guard.NoteWrongPassword("alice", kStranger);
  EXPECT_EQ(WaitOf(guard, "alice", kStranger), 0ms);
}

TEST_F(LoginGuardTest, AStrangerCannotLockTheOwnerOut) {
  LoginGuard guard(clock_, OnlyWaits());
  guard.NoteSuccess("alice", kHome);
  for (int i = 0; i < 50; ++i) guard.NoteWrongPassword("alice", kStranger);
  EXPECT_EQ(WaitOf(guard, "alice", kStranger), 60s);
  EXPECT_EQ(WaitOf(guard, "alice", From("192.0.2.1")), 60s) << "from anywhere else";
  EXPECT_EQ(WaitOf(guard, "alice", kHome), 0ms);
  for (int i = 0; i < 3; ++i) guard.NoteWrongPassword("alice", kHome);
  EXPECT_EQ(WaitOf(guard, "alice", kHome), 1s) << "a known address waits for its own mistakes";
}

TEST_F(LoginGuardTest, AStrangersFloodLeavesTheOwnersBucketFull) {
  LoginGuardOptions options = OnlyWaits();
  options.per_account = RateLimit{.per_second = 1, .burst = 3};
  LoginGuard guard(clock_, options);
  guard.NoteSuccess("alice", kHome);
  for (int i = 0; i < 10; ++i) guard.AdmitAccount("alice", kStranger).IgnoreError();
  EXPECT_FALSE(guard.AdmitAccount("alice", kStranger).ok());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(guard.AdmitAccount("alice", kHome).ok()) << i;
  EXPECT_FALSE(guard.AdmitAccount("alice", kHome).ok()) << "the owner's address has a limit too";
}

TEST_F(LoginGuardTest, ASuccessFromAKnownAddressForgivesNoStranger) {
  LoginGuard guard(clock_, OnlyWaits());
  guard.NoteSuccess("alice", kHome);
  for (int i = 0; i < 50; ++i) guard.NoteWrongPassword("alice", kStranger);
  guard.NoteSuccess("alice", kHome);
  EXPECT_EQ(WaitOf(guard, "alice", kStranger), 60s);
}

TEST_F(LoginGuardTest, RemembersInBoundedMemory) {
  LoginGuard guard(clock_, OnlyWaits());
  for (int i = 0; i < 5; ++i) guard.NoteWrongPassword("alice", kStranger);
  for (int i = 0; i < 100; ++i) guard.NoteWrongPassword("user-" + std::to_string(i), kStranger);
  EXPECT_EQ(WaitOf(guard, "alice", kStranger), 0ms) << "the one that asked longest ago is forgotten";
}

TEST_F(LoginGuardTest, AddressesAreLimitedByHouseholdAndLoopbackIsNot) {
  LoginGuardOptions options = OnlyWaits();
  options.per_address = RateLimit{.per_second = 1, .burst = 2};
  LoginGuard guard(clock_, options);
  EXPECT_TRUE(guard.AdmitAttempt(From("2001:db8::1")).ok());
  EXPECT_TRUE(guard.AdmitAttempt(From("2001:db8::2")).ok());
  const Status limited = guard.AdmitAttempt(From("2001:db8::3"));
  EXPECT_EQ(limited.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfterOf(limited), 1000ms);
  EXPECT_TRUE(guard.AdmitAttempt(From("2001:db8:0:1::1")).ok()) << "the next household";
  EXPECT_TRUE(guard.AdmitAttempt(kHome).ok());
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(guard.AdmitAttempt(From("127.0.0.1")).ok());
    EXPECT_TRUE(guard.AdmitAttempt(From("::1")).ok());
  }
}

TEST_F(LoginGuardTest, EverybodyTogetherIsLimited) {
  LoginGuardOptions options = OnlyWaits();
  options.global = RateLimit{.per_second = 10, .burst = 3};
  LoginGuard guard(clock_, options);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(guard.AdmitAttempt(From("192.0.2." + std::to_string(i))).ok());
  EXPECT_EQ(RetryAfterOf(guard.AdmitAttempt(kHome)), 100ms);
}

}  // namespace
}  // namespace oofgg::auth
