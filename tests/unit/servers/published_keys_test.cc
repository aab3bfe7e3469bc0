#include "servers/common/published_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oofgg/testing/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::servers {
namespace {

using ::testing::Contains;
using ::testing::Pair;
using namespace std::chrono_literals;

auth::Jwks AnySet() { return auth::Jwks::Of({auth::SigningKey::Generate()->verifying_key()}).value(); }

std::string EtagOf(const net::HttpResponse& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "ETag") return value;
  }
  return "";
}

net::HttpRequest Asking(const std::string& if_none_match) {
  net::HttpRequest request;
  request.headers = {{"if-none-match", if_none_match}};
  return request;
}

TEST(JwksPageTest, IsTheSetAndMayBeKeptForAMinute) {
  const auth::Jwks keys = AnySet();
  const net::HttpResponse page = JwksPage({}, keys);
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, keys.ToJson());
  EXPECT_EQ(page.content_type, "application/jwk-set+json");
  EXPECT_THAT(page.headers, Contains(Pair("Cache-Control", "public, max-age=60")));
}

TEST(JwksPageTest, IsNotSentTwice) {
  const auth::Jwks keys = AnySet();
  const std::string etag = EtagOf(JwksPage({}, keys));
  ASSERT_GT(etag.size(), 2U);
  for (const std::string& known : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
    const net::HttpResponse page = JwksPage(Asking(known), keys);
    EXPECT_EQ(page.status, 304) << known;
    EXPECT_EQ(page.body, "");
    EXPECT_EQ(EtagOf(page), etag);
  }
  EXPECT_EQ(JwksPage(Asking("\"other\""), keys).status, 200);
  EXPECT_EQ(JwksPage(Asking(etag), AnySet()).status, 200) << "another set has another tag";
}

class FollowKeysTest : public ::testing::Test {
 protected:
  Status Follow() { return FollowKeys(keys_, clock_, verifier_, issuer_); }
  std::string Token() { return issuer_.Issue({"u", "user", "s"}).value(); }

  testing::FakeClock clock_;
  testing::TemporaryDirectory folder_;
  const std::string keys_ = folder_ / "keys";
  auth::TokenIssuer issuer_{auth::KeyStore::Open(keys_, clock_)->signing_key(), clock_,
                            RandomSource::System()};
  auth::TokenVerifier verifier_{clock_};
};

TEST_F(FollowKeysTest, TakesOverRotationsWhenTheirTimeComes) {
  ASSERT_TRUE(Follow().ok());
  const std::string first = issuer_.kid();
  const std::string next = auth::KeyStore::Rotate(keys_, {.overlap = 10min}, clock_)->key.kid();
  ASSERT_TRUE(Follow().ok());
  EXPECT_EQ(issuer_.kid(), first);
  EXPECT_NE(verifier_.keys()->Find(next), nullptr);
  const std::string old_token = Token();
  clock_.Advance(10min);
  ASSERT_TRUE(Follow().ok());
  EXPECT_EQ(issuer_.kid(), next);
  EXPECT_TRUE(verifier_.Verify(old_token).ok());
  EXPECT_TRUE(verifier_.Verify(Token()).ok());
}

TEST_F(FollowKeysTest, ARetiredKeyVerifiesNothingMore) {
  ASSERT_TRUE(Follow().ok());
  const std::string token = Token();
  ASSERT_TRUE(auth::KeyStore::Retire(keys_, issuer_.kid(), /*replace=*/true, clock_).ok());
  ASSERT_TRUE(Follow().ok());
  EXPECT_EQ(ReasonOf(verifier_.Verify(token).status()), "TOKEN_KEY_UNKNOWN");
  EXPECT_TRUE(verifier_.Verify(Token()).ok());
}

TEST_F(FollowKeysTest, KeepsWhatItHasWhileTheDirectoryCannotBeRead) {
  ASSERT_TRUE(Follow().ok());
  const std::string file = keys_ + "/signing-0001.pem";
  std::filesystem::permissions(file, std::filesystem::perms::all);
  EXPECT_EQ(Follow().code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(verifier_.Verify(Token()).ok());
}

}  // namespace
}  // namespace oofgg::servers
