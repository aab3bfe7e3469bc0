#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "game/standing_channel.h"

/// What instances tell each other of scores: who tells, then any number of news. What comes back is checked
/// like any input, as others may write to the same Redis.
namespace oofgg::storage::standing_codec {

/// The beginning of a message.
[[nodiscard]] std::string EncodeSender(std::uint64_t sender);
void AppendNews(std::string& message, const game::StandingNews& news);

/// The sender; nothing: that is no message of ours, or one of another version.
[[nodiscard]] std::optional<std::uint64_t> SenderOf(std::string_view message);
/// The news; nothing: it is malformed.
[[nodiscard]] std::optional<std::vector<game::StandingNews>> DecodeNews(std::string_view message);

}  // namespace oofgg::storage::standing_codec
