#pragma once

#include <string>
#include <vector>

namespace oofgg::testing {

/// As execve() takes them: a pointer to each of `words`, then none. Good for as long as `words` is.
[[nodiscard]] inline std::vector<char*> ExecPointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace oofgg::testing
