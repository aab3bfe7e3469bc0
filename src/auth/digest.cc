#include "auth/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <cstdint>
#include <cstdlib>

#include "auth/openssl_ptr.h"

namespace oofgg::auth {
namespace {

void AppendLength(std::string& out, std::uint64_t length) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((length >> shift) & 0xff);
}

}  // namespace

std::string Sha1(std::string_view message) {
  std::string digest(SHA_DIGEST_LENGTH, '\0');
  SHA1(AsBytes(message), message.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string Sha256(std::string_view message) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(AsBytes(message), message.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string HmacSha256(std::string_view key, std::initializer_list<std::string_view> parts) {
  std::string message;
  for (const std::string_view part : parts) {
    AppendLength(message, part.size());
    message += part;
  }
  std::string mac(SHA256_DIGEST_LENGTH, '\0');
  unsigned int size = 0;
  const unsigned char* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), AsBytes(message),
                                   message.size(), reinterpret_cast<unsigned char*>(mac.data()), &size);
  // Without a MAC, all-zero bytes would pass for one. Nothing but lack of memory leads here.
  if (made == nullptr || size != mac.size()) std::abort();
  return mac;
}

}  // namespace oofgg::auth
