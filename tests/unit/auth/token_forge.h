#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "oofgg/auth/jwks.h"

namespace oofgg::auth::testing {

/// The key of RFC 8037 appendix A.1.
inline SigningKey Rfc8037Key() {
  return SigningKey::FromEd25519Seed(*base::Base64UrlDecode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
      .value();
}

inline Jwks SetOf(const SigningKey& key) { return Jwks::Of({key.verifying_key()}).value(); }

/// What a token is made of, each part free to be wrong. Bytes, before base64url.
struct Forgery {
  std::string header;
  std::string payload;

  [[nodiscard]] std::string SignedPart() const {
    return base::Base64UrlEncode(header) + "." + base::Base64UrlEncode(payload);
  }
  [[nodiscard]] std::string WithSignature(std::string_view bytes) const {
    return SignedPart() + "." + base::Base64UrlEncode(bytes);
  }
  [[nodiscard]] std::string SignedBy(const SigningKey& key) const {
    return WithSignature(key.Sign(SignedPart()).value());
  }
  [[nodiscard]] std::string HmacedWith(std::string_view secret) const {
    const std::string message = SignedPart();
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac, &size);
    return WithSignature({reinterpret_cast<const char*>(mac), size});
  }
};

inline std::vector<std::string> PartsOf(const std::string& token) {
  std::vector<std::string> parts(1);
  for (const char c : token) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

inline std::string Replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) return "nothing to replace: " + text;
  return text.replace(at, what.size(), by);
}

}  // namespace oofgg::auth::testing
