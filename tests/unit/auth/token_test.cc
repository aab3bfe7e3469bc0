#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth {
namespace {

using testing::PartsOf;
using testing::SetOf;
using namespace std::chrono_literals;

const Caller kAlice = {.user_id = "u-alice", .role = "user", .session_id = "s-1"};

class TokenTest : public ::testing::Test {
 protected:
  oofgg::testing::FakeClock clock_;
  SigningKey key_ = SigningKey::Generate().value();
  TokenIssuer issuer_{key_, clock_, RandomSource::System()};
  TokenVerifier verifier_{clock_, SetOf(key_)};
};

TEST_F(TokenTest, SaysWhoIsCallingAndUntilWhen) {
  const std::string token = issuer_.Issue(kAlice).value();
  const auto verified = verifier_.Verify(token);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->caller.user_id, "u-alice");
  EXPECT_EQ(verified->caller.role, "user");
  EXPECT_EQ(verified->caller.session_id, "s-1");
  EXPECT_EQ(verified->issued_at, clock_.WallNow());
  EXPECT_EQ(verified->not_before, clock_.WallNow());
  EXPECT_EQ(verified->expires_at, clock_.WallNow() + 15min);
  EXPECT_EQ(verified->token_id.size(), 36U);
}

TEST_F(TokenTest, CarriesTheClaimsOfTheDesignAndTypesItself) {
  const std::string token = issuer_.Issue(kAlice).value();
  const std::string header = base::Base64UrlDecode(PartsOf(token)[0]).value();
  EXPECT_EQ(header, R"({"alg":"EdDSA","kid":")" + key_.kid() + R"(","typ":"at+jwt"})");
  const std::string payload = base::Base64UrlDecode(PartsOf(token)[1]).value();
  for (const char* claim : {"iss", "aud", "sub", "role", "sid", "jti", "iat", "nbf", "exp"}) {
    EXPECT_NE(payload.find('"' + std::string(claim) + "\":"), std::string::npos) << claim;
  }
}

TEST_F(TokenTest, TheSameGrantIsTheSameTokenAndAnotherIsAnother) {
  const TokenGrant grant = issuer_.NewGrant();
  EXPECT_EQ(issuer_.Issue(kAlice, grant).value(), issuer_.Issue(kAlice, grant).value());
  EXPECT_NE(issuer_.Issue(kAlice, grant).value(), issuer_.Issue(kAlice, issuer_.NewGrant()).value());
}

TEST_F(TokenTest, EndsAtItsExpiryPlusTheSkew) {
  const std::string token = issuer_.Issue(kAlice).value();
  clock_.Advance(15min + 29s);
  EXPECT_TRUE(verifier_.Verify(token).ok());
  clock_.Advance(1s);
  EXPECT_EQ(ReasonOf(verifier_.Verify(token).status()), "TOKEN_EXPIRED");
}

TEST_F(TokenTest, BeginsAtItsNotBeforeLessTheSkew) {
  const std::string token = issuer_.Issue(kAlice).value();
  const WallTime issued = clock_.WallNow();
  clock_.SetWall(issued - 31s);
  EXPECT_EQ(ReasonOf(verifier_.Verify(token).status()), "TOKEN_NOT_YET_VALID");
  clock_.SetWall(issued - 30s);
  EXPECT_TRUE(verifier_.Verify(token).ok());
}

TEST_F(TokenTest, WithoutSkewTheLastSecondCounts) {
  const TokenVerifier strict(clock_, SetOf(key_), {.clock_skew = 0s});
  const std::string token = issuer_.Issue(kAlice).value();
  clock_.Advance(15min - 1ns);
  EXPECT_TRUE(strict.Verify(token).ok());
  clock_.Advance(1ns);
  EXPECT_FALSE(strict.Verify(token).ok());
}

TEST_F(TokenTest, IsForOneIssuerAndOneAudience) {
  const std::string token = issuer_.Issue(kAlice).value();
  const TokenVerifier other_issuer(clock_, SetOf(key_), {.issuer = "elsewhere"});
  EXPECT_EQ(ReasonOf(other_issuer.Verify(token).status()), "TOKEN_ISSUER_WRONG");
  const TokenVerifier other_audience(clock_, SetOf(key_), {.audience = "elsewhere"});
  EXPECT_EQ(ReasonOf(other_audience.Verify(token).status()), "TOKEN_AUDIENCE_WRONG");
}

TEST_F(TokenTest, FollowsItsKeys) {
  const SigningKey next = SigningKey::Generate().value();
  const std::string old_token = issuer_.Issue(kAlice).value();
  const std::string new_token = TokenIssuer(next, clock_, RandomSource::System()).Issue(kAlice).value();
  EXPECT_EQ(ReasonOf(verifier_.Verify(new_token).status()), "TOKEN_KEY_UNKNOWN");

  verifier_.SetKeys(Jwks::Of({key_.verifying_key(), next.verifying_key()}).value());
  EXPECT_TRUE(verifier_.Verify(old_token).ok());
  EXPECT_TRUE(verifier_.Verify(new_token).ok());

  verifier_.SetKeys(SetOf(next));
  EXPECT_EQ(ReasonOf(verifier_.Verify(old_token).status()), "TOKEN_KEY_UNKNOWN");
  EXPECT_TRUE(verifier_.Verify(new_token).ok());
}

TEST_F(TokenTest, WithoutKeysTrustsNobody) {
  const TokenVerifier verifier(clock_);
  EXPECT_EQ(ReasonOf(verifier.Verify(issuer_.Issue(kAlice).value()).status()), "TOKEN_KEY_UNKNOWN");
}

TEST_F(TokenTest, KeysMayBeSwappedWhileOthersVerify) {
  const std::string token = issuer_.Issue(kAlice).value();
  std::atomic<bool> done = false;
  std::atomic<int> failed = 0;
  std::thread reader([&] {
    for (int i = 0; i < 200; ++i) failed += verifier_.Verify(token).ok() ? 0 : 1;
    done = true;
  });
  const SigningKey other = SigningKey::Generate().value();
  while (!done) verifier_.SetKeys(Jwks::Of({other.verifying_key(), key_.verifying_key()}).value());
  reader.join();
  EXPECT_EQ(failed, 0);
}

TEST_F(TokenTest, SignsNothingThatItsOwnVerifierWouldRefuse) {
  const TokenGrant grant = issuer_.NewGrant();
  const std::string too_long(257, 'x');
  for (const Caller& bad :
       {Caller{"", "user", "s"}, Caller{"u", "", "s"}, Caller{"u", "user", ""}, Caller{"u\n", "user", "s"},
        Caller{"\xff", "user", "s"}, Caller{too_long, "user", "s"}}) {
    EXPECT_EQ(issuer_.Issue(bad, grant).status().code(), StatusCode::kInvalidArgument);
  }
  const TokenGrant before_1970 = {"j", WallTime(-1s), WallTime(1s)};
  EXPECT_EQ(issuer_.Issue(kAlice, before_1970).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(TokenTest, UserIdsMayBeAnyPlainText) {
  const Caller caller = {.user_id = "Zo\xc3\xab \"the\\first\"", .role = "user", .session_id = "s"};
  const auto verified = verifier_.Verify(issuer_.Issue(caller).value());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->caller.user_id, caller.user_id);
}

}  // namespace
}  // namespace oofgg::auth
