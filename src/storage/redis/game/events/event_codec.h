#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "game/event_relay.h"

/// How instances write the log of a session: binary, numbers as varints, texts behind their length, a version
/// first. What comes back is checked like any input, as others may write to the same Redis: nothing, where it
/// is malformed or of a version that is not known here.
namespace oofgg::storage::event_codec {

/// An entry without its number and what follows from that and the session: `id`, `sequence`, `session_id`.
[[nodiscard]] std::string Encode(const game::RelayEntry& entry);
[[nodiscard]] std::optional<game::RelayEntry> Decode(std::string_view bytes);

/// What a session's channel carries: entries that were appended together, as written by the script.
struct Batch {
  std::uint64_t previous = 0;  ///< The number behind which they are.
  std::uint64_t first = 0;     ///< Of the first; the others follow by one.
  std::vector<std::string_view> entries;
};
[[nodiscard]] std::optional<Batch> DecodeBatch(std::string_view bytes);

}  // namespace oofgg::storage::event_codec
