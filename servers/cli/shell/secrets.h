#pragma once

#include <string>
#include <string_view>

namespace oofgg::cli {

/// `text` with `...` in place of each string behind `"token":` and of each JWT wherever it stands. Letters
/// that JSON escapes hide neither.
[[nodiscard]] std::string WithoutTokens(std::string_view text);

/// Whether a line has a token, or a word that tells of one or of a password.
[[nodiscard]] bool HasSecret(std::string_view line);

}  // namespace oofgg::cli
