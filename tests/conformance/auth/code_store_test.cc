#include "auth/code_store.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/conformance/auth/sessions.h"
#include "tests/conformance/auth/stores.h"

namespace oofgg::auth {
namespace {

using testing::At;
using testing::HashOf;

OneTimeCode MakeCode(const std::string& user_id, CodePurpose purpose = CodePurpose::kVerifyEmail) {
  return {.user_id = user_id,
          .purpose = purpose,
          .hash = HashOf("right"),
          .email = user_id + "@example.com",
          .expires_at = At(100)};
}

class CodeStoreTest : public testing::StoresTest {
 protected:
  StatusOr<OneTimeCode> Take(const std::string& code, int second = 0, const std::string& user_id = "u-1",
                             CodePurpose purpose = CodePurpose::kVerifyEmail) {
    return codes_.Take(user_id, purpose, HashOf(code), At(second));
  }

  CodeStore& codes_ = *stores_.codes;
};

TEST_P(CodeStoreTest, GivesACodeOnce) {
  ASSERT_TRUE(codes_.Put(MakeCode("u-1")).ok());
  EXPECT_EQ(Take("right").value(), MakeCode("u-1"));
  EXPECT_EQ(Take("right").status(), NoSuchCode());
}

TEST_P(CodeStoreTest, RefusesEveryWrongTryAlike) {
  EXPECT_EQ(Take("right").status(), NoSuchCode());
  ASSERT_TRUE(codes_.Put(MakeCode("u-1")).ok());
  EXPECT_EQ(Take("wrong").status(), NoSuchCode());
  EXPECT_EQ(Take("right", 100).status(), NoSuchCode()) << "it has expired";
  EXPECT_TRUE(Take("right", 99).ok());
}

TEST_P(CodeStoreTest, UsersAndPurposesHaveTheirOwn) {
  ASSERT_TRUE(codes_.Put(MakeCode("u-1")).ok());
  EXPECT_FALSE(Take("right", 0, "u-2").ok());
  EXPECT_FALSE(Take("right", 0, "u-1", CodePurpose::kResetPassword).ok());
  ASSERT_TRUE(codes_.Put(MakeCode("u-1", CodePurpose::kResetPassword)).ok());
  EXPECT_TRUE(Take("right").ok());
  EXPECT_EQ(Take("right", 0, "u-1", CodePurpose::kResetPassword)->purpose, CodePurpose::kResetPassword);
}

TEST_P(CodeStoreTest, AWrongGuessCostsOneAndTheLastGuessTheCode) {
  OneTimeCode code = MakeCode("u-1");
  code.guesses_left = 3;
  ASSERT_TRUE(codes_.Put(code).ok());
  EXPECT_FALSE(Take("wrong").ok());
  EXPECT_FALSE(Take("").ok());
  EXPECT_EQ(Take("right")->guesses_left, 1);

  ASSERT_TRUE(codes_.Put(code).ok());
  for (int guess = 0; guess < 3; ++guess) EXPECT_FALSE(Take("wrong").ok());
  EXPECT_EQ(Take("right").status(), NoSuchCode());
}

TEST_P(CodeStoreTest, ANewCodeTakesThePlaceOfTheOld) {
  OneTimeCode old = MakeCode("u-1");
  old.hash = HashOf("old");
  old.guesses_left = 2;
  ASSERT_TRUE(codes_.Put(old).ok());
  EXPECT_FALSE(Take("wrong").ok());
  ASSERT_TRUE(codes_.Put(MakeCode("u-1")).ok());
  EXPECT_FALSE(Take("old").ok());
  EXPECT_EQ(Take("right")->guesses_left, kGuessesForCode - 1) << "its own, less that one";
}

TEST_P(CodeStoreTest, ErasesAllOfAUser) {
  ASSERT_TRUE(codes_.Put(MakeCode("u-1")).ok());
  ASSERT_TRUE(codes_.Put(MakeCode("u-1", CodePurpose::kResetPassword)).ok());
  ASSERT_TRUE(codes_.Put(MakeCode("u-10")).ok());
  ASSERT_TRUE(codes_.EraseCodes("u-1").ok());
  EXPECT_TRUE(codes_.EraseCodes("u-1").ok()) << "again is as good as once";
  EXPECT_FALSE(Take("right").ok());
  EXPECT_FALSE(Take("right", 0, "u-1", CodePurpose::kResetPassword).ok());
  EXPECT_TRUE(Take("right", 0, "u-10").ok());
}

TEST_P(CodeStoreTest, ForgetsExpiredOnesInBatches) {
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(codes_.Put(MakeCode("u-" + std::to_string(i))).ok());
  OneTimeCode later = MakeCode("u-4");
  later.expires_at = At(200);
  ASSERT_TRUE(codes_.Put(later).ok());
  EXPECT_EQ(codes_.PurgeExpired(At(100), 10).value(), 0U) << "only what expired before";
  EXPECT_EQ(codes_.PurgeExpired(At(101), 2).value(), 2U);
  EXPECT_EQ(codes_.PurgeExpired(At(101), 2).value(), 1U);
  EXPECT_EQ(codes_.PurgeExpired(At(101), 2).value(), 0U);
  EXPECT_TRUE(Take("right", 150, "u-4").ok());
}

TEST_P(CodeStoreTest, OfManyTakesAtOnceOneWins) {
  ASSERT_TRUE(codes_.Put(MakeCode("u-1")).ok());
  std::atomic<int> won = 0;
  testing::AllAtOnce(16, [&](std::size_t) {
    if (Take("right").ok()) ++won;
  });
  EXPECT_EQ(won, 1);
}

TEST_P(CodeStoreTest, GuessesAtOnceAreCountedEach) {
  OneTimeCode code = MakeCode("u-1");
  code.guesses_left = 17;
  ASSERT_TRUE(codes_.Put(code).ok());
  testing::AllAtOnce(16, [&](std::size_t) { EXPECT_FALSE(Take("wrong").ok()); });
  EXPECT_EQ(Take("right")->guesses_left, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, CodeStoreTest, ::testing::ValuesIn(testing::kKinds), testing::NameOf);

}  // namespace
}  // namespace oofgg::auth
