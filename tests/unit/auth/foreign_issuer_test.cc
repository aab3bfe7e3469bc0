#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "auth/jws.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/unit/auth/rsa_signer.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth {
namespace {

using testing::Forgery;
using testing::Replaced;
using testing::RsaSigner;

constexpr const char* kProvider = "https://id.example";
constexpr const char* kTheirClaims =
    R"({"iss":"https://id.example","aud":["our-client","other"],"sub":"alice","role":"admin",)"
    R"("iat":1893456000,"exp":1893456900,"picture":{"url":["x"]}})";

class ForeignIssuerTest : public ::testing::Test {
 protected:
  ForeignIssuerTest() {
    EXPECT_TRUE(verifier_.SetForeignKeys(kProvider, Jwks::Of({rsa_.verifying_key()}).value()).ok());
  }

  std::string Header(const std::string& type = "JWT") const {
    return R"({"alg":"RS256","kid":")" + rsa_.verifying_key().kid() + R"(","typ":")" + type + "\"}";
  }
  std::string Signed(const std::string& header, const std::string& payload) const {
    const Forgery forgery{header, payload};
    return forgery.WithSignature(rsa_.Sign(forgery.SignedPart()));
  }
  std::string ReasonFor(const std::string& token) const { return ReasonOf(verifier_.Verify(token).status()); }

  oofgg::testing::FakeClock clock_;
  RsaSigner rsa_;
  SigningKey ours_ = SigningKey::Generate().value();
  TokenVerifier verifier_{clock_,
                          testing::SetOf(ours_),
                          {.foreign = {{.issuer = kProvider, .audience = "our-client", .token_type = "JWT"},
                                       {.issuer = "https://other.example", .audience = "our-client"}}}};
};

TEST_F(ForeignIssuerTest, ItsCallersHaveANameOfTheirOwnAndTheRoleWeGiveThem) {
  const auto verified = verifier_.Verify(Signed(Header(), kTheirClaims));
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->caller.user_id, "https://id.example|alice");
  EXPECT_EQ(verified->caller.role, "user");
  EXPECT_EQ(verified->token_id, "");
  EXPECT_EQ(verified->expires_at, clock_.WallNow() + std::chrono::seconds(900));
}

TEST_F(ForeignIssuerTest, ItsKeySpeaksForNobodyElse) {
  const std::string as_ours =
      Replaced(Replaced(kTheirClaims, kProvider, kDefaultIssuer), "our-client", "oofgg");
  EXPECT_EQ(ReasonFor(Signed(Header(), as_ours)), "TOKEN_ISSUER_WRONG");
  EXPECT_EQ(ReasonFor(Signed(Header("at+jwt"), as_ours)), "TOKEN_TYPE_WRONG");
  EXPECT_EQ(ReasonFor(Signed(Header(), Replaced(kTheirClaims, kProvider, "https://other.example"))),
            "TOKEN_ISSUER_WRONG");
}

TEST_F(ForeignIssuerTest, OurKeyDoesNotSpeakForIt) {
  const std::string header = R"({"alg":"EdDSA","kid":")" + ours_.kid() + R"(","typ":"at+jwt"})";
  EXPECT_EQ(ReasonFor(Forgery{header, kTheirClaims}.SignedBy(ours_)), "TOKEN_CLAIM_INVALID");
  const std::string complete = Replaced(kTheirClaims, "{", R"({"jti":"j","sid":"s",)");
  EXPECT_EQ(ReasonFor(Forgery{header, complete}.SignedBy(ours_)), "TOKEN_ISSUER_WRONG");
}

TEST_F(ForeignIssuerTest, ItsTokensAreHeldToTheSameRules) {
  EXPECT_EQ(ReasonFor(Signed(Header("at+jwt"), kTheirClaims)), "TOKEN_TYPE_WRONG");
  EXPECT_EQ(ReasonFor(Signed(Header(), Replaced(kTheirClaims, "our-client", "their-client"))),
            "TOKEN_AUDIENCE_WRONG");
  EXPECT_EQ(ReasonFor(Signed(Header(), Replaced(kTheirClaims, "1893456900", "1893456001.5"))),
            "TOKEN_CLAIM_INVALID");
  EXPECT_EQ(ReasonFor(Signed(Header(), Replaced(kTheirClaims, "{", R"({"sub":"bob",)"))), "TOKEN_MALFORMED");
  clock_.Advance(std::chrono::seconds(931));
  EXPECT_EQ(ReasonFor(Signed(Header(), kTheirClaims)), "TOKEN_EXPIRED");
}

TEST_F(ForeignIssuerTest, ANameThatBothUseBelongsToWhoseSignatureFits) {
  const std::string raw = rsa_.verifying_key().kid();
  const std::string jwk = ours_.verifying_key().ToJwk();
  const auto x = base::Base64UrlDecode(jwk.substr(jwk.find("\"x\":\"") + 5, 43));
  verifier_.SetKeys(Jwks::Of({VerifyingKey::FromEd25519(*x, raw).value()}).value());
  EXPECT_TRUE(verifier_.Verify(Signed(Header(), kTheirClaims)).ok());
}

TEST_F(ForeignIssuerTest, IsForgottenWithItsKeysAndUnknownOnesAreRefused) {
  ASSERT_TRUE(verifier_.SetForeignKeys(kProvider, Jwks()).ok());
  EXPECT_EQ(ReasonFor(Signed(Header(), kTheirClaims)), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(verifier_.SetForeignKeys("https://nobody.example", Jwks()).code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace oofgg::auth
