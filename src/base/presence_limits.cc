#include "base/presence_limits.h"

#include <algorithm>
#include <string>

namespace oofgg::presence {
namespace {

// JSON makes six bytes of one, and a datagram has room for two.
bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; });
}

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdBytes && !HasControlCharacter(text);
}

}  // namespace

Status CheckId(std::string_view field, std::string_view id) {
  if (IsId(id)) return absl::OkStatus();
  if (HasControlCharacter(id))
    return InvalidField(field, "has a control character; ids are one line of text");
  return InvalidField(field, "is " + std::to_string(id.size()) + " bytes long; 1 to " +
                                 std::to_string(kMaxIdBytes) + " are allowed");
}

Status CheckFriends(std::string_view field, std::span<const std::string> friends) {
  if (friends.size() > kMaxFriends) return TooManyFriends(field, friends.size(), kMaxFriends);
  for (std::size_t i = 0; i < friends.size(); ++i) {
    if (IsId(friends[i])) continue;
    return CheckId(std::string(field) + "[" + std::to_string(i) + "]", friends[i]);
  }
  return absl::OkStatus();
}

Status CheckStatus(std::string_view prefix, const PresenceStatus& status) {
  const std::string text = std::string(prefix) + "text";
  if (status.text.size() > kMaxStatusBytes) {
    return InvalidField(text, "is " + std::to_string(status.text.size()) + " bytes long; " +
                                  std::to_string(kMaxStatusBytes) + " at most are allowed");
  }
  if (HasControlCharacter(status.text)) {
    return InvalidField(text, "has a control character; send one line of text");
  }
  if (status.session_id.empty()) return absl::OkStatus();
  const std::string session_id = std::string(prefix) + "session_id";
  if (status.state != PresenceState::kInMatch) {
    return InvalidField(session_id, "goes only with the state `in_match`");
  }
  return CheckId(session_id, status.session_id);
}

Status TooManyFriends(std::string_view field, std::size_t count, std::size_t allowed) {
  return InvalidField(
      field, "has " + std::to_string(count) + " ids; at most " + std::to_string(allowed) + " are allowed");
}

}  // namespace oofgg::presence
