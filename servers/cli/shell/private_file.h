#pragma once

#include <string>

namespace oofgg::cli {

/// Opens a file for writing, under mode 0600 also if it was there before. -1: it cannot be, and `errno` says
/// why; so if it is somebody else's. What is no file, such as a terminal or a pipe, keeps its mode.
[[nodiscard]] int OpenPrivate(const std::string& path, int flags);

}  // namespace oofgg::cli
