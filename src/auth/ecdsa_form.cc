#include "auth/ecdsa_form.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "auth/openssl_ptr.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kHalf = kP256SignatureBytes / 2;

using BignumPtr = std::unique_ptr<BIGNUM, OpensslDeleter<BN_free>>;
using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, OpensslDeleter<ECDSA_SIG_free>>;

BignumPtr NumberOf(std::string_view bytes) {
  return BignumPtr(BN_bin2bn(AsBytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

}  // namespace

std::string EcdsaDerOf(std::string_view raw) {
  if (raw.size() != kP256SignatureBytes) return {};
  const EcdsaSigPtr signature(ECDSA_SIG_new());
  BignumPtr r = NumberOf(raw.substr(0, kHalf));
  BignumPtr s = NumberOf(raw.substr(kHalf));
  if (signature == nullptr || r == nullptr || s == nullptr) return {};
  ECDSA_SIG_set0(signature.get(), r.release(), s.release());
  unsigned char* encoded = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &encoded);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size));
  OPENSSL_free(encoded);
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
