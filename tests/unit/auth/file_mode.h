#pragma once

#include <filesystem>
#include <string>

namespace oofgg::auth::testing {

inline std::filesystem::perms ModeOf(const std::string& path) {
  return std::filesystem::status(path).permissions();
}

}  // namespace oofgg::auth::testing
