#pragma once

#include <string>

namespace oofgg::rpc {

/// A certificate for `localhost` that signs itself, with its key, valid for an hour; in a directory of its
/// own that goes with it.
class TlsFiles {
 public:
  TlsFiles();
  ~TlsFiles();
  TlsFiles(const TlsFiles&) = delete;
  TlsFiles& operator=(const TlsFiles&) = delete;

  std::string certificate;  ///< PEM.
  std::string key;          ///< PEM.
  std::string certificate_file;
  std::string key_file;

 private:
  std::string directory_;
};

}  // namespace oofgg::rpc
