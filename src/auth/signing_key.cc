#include <openssl/crypto.h>
#include <openssl/pem.h>

#include <array>
#include <utility>

#include "auth/openssl_ptr.h"
#include "auth/private_file.h"
#include "oofgg/auth/jwks.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kEd25519KeyBytes = 32;
constexpr std::size_t kEd25519SignatureBytes = 64;
constexpr std::size_t kMaxPemBytes = 16384;

Status CryptoFailed(std::string_view action) {
  return MakeStatus(StatusCode::kInternal, std::string(action) + " failed in OpenSSL");
}

/// Answers that there is no passphrase. OpenSSL's own callback would ask on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

struct SigningKey::Impl {
  PkeyPtr pkey;
};

namespace {

StatusOr<PublicKey> PublicHalf(const EVP_PKEY* pkey) {
  std::array<unsigned char, kEd25519KeyBytes> raw{};
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(pkey, raw.data(), &size) != 1) return CryptoFailed("reading a public key");
  return PublicKey::FromEd25519({reinterpret_cast<const char*>(raw.data()), size});
}

}  // namespace

StatusOr<SigningKey> SigningKey::Generate() {
  const OpensslErrorScope errors;
  PkeyPtr pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (pkey == nullptr) return CryptoFailed("generating a key");
  OOFGG_ASSIGN_OR_RETURN(PublicKey public_key, PublicHalf(pkey.get()));
  return SigningKey(std::make_shared<const Impl>(Impl{std::move(pkey)}), std::move(public_key));
}

StatusOr<SigningKey> SigningKey::FromEd25519Seed(std::string_view seed) {
  const OpensslErrorScope errors;
  if (seed.size() != kEd25519KeyBytes) return InvalidField("key", "an Ed25519 seed has 32 bytes");
  PkeyPtr pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, AsBytes(seed), seed.size()));
  if (pkey == nullptr) return CryptoFailed("reading a private key");
  OOFGG_ASSIGN_OR_RETURN(PublicKey public_key, PublicHalf(pkey.get()));
  return SigningKey(std::make_shared<const Impl>(Impl{std::move(pkey)}), std::move(public_key));
}

StatusOr<SigningKey> SigningKey::FromPem(std::string_view pem) {
  const OpensslErrorScope errors;
  if (pem.size() > kMaxPemBytes) return InvalidField("key", "too large for a PEM private key");
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) return CryptoFailed("reading a private key");
  PkeyPtr pkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  if (pkey == nullptr) return InvalidField("key", "not an unencrypted PEM private key");
  if (EVP_PKEY_get_base_id(pkey.get()) != EVP_PKEY_ED25519) {
    return InvalidField("key", "not an Ed25519 key; make one with: openssl genpkey -algorithm ed25519");
  }
  OOFGG_ASSIGN_OR_RETURN(PublicKey public_key, PublicHalf(pkey.get()));
  return SigningKey(std::make_shared<const Impl>(Impl{std::move(pkey)}), std::move(public_key));
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
  const MdCtxPtr context(EVP_MD_CTX_new());
  std::string signature(kEd25519SignatureBytes, '\0');
  std::size_t size = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->pkey.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     AsBytes(message), message.size()) != 1) {
    return CryptoFailed("signing");
  }
  signature.resize(size);
  return signature;
}

}  // namespace oofgg::auth
