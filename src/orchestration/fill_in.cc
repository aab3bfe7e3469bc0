#include "orchestration/fill_in.h"

namespace oofgg::orchestration {

std::string FillIn(std::string_view word, const std::map<std::string, std::string>& values) {
  std::string filled;
  while (!word.empty()) {
    const auto open = word.find('{');
    filled += word.substr(0, open);
    if (open == std::string_view::npos) break;
    word.remove_prefix(open);
    const auto close = word.find('}');
    const auto value =
        close == std::string_view::npos ? values.end() : values.find(std::string(word.substr(1, close - 1)));
    if (value == values.end()) {
      filled += '{';
      word.remove_prefix(1);
    } else {
      filled += value->second;
      word.remove_prefix(close + 1);
    }
  }
  return filled;
}

}  // namespace oofgg::orchestration
