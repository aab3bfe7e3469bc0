#include "oofgg/auth/jwks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "oofgg/auth/token_verifier.h"
#include "tests/unit/auth/rsa_signer.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth {
namespace {

using testing::Replaced;
using testing::Rfc8037Key;

// RFC 8037 appendices A.2 to A.4.
constexpr const char* kRfcX = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
constexpr const char* kRfcJwk =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr const char* kRfcThumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
constexpr const char* kRfcJws =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

// RFC 7515 appendix A.3.
constexpr const char* kEcX = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr const char* kEcY = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

std::string SetWith(const std::string& keys) { return R"({"keys":[)" + keys + "]}"; }

TEST(Rfc8037, KeyAndThumbprintAreThoseOfTheExamples) {
  EXPECT_EQ(Rfc8037Key().verifying_key().Thumbprint(), kRfcThumbprint);
  EXPECT_EQ(Rfc8037Key().kid(), kRfcThumbprint);
  EXPECT_THAT(Rfc8037Key().verifying_key().ToJwk(), ::testing::HasSubstr(kRfcX));
}

TEST(Rfc8037, SignatureIsThatOfTheExample) {
  const std::string message = std::string(kRfcJws).substr(0, std::string(kRfcJws).rfind('.'));
  EXPECT_EQ(message + "." + base::Base64UrlEncode(Rfc8037Key().Sign(message).value()), kRfcJws);
}

TEST(Rfc8037, ExampleVerifies) {
  const Jwks keys = Jwks::Parse(SetWith(kRfcJwk)).value();
  EXPECT_EQ(VerifySignatureOnly(kRfcJws, keys).value(), "Example of Ed25519 signing");
}

TEST(Rfc7638, ThumbprintIsThatOfTheExample) {
  const std::string jwk =
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAt)"
      R"(VT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf)"
      R"(0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-)"
      R"(bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",)"
      R"("e":"AQAB","alg":"RS256","kid":"2011-04-29"})";
  const Jwks keys = Jwks::Parse(SetWith(jwk)).value();
  EXPECT_EQ(keys.keys()[0].kid(), "2011-04-29");
  EXPECT_EQ(keys.keys()[0].Thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(JwksTest, HoldsKeysOfSeveralAlgorithms) {
  const SigningKey ec = SigningKey::Generate(KeyAlgorithm::kEs256).value();
  const testing::RsaSigner rsa;
  const Jwks keys = Jwks::Of({Rfc8037Key().verifying_key(), ec.verifying_key(), rsa.verifying_key()}).value();
  const Jwks parsed = Jwks::Parse(keys.ToJson()).value();
  EXPECT_EQ(parsed, keys);
  EXPECT_TRUE(parsed.Find(ec.kid())->Verifies("m", ec.Sign("m").value()));
  EXPECT_TRUE(parsed.Find(rsa.verifying_key().kid())->Verifies("m", rsa.Sign("m")));
}

TEST(JwksTest, SecretsAreTakenWhereTheirOwnerSaysSo) {
  const std::string secret = base::Base64UrlEncode(std::string(32, 's'));
  const std::string oct = R"({"kty":"oct","kid":"legacy","k":")" + secret + "\"}";
  const std::string short_one = R"({"kty":"oct","k":"AAAA"})";
  const Jwks keys = Jwks::Parse(SetWith(oct), {.allow_secrets = true}).value();
  EXPECT_TRUE(
      keys.Find("legacy")->Verifies("m", SigningKey::FromSecret(std::string(32, 's'))->Sign("m").value()));
  EXPECT_FALSE(Jwks::Parse(SetWith(short_one), {.allow_secrets = true}).ok());
  EXPECT_FALSE(Jwks::Parse(oct, {.allow_secrets = true}).ok());
  EXPECT_EQ(Jwks::Parse(oct, {.allow_secrets = true, .allow_single_key = true}).value(), keys);
}

TEST(JwksTest, PrintsWhatItParses) {
  const SigningKey other = SigningKey::Generate().value();
  const Jwks keys = Jwks::Of({Rfc8037Key().verifying_key(), other.verifying_key()}).value();
  const auto parsed = Jwks::Parse(keys.ToJson());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->ToJson(), keys.ToJson());
  ASSERT_NE(parsed->Find(other.kid()), nullptr);
  EXPECT_TRUE(parsed->Find(other.kid())->Verifies("m", other.Sign("m").value()));
  EXPECT_EQ(parsed->Find("nobody"), nullptr);
  EXPECT_EQ(Jwks().ToJson(), R"({"keys":[]})");
}

TEST(JwksTest, PublishesNothingPrivate) {
  EXPECT_EQ(Rfc8037Key().verifying_key().ToJwk().find("\"d\""), std::string::npos);
}

TEST(JwksTest, KeepsTheNameThatAKeyWasGiven) {
  const Jwks keys = Jwks::Parse(SetWith(Replaced(kRfcJwk, "{", R"({"kid":"mine",)"))).value();
  ASSERT_NE(keys.Find("mine"), nullptr);
  EXPECT_EQ(keys.Find("mine")->Thumbprint(), kRfcThumbprint);
}

TEST(JwksTest, PassesOverKeysOfOtherKindsAndUses) {
  const std::string others =
      R"({"kty":"RSA","alg":"RS512","n":"AQAB","e":"AQAB"},{"kty":"OKP","crv":"X25519","x":"AA"},{"kty":1},{},)"
      R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"},{"kty":"EC","crv":"P-256","alg":"ECDH-ES","x":"","y":""})";
  const std::string encryption = Replaced(kRfcJwk, "{", R"({"use":"enc",)");
  const std::string signing_only = Replaced(kRfcJwk, "{", R"({"key_ops":["sign"],)");
  const std::string verifying = Replaced(kRfcJwk, "{", R"({"use":"sig","key_ops":["verify"],"alg":"EdDSA",)");
  const auto keys = Jwks::Parse(SetWith(others + "," + encryption + "," + signing_only + "," + verifying));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->keys().size(), 1U);
}

struct BadSet {
  const char* name;
  std::string json;
  const char* field;
};

class BadJwksTest : public ::testing::TestWithParam<BadSet> {};

TEST_P(BadJwksTest, IsRefusedWithItsPlace) {
  const auto keys = Jwks::Parse(GetParam().json);
  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.status().code(), StatusCode::kInvalidArgument);
  ASSERT_EQ(FieldViolationsOf(keys.status()).size(), 1U) << keys.status();
  EXPECT_EQ(FieldViolationsOf(keys.status())[0].field, GetParam().field) << keys.status();
}

constexpr const char* kZero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

std::string Rsa(std::string_view modulus, std::string_view exponent) {
  return R"({"kty":"RSA","n":")" + base::Base64UrlEncode(modulus) + R"(","e":")" +
         base::Base64UrlEncode(exponent) + "\"}";
}

std::vector<BadSet> BadSets() {
  using namespace std::string_literals;
  const std::string ec =
      R"({"kty":"EC","crv":"P-256","x":")" + std::string(kEcX) + R"(","y":")" + std::string(kEcY) + "\"}";
  const std::string jwk = kRfcJwk;
  const std::string second = jwk + "," + Replaced(jwk, kRfcX, "AAAA");
  std::string many = "{}";
  for (int i = 0; i < 70; ++i) {
    many += "," + Replaced(jwk, "{", R"({"kid":")" + std::to_string(i) + "\",");
  }
  return {
      {"Empty", "", "jwks"},
      {"NotJson", "keys", "jwks"},
      {"Array", "[]", "jwks"},
      {"KeysTwice", R"({"keys":[],"keys":[]})", "jwks"},
      {"MemberTwice", SetWith(Replaced(jwk, "{", R"({"kty":"OKP",)")), "jwks"},
      {"TrailingData", SetWith(jwk) + "x", "jwks"},
      {"Deep", R"({"x":)" + std::string(5000, '[') + std::string(5000, ']') + R"(,"keys":[]})", "jwks"},
      {"TooLarge", SetWith(jwk) + std::string(Jwks::kMaxBytes, ' '), "jwks"},
      {"NoKeys", "{}", "keys"},
      {"SingleKeyWithoutSet", jwk, "keys"},
      {"KeysIsObject", R"({"keys":{}})", "keys"},
      {"KeyIsString", SetWith("\"" + std::string(kRfcX) + "\""), "keys[0]"},
      {"TooManyKeys", SetWith(many), "keys"},
      {"XMissing", SetWith(R"({"kty":"OKP","crv":"Ed25519"})"), "keys[0]"},
      {"XNumber", SetWith(R"({"kty":"OKP","crv":"Ed25519","x":1})"), "keys[0]"},
      {"XShort", SetWith(second), "keys[1]"},
      {"XPadded", SetWith(Replaced(jwk, kRfcX, std::string(kRfcX) + "=")), "keys[0]"},
      {"XStrayBits", SetWith(Replaced(jwk, "HURo", "HURp")), "keys[0]"},
      {"XStandardAlphabet", SetWith(Replaced(jwk, "_7Ty", "/7Ty")), "keys[0]"},
      {"PrivateKey", SetWith(Replaced(jwk, "{", R"({"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)")),
       "keys[0]"},
      {"AlgOfAnotherKind", SetWith(Replaced(jwk, "{", R"({"alg":"HS256",)")), "keys[0]"},
      {"KidNumber", SetWith(Replaced(jwk, "{", R"({"kid":1,)")), "keys[0]"},
      {"KidEmpty", SetWith(Replaced(jwk, "{", R"({"kid":"",)")), "keys[0]"},
      {"KidTwice", SetWith(jwk + "," + jwk), "keys[1]"},
      {"PrivateKeyOfAnotherKind", SetWith(R"({"kty":"EC","crv":"P-521","x":"","y":"","d":"AA"})"), "keys[0]"},
      {"SymmetricKey", SetWith(R"({"kty":"oct","k":")" + base::Base64UrlEncode(std::string(32, 's')) + "\"}"),
       "keys[0]"},
      {"EcXMissing", SetWith(Replaced(ec, "\"x\"", "\"z\"")), "keys[0]"},
      {"EcYMissing", SetWith(Replaced(ec, "\"y\"", "\"z\"")), "keys[0]"},
      {"EcNotOnTheCurve", SetWith(Replaced(ec, kEcX, kEcY)), "keys[0]"},
      {"EcShortCoordinate", SetWith(Replaced(ec, kEcX, std::string(kEcX).substr(0, 42))), "keys[0]"},
      {"EcLongCoordinate", SetWith(Replaced(ec, kEcX, "AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF")),
       "keys[0]"},
      {"EcZeroPoint", SetWith(Replaced(Replaced(ec, kEcX, kZero), kEcY, kZero)), "keys[0]"},
      {"EcAlgOfRsa", SetWith(Replaced(ec, "{", R"({"alg":"RS256",)")), "keys[0]"},
      {"EcAlgNumber", SetWith(Replaced(ec, "{", R"({"alg":1,)")), "keys[0]"},
      {"RsaTooSmall", SetWith(Rsa(std::string(128, '\x81'), "\1\0\1"s)), "keys[0]"},
      {"RsaTooLarge", SetWith(Rsa(std::string(1025, '\x81'), "\1\0\1"s)), "keys[0]"},
      {"RsaOneBitShort", SetWith(Rsa('\x71' + std::string(255, '\x81'), "\1\0\1"s)), "keys[0]"},
      {"RsaLeadingZero", SetWith(Rsa('\0' + std::string(256, '\x81'), "\1\0\1"s)), "keys[0]"},
      {"RsaEvenModulus", SetWith(Rsa(std::string(255, '\x81') + '\x80', "\1\0\1"s)), "keys[0]"},
      {"RsaExponentOne", SetWith(Rsa(std::string(256, '\x81'), "\1"s)), "keys[0]"},
      {"RsaExponentEven", SetWith(Rsa(std::string(256, '\x81'), "\1\0\2"s)), "keys[0]"},
      {"RsaExponentHuge", SetWith(Rsa(std::string(256, '\x81'), std::string(5, '\1'))), "keys[0]"},
      {"RsaExponentLeadingZero", SetWith(Rsa(std::string(256, '\x81'), "\0\3"s)), "keys[0]"},
      {"RsaExponentEmpty", SetWith(Rsa(std::string(256, '\x81'), "")), "keys[0]"},
      {"RsaPaddedModulus", SetWith(R"({"kty":"RSA","n":"AQAB=","e":"AQAB"})"), "keys[0]"},
      {"RsaExponentNumber", SetWith(R"({"kty":"RSA","n":"AQAB","e":65537})"), "keys[0]"},
  };
}

std::string NameOfSet(const ::testing::TestParamInfo<BadSet>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Table, BadJwksTest, ::testing::ValuesIn(BadSets()), NameOfSet);

TEST(JwksTest, SignatureOnlyNeedsTheOneKeyOrItsName) {
  const SigningKey other = SigningKey::Generate().value();
  const Jwks two = Jwks::Of({other.verifying_key(), Rfc8037Key().verifying_key()}).value();
  EXPECT_EQ(ReasonOf(VerifySignatureOnly(kRfcJws, two).status()), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(ReasonOf(VerifySignatureOnly(kRfcJws, Jwks()).status()), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(ReasonOf(VerifySignatureOnly(kRfcJws, testing::SetOf(other)).status()),
            "TOKEN_SIGNATURE_INVALID");
}

TEST(JwksTest, LoadsAFileAndNamesItInErrors) {
  const std::string path = ::testing::TempDir() + "oofgg-jwks-test.json";
  std::ofstream(path) << SetWith(kRfcJwk);
  FileJwksSource source(path);
  EXPECT_EQ(source.Fetch().value().keys().size(), 1U);
  std::ofstream(path) << "{";
  EXPECT_EQ(source.Fetch().status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(source.Fetch().status().message()), ::testing::HasSubstr(path));
  std::filesystem::remove(path);
  EXPECT_EQ(source.Fetch().status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace oofgg::auth
