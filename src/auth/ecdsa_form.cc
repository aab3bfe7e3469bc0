#include "auth/ecdsa_form.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "auth/openssl_ptr.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kHalf = kP256SignatureBytes / 2;

using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, OpensslDeleter<ECDSA_SIG_free>>;

/// An unsigned integer: as short as it can be, with a zero byte before what would else be negative.
void AppendInteger(std::string& der, std::string_view number) {
  while (number.size() > 1 && number.front() == 0) number.remove_prefix(1);
  const bool would_be_negative = (number.front() & 0x80) != 0;
  der += '\x02';
  der += static_cast<char>(number.size() + (would_be_negative ? 1 : 0));
  if (would_be_negative) der += '\0';
  der += number;
}

}  // namespace

std::string EcdsaDerOf(std::string_view raw) {
  if (raw.size() != kP256SignatureBytes) return {};
  std::string der = {'\x30', '\0'};
  AppendInteger(der, raw.substr(0, kHalf));
  AppendInteger(der, raw.substr(kHalf));
  der[1] = static_cast<char>(der.size() - 2);
  return der;
}

std::string EcdsaRawOf(std::string_view der) {
  const unsigned char* at = AsBytes(der);
  const EcdsaSigPtr signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (signature == nullptr) return {};
  std::string raw(kP256SignatureBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kHalf) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kHalf, kHalf) < 0) {
    return {};
  }
  return raw;
}

}  // namespace oofgg::auth
