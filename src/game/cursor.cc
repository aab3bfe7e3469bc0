#include "game/cursor.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/constant_time.h"
#include "base/encoding.h"

namespace oofgg::game {
namespace {

constexpr std::size_t kSignatureBytes = 8;

base::SipHash::Key KeyFrom(std::string_view secret) {
  base::SipHash::Key key{};
  std::memcpy(key.data(), secret.data(), std::min(secret.size(), sizeof key));
  return key;
}

}  // namespace

Status NotACursor() {
  return InvalidField("cursor", "was not given by this list; leave it out to begin at the start");
}

Cursors::Cursors(std::string_view secret) : sign_(KeyFrom(secret)) {}

std::string Cursors::Signature(std::string_view list, std::string_view position) const {
  // The length keeps ("ab", "c") and ("a", "bc") apart.
  std::string signed_text = std::to_string(list.size()) + ":";
  signed_text += list;
  signed_text += position;
  std::uint64_t sum = sign_(signed_text);
  std::string signature;
  for (std::size_t i = 0; i < kSignatureBytes; ++i, sum >>= 8) {
    signature.push_back(static_cast<char>(sum & 0xff));
  }
  return signature;
}

std::string Cursors::Encode(std::string_view list, std::string_view position) const {
  return base::Base64UrlEncode(Signature(list, position) + std::string(position));
}

StatusOr<std::string> Cursors::Decode(std::string_view list, std::string_view cursor) const {
  if (cursor.empty()) return std::string();
  constexpr std::size_t kLongest = 512;
  const auto text = cursor.size() <= kLongest ? base::Base64UrlDecode(cursor) : std::nullopt;
  if (!text.has_value() || text->size() < kSignatureBytes) return NotACursor();
  const std::string position = text->substr(kSignatureBytes);
  const std::string_view signature = std::string_view(*text).substr(0, kSignatureBytes);
  if (!base::ConstantTimeEquals(signature, Signature(list, position))) return NotACursor();
  return position;
}

}  // namespace oofgg::game
