#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Keys and channels of sessions' logs. What is in braces decides the slot in a cluster: a session's own are
/// together, and sessions are spread.
namespace oofgg::storage::event_keys {

/// The entries of a session, a stream whose ids are their numbers; what is known of them; who appended last.
[[nodiscard]] inline std::vector<std::string> Log(const std::string& session_id) {
  const std::string prefix = "oofgg:{" + session_id + "}:events";
  return {prefix, prefix + ":log", prefix + ":senders"};
}
[[nodiscard]] inline std::string Channel(const std::string& session_id) {
  return "oofgg:{" + session_id + "}:events";
}

/// Sessions whose rows changed, over a few channels that all instances hear.
inline constexpr std::size_t kRowChannels = 16;
[[nodiscard]] inline std::string RowChannel(std::size_t number) {
  return "oofgg:rows:{" + std::to_string(number) + "}";
}

}  // namespace oofgg::storage::event_keys
