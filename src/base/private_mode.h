#pragma once

#include <string>

#include "oofgg/status.h"

namespace oofgg::base {

/// For a file that holds a secret and has this mode (`st_mode`): kFailedPrecondition, which names the chmod
/// that helps, if group or others may read or write it.
[[nodiscard]] inline Status CheckPrivateMode(const std::string& path, unsigned mode) {
  if ((mode & 077U) == 0) return {};
  return MakeStatus(StatusCode::kFailedPrecondition,
                    path + " holds a secret that group or others can read: run chmod 600 " + path);
}

}  // namespace oofgg::base
