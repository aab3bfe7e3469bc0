#include "servers/common/published_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "oofgg/log.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::servers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
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
  FollowKeysTest() {
    SetLogSink([this](LogLevel level, std::string_view, std::string_view message) {
      if (level == LogLevel::kWarning) warnings_.emplace_back(message);
    });
  }
  ~FollowKeysTest() override { SetLogSink(nullptr); }

  void Follow() { follower_.Follow(); }
  std::string Token() { return issuer_.Issue({"u", "user", "s"}).value(); }

  testing::FakeClock clock_;
  testing::TemporaryDirectory folder_;
  const std::string keys_ = folder_ / "keys";
  auth::TokenIssuer issuer_{auth::KeyStore::Open(keys_, clock_)->signing_key(), clock_,
                            RandomSource::System()};
  auth::TokenVerifier verifier_{clock_};
  int keys_gone_ = 0;
  std::vector<std::string> warnings_;
  KeyFollower follower_{keys_, clock_, verifier_, issuer_, [this] { ++keys_gone_; }};
};

TEST_F(FollowKeysTest, TakesOverRotationsWhenTheirTimeComes) {
  Follow();
  const std::string first = issuer_.kid();
  const std::string next = auth::KeyStore::Rotate(keys_, {.overlap = 10min}, clock_)->key.kid();
  Follow();
  EXPECT_EQ(issuer_.kid(), first);
  EXPECT_NE(verifier_.keys()->Find(next), nullptr);
  const std::string old_token = Token();
  clock_.Advance(10min);
  Follow();
  EXPECT_EQ(issuer_.kid(), next);
  EXPECT_TRUE(verifier_.Verify(old_token).ok());
  EXPECT_TRUE(verifier_.Verify(Token()).ok());
}

TEST_F(FollowKeysTest, ARetiredKeyVerifiesNothingMore) {
  Follow();
  const std::string token = Token();
  ASSERT_TRUE(auth::KeyStore::Retire(keys_, issuer_.kid(), /*replace=*/true, clock_).ok());
  Follow();
  EXPECT_EQ(ReasonOf(verifier_.Verify(token).status()), "TOKEN_KEY_UNKNOWN");
  EXPECT_TRUE(verifier_.Verify(Token()).ok());
}

TEST_F(FollowKeysTest, SaysWhenAKeyIsGoneAndNotWhenOneIsAdded) {
  Follow();
  ASSERT_TRUE(auth::KeyStore::Rotate(keys_, {.overlap = 10min}, clock_).ok());
  Follow();
  clock_.Advance(10min);
  Follow();
  EXPECT_EQ(keys_gone_, 0);
  ASSERT_TRUE(auth::KeyStore::Retire(keys_, issuer_.kid(), /*replace=*/true, clock_).ok());
  for (int i = 0; i < 2; ++i) Follow();
  EXPECT_EQ(keys_gone_, 1);
}

TEST_F(FollowKeysTest, KeepsWhatItHasWhileTheDirectoryCannotBeRead) {
  using std::filesystem::perms;
  Follow();
  const std::string file = keys_ + "/signing-0001.pem";
  std::filesystem::permissions(file, perms::all);
  for (int i = 0; i < 3; ++i) Follow();
  EXPECT_TRUE(verifier_.Verify(Token()).ok());
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("chmod 600")));
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
  Follow();
  std::filesystem::permissions(file, perms::all);
  Follow();
  EXPECT_EQ(warnings_.size(), 2U) << "another fault";
}

TEST_F(FollowKeysTest, KeepsWhatItHasAndMakesNothingWhileTheDirectoryIsEmptyOrAway) {
  Follow();
  const std::string kid = issuer_.kid();
  const std::string aside = folder_ / "aside";
  std::filesystem::rename(keys_, aside);
  for (int i = 0; i < 2; ++i) Follow();
  EXPECT_FALSE(std::filesystem::exists(keys_));
  std::filesystem::create_directory(keys_);
  std::filesystem::permissions(keys_, std::filesystem::perms::owner_all);
  for (int i = 0; i < 2; ++i) Follow();
  EXPECT_TRUE(std::filesystem::is_empty(keys_));
  EXPECT_EQ(issuer_.kid(), kid);
  EXPECT_TRUE(verifier_.Verify(Token()).ok());
  EXPECT_EQ(keys_gone_, 0);
  EXPECT_EQ(warnings_.size(), 1U);
}

}  // namespace
}  // namespace oofgg::servers
