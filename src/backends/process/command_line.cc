#include "backends/process/command_line.h"

#include <optional>
#include <utility>

namespace oofgg::backends {

StatusOr<std::vector<std::string>> SplitCommand(std::string_view command) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  char quote = '\0';
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (c == '\\' && quote != '\'' && i + 1 < command.size()) {
      word = word.value_or("") + command[++i];
    } else if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        *word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      word = word.value_or("");
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (word) words.push_back(*std::exchange(word, std::nullopt));
    } else {
      word = word.value_or("") + c;
    }
  }
  if (quote != '\0') return InvalidField("PROCESS_COMMAND", "has a quote that does not end");
  if (word) words.push_back(*std::move(word));
  if (words.empty() || words.front().empty()) {
    return InvalidField("PROCESS_COMMAND", "must name the program to run as a game server");
  }
  return words;
}

}  // namespace oofgg::backends
