#include "oofgg/auth/password_hasher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace oofgg::auth {
namespace {

const PasswordHasher& Cheap() {
  static const PasswordHasher hasher(PasswordHasherOptions::CheapForTests());
  return hasher;
}

TEST(PasswordHasherTest, KnowsThePasswordAgain) {
  const std::string phc = Cheap().Hash("correct horse").value();
  EXPECT_TRUE(Cheap().Verify("correct horse", phc).value());
  EXPECT_FALSE(Cheap().Verify("correct horsf", phc).value());
  EXPECT_FALSE(Cheap().Verify("", phc).value());
}

TEST(PasswordHasherTest, EveryByteCounts) {
  const std::string with_nul = std::string("pass") + '\0' + "word";
  const std::string phc = Cheap().Hash(with_nul).value();
  EXPECT_TRUE(Cheap().Verify(with_nul, phc).value());
  EXPECT_FALSE(Cheap().Verify("pass", phc).value());
}

TEST(PasswordHasherTest, SaltsEachHash) {
  EXPECT_NE(Cheap().Hash("same").value(), Cheap().Hash("same").value());
}

TEST(PasswordHasherTest, DefaultsToOwaspsParameters) {
  EXPECT_THAT(PasswordHasher().Hash("password").value(),
              ::testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
}

// Made with the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -e
TEST(PasswordHasherTest, ReadsWhatOthersMade) {
  const char* phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(Cheap().Verify("password", phc).value());
  EXPECT_FALSE(Cheap().Verify("Password", phc).value());
}

TEST(PasswordHasherTest, AsksToRehashWhatCostAnythingElse) {
  const PasswordHasher dearer({.memory_kib = 16, .iterations = 2});
  const std::string phc = Cheap().Hash("password").value();
  EXPECT_FALSE(Cheap().NeedsRehash(phc));
  EXPECT_TRUE(dearer.NeedsRehash(phc));
  EXPECT_TRUE(dearer.Verify("password", phc).value());
  EXPECT_TRUE(Cheap().NeedsRehash("$2b$12$not.argon"));
}

TEST(PasswordHasherTest, ADecoyCostsTheSameAndFitsNothing) {
  const std::string decoy = Cheap().Decoy();
  EXPECT_FALSE(Cheap().NeedsRehash(decoy));
  EXPECT_EQ(decoy.size(), Cheap().Hash("password").value().size());
  EXPECT_FALSE(Cheap().Verify("password", decoy).value());
  EXPECT_NE(decoy, Cheap().Decoy());
}

TEST(PasswordHasherTest, AsksBeforeEachHashWhetherToMakeWay) {
  std::atomic<int> asked{0};
  const PasswordHasher hasher(PasswordHasherOptions::CheapForTests(), RandomSource::System(), 2,
                              [&asked] { return ++asked % 2 == 1; });
  const std::string phc = hasher.Hash("password").value();
  EXPECT_TRUE(hasher.Verify("password", phc).value());
  EXPECT_FALSE(hasher.Verify("Password", phc).value());
  EXPECT_EQ(asked, 3);
}

TEST(PasswordHasherTest, BringsOptionsIntoRange) {
  const PasswordHasher hasher({.memory_kib = 0, .iterations = 0, .parallelism = 0});
  EXPECT_THAT(hasher.Hash("password").value(), ::testing::StartsWith("$argon2id$v=19$m=8,t=1,p=1$"));
}

TEST(PasswordHasherTest, RefusesStoredHashesThatAreNone) {
  const std::string good = Cheap().Hash("password").value();
  for (const std::string& bad :
       {std::string(), std::string("password"), std::string("$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"),
        good.substr(0, good.size() - 5) + "*****", good + "$", good + "\n",
        // Would take 4 TiB, or for ever.
        std::string(
            "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        std::string(
            "$argon2id$v=19$m=8,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        std::string("$argon2id$v=19$m=8,t=1,p=1")}) {
    const auto verdict = Cheap().Verify("password", bad);
    EXPECT_EQ(verdict.status().code(), StatusCode::kDataLoss) << bad;
    EXPECT_THAT(std::string(verdict.status().message()), ::testing::Not(::testing::HasSubstr("password,")));
  }
}

TEST(PasswordHasherTest, ThreadsOfItsOwnComputeTheSame) {
  const PasswordHasher shared(PasswordHasherOptions::CheapForTests(), RandomSource::System(), 2);
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&shared, password = std::to_string(i)] {
      const auto phc = shared.Hash(password);
      ASSERT_TRUE(phc.ok()) << phc.status();
      EXPECT_TRUE(shared.Verify(password, *phc).value());
      EXPECT_FALSE(shared.Verify(password + "x", *phc).value());
      EXPECT_TRUE(Cheap().Verify(password, *phc).value()) << "as the caller itself would";
    });
  }
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace oofgg::auth
