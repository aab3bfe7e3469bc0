#include "oofgg/auth/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <latch>
#include <set>
#include <thread>

#include "tests/support/temporary_directory.h"
#include "tests/unit/auth/file_mode.h"

namespace oofgg::auth {
namespace {

using ::oofgg::testing::TemporaryDirectory;
using std::filesystem::perms;
using testing::ModeOf;

constexpr perms kOwnerOnly = perms::owner_read | perms::owner_write;

TEST(KeyStoreTest, MakesWhatIsMissingAndFindsItAgain) {
  const TemporaryDirectory directory;
  const KeyStore first = KeyStore::Open(directory / "keys").value();
  EXPECT_EQ(ModeOf(directory / "keys"), perms::owner_all);
  EXPECT_EQ(ModeOf(directory / "keys/signing-0001.pem"), kOwnerOnly);
  const KeyStore again = KeyStore::Open(directory / "keys").value();
  EXPECT_EQ(again.signing_key().kid(), first.signing_key().kid());
  ASSERT_EQ(again.public_keys().keys().size(), 1U);
  EXPECT_NE(again.public_keys().Find(first.signing_key().kid()), nullptr);
}

TEST(KeyStoreTest, SecretsLastAndDiffer) {
  const TemporaryDirectory directory;
  const KeyStore store = KeyStore::Open(directory / "keys").value();
  const std::string secret = store.Secret("refresh").value();
  EXPECT_EQ(secret.size(), 32U);
  EXPECT_EQ(ModeOf(directory / "keys/refresh.secret"), kOwnerOnly);
  EXPECT_EQ(KeyStore::Open(directory / "keys").value().Secret("refresh").value(), secret);
  EXPECT_NE(store.Secret("other").value(), secret);
}

TEST(KeyStoreTest, RefusesNamesThatAreNoNames) {
  const TemporaryDirectory directory;
  const KeyStore store = KeyStore::Open(directory / "keys").value();
  for (const char* name : {"", "../x", "a/b", "A", "a.b", "a b"}) {
    EXPECT_EQ(store.Secret(name).status().code(), StatusCode::kInvalidArgument) << name;
  }
}

TEST(KeyStoreTest, TheLastByNameSignsAndAllArePublished) {
  const TemporaryDirectory directory;
  const KeyStore first = KeyStore::Open(directory / "keys").value();
  const SigningKey next = SigningKey::Generate().value();
  ASSERT_TRUE(next.SaveFile(directory / "keys/signing-0002.pem").ok());
  std::ofstream(directory / "keys/README") << "not a key";
  const KeyStore store = KeyStore::Open(directory / "keys").value();
  EXPECT_EQ(store.signing_key().kid(), next.kid());
  EXPECT_NE(store.public_keys().Find(first.signing_key().kid()), nullptr);
}

TEST(KeyStoreTest, RefusesWhatOthersCanTouch) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(KeyStore::Open(directory / "keys").value().Secret("refresh").ok());

  std::filesystem::permissions(directory / "keys/refresh.secret", kOwnerOnly | perms::group_read);
  const Status secret = KeyStore::Open(directory / "keys").value().Secret("refresh").status();
  EXPECT_EQ(secret.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(secret.message()), ::testing::HasSubstr("chmod 600"));

  std::filesystem::permissions(directory / "keys/signing-0001.pem", kOwnerOnly | perms::others_read);
  EXPECT_EQ(KeyStore::Open(directory / "keys").status().code(), StatusCode::kFailedPrecondition);
  std::filesystem::permissions(directory / "keys/signing-0001.pem", kOwnerOnly);

  std::filesystem::permissions(directory / "keys", perms::owner_all | perms::group_write);
  const Status open = KeyStore::Open(directory / "keys").status();
  EXPECT_EQ(open.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(open.message()), ::testing::HasSubstr("chmod 700"));
}

TEST(KeyStoreTest, RefusesDamageRatherThanStartingAnew) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(KeyStore::Open(directory / "keys").ok());
  std::ofstream(directory / "keys/signing-0001.pem") << "damaged";
  const Status status = KeyStore::Open(directory / "keys").status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("signing-0001.pem"));

  const KeyStore other = KeyStore::Open(directory / "other").value();
  ASSERT_TRUE(other.Secret("refresh").ok());
  std::ofstream(directory / "other/refresh.secret") << "short";
  EXPECT_EQ(other.Secret("refresh").status().code(), StatusCode::kFailedPrecondition);
}

TEST(KeyStoreTest, MakesMissingParentsForItsOwnerOnly) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(KeyStore::Open(directory / "data/auth/keys/").ok());
  EXPECT_EQ(ModeOf(directory / "data"), perms::owner_all);
  EXPECT_EQ(ModeOf(directory / "data/auth/keys"), perms::owner_all);
}

TEST(KeyStoreTest, RefusesAFileForADirectoryOrAParent) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "file") << "x";
  EXPECT_EQ(KeyStore::Open(directory / "file").status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(KeyStore::Open(directory / "file/keys").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(KeyStore::Open("").status().code(), StatusCode::kNotFound);
}

TEST(KeyStoreTest, OpenedByManyAtOnceThereIsOneKeyAndOneSecret) {
  const TemporaryDirectory directory;
  constexpr int kThreads = 8;
  std::vector<std::string> kids(kThreads);
  std::vector<std::string> secrets(kThreads);
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      const KeyStore store = KeyStore::Open(directory / "keys").value();
      kids[i] = store.signing_key().kid();
      secrets[i] = store.Secret("refresh").value();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(kids.begin(), kids.end()).size(), 1U);
  EXPECT_EQ(std::set<std::string>(secrets.begin(), secrets.end()).size(), 1U);
}

}  // namespace
}  // namespace oofgg::auth
