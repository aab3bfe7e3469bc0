#include "base/id_text.h"

#include <algorithm>

namespace oofgg {
namespace {

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == ':' || c == '-';
}

}  // namespace

bool IsIdText(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsIdCharacter);
}

}  // namespace oofgg
