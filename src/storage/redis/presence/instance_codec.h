#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/instances/instance_bus.h"

/// How instances write what they tell each other: binary, big-endian, texts behind their length. What comes
/// back is checked like any input, as others may write to the same Redis: nothing, where it is malformed.
namespace oofgg::storage::instance_codec {

/// A life, as bytes in keys' values and as text in channels.
[[nodiscard]] std::string LifeBytes(presence::LifeId life);
[[nodiscard]] std::string LifeName(presence::LifeId life);

/// One user's entry, without the user and the life. Of its first byte scripts know bits: 1 is online, 16 only
/// by a grace, 32 has signed off.
[[nodiscard]] std::string EncodeEntry(const PresenceTable::Registration& registration);

/// What is entered of a user, by all lives: `life, length, entry` each.
[[nodiscard]] std::optional<std::vector<presence::Registered>> DecodeUser(std::string_view user_id,
                                                                          std::string_view value);

/// What a shard's channel carries: `life`, then `length, user, length, entry` each.
struct ShardMessage {
  presence::LifeId life = 0;
  std::vector<PresenceTable::Registration> registrations;
};
[[nodiscard]] std::optional<ShardMessage> DecodeShardMessage(std::string_view bytes);

/// A life and what it says of itself, as it is told (`ttl` 0: it ends) and kept.
struct Beat {
  presence::LifeId life = 0;
  std::chrono::milliseconds ttl{0};
  presence::LeaseRecord record;
};
[[nodiscard]] std::string EncodeBeat(const Beat& beat);
[[nodiscard]] std::optional<Beat> DecodeBeat(std::string_view bytes);

[[nodiscard]] std::string EncodeFarewell(const PresenceTable::Farewell& farewell);
[[nodiscard]] std::optional<PresenceTable::Farewell> DecodeFarewell(std::string_view bytes);

}  // namespace oofgg::storage::instance_codec
