#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "oofgg/auth/token_verifier.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/unit/auth/token_forge.h"

// Tokens that an attacker, or a careless library, might send. Each differs from a good one in one thing.
namespace oofgg::auth {
namespace {

using testing::Forgery;
using testing::PartsOf;
using testing::Replaced;
using testing::Rfc8037Key;
using testing::SetOf;

// 2030-01-01, where the fake clock stands.
constexpr const char* kOurClaims =
    R"({"iss":"oofgg-auth","aud":"oofgg","sub":"MARKER-sub","role":"user","sid":"MARKER-sid",)"
    R"("jti":"MARKER-jti","iat":1893456000,"nbf":1893456000,"exp":1893456900})";

std::string Header() { return R"({"alg":"EdDSA","kid":")" + Rfc8037Key().kid() + R"(","typ":"at+jwt"})"; }

std::string Good() { return Forgery{Header(), kOurClaims}.SignedBy(Rfc8037Key()); }

std::string WithHeader(const std::string& header) {
  return Forgery{header, kOurClaims}.SignedBy(Rfc8037Key());
}

std::string WithPayload(const std::string& payload) {
  return Forgery{Header(), payload}.SignedBy(Rfc8037Key());
}

std::string HeaderChanged(std::string_view what, std::string_view by) {
  return WithHeader(Replaced(Header(), what, by));
}

std::string ClaimChanged(std::string_view what, std::string_view by) {
  return WithPayload(Replaced(kOurClaims, what, by));
}

std::string SignatureChanged(const std::function<void(std::string&)>& change) {
  const std::vector<std::string> parts = PartsOf(Good());
  std::string signature = base::Base64UrlDecode(parts[2]).value();
  change(signature);
  return Forgery{Header(), kOurClaims}.WithSignature(signature);
}

/// The same signature with S + L for S: RFC 8032 section 5.1.7 wants S below the group's order L.
void AddGroupOrder(std::string& signature) {
  const std::string order =
      base::HexDecode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(signature[32 + i]) +
             static_cast<unsigned>(static_cast<unsigned char>(order[i]));
    signature[32 + i] = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
}

/// The last character of the signature carries four bits that are no part of it.
std::string WithStrayBits() {
  std::string token = Good();
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  token.back() = alphabet[alphabet.find(token.back()) + 1];
  return token;
}

struct Hostile {
  const char* name;
  std::string token;
  const char* reason;
};

std::vector<Hostile> BadForms() {
  const std::string good = Good();
  const std::vector<std::string> parts = PartsOf(good);
  constexpr const char* kReason = "TOKEN_MALFORMED";
  return {
      {"Empty", "", kReason},
      {"OneWord", "token", kReason},
      {"OnlyDots", "..", kReason},
      {"TwoParts", parts[0] + "." + parts[1], kReason},
      {"FourParts", good + ".", kReason},
      {"FiveParts", good + ".a.b", kReason},
      {"EmptyHeader", "." + parts[1] + "." + parts[2], kReason},
      {"LeadingSpace", " " + good, kReason},
      {"TrailingSpace", good + " ", kReason},
      {"TrailingNewline", good + "\n", kReason},
      {"TrailingNul", good + std::string(1, '\0'), kReason},
      {"BearerLeftOn", "Bearer " + good, kReason},
      {"PaddedSignature", good + "==", kReason},
      {"PaddedHeader", parts[0] + "=." + parts[1] + "." + parts[2], kReason},
      {"StandardAlphabet", parts[0] + "." + parts[1] + ".+/" + parts[2].substr(2), kReason},
      {"StrayBitsInSignature", WithStrayBits(), kReason},
      {"OddLengthSignature", good.substr(0, good.size() - 1), kReason},
      {"PercentEncoded", Replaced(good, ".", "%2E"), kReason},
      {"JsonSerialisation", R"({"payload":")" + parts[1] + R"(","signature":")" + parts[2] + "\"}", kReason},
      {"HugeToken", good + std::string(1 << 20, 'A'), kReason},
      {"HugePayload", WithPayload(std::string(8192, ' ') + kOurClaims), kReason},
      {"HugeHeader", HeaderChanged("{", R"({"x":")" + std::string(1100, 'x') + "\","), kReason},
      {"HeaderNotJson", WithHeader("EdDSA"), kReason},
      {"HeaderIsArray", WithHeader(Replaced(Header(), "{", "[{") + "]"), kReason},
      {"HeaderIsTwoObjects", WithHeader(Header() + "{}"), kReason},
      {"HeaderNested", HeaderChanged("{", R"({"x":[[[[[1]]]]],)"), kReason},
      {"HeaderWithByteOrderMark", WithHeader("\xEF\xBB\xBF" + Header()), kReason},
      {"HeaderWithNulAndMore", WithHeader(Header() + std::string(1, '\0') + "{}"), kReason},
      {"HeaderNotUtf8", HeaderChanged("{", "{\"x\":\"\xff\","), kReason},
      {"HeaderWithComment", HeaderChanged("{", "{/**/"), kReason},
      {"PayloadNotJson", WithPayload("sub=alice"), kReason},
      {"PayloadEmpty", WithPayload(""), kReason},
      {"PayloadIsString", WithPayload("\"alice\""), kReason},
      {"PayloadTrailingData", WithPayload(std::string(kOurClaims) + "x"), kReason},
      {"PayloadTrailingNul", WithPayload(kOurClaims + std::string(1, '\0')), kReason},
      {"PayloadWithByteOrderMark", WithPayload("\xEF\xBB\xBF" + std::string(kOurClaims)), kReason},
      {"PayloadNested", ClaimChanged("{", "{\"x\":" + std::string(2000, '[') + std::string(2000, ']') + ","),
       kReason},
      {"SubTwice", ClaimChanged("{", R"({"sub":"admin",)"), kReason},
      {"ExpTwice", ClaimChanged("}", R"(,"exp":9999999999})"), kReason},
      {"RoleTwiceByEscape", ClaimChanged("}", R"(,"r\u006fle":"admin"})"), kReason},
      {"UnknownClaimTwice", ClaimChanged("{", R"({"x":1,"x":2,)"), kReason},
      {"InfiniteExp", ClaimChanged("1893456900", "1e999"), kReason},
      {"NaNExp", ClaimChanged("1893456900", "NaN"), kReason},
      {"LoneSurrogate", ClaimChanged("MARKER-sub", R"(\ud800)"), kReason},
  };
}

std::vector<Hostile> BadHeaders() {
  const std::string kid = Rfc8037Key().kid();
  const std::string raw_key = base::Base64UrlDecode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").value();
  const Forgery hs256 = {Replaced(Header(), "EdDSA", "HS256"), kOurClaims};
  const Forgery none = {Replaced(Header(), "EdDSA", "none"), kOurClaims};
  constexpr const char* kMalformed = "TOKEN_MALFORMED";
  constexpr const char* kWrongAlgorithm = "TOKEN_ALGORITHM_MISMATCH";
  constexpr const char* kUnknown = "TOKEN_KEY_UNKNOWN";
  return {
      {"AlgNone", none.WithSignature(""), kWrongAlgorithm},
      {"AlgNoneSigned", none.SignedBy(Rfc8037Key()), kWrongAlgorithm},
      {"AlgNoneCapital", HeaderChanged("EdDSA", "None"), kWrongAlgorithm},
      {"AlgNoneAndNoKid", Forgery{R"({"alg":"none","typ":"at+jwt"})", kOurClaims}.WithSignature(""),
       kUnknown},
      {"AlgEmpty", HeaderChanged("EdDSA", ""), kWrongAlgorithm},
      {"AlgLowerCase", HeaderChanged("EdDSA", "eddsa"), kWrongAlgorithm},
      {"AlgOtherCurve", HeaderChanged("EdDSA", "Ed448"), kWrongAlgorithm},
      {"AlgEs256", HeaderChanged("EdDSA", "ES256"), kWrongAlgorithm},
      {"AlgRs256", HeaderChanged("EdDSA", "RS256"), kWrongAlgorithm},
      {"KeyConfusionRawKeyAsSecret", hs256.HmacedWith(raw_key), kWrongAlgorithm},
      {"KeyConfusionJwkAsSecret", hs256.HmacedWith(Rfc8037Key().verifying_key().ToJwk()), kWrongAlgorithm},
      {"KeyConfusionEmptySecret", hs256.HmacedWith(""), kWrongAlgorithm},
      {"AlgMissing", HeaderChanged(R"("alg":"EdDSA",)", ""), kMalformed},
      {"AlgNumber", HeaderChanged("\"EdDSA\"", "1"), kMalformed},
      {"AlgArray", HeaderChanged("\"EdDSA\"", R"(["EdDSA"])"), kMalformed},
      {"AlgTwice", HeaderChanged("{", R"({"alg":"none",)"), kMalformed},
      {"KidMissing", HeaderChanged(R"("kid":")" + kid + "\",", ""), kUnknown},
      {"KidUnknown", HeaderChanged(kid, "MARKER-kid"), kUnknown},
      {"KidEmpty", HeaderChanged(kid, ""), kUnknown},
      {"KidPath", HeaderChanged(kid, "../../../../dev/null"), kUnknown},
      {"KidSql", HeaderChanged(kid, "x' OR '1'='1"), kUnknown},
      {"KidPrefix", HeaderChanged(kid, kid.substr(0, 20)), kUnknown},
      {"KidLonger", HeaderChanged(kid, kid + "A"), kUnknown},
      {"KidWithNul", HeaderChanged(kid, kid + R"(\u0000)"), kUnknown},
      {"KidNumber", HeaderChanged("\"" + kid + "\"", "7"), kMalformed},
      {"KidNull", HeaderChanged("\"" + kid + "\"", "null"), kMalformed},
      {"EmbeddedKey", HeaderChanged("{", "{\"jwk\":" + Rfc8037Key().verifying_key().ToJwk() + ","),
       kMalformed},
      {"KeyUrl", HeaderChanged("{", R"({"jku":"https://example.com/jwks.json",)"), kMalformed},
      {"CertificateUrl", HeaderChanged("{", R"({"x5u":"https://example.com/cert",)"), kMalformed},
      {"CertificateChain", HeaderChanged("{", R"({"x5c":["MIIB"],)"), kMalformed},
      {"CriticalExtension", HeaderChanged("{", R"({"crit":["exp"],"exp":1,)"), kMalformed},
      {"CriticalEmpty", HeaderChanged("{", R"({"crit":[],)"), kMalformed},
      {"UnencodedPayload", HeaderChanged("{", R"({"b64":false,"crit":["b64"],)"), kMalformed},
      {"Compressed", HeaderChanged("{", R"({"zip":"DEF",)"), kMalformed},
      {"TypMissing", HeaderChanged(R"(,"typ":"at+jwt")", ""), "TOKEN_TYPE_WRONG"},
      {"TypPlainJwt", HeaderChanged("at+jwt", "JWT"), "TOKEN_TYPE_WRONG"},
      {"TypJoinTicket", HeaderChanged("at+jwt", "oofgg-join+jwt"), "TOKEN_TYPE_WRONG"},
      {"TypNumber", HeaderChanged("\"at+jwt\"", "0"), kMalformed},
  };
}

std::vector<Hostile> BadSignatures() {
  const std::string other = Forgery{Header(), kOurClaims}.SignedBy(SigningKey::Generate().value());
  const std::vector<std::string> parts = PartsOf(Good());
  const std::string admin = base::Base64UrlEncode(Replaced(kOurClaims, "\"user\"", "\"admin\""));
  constexpr const char* kReason = "TOKEN_SIGNATURE_INVALID";
  return {
      {"SignatureStripped", parts[0] + "." + parts[1] + ".", kReason},
      {"SignatureOfAnotherKey", other, kReason},
      {"SignatureBitFlipped", SignatureChanged([](std::string& s) { s[5] = static_cast<char>(s[5] ^ 1); }),
       kReason},
      {"SignatureTruncated", SignatureChanged([](std::string& s) { s.resize(63); }), kReason},
      {"SignatureExtended", SignatureChanged([](std::string& s) { s += '\0'; }), kReason},
      {"SignatureDoubled", SignatureChanged([](std::string& s) { s += s; }), kReason},
      {"SignatureZeroed", SignatureChanged([](std::string& s) { s.assign(64, '\0'); }), kReason},
      {"SignatureMalleated", SignatureChanged(AddGroupOrder), kReason},
      {"SignatureHalvesSwapped", SignatureChanged([](std::string& s) { s = s.substr(32) + s.substr(0, 32); }),
       kReason},
      {"PayloadSwapped", parts[0] + "." + admin + "." + parts[2], kReason},
      {"HeaderSwapped", base::Base64UrlEncode(Header() + " ") + "." + parts[1] + "." + parts[2], kReason},
      {"PayloadEmptied", parts[0] + ".." + parts[2], kReason},
      {"SignedOverDecodedBytes",
       Forgery{Header(), kOurClaims}.WithSignature(Rfc8037Key().Sign(Header() + "." + kOurClaims).value()),
       kReason},
  };
}

std::vector<Hostile> BadClaims() {
  constexpr const char* kBadClaim = "TOKEN_CLAIM_INVALID";
  constexpr const char* kAudience = "TOKEN_AUDIENCE_WRONG";
  return {
      {"IssOther", ClaimChanged("oofgg-auth", "evil"), "TOKEN_ISSUER_WRONG"},
      {"IssPrefix", ClaimChanged("oofgg-auth", "oofgg-auth.evil"), "TOKEN_ISSUER_WRONG"},
      {"IssOtherCase", ClaimChanged("oofgg-auth", "OOFGG-AUTH"), "TOKEN_ISSUER_WRONG"},
      {"IssMissing", ClaimChanged(R"("iss":"oofgg-auth",)", ""), kBadClaim},
      {"IssArray", ClaimChanged("\"oofgg-auth\"", R"(["oofgg-auth"])"), kBadClaim},
      {"AudOther", ClaimChanged("\"oofgg\"", "\"other\""), kAudience},
      {"AudArrayOfOthers", ClaimChanged("\"oofgg\"", R"(["a","oofgg "])"), kAudience},
      {"AudMissing", ClaimChanged(R"("aud":"oofgg",)", ""), kBadClaim},
      {"AudEmptyArray", ClaimChanged("\"oofgg\"", "[]"), kBadClaim},
      {"AudNumber", ClaimChanged("\"oofgg\"", "1"), kBadClaim},
      {"AudObject", ClaimChanged("\"oofgg\"", R"({"oofgg":1})"), kBadClaim},
      {"AudMixedArray", ClaimChanged("\"oofgg\"", R"(["oofgg",1])"), kBadClaim},
      {"AudTooMany",
       ClaimChanged("\"oofgg\"",
                    R"(["a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","oofgg"])"),
       kBadClaim},
      {"SubMissing", ClaimChanged(R"("sub":"MARKER-sub",)", ""), kBadClaim},
      {"SubEmpty", ClaimChanged("MARKER-sub", ""), kBadClaim},
      {"SubNumber", ClaimChanged("\"MARKER-sub\"", "1"), kBadClaim},
      {"SubNull", ClaimChanged("\"MARKER-sub\"", "null"), kBadClaim},
      {"SubWithNewline", ClaimChanged("MARKER-sub", R"(a\nb)"), kBadClaim},
      {"SubWithNul", ClaimChanged("MARKER-sub", R"(admin\u0000)"), kBadClaim},
      {"SubHuge", ClaimChanged("MARKER-sub", std::string(300, 'a')), kBadClaim},
      {"RoleMissing", ClaimChanged(R"("role":"user",)", ""), kBadClaim},
      {"RoleArray", ClaimChanged("\"user\"", R"(["user","admin"])"), kBadClaim},
      {"RoleOtherCase", ClaimChanged("\"role\"", "\"Role\""), kBadClaim},
      {"SidMissing", ClaimChanged(R"("sid":"MARKER-sid",)", ""), kBadClaim},
      {"JtiMissing", ClaimChanged(R"("jti":"MARKER-jti",)", ""), kBadClaim},
      {"ExpMissing", ClaimChanged(R"(,"exp":1893456900)", ""), kBadClaim},
      {"ExpString", ClaimChanged("1893456900", "\"1893456900\""), kBadClaim},
      {"ExpFraction", ClaimChanged("1893456900", "1893456900.5"), kBadClaim},
      {"ExpExponent", ClaimChanged("1893456900", "1e30"), kBadClaim},
      {"ExpNegative", ClaimChanged("1893456900", "-1893456900"), kBadClaim},
      {"ExpBeyondSigned", ClaimChanged("1893456900", "18446744073709551615"), kBadClaim},
      {"ExpBeyondNanoseconds", ClaimChanged("1893456900", "9223372036854775807"), kBadClaim},
      {"ExpBool", ClaimChanged("1893456900", "true"), kBadClaim},
      {"ExpNotAfterIat", ClaimChanged("1893456900", "1893456000"), kBadClaim},
      {"IatMissing", ClaimChanged(R"("iat":1893456000,)", ""), kBadClaim},
      {"NbfString", ClaimChanged("\"nbf\":1893456000", R"("nbf":"now")"), kBadClaim},
      {"ExpiredLongAgo",
       ClaimChanged("\"iat\":1893456000,\"nbf\":1893456000,\"exp\":1893456900",
                    "\"iat\":1,\"nbf\":1,\"exp\":2"),
       "TOKEN_EXPIRED"},
      {"ExpiredJustNow",
       ClaimChanged("\"iat\":1893456000,\"nbf\":1893456000,\"exp\":1893456900",
                    "\"iat\":1893455000,\"nbf\":1893455000,\"exp\":1893455970"),
       "TOKEN_EXPIRED"},
      {"NbfInFuture", ClaimChanged("\"nbf\":1893456000", "\"nbf\":1893456031"), "TOKEN_NOT_YET_VALID"},
      {"IatInFuture", ClaimChanged("\"iat\":1893456000", "\"iat\":1893456031"), "TOKEN_NOT_YET_VALID"},
      {"OtherTextTooLong", ClaimChanged("{", R"({"note":")" + std::string(257, 'n') + "\","), kBadClaim},
  };
}

class HostileTokenTest : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileTokenTest, IsRefusedWithItsReasonAndNoneOfItsContent) {
  const oofgg::testing::FakeClock clock;
  const TokenVerifier verifier(clock, SetOf(Rfc8037Key()));
  const auto verified = verifier.Verify(GetParam().token);
  ASSERT_FALSE(verified.ok());
  EXPECT_EQ(verified.status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(verified.status()), GetParam().reason) << verified.status();
  EXPECT_THAT(std::string(verified.status().message()), ::testing::Not(::testing::HasSubstr("MARKER")));
}

std::string NameOfHostile(const ::testing::TestParamInfo<Hostile>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Form, HostileTokenTest, ::testing::ValuesIn(BadForms()), NameOfHostile);
INSTANTIATE_TEST_SUITE_P(Header, HostileTokenTest, ::testing::ValuesIn(BadHeaders()), NameOfHostile);
INSTANTIATE_TEST_SUITE_P(Signature, HostileTokenTest, ::testing::ValuesIn(BadSignatures()), NameOfHostile);
INSTANTIATE_TEST_SUITE_P(Claims, HostileTokenTest, ::testing::ValuesIn(BadClaims()), NameOfHostile);

// What the tables vary is good when left alone, and what is unusual but right is let in.
TEST(HostileToken, TheOriginalAndItsHarmlessVariantsAreAccepted) {
  const oofgg::testing::FakeClock clock;
  const TokenVerifier verifier(clock, SetOf(Rfc8037Key()));
  const std::vector<std::string> fine = {
      Good(),
      HeaderChanged("at+jwt", "application/at+jwt"),
      HeaderChanged("{", "{ \"x-other\" : 1 ,\n"),
      ClaimChanged("\"oofgg\"", R"(["other","oofgg"])"),
      ClaimChanged("\"nbf\":1893456000,", ""),
      ClaimChanged("{", R"({"other":{"a":[1,2.5,null]},)"),
      ClaimChanged("\"nbf\":1893456000", "\"nbf\":1893456030"),
  };
  for (const std::string& token : fine) {
    EXPECT_TRUE(verifier.Verify(token).ok()) << verifier.Verify(token).status() << " " << token;
  }
}

TEST(HostileToken, EveryCutOfAGoodTokenIsRefused) {
  const oofgg::testing::FakeClock clock;
  const TokenVerifier verifier(clock, SetOf(Rfc8037Key()));
  const std::string good = Good();
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(verifier.Verify(std::string_view(good).substr(0, length)).ok()) << length;
  }
}

TEST(HostileToken, EveryChangedCharacterOfAGoodTokenIsRefused) {
  const oofgg::testing::FakeClock clock;
  const TokenVerifier verifier(clock, SetOf(Rfc8037Key()));
  const std::string good = Good();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verifier.Verify(changed).ok()) << at;
  }
}

}  // namespace
}  // namespace oofgg::auth
