#include "servers/cli/shell/words.h"

#include <algorithm>
#include <set>

namespace oofgg::cli {
namespace {

constexpr std::string_view kSpaces = " \t\r";

std::string_view SkipSpaces(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

std::string TakeQuoted(std::string_view& text) {
  std::string word;
  for (text.remove_prefix(1); !text.empty() && text.front() != '"'; text.remove_prefix(1)) {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    word += text.front();
  }
  if (!text.empty()) text.remove_prefix(1);
  return word;
}

}  // namespace

std::vector<std::string> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  for (line = SkipSpaces(line); !line.empty(); line = SkipSpaces(line)) {
    if (line.front() == '"') {
      words.push_back(TakeQuoted(line));
      continue;
    }
    const std::size_t end = std::min(line.find_first_of(kSpaces), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

std::string_view AfterWords(std::string_view line, int count) {
  line = SkipSpaces(line);
  for (; count > 0; --count) {
    line.remove_prefix(std::min(line.find_first_of(kSpaces), line.size()));
    line = SkipSpaces(line);
  }
  return line;
}

std::vector<std::string> Matching(const std::vector<std::string>& choices, std::string_view word) {
  std::set<std::string> matching;
  for (const std::string& choice : choices) {
    if (choice.starts_with(word)) matching.insert(choice);
  }
  return {matching.begin(), matching.end()};
}

std::string CommonPrefix(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string prefix = words.front();
  for (const std::string& word : words) {
    const auto differs = std::mismatch(prefix.begin(), prefix.end(), word.begin(), word.end());
    prefix.erase(differs.first, prefix.end());
  }
  return prefix;
}

}  // namespace oofgg::cli
