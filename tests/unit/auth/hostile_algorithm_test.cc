#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "auth/ecdsa_form.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/unit/auth/rsa_signer.h"
#include "tests/unit/auth/token_forge.h"

// What an attacker may try where keys of several algorithms are trusted at once: to have one key's material
// used with another key's algorithm, and signatures that a careless reader takes for good.
namespace oofgg::auth {
namespace {

using testing::Forgery;
using testing::Replaced;
using testing::RsaSigner;

constexpr const char* kGoodClaims =
    R"({"iss":"oofgg-auth","aud":"oofgg","sub":"MARKER-sub","role":"user","sid":"s",)"
    R"("jti":"j","iat":1893456000,"nbf":1893456000,"exp":1893456900})";

/// The keys that the verifier trusts, one of each kind.
struct Keys {
  SigningKey ed = testing::Rfc8037Key();
  SigningKey ec = SigningKey::Generate(KeyAlgorithm::kEs256).value();
  std::string secret = std::string(32, 'S');
  SigningKey hs = SigningKey::FromSecret(secret, "legacy").value();
  RsaSigner rsa;

  [[nodiscard]] Jwks Set() const {
    return Jwks::Of({ed.verifying_key(), ec.verifying_key(), hs.verifying_key(), rsa.verifying_key()})
        .value();
  }
};

const Keys& Trusted() {
  static const Keys keys;
  return keys;
}

Forgery With(std::string_view algorithm, std::string_view kid) {
  return {R"({"alg":")" + std::string(algorithm) + R"(","kid":")" + std::string(kid) + R"(","typ":"at+jwt"})",
          kGoodClaims};
}

Forgery Ec() { return With("ES256", Trusted().ec.kid()); }
Forgery Hs() { return With("HS256", Trusted().hs.kid()); }
Forgery Rsa() { return With("RS256", Trusted().rsa.verifying_key().kid()); }

std::string SignedByRsa(const Forgery& forgery) {
  return forgery.WithSignature(Trusted().rsa.Sign(forgery.SignedPart()));
}

struct ForgedToken {
  std::string name;
  std::string token;
  const char* reason;
};

constexpr const char* kMismatch = "TOKEN_ALGORITHM_MISMATCH";
constexpr const char* kInvalid = "TOKEN_SIGNATURE_INVALID";

/// Every key's name under every algorithm that is not its own, signed well by that key.
std::vector<ForgedToken> SwappedAlgorithms() {
  const std::pair<const char*, std::string> kids[] = {{"EdDSA", Trusted().ed.kid()},
                                                      {"ES256", Trusted().ec.kid()},
                                                      {"HS256", Trusted().hs.kid()},
                                                      {"RS256", Trusted().rsa.verifying_key().kid()}};
  const char* names[] = {"EdDSA", "ES256", "HS256", "RS256", "none",  "None",  "NONE",    "nOnE",   "",
                         "HS384", "HS512", "RS512", "PS256", "ES384", "es256", "ES256K ", "Ed25519"};
  std::vector<ForgedToken> all;
  for (const auto& [own, kid] : kids) {
    for (const char* name : names) {
      if (std::string_view(name) == own) continue;
      const Forgery forgery = With(name, kid);
      std::string token = forgery.SignedBy(Trusted().ed);
      if (std::string_view(own) == "ES256") token = forgery.SignedBy(Trusted().ec);
      if (std::string_view(own) == "HS256") token = forgery.SignedBy(Trusted().hs);
      if (std::string_view(own) == "RS256") token = SignedByRsa(forgery);
      all.push_back({std::string(own) + "As" + std::to_string(all.size()), token, kMismatch});
      if (std::string_view(name).size() == 4) {  // none, in any case
        all.push_back({std::string(own) + "Unsigned" + std::to_string(all.size()), forgery.WithSignature(""),
                       kMismatch});
      }
    }
  }
  return all;
}

std::string PemOf(EVP_PKEY* pkey) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, pkey);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

std::string DerOf(EVP_PKEY* pkey) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(pkey, &der);
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

/// A public key is known to all: as an HMAC's secret it must be worth nothing.
std::vector<ForgedToken> ConfusedKeys() {
  const RsaSigner& rsa = Trusted().rsa;
  const std::pair<const char*, std::string> materials[] = {
      {"RsaPem", PemOf(rsa.pkey())},
      {"RsaPemTrimmed", PemOf(rsa.pkey()).substr(0, PemOf(rsa.pkey()).size() - 1)},
      {"RsaDer", DerOf(rsa.pkey())},
      {"RsaModulus", rsa.Number(OSSL_PKEY_PARAM_RSA_N)},
      {"RsaJwk", rsa.verifying_key().ToJwk()},
      {"EcJwk", Trusted().ec.verifying_key().ToJwk()},
      {"EdJwk", Trusted().ed.verifying_key().ToJwk()},
      {"Set", Trusted().Set().ToJson()},
      {"Thumbprint", rsa.verifying_key().kid()},
      {"Nothing", ""},
      {"OneZero", std::string(1, '\0')},
  };
  std::vector<ForgedToken> all;
  for (const auto& [name, material] : materials) {
    const std::string text(name);
    all.push_back(
        {text + "UnderTheRsaKey", With("HS256", rsa.verifying_key().kid()).HmacedWith(material), kMismatch});
    all.push_back(
        {text + "UnderTheEcKey", With("HS256", Trusted().ec.kid()).HmacedWith(material), kMismatch});
    all.push_back({text + "UnderTheSecret", Hs().HmacedWith(material), kInvalid});
  }
  return all;
}

std::string OrderOfP256() {
  return base::HexDecode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").value();
}

/// n - s: the other signature of the same pair, which anybody can compute.
std::string HighOrLowS(const std::string& raw) {
  const auto number = [](std::string_view bytes) {
    return BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()),
                     nullptr);
  };
  BIGNUM* order = number(OrderOfP256());
  BIGNUM* s = number(std::string_view(raw).substr(32));
  BN_sub(s, order, s);
  std::string other = raw;
  BN_bn2binpad(s, reinterpret_cast<unsigned char*>(other.data()) + 32, 32);
  BN_free(order);
  BN_free(s);
  return other;
}

std::vector<ForgedToken> BadEcdsa() {
  const std::string good = Trusted().ec.Sign(Ec().SignedPart()).value();
  const std::string r = good.substr(0, 32);
  const std::string s = good.substr(32);
  const std::string zero(32, '\0');
  const std::string one = std::string(31, '\0') + '\1';
  const std::string order = OrderOfP256();
  const std::string all_ones(32, '\xff');
  const auto with = [](const std::string& signature) { return Ec().WithSignature(signature); };
  return {
      {"EcEmpty", with(""), kInvalid},
      {"EcZeros", with(zero + zero), kInvalid},  // What Java once took for a signature of anything.
      {"EcRZero", with(zero + s), kInvalid},
      {"EcSZero", with(r + zero), kInvalid},
      {"EcROrder", with(order + s), kInvalid},
      {"EcSOrder", with(r + order), kInvalid},
      {"EcBothOrder", with(order + order), kInvalid},
      {"EcBothOne", with(one + one), kInvalid},
      {"EcAllOnes", with(all_ones + all_ones), kInvalid},
      {"EcHalvesSwapped", with(s + r), kInvalid},
      {"EcDer", with(EcdsaDerOf(good)), kInvalid},
      {"EcTruncated", with(good.substr(0, 63)), kInvalid},
      {"EcROnly", with(r), kInvalid},
      {"EcExtended", with(good + '\0'), kInvalid},
      {"EcLeadingZero", with('\0' + good), kInvalid},
      {"EcDoubled", with(good + good), kInvalid},
      {"EcPaddedHalves", with('\0' + r + '\0' + s), kInvalid},
      {"EcHex", with(base::HexEncode(good)), kInvalid},
      {"EcOfAnotherKey", Ec().SignedBy(SigningKey::Generate(KeyAlgorithm::kEs256).value()), kInvalid},
      {"EcOfAnotherKind", Ec().SignedBy(Trusted().ed), kInvalid},
      {"EcOverAnotherPayload",
       Forgery{Ec().header, Replaced(kGoodClaims, "\"user\"", "\"admin\"")}.WithSignature(good), kInvalid},
  };
}

/// Signs like RS256 but for the digest or the padding.
std::string RsaVariant(const std::string& message, const EVP_MD* digest, int padding) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* key = nullptr;
  EVP_DigestSignInit(context, &key, digest, nullptr, Trusted().rsa.pkey());
  EVP_PKEY_CTX_set_rsa_padding(key, padding);
  std::string signature(256, '\0');
  std::size_t size = signature.size();
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(message.data()), message.size());
  EVP_MD_CTX_free(context);
  return signature;
}

std::vector<ForgedToken> BadRsa() {
  const std::string message = Rsa().SignedPart();
  const std::string good = Trusted().rsa.Sign(message);
  const std::string modulus = Trusted().rsa.Number(OSSL_PKEY_PARAM_RSA_N);
  const auto with = [](const std::string& signature) { return Rsa().WithSignature(signature); };
  return {
      {"RsaEmpty", with(""), kInvalid},
      {"RsaZero", with(std::string(256, '\0')), kInvalid},
      {"RsaOne", with(std::string(255, '\0') + '\1'), kInvalid},
      {"RsaModulusAsSignature", with(modulus), kInvalid},
      {"RsaAllOnes", with(std::string(256, '\xff')), kInvalid},
      {"RsaTruncated", with(good.substr(0, 255)), kInvalid},
      {"RsaExtended", with(good + '\0'), kInvalid},
      {"RsaLeadingZero", with('\0' + good), kInvalid},
      {"RsaDoubled", with(good + good), kInvalid},
      {"RsaPss", with(RsaVariant(message, EVP_sha256(), RSA_PKCS1_PSS_PADDING)), kInvalid},
      {"RsaSha1", with(RsaVariant(message, EVP_sha1(), RSA_PKCS1_PADDING)), kInvalid},
      {"RsaSha512", with(RsaVariant(message, EVP_sha512(), RSA_PKCS1_PADDING)), kInvalid},
      {"RsaOfAnotherKey", with(RsaSigner().Sign(message)), kInvalid},
      {"RsaOverAnotherPayload",
       Forgery{Rsa().header, Replaced(kGoodClaims, "\"user\"", "\"admin\"")}.WithSignature(good), kInvalid},
  };
}

std::vector<ForgedToken> BadHmac() {
  const std::string good = Trusted().hs.Sign(Hs().SignedPart()).value();
  const auto with = [](const std::string& mac) { return Hs().WithSignature(mac); };
  return {
      {"MacEmpty", with(""), kInvalid},
      {"MacZeros", with(std::string(32, '\0')), kInvalid},
      {"MacTruncatedTo16", with(good.substr(0, 16)), kInvalid},
      {"MacOneByte", with(good.substr(0, 1)), kInvalid},
      {"MacTruncated", with(good.substr(0, 31)), kInvalid},
      {"MacExtended", with(good + '\0'), kInvalid},
      {"MacDoubled", with(good + good), kInvalid},
      {"MacHex", with(base::HexEncode(good)), kInvalid},
      {"MacOfLongerSecret", Hs().HmacedWith(Trusted().secret + 'S'), kInvalid},
      {"MacOfShorterSecret", Hs().HmacedWith(Trusted().secret.substr(1)), kInvalid},
      {"MacWithoutTheHeader", Hs().WithSignature(Trusted().hs.Sign(kGoodClaims).value()), kInvalid},
  };
}

/// What other readers of JSON and base64url let pass; signed well.
std::vector<ForgedToken> OddTexts() {
  constexpr const char* kMalformed = "TOKEN_MALFORMED";
  constexpr const char* kClaim = "TOKEN_CLAIM_INVALID";
  const auto payload = [](std::string_view what, std::string_view by) {
    return Forgery{Ec().header, Replaced(kGoodClaims, what, by)}.SignedBy(Trusted().ec);
  };
  const auto header = [](std::string_view what, std::string_view by) {
    return Forgery{Replaced(Ec().header, what, by), kGoodClaims}.SignedBy(Trusted().ec);
  };
  const std::string good = Ec().SignedBy(Trusted().ec);
  const std::size_t dot = good.find('.');
  const auto inserted = [&](std::size_t at, std::string_view what) {
    return good.substr(0, at) + std::string(what) + good.substr(at);
  };
  return {
      {"KidOfAnotherKey", With("ES256", Trusted().ed.kid()).SignedBy(Trusted().ec), kMismatch},
      {"KidOfAnotherKeyAndItsAlgorithm", With("EdDSA", Trusted().ed.kid()).SignedBy(Trusted().ec), kInvalid},
      {"KidArray", header("\"" + Trusted().ec.kid() + "\"", R"([")" + Trusted().ec.kid() + "\"]"),
       kMalformed},
      {"KidTwice", header("{", R"({"kid":"x",)"), kMalformed},
      {"KidTwiceByEscape", header("{", R"({"\u006bid":"x",)"), kMalformed},
      {"AlgTwiceByEscape", header("{", R"({"\u0061lg":"none",)"), kMalformed},
      {"AlgNull", header("\"ES256\"", "null"), kMalformed},
      {"AlgObject", header("\"ES256\"", R"({"ES256":1})"), kMalformed},
      {"AlgWithNul", header("ES256", R"(ES256\u0000)"), kMismatch},
      {"AlgWithBlank", header("ES256", "ES256 "), kMismatch},
      {"AlgUpperName", header("\"alg\"", "\"ALG\""), kMalformed},
      {"TypArray", header("\"at+jwt\"", R"(["at+jwt"])"), kMalformed},
      {"TypPrefix", header("at+jwt", "at+jw"), "TOKEN_TYPE_WRONG"},
      {"TypOtherMedia", header("at+jwt", "text/at+jwt"), "TOKEN_TYPE_WRONG"},
      {"TypDpop", header("at+jwt", "dpop+jwt"), "TOKEN_TYPE_WRONG"},
      {"TypLogout", header("at+jwt", "logout+jwt"), "TOKEN_TYPE_WRONG"},
      {"HeaderLoneSurrogate", header("{", R"({"x":"\ud800",)"), kMalformed},
      {"HeaderSwappedSurrogates", header("{", R"({"x":"\udc00\ud800",)"), kMalformed},
      {"HeaderTrailingComma", header("}", ",}"), kMalformed},
      {"HeaderSingleQuotes", header("\"ES256\"", "'ES256'"), kMalformed},
      {"HeaderRawNewline", header("ES256", "ES256\n"), kMalformed},
      {"HeaderNotANumber", header("{", R"({"x":NaN,)"), kMalformed},
      {"HeaderUtf16", Forgery{std::string("\xff\xfe{\0}\0", 6), kGoodClaims}.SignedBy(Trusted().ec),
       kMalformed},
      {"HeaderUnquotedName", header("\"alg\"", "alg"), kMalformed},
      {"PayloadLoneSurrogate", payload("MARKER-sub", R"(\udfff)"), kMalformed},
      {"PayloadOverlongUtf8", payload("MARKER-sub", "\xc0\xaf"), kMalformed},
      {"PayloadEncodedSurrogate", payload("MARKER-sub", "\xed\xa0\x80"), kMalformed},
      {"PayloadTrailingComma", payload("}", ",}"), kMalformed},
      {"PayloadIsAToken", Forgery{Ec().header, good}.SignedBy(Trusted().ec), kMalformed},
      {"SubTwiceByEscape", payload("{", R"({"s\u0075b":"admin",)"), kMalformed},
      {"RoleTwiceInANestedObject", payload("{", R"({"x":{"role":"a","role":"b"},)"), kMalformed},
      {"AudTwice", payload("{", R"({"aud":"oofgg",)"), kMalformed},
      {"ExpLeadingZero", payload("1893456900", "01893456900"), kMalformed},
      {"ExpPlus", payload("1893456900", "+1893456900"), kMalformed},
      {"ExpHex", payload("1893456900", "0x70DBD880"), kMalformed},
      {"ExpInfinity", payload("1893456900", "Infinity"), kMalformed},
      {"ExpHugeExponent", payload("1893456900", "1e999"), kMalformed},
      {"ExpWholeFraction", payload("1893456900", "1893456900.0"), kClaim},
      {"ExpWholeExponent", payload("1893456900", "1893456900e0"), kClaim},
      {"ExpArray", payload("1893456900", "[1893456900]"), kClaim},
      {"ExpNull", payload("1893456900", "null"), kClaim},
      {"ExpHugeInteger", payload("1893456900", std::string(400, '9')), kMalformed},
      {"ExpBeyondUnsigned", payload("1893456900", "18446744073709551616"), kClaim},
      {"IatNegative", payload("\"iat\":1893456000", "\"iat\":-1"), kClaim},
      {"NbfHuge", payload("\"nbf\":1893456000", "\"nbf\":9007199254740993"), kClaim},
      {"NbfNull", payload("\"nbf\":1893456000", "\"nbf\":null"), kClaim},
      {"IssNumber", payload("\"oofgg-auth\"", "1"), kClaim},
      {"JtiObject", payload("\"j\"", "{}"), kClaim},
      {"SidArray", payload("\"sid\":\"s\"", R"("sid":["s"])"), kClaim},
      {"SubBool", payload("\"MARKER-sub\"", "true"), kClaim},
      {"SubDelete", payload("MARKER-sub", "\x7f"), kClaim},
      {"NewlineInHeader", inserted(4, "\n"), kMalformed},
      {"CarriageReturnInPayload", inserted(dot + 4, "\r\n"), kMalformed},
      {"TabInSignature", inserted(good.size() - 4, "\t"), kMalformed},
      {"NulInPayload", inserted(dot + 4, std::string_view("\0", 1)), kMalformed},
      {"PaddingInTheMiddle", inserted(dot + 4, "="), kMalformed},
      {"PaddedPayload", inserted(good.rfind('.'), "="), kMalformed},
      {"PlusInPayload", inserted(dot + 4, "+"), kMalformed},
      {"SlashInHeader", inserted(4, "/"), kMalformed},
      {"NonAsciiInHeader", inserted(4, "\xc3\xa9"), kMalformed},
      {"WideDot", Replaced(good, ".", "\xe2\x80\xa4"), kMalformed},
      {"TwoTokens", good + "," + good, kMalformed},
      {"Quoted", "\"" + good + "\"", kMalformed},
  };
}

std::vector<ForgedToken> Everything() {
  std::vector<ForgedToken> all;
  for (auto make : {SwappedAlgorithms, ConfusedKeys, BadEcdsa, BadRsa, BadHmac, OddTexts}) {
    for (ForgedToken& hostile : make()) all.push_back(std::move(hostile));
  }
  return all;
}

class HostileAlgorithmTest : public ::testing::TestWithParam<ForgedToken> {
 protected:
  oofgg::testing::FakeClock clock_;
  TokenVerifier verifier_{clock_, Trusted().Set()};
};

TEST_P(HostileAlgorithmTest, IsRefusedWithItsReasonAndNoneOfItsContent) {
  const Status status = verifier_.Verify(GetParam().token).status();
  EXPECT_EQ(status.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(status), GetParam().reason) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::Not(::testing::HasSubstr("MARKER")));
}

std::string NameOfForged(const ::testing::TestParamInfo<ForgedToken>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Table, HostileAlgorithmTest, ::testing::ValuesIn(Everything()), NameOfForged);

// What the tables vary is good when left alone.
TEST(HostileAlgorithm, TheOriginalsAreAccepted) {
  const oofgg::testing::FakeClock clock;
  const TokenVerifier verifier(clock, Trusted().Set());
  const std::string fine[] = {
      Ec().SignedBy(Trusted().ec),
      Hs().HmacedWith(Trusted().secret),
      SignedByRsa(Rsa()),
      With("EdDSA", Trusted().ed.kid()).SignedBy(Trusted().ed),
      // The same texts, written otherwise.
      Forgery{Replaced(Ec().header, "ES256", R"(\u0045S256)"), kGoodClaims}.SignedBy(Trusted().ec),
      Forgery{Replaced(Ec().header, "{", R"({"cty":"json",)"), kGoodClaims}.SignedBy(Trusted().ec),
  };
  for (const std::string& token : fine) {
    EXPECT_TRUE(verifier.Verify(token).ok()) << verifier.Verify(token).status() << " " << token;
  }
}

// RFC 7518 does not ask for the lower s, and signers do not give it: both are the key's. A token is thus not
// known by its signature; what is revoked is known by its `jti` and `sid`.
TEST(HostileAlgorithm, EcdsaHasTwoSignaturesAndBothAreTaken) {
  const oofgg::testing::FakeClock clock;
  const TokenVerifier verifier(clock, Trusted().Set());
  const std::string good = Trusted().ec.Sign(Ec().SignedPart()).value();
  EXPECT_TRUE(verifier.Verify(Ec().WithSignature(HighOrLowS(good))).ok());
}

}  // namespace
}  // namespace oofgg::auth
