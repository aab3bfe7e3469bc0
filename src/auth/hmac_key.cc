#include "auth/hmac_key.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <array>

namespace oofgg::auth {

std::unique_ptr<const HmacKey> HmacKey::Make(std::string_view secret) {
  const OpensslErrorScope errors;
  const MacPtr algorithm(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
  MacCtxPtr keyed(EVP_MAC_CTX_new(algorithm.get()));
  std::string digest = "SHA256";
  const std::array parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_end()};
  if (keyed == nullptr || EVP_MAC_init(keyed.get(), AsBytes(secret), secret.size(), parameters.data()) != 1) {
    return nullptr;
  }
  return std::unique_ptr<const HmacKey>(new HmacKey(std::move(keyed)));
}

std::string HmacKey::Mac(std::string_view message) const {
  const OpensslErrorScope errors;
  const MacCtxPtr context(EVP_MAC_CTX_dup(keyed_.get()));
  std::string mac(SHA256_DIGEST_LENGTH, '\0');
  std::size_t size = 0;
  if (context == nullptr || EVP_MAC_update(context.get(), AsBytes(message), message.size()) != 1 ||
      EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(mac.data()), &size, mac.size()) != 1 ||
      size != mac.size()) {
    return {};
  }
  return mac;
}

}  // namespace oofgg::auth
