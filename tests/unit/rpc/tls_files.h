#pragma once

#include <string>

#include "tests/support/temporary_directory.h"

namespace oofgg::rpc {

/// A certificate for `localhost` that signs itself, with its key, valid for an hour; in a directory of its
/// own that goes with it.
class TlsFiles {
 public:
  TlsFiles();

  std::string certificate;  ///< PEM.
  std::string key;          ///< PEM.
  std::string certificate_file;
  std::string key_file;

 private:
  testing::TemporaryDirectory directory_;
};

}  // namespace oofgg::rpc
