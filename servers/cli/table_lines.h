#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace oofgg::cli {

using Cells = std::vector<std::string>;

/// A table for people: columns under their titles. Where these are wider than `width`, a terminal's, each row
/// is a block of `title  cell` lines instead and an empty line between, so that nothing is cut and an id can
/// be copied. Rows have as many cells as there are titles. `width` 0: no terminal, and no limit.
[[nodiscard]] std::vector<std::string> TableLines(const Cells& titles, const std::vector<Cells>& rows,
                                                  std::size_t width);

}  // namespace oofgg::cli
