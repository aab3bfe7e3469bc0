#include <utility>

#include "auth/digest.h"
#include "auth/openssl_ptr.h"
#include "auth/strict_json.h"
#include "base/encoding.h"
#include "oofgg/auth/jwks.h"

namespace oofgg::auth {

std::string_view AlgorithmName(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::kEdDsa:
      return "EdDSA";
  }
  return "";
}

struct PublicKey::Impl {
  KeyAlgorithm algorithm;
  std::string kid;
  std::string raw;  // As in the JWK's `x`.
  PkeyPtr pkey;
};

namespace {

constexpr std::size_t kEd25519KeyBytes = 32;
constexpr std::size_t kEd25519SignatureBytes = 64;

/// RFC 8037 section 2 and RFC 7638 section 3.2: the required members in the order of their names.
std::string CanonicalEd25519Jwk(std::string_view raw) {
  return R"({"crv":"Ed25519","kty":"OKP","x":")" + base::Base64UrlEncode(raw) + "\"}";
}

std::string ThumbprintOf(std::string_view raw) {
  return base::Base64UrlEncode(Sha256(CanonicalEd25519Jwk(raw)));
}

}  // namespace

StatusOr<PublicKey> PublicKey::FromEd25519(std::string_view raw, std::string_view kid) {
  if (raw.size() != kEd25519KeyBytes) return InvalidField("key", "an Ed25519 public key has 32 bytes");
  const OpensslErrorScope errors;
  PkeyPtr pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, AsBytes(raw), raw.size()));
  if (pkey == nullptr) return InvalidField("key", "not an Ed25519 public key");
  return PublicKey(
      std::make_shared<const Impl>(Impl{.algorithm = KeyAlgorithm::kEdDsa,
                                        .kid = kid.empty() ? ThumbprintOf(raw) : std::string(kid),
                                        .raw = std::string(raw),
                                        .pkey = std::move(pkey)}));
}

KeyAlgorithm PublicKey::algorithm() const { return impl_->algorithm; }

const std::string& PublicKey::kid() const { return impl_->kid; }

std::string PublicKey::Thumbprint() const { return ThumbprintOf(impl_->raw); }

std::string PublicKey::ToJwk() const {
  return ToLine({{"kty", "OKP"},
                 {"crv", "Ed25519"},
                 {"use", "sig"},
                 {"alg", AlgorithmName(impl_->algorithm)},
                 {"kid", impl_->kid},
                 {"x", base::Base64UrlEncode(impl_->raw)}});
}

bool PublicKey::Verifies(std::string_view message, std::string_view signature) const {
  if (signature.size() != kEd25519SignatureBytes) return false;
  const OpensslErrorScope errors;
  const MdCtxPtr context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, impl_->pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), AsBytes(signature), signature.size(), AsBytes(message),
                          message.size()) == 1;
}

}  // namespace oofgg::auth
