#include "presence/limits.h"

namespace oofgg::presence {

Status CheckId(std::string_view field, std::string_view id) {
  if (!id.empty() && id.size() <= kMaxIdBytes) return absl::OkStatus();
  return InvalidField(field, "is " + std::to_string(id.size()) + " bytes long; 1 to " +
                                 std::to_string(kMaxIdBytes) + " are allowed");
}

Status CheckFriends(std::string_view field, std::span<const std::string> friends) {
  if (friends.size() > kMaxFriends) return TooManyFriends(field, friends.size(), kMaxFriends);
  for (std::size_t i = 0; i < friends.size(); ++i) {
    if (!friends[i].empty() && friends[i].size() <= kMaxIdBytes) continue;
    return CheckId(std::string(field) + "[" + std::to_string(i) + "]", friends[i]);
  }
  return absl::OkStatus();
}

Status TooManyFriends(std::string_view field, std::size_t count, std::size_t allowed) {
  return InvalidField(
      field, "has " + std::to_string(count) + " ids; at most " + std::to_string(allowed) + " are allowed");
}

}  // namespace oofgg::presence
