#pragma once

#include <string>

#include "oofgg/status.h"

namespace oofgg::cli {

/// Makes sure that `file` holds a credential with which our own servers can sign in to the auth server at
/// `auth_address`, which has its keys in `keys_directory`: the one that is there, or, if that is not good, a
/// new one. Written whole, with mode 0600. Errors: those of the keys, the file and the call.
[[nodiscard]] Status EnsureFleetCredential(const std::string& file, const std::string& auth_address,
                                           const std::string& keys_directory);

}  // namespace oofgg::cli
