#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "tests/support/temporary_directory.h"

struct evp_pkey_st;
struct x509_st;

namespace oofgg::testing {

/// A certificate and its key, PEM.
struct TestCertificate {
  std::string certificate;
  std::string key;
};

/// An authority of a test's own. Its certificates are for `localhost` and 127.0.0.1, at either end.
class TestCa {
 public:
  explicit TestCa(const std::string& name = "test authority");

  /// PEM.
  [[nodiscard]] const std::string& certificate() const { return pem_; }
  /// Of somebody called `name`, valid from a day ago until `lifetime` from now, which may be in the past.
  [[nodiscard]] TestCertificate Issue(const std::string& name,
                                      std::chrono::seconds lifetime = std::chrono::hours(1)) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> x509_;
  std::string pem_;
};

/// A server's files on disk, which may be written anew.
class TestTlsFiles {
  TemporaryDirectory directory_;

 public:
  explicit TestTlsFiles(const TestCertificate& pair) { Write(pair); }

  void Write(const TestCertificate& pair) const;

  const std::string certificate = directory_ / "certificate.pem";
  const std::string key = directory_ / "key.pem";
  const std::string client_ca = directory_ / "client-ca.pem";  ///< Not there until a test writes it.
};

/// Replaces the file at once, by one of mode 0600, as a careful operator does.
void ReplaceFile(const std::string& path, const std::string& content);

}  // namespace oofgg::testing
