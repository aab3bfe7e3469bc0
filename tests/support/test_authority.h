#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "tests/support/temporary_directory.h"

namespace oofgg::testing {

/// A certificate authority made up for a test, with the certificates it signs, as PEM files in a directory of
/// its own that goes with it. All are valid for an hour.
class TestAuthority {
 public:
  TestAuthority();

  struct Pair {
    std::string certificate_file;
    std::string key_file;
  };
  /// A certificate for a server or a client; `alternative_name` as OpenSSL writes it: "IP:127.0.0.1",
  /// "DNS:here".
  Pair Issue(const std::string& name, const std::string& alternative_name);

  [[nodiscard]] std::string certificate_file() const { return directory_ / "ca.pem"; }

 private:
  using KeyPtr = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
  using CertificatePtr = std::unique_ptr<X509, void (*)(X509*)>;

  TemporaryDirectory directory_;
  KeyPtr key_;
  CertificatePtr certificate_;
  long last_serial_ = 1;
};

}  // namespace oofgg::testing
