#include "auth/credential_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/conformance/auth/sessions.h"
#include "tests/conformance/auth/stores.h"

namespace oofgg::auth {
namespace {

using testing::At;
using ::testing::ElementsAre;
using testing::HashOf;
using ::testing::IsEmpty;

ServiceCredential MakeCredential(const std::string& id) {
  return {.id = id,
          .name = "arena " + id,
          .game_id = "g-1",
          .secret_hash = HashOf("secret of " + id),
          .former_hash = HashOf("former of " + id),
          .former_until = At(10),
          .created_at = At(1),
          .expires_at = At(1000)};
}

class CredentialStoreTest : public testing::StoresTest {
 protected:
  CredentialStore& credentials_ = *stores_.credentials;
};

TEST_P(CredentialStoreTest, KeepsEveryField) {
  const ServiceCredential full = MakeCredential("c-1");
  const ServiceCredential bare = {
      .id = "c-2", .name = "tool", .secret_hash = HashOf("s"), .created_at = At(1), .revoked = true};
  ASSERT_TRUE(credentials_.Create(full).ok());
  ASSERT_TRUE(credentials_.Create(bare).ok());
  EXPECT_EQ(credentials_.Find("c-1").value(), full);
  EXPECT_EQ(credentials_.Find("c-2").value(), bare);
  EXPECT_EQ(credentials_.Find("c-3").status().code(), StatusCode::kNotFound);
}

TEST_P(CredentialStoreTest, RefusesAKnownId) {
  ASSERT_TRUE(credentials_.Create(MakeCredential("c-1")).ok());
  ServiceCredential other = MakeCredential("c-1");
  other.name = "other";
  EXPECT_EQ(credentials_.Create(other).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(credentials_.Find("c-1").value(), MakeCredential("c-1"));
}

TEST_P(CredentialStoreTest, ListsInPagesById) {
  EXPECT_THAT(credentials_.List("", 10).value(), IsEmpty());
  for (const char* id : {"c-2", "c-3", "c-1"}) ASSERT_TRUE(credentials_.Create(MakeCredential(id)).ok());
  EXPECT_THAT(credentials_.List("", 2).value(), ElementsAre(MakeCredential("c-1"), MakeCredential("c-2")));
  EXPECT_THAT(credentials_.List("c-2", 2).value(), ElementsAre(MakeCredential("c-3")));
  EXPECT_THAT(credentials_.List("c-3", 2).value(), IsEmpty());
}

TEST_P(CredentialStoreTest, ReplacesAllButIdAndTimeOfMaking) {
  ASSERT_TRUE(credentials_.Create(MakeCredential("c-1")).ok());
  ServiceCredential changed = {.id = "c-1",
                               .name = "renamed",
                               .game_id = "",
                               .secret_hash = HashOf("new"),
                               .former_hash = HashOf("secret of c-1"),
                               .former_until = At(50),
                               .created_at = At(7),
                               .expires_at = At(2000),
                               .revoked = true};
  ASSERT_TRUE(credentials_.Update(changed).ok());
  changed.created_at = At(1);
  changed.version = 1;
  EXPECT_EQ(credentials_.Find("c-1").value(), changed);
}

TEST_P(CredentialStoreTest, RefusesWhoReadAnOlderVersion) {
  const ServiceCredential read = MakeCredential("c-1");
  ASSERT_TRUE(credentials_.Create(read).ok());
  ASSERT_TRUE(credentials_.Update(read).ok());
  EXPECT_EQ(credentials_.Update(read), CredentialChanged());
  EXPECT_EQ(credentials_.Update(MakeCredential("c-2")), NoSuchCredential());
}

TEST_P(CredentialStoreTest, OfManyChangesAtOnceOneWins) {
  ASSERT_TRUE(credentials_.Create(MakeCredential("c-1")).ok());
  std::atomic<int> won = 0;
  testing::AllAtOnce(16, [&](std::size_t i) {
    ServiceCredential changed = MakeCredential("c-1");
    changed.name = std::to_string(i);
    if (credentials_.Update(changed).ok()) ++won;
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(credentials_.Find("c-1")->version, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, CredentialStoreTest, ::testing::ValuesIn(testing::kKinds), testing::NameOf);

}  // namespace
}  // namespace oofgg::auth
