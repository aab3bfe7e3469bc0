#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oofgg::cli {

/// The words of a line. A word in double quotes may have spaces; `\"` and `\\` stand for themselves there.
[[nodiscard]] std::vector<std::string> SplitWords(std::string_view line);

/// What stands behind the first `count` words, as it was typed.
[[nodiscard]] std::string_view AfterWords(std::string_view line, int count);

/// Those of `choices` that begin with `word`, sorted, each once.
[[nodiscard]] std::vector<std::string> Matching(const std::vector<std::string>& choices,
                                                std::string_view word);

/// What all of them begin with.
[[nodiscard]] std::string CommonPrefix(const std::vector<std::string>& words);

}  // namespace oofgg::cli
