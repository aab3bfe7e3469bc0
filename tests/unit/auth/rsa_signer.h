#pragma once

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <string>

#include "oofgg/auth/keys.h"

namespace oofgg::auth::testing {

/// A foreign issuer's RSA key: the library itself only verifies with such.
class RsaSigner {
 public:
  explicit RsaSigner(std::size_t bits = 2048)
      : pkey_(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits), EVP_PKEY_free) {}

  [[nodiscard]] VerifyingKey verifying_key() const {
    return VerifyingKey::FromRsa(Number(OSSL_PKEY_PARAM_RSA_N), Number(OSSL_PKEY_PARAM_RSA_E)).value();
  }

  [[nodiscard]] std::string Sign(std::string_view message) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(pkey_.get())), '\0');
    std::size_t size = signature.size();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, pkey_.get());
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(message.data()), message.size());
    EVP_MD_CTX_free(context);
    return signature;
  }

  /// A number of the key, the highest byte first.
  [[nodiscard]] std::string Number(const char* name) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(pkey_.get(), name, &number);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(number);
    return bytes;
  }

  [[nodiscard]] EVP_PKEY* pkey() const { return pkey_.get(); }

 private:
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> pkey_;
};

}  // namespace oofgg::auth::testing
