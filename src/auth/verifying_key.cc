#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/param_build.h>

#include <utility>

#include "auth/digest.h"
#include "auth/ecdsa_form.h"
#include "auth/hmac_key.h"
#include "auth/key_sizes.h"
#include "auth/openssl_ptr.h"
#include "auth/strict_json.h"
#include "base/encoding.h"
#include "oofgg/auth/keys.h"

namespace oofgg::auth {

std::string_view AlgorithmName(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::kEdDsa:
      return "EdDSA";
    case KeyAlgorithm::kEs256:
      return "ES256";
    case KeyAlgorithm::kHs256:
      return "HS256";
    case KeyAlgorithm::kRs256:
      return "RS256";
  }
  return "";
}

bool IsAlgorithmOfOurs(std::string_view name) {
  return name == "EdDSA" || name == "ES256" || name == "HS256" || name == "RS256";
}

struct VerifyingKey::Impl {
  /// `members` are those that make up the thumbprint (RFC 7638 section 3.2): nlohmann's objects print as it
  /// asks, sorted and without white space.
  Impl(KeyAlgorithm algorithm_in, const nlohmann::json& members, std::string_view kid_in)
      : algorithm(algorithm_in),
        thumbprint(base::Base64UrlEncode(Sha256(ToLine(members)))),
        kid(kid_in.empty() ? thumbprint : std::string(kid_in)) {
    if (algorithm == KeyAlgorithm::kHs256) return;
    nlohmann::json published = members;
    published.update({{"use", "sig"}, {"alg", AlgorithmName(algorithm)}, {"kid", kid}});
    jwk = ToLine(published);
  }

  /// Prepares to verify with `pkey`; false if OpenSSL will not.
  bool Prepare(EVP_PKEY* pkey) {
    prepared.reset(EVP_MD_CTX_new());
    const EVP_MD* digest = algorithm == KeyAlgorithm::kEdDsa ? nullptr : EVP_sha256();
    return prepared != nullptr && EVP_DigestVerifyInit(prepared.get(), nullptr, digest, nullptr, pkey) == 1;
  }

  /// `signature` in OpenSSL's form.
  [[nodiscard]] bool VerifiesPrepared(std::string_view message, std::string_view signature) const {
    const MdCtxPtr context = CopyOf(prepared.get());
    return context != nullptr && EVP_DigestVerify(context.get(), AsBytes(signature), signature.size(),
                                                  AsBytes(message), message.size()) == 1;
  }

  const KeyAlgorithm algorithm;
  const std::string thumbprint;
  const std::string kid;
  std::string jwk;
  MdCtxPtr prepared;                    // Of a public key.
  std::unique_ptr<const HmacKey> hmac;  // Of a secret.
};

namespace {

constexpr std::size_t kEd25519SignatureBytes = 64;
constexpr std::size_t kMinRsaBits = 2048;
constexpr std::size_t kMaxRsaBits = 8192;
constexpr std::size_t kMaxRsaExponentBytes = 4;
constexpr std::size_t kMinSecretBytes = 32;
constexpr std::size_t kMaxSecretBytes = 512;

using BignumPtr = std::unique_ptr<BIGNUM, OpensslDeleter<BN_free>>;
using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, OpensslDeleter<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, OpensslDeleter<OSSL_PARAM_free>>;

/// Null if OpenSSL finds that the parts do not make a public key.
PkeyPtr PublicKeyFrom(const char* type, OSSL_PARAM* parts) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* pkey = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &pkey, EVP_PKEY_PUBLIC_KEY, parts) != 1) {
    return nullptr;
  }
  return PkeyPtr(pkey);
}

/// Whether the point is one of the curve, and not its zero.
bool IsSound(EVP_PKEY* pkey) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr));
  return context != nullptr && EVP_PKEY_public_check(context.get()) == 1;
}

std::size_t BitsOf(std::string_view number) {
  std::size_t bits = number.size() * 8;
  for (int mask = 0x80; mask > 0 && (number[0] & mask) == 0; mask >>= 1) --bits;
  return bits;
}

Status CheckRsaNumbers(std::string_view modulus, std::string_view exponent) {
  const auto is_odd_and_minimal = [](std::string_view number) {
    return !number.empty() && number.front() != 0 && (number.back() & 1) != 0;
  };
  if (!is_odd_and_minimal(modulus) || !is_odd_and_minimal(exponent)) {
    return InvalidField("key", "an RSA key's n and e are odd, and do not begin with a zero byte");
  }
  const std::size_t bits = BitsOf(modulus);
  if (bits < kMinRsaBits || bits > kMaxRsaBits)
    return InvalidField("key", "an RSA key has 2048 to 8192 bits");
  if (exponent.size() > kMaxRsaExponentBytes || (exponent.size() == 1 && exponent[0] == 1)) {
    return InvalidField("key", "an RSA key's e is from 3 to 4294967295");
  }
  return {};
}

PkeyPtr RsaKeyFrom(std::string_view modulus, std::string_view exponent) {
  const auto number = [](std::string_view bytes) {
    return BignumPtr(BN_bin2bn(AsBytes(bytes), static_cast<int>(bytes.size()), nullptr));
  };
  const BignumPtr n = number(modulus);
  const BignumPtr e = number(exponent);
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  const ParamsPtr parts(OSSL_PARAM_BLD_to_param(builder.get()));
  return PublicKeyFrom("RSA", parts.get());
}

PkeyPtr P256KeyFrom(std::string_view x, std::string_view y) {
  std::string group = "P-256";
  std::string point = "\x04" + std::string(x) + std::string(y);  // Uncompressed, by SEC 1.
  OSSL_PARAM parts[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  PkeyPtr pkey = PublicKeyFrom("EC", parts);
  if (pkey != nullptr && !IsSound(pkey.get())) pkey.reset();
  return pkey;
}

}  // namespace

StatusOr<VerifyingKey> VerifyingKey::FromEd25519(std::string_view raw, std::string_view kid) {
  if (raw.size() != kEd25519KeyBytes) return InvalidField("key", "an Ed25519 public key has 32 bytes");
  const OpensslErrorScope errors;
  const PkeyPtr pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, AsBytes(raw), raw.size()));
  const nlohmann::json members = {{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", base::Base64UrlEncode(raw)}};
  auto impl = std::make_shared<Impl>(KeyAlgorithm::kEdDsa, members, kid);
  if (pkey == nullptr || !impl->Prepare(pkey.get())) {
    return InvalidField("key", "not an Ed25519 public key");
  }
  return VerifyingKey(std::move(impl));
}

StatusOr<VerifyingKey> VerifyingKey::FromP256(std::string_view x, std::string_view y, std::string_view kid) {
  if (x.size() != kP256CoordinateBytes || y.size() != kP256CoordinateBytes) {
    return InvalidField("key", "a coordinate of a P-256 key has 32 bytes");
  }
  const OpensslErrorScope errors;
  const PkeyPtr pkey = P256KeyFrom(x, y);
  const nlohmann::json members = {
      {"crv", "P-256"}, {"kty", "EC"}, {"x", base::Base64UrlEncode(x)}, {"y", base::Base64UrlEncode(y)}};
  auto impl = std::make_shared<Impl>(KeyAlgorithm::kEs256, members, kid);
  if (pkey == nullptr || !impl->Prepare(pkey.get())) return InvalidField("key", "not a point of P-256");
  return VerifyingKey(std::move(impl));
}

StatusOr<VerifyingKey> VerifyingKey::FromRsa(std::string_view modulus, std::string_view exponent,
                                             std::string_view kid) {
  OOFGG_RETURN_IF_ERROR(CheckRsaNumbers(modulus, exponent));
  const OpensslErrorScope errors;
  const PkeyPtr pkey = RsaKeyFrom(modulus, exponent);
  const nlohmann::json members = {
      {"e", base::Base64UrlEncode(exponent)}, {"kty", "RSA"}, {"n", base::Base64UrlEncode(modulus)}};
  auto impl = std::make_shared<Impl>(KeyAlgorithm::kRs256, members, kid);
  if (pkey == nullptr || !impl->Prepare(pkey.get())) return InvalidField("key", "not an RSA public key");
  return VerifyingKey(std::move(impl));
}

StatusOr<VerifyingKey> VerifyingKey::FromSecret(std::string_view secret, std::string_view kid) {
  if (secret.size() < kMinSecretBytes || secret.size() > kMaxSecretBytes) {
    return InvalidField("key", "a secret for HS256 has 32 to 512 bytes");
  }
  // Whoever sees a thumbprint can try secrets against it; of 32 random bytes that is no loss.
  const nlohmann::json members = {{"k", base::Base64UrlEncode(secret)}, {"kty", "oct"}};
  auto impl = std::make_shared<Impl>(KeyAlgorithm::kHs256, members, kid);
  impl->hmac = HmacKey::Make(secret);
  if (impl->hmac == nullptr) return MakeStatus(StatusCode::kInternal, "preparing an HMAC failed in OpenSSL");
  return VerifyingKey(std::move(impl));
}

KeyAlgorithm VerifyingKey::algorithm() const { return impl_->algorithm; }

const std::string& VerifyingKey::kid() const { return impl_->kid; }

const std::string& VerifyingKey::Thumbprint() const { return impl_->thumbprint; }

const std::string& VerifyingKey::ToJwk() const { return impl_->jwk; }

bool VerifyingKey::Verifies(std::string_view message, std::string_view signature) const {
  const OpensslErrorScope errors;
  switch (impl_->algorithm) {
    case KeyAlgorithm::kEdDsa:
      return signature.size() == kEd25519SignatureBytes && impl_->VerifiesPrepared(message, signature);
    case KeyAlgorithm::kEs256: {
      const std::string der = EcdsaDerOf(signature);
      return !der.empty() && impl_->VerifiesPrepared(message, der);
    }
    case KeyAlgorithm::kRs256:
      return impl_->VerifiesPrepared(message, signature);  // OpenSSL asks for exactly the modulus' length.
    case KeyAlgorithm::kHs256: {
      const std::string mac = impl_->hmac->Mac(message);
      return !mac.empty() && mac.size() == signature.size() &&
             CRYPTO_memcmp(mac.data(), signature.data(), mac.size()) == 0;
    }
  }
  return false;
}

}  // namespace oofgg::auth
