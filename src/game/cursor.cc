#include "game/cursor.h"

#include "base/encoding.h"
#include "game/creation_key.h"

namespace oofgg::game {
namespace {

// The list's name goes in as a sum: short, whatever the filters are.
std::string Tag(std::string_view list) { return std::to_string(Fingerprint().Add(list).value()) + "|"; }

}  // namespace

Status NotACursor() {
  return InvalidField("cursor", "was not given by this list; leave it out to begin at the start");
}

std::string EncodeCursor(std::string_view list, std::string_view position) {
  return base::Base64UrlEncode(Tag(list) + std::string(position));
}

StatusOr<std::string> DecodeCursor(std::string_view list, std::string_view cursor) {
  if (cursor.empty()) return std::string();
  constexpr std::size_t kLongest = 512;
  const auto text = cursor.size() <= kLongest ? base::Base64UrlDecode(cursor) : std::nullopt;
  const std::string tag = Tag(list);
  if (!text.has_value() || !text->starts_with(tag)) {
    return NotACursor();
  }
  return text->substr(tag.size());
}

}  // namespace oofgg::game
