#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include <array>
#include <utility>

#include "auth/ecdsa_form.h"
#include "auth/hmac_key.h"
#include "auth/key_sizes.h"
#include "auth/openssl_ptr.h"
#include "auth/private_file.h"
#include "oofgg/auth/keys.h"
#include "oofgg/random.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kNewSecretBytes = 32;
constexpr std::size_t kMaxSignatureBytes = 80;  // A P-256 signature in DER has 72 at most.
constexpr std::size_t kMaxPemBytes = 16384;

Status CryptoFailed(std::string_view action) {
  return MakeStatus(StatusCode::kInternal, std::string(action) + " failed in OpenSSL");
}

/// Answers that there is no passphrase. OpenSSL's own callback would ask on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

StatusOr<VerifyingKey> PublicHalfOfEd25519(const EVP_PKEY* pkey) {
  std::array<unsigned char, kEd25519KeyBytes> raw{};
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(pkey, raw.data(), &size) != 1) return CryptoFailed("reading a public key");
  return VerifyingKey::FromEd25519({reinterpret_cast<const char*>(raw.data()), size});
}

bool ReadNumber(const EVP_PKEY* pkey, const char* name,
                std::array<unsigned char, kP256CoordinateBytes>& bytes) {
  BIGNUM* number = nullptr;
  const bool read = EVP_PKEY_get_bn_param(pkey, name, &number) == 1 &&
                    BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size())) >= 0;
  BN_free(number);
  return read;
}

bool IsP256(const EVP_PKEY* pkey) {
  std::array<char, 32> group{};
  return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(pkey, group.data(), group.size(), nullptr) == 1 &&
         std::string_view(group.data()) == SN_X9_62_prime256v1;
}

/// Whether public and private half belong together: a file may say anything.
bool IsPair(EVP_PKEY* pkey) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr));
  return context != nullptr && EVP_PKEY_pairwise_check(context.get()) == 1;
}

StatusOr<VerifyingKey> PublicHalfOfP256(EVP_PKEY* pkey) {
  if (!IsPair(pkey)) return InvalidField("key", "its public half is not that of its private half");
  std::array<unsigned char, kP256CoordinateBytes> x{};
  std::array<unsigned char, kP256CoordinateBytes> y{};
  if (!ReadNumber(pkey, OSSL_PKEY_PARAM_EC_PUB_X, x) || !ReadNumber(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, y)) {
    return CryptoFailed("reading a public key");
  }
  const auto text = [](const auto& bytes) {
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  return VerifyingKey::FromP256(text(x), text(y));
}

StatusOr<VerifyingKey> PublicHalf(EVP_PKEY* pkey) {
  if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519) return PublicHalfOfEd25519(pkey);
  if (IsP256(pkey)) return PublicHalfOfP256(pkey);
  return InvalidField(
      "key", "neither an Ed25519 nor a P-256 key; make one with: openssl genpkey -algorithm ed25519");
}

}  // namespace

struct SigningKey::Impl {
  PkeyPtr pkey;                         // Of a pair.
  MdCtxPtr prepared;                    // To sign with it.
  std::unique_ptr<const HmacKey> hmac;  // Of a secret.

  static StatusOr<SigningKey> FromPair(PkeyPtr pkey) {
    OOFGG_ASSIGN_OR_RETURN(VerifyingKey public_half, PublicHalf(pkey.get()));
    auto impl = std::make_shared<Impl>();
    impl->prepared.reset(EVP_MD_CTX_new());
    const EVP_MD* digest = public_half.algorithm() == KeyAlgorithm::kEdDsa ? nullptr : EVP_sha256();
    if (impl->prepared == nullptr ||
        EVP_DigestSignInit(impl->prepared.get(), nullptr, digest, nullptr, pkey.get()) != 1) {
      return CryptoFailed("preparing to sign");
    }
    impl->pkey = std::move(pkey);
    return SigningKey(std::move(impl), std::move(public_half));
  }
};

StatusOr<SigningKey> SigningKey::Generate(KeyAlgorithm algorithm) {
  const OpensslErrorScope errors;
  PkeyPtr pkey;
  switch (algorithm) {
    case KeyAlgorithm::kEdDsa:
      pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
    case KeyAlgorithm::kEs256:
      pkey.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
      break;
    case KeyAlgorithm::kHs256:
      return FromSecret(RandomSource::System().Bytes(kNewSecretBytes));
    case KeyAlgorithm::kRs256:
      return InvalidField("algorithm", "we verify RS256 and do not sign with it; use EdDSA or ES256");
  }
  if (pkey == nullptr) return CryptoFailed("generating a key");
  return Impl::FromPair(std::move(pkey));
}

StatusOr<SigningKey> SigningKey::FromEd25519Seed(std::string_view seed) {
  const OpensslErrorScope errors;
  if (seed.size() != kEd25519KeyBytes) return InvalidField("key", "an Ed25519 seed has 32 bytes");
  PkeyPtr pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, AsBytes(seed), seed.size()));
  if (pkey == nullptr) return CryptoFailed("reading a private key");
  return Impl::FromPair(std::move(pkey));
}

StatusOr<SigningKey> SigningKey::FromSecret(std::string_view secret, std::string_view kid) {
  OOFGG_ASSIGN_OR_RETURN(VerifyingKey verifying_key, VerifyingKey::FromSecret(secret, kid));
  auto impl = std::make_shared<Impl>();
  impl->hmac = HmacKey::Make(secret);
  if (impl->hmac == nullptr) return CryptoFailed("preparing to sign");
  return SigningKey(std::move(impl), std::move(verifying_key));
}

StatusOr<SigningKey> SigningKey::FromPem(std::string_view pem) {
  const OpensslErrorScope errors;
  if (pem.size() > kMaxPemBytes) return InvalidField("key", "too large for a PEM private key");
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) return CryptoFailed("reading a private key");
  PkeyPtr pkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  if (pkey == nullptr) return InvalidField("key", "not an unencrypted PEM private key");
  return Impl::FromPair(std::move(pkey));
}

StatusOr<SigningKey> SigningKey::LoadFile(const std::string& path) {
  OOFGG_ASSIGN_OR_RETURN(std::string pem, ReadPrivateFile(path, kMaxPemBytes));
  StatusOr<SigningKey> key = FromPem(pem);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!key.ok()) {
    return Annotate(MakeStatus(StatusCode::kFailedPrecondition, std::string(key.status().message())), path);
  }
  return key;
}

Status SigningKey::SaveFile(const std::string& path) const {
  OOFGG_ASSIGN_OR_RETURN(std::string pem, ToPem());
  Status status = CreatePrivateFile(path, pem);
  OPENSSL_cleanse(pem.data(), pem.size());
  return status;
}

StatusOr<std::string> SigningKey::ToPem() const {
  const OpensslErrorScope errors;
  if (impl_->pkey == nullptr) return MakeStatus(StatusCode::kFailedPrecondition, "a secret has no PEM form");
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr || PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->pkey.get(), nullptr, nullptr, 0,
                                                      nullptr, nullptr) != 1) {
    return CryptoFailed("writing a private key");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

StatusOr<std::string> SigningKey::Sign(std::string_view message) const {
  const OpensslErrorScope errors;
  std::string signature;
  if (impl_->hmac != nullptr) {
    signature = impl_->hmac->Mac(message);
  } else {
    const MdCtxPtr context = CopyOf(impl_->prepared.get());
    std::size_t size = kMaxSignatureBytes;
    signature.resize(size);
    if (context == nullptr ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       AsBytes(message), message.size()) != 1) {
      return CryptoFailed("signing");
    }
    signature.resize(size);
    if (algorithm() == KeyAlgorithm::kEs256) signature = EcdsaRawOf(signature);
  }
  if (signature.empty()) return CryptoFailed("signing");
  return signature;
}

}  // namespace oofgg::auth
