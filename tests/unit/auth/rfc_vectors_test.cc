#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oofgg/auth/token_verifier.h"
#include "tests/unit/auth/rfc_vectors.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth {
namespace {

using ::testing::HasSubstr;
using testing::RfcVector;

constexpr JwksParseOptions kAnyKey = {.allow_secrets = true, .allow_single_key = true};

std::string NameOf(const ::testing::TestParamInfo<RfcVector>& info) { return info.param.name; }

class GoodVectorTest : public ::testing::TestWithParam<RfcVector> {};

TEST_P(GoodVectorTest, VerifiesAndEveryOtherSignatureDoesNot) {
  const Jwks keys = Jwks::Parse(GetParam().jwk, kAnyKey).value();
  const std::string token = GetParam().token;
  const auto payload = VerifySignatureOnly(token, keys);
  ASSERT_TRUE(payload.ok()) << payload.status();
  EXPECT_EQ(base::Base64UrlEncode(*payload), testing::PartsOf(token)[1]);

  std::string changed = token;
  const std::size_t in_signature = token.rfind('.') + 10;
  changed[in_signature] = token[in_signature] == 'A' ? 'B' : 'A';
  EXPECT_EQ(ReasonOf(VerifySignatureOnly(changed, keys).status()), "TOKEN_SIGNATURE_INVALID");
}

TEST_P(GoodVectorTest, ItsSecretsAreNotPublishedAndNotTakenFromWhoPublishesThem) {
  const std::string jwk = GetParam().jwk;
  const bool is_public = jwk.find("\"d\"") == std::string::npos && jwk.find("\"k\"") == std::string::npos;
  const auto published = Jwks::Parse(R"({"keys":[)" + jwk + "]}");
  EXPECT_EQ(published.ok(), is_public);
  const std::string printed = Jwks::Parse(jwk, kAnyKey)->ToJson();
  for (const char* secret : {"\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\""}) {
    EXPECT_EQ(printed.find(secret), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Rfc, GoodVectorTest,
                         ::testing::Values(testing::kRfc7515A1, testing::kRfc7515A2, testing::kRfc7515A3,
                                           testing::kRfc7520S41, testing::kRfc7520S44, testing::kRfc8037A4),
                         NameOf);

struct RefusedVector {
  RfcVector vector;
  const char* reason;
  const char* said;
};

TEST(RfcVector, WhatWeDoNotTakeIsRefusedAndSaysWhy) {
  constexpr const char* kAlgorithm = "TOKEN_ALGORITHM_MISMATCH";
  const RefusedVector refused[] = {
      {testing::kRfc7515A4, kAlgorithm, "none of EdDSA, ES256, HS256, RS256"},
      {testing::kRfc7515A5, kAlgorithm, "none of EdDSA, ES256, HS256, RS256"},
      {testing::kRfc7520S42, kAlgorithm, "none of EdDSA, ES256, HS256, RS256"},
      {testing::kRfc7520S43, kAlgorithm, "none of EdDSA, ES256, HS256, RS256"},
      {testing::kRfc7520S45, "TOKEN_MALFORMED", "no payload"},
      {testing::kRfc7520S46, "TOKEN_MALFORMED", "JSON form"},
      {testing::kRfc7520S47, "TOKEN_MALFORMED", "JSON form"},
  };
  for (const auto& [vector, reason, said] : refused) {
    const Status status =
        VerifySignatureOnly(vector.token, Jwks::Parse(vector.jwk, kAnyKey).value()).status();
    EXPECT_EQ(ReasonOf(status), reason) << vector.name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(said)) << vector.name;
  }
}

TEST(RfcVector, EveryTokenIsRefusedByEveryOtherKey) {
  const RfcVector all[] = {testing::kRfc7515A1,  testing::kRfc7515A2,  testing::kRfc7515A3,
                           testing::kRfc7520S41, testing::kRfc7520S44, testing::kRfc8037A4};
  for (const RfcVector& token : all) {
    for (const RfcVector& key : all) {
      const bool is_its_own = std::string_view(token.name) == key.name;
      EXPECT_EQ(VerifySignatureOnly(token.token, Jwks::Parse(key.jwk, kAnyKey).value()).ok(), is_its_own)
          << token.name << " " << key.name;
    }
  }
}

// RFC 7515 appendices A.1 to A.3 again, from the signer's side.
TEST(RfcVector, HmacIsThatOfTheExample) {
  const auto secret = base::Base64UrlDecode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const std::string token = testing::kRfc7515A1.token;
  const std::size_t dot = token.rfind('.');
  const SigningKey key = SigningKey::FromSecret(*secret).value();
  EXPECT_EQ(base::Base64UrlEncode(key.Sign(token.substr(0, dot)).value()), token.substr(dot + 1));
}

}  // namespace
}  // namespace oofgg::auth
