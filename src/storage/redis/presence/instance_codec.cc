#include "storage/redis/presence/instance_codec.h"

#include <cstddef>
#include <cstdint>

#include "base/byte_codec.h"
#include "base/encoding.h"

namespace oofgg::storage::instance_codec {
namespace {

using base::PutText;
using presence::LifeId;
using Reader = base::ByteReader;
using Registration = PresenceTable::Registration;

constexpr std::uint8_t kOnline = 1;
constexpr std::uint8_t kProven = 2;
constexpr std::uint8_t kSaid = 4;
constexpr std::uint8_t kHasStatus = 8;
constexpr std::uint8_t kLingering = 16;
constexpr std::uint8_t kSignedOff = 32;
constexpr std::uint8_t kComplete = 1;
constexpr std::uint8_t kLeaving = 2;

std::optional<PresenceState> StateOf(std::uint8_t number) {
  if (number > static_cast<std::uint8_t>(PresenceState::kInMatch)) return std::nullopt;
  return static_cast<PresenceState>(number);
}

std::optional<Registration> DecodeEntry(std::string_view user_id, std::string_view bytes) {
  Reader reader(bytes);
  const auto flags = reader.Take<std::uint8_t>();
  Registration registration;
  registration.user_id = user_id;
  registration.version = reader.Take<std::uint64_t>();
  registration.online = (flags & kOnline) != 0;
  registration.proven = (flags & kProven) != 0;
  registration.lingering = (flags & kLingering) != 0;
  registration.signed_off = (flags & kSignedOff) != 0;
  if ((flags & kSaid) != 0) registration.said = reader.Take<std::uint64_t>();
  if ((flags & kHasStatus) != 0) {
    const auto state = StateOf(reader.Take<std::uint8_t>());
    if (!state.has_value()) return std::nullopt;
    registration.status.state = *state;
    registration.status.text = reader.TakeText();
    registration.status.session_id = reader.TakeText();
  }
  if (!reader.is_whole()) return std::nullopt;
  return registration;
}

}  // namespace

std::string LifeBytes(LifeId life) {
  std::string bytes;
  base::PutInteger(bytes, life);
  return bytes;
}

std::string LifeName(LifeId life) { return base::HexEncode(LifeBytes(life)); }

std::string EncodeEntry(const Registration& registration) {
  const bool has_status = registration.status != PresenceStatus();
  std::string bytes;
  const auto flag = [](bool is_set, std::uint8_t bit) { return is_set ? bit : std::uint8_t{0}; };
  base::PutInteger(bytes,
                   static_cast<std::uint8_t>(
                       flag(registration.online, kOnline) | flag(registration.proven, kProven) |
                       flag(registration.said != 0, kSaid) | flag(has_status, kHasStatus) |
                       flag(registration.lingering, kLingering) | flag(registration.signed_off, kSignedOff)));
  base::PutInteger(bytes, registration.version);
  if (registration.said != 0) base::PutInteger(bytes, registration.said);
  if (has_status) {
    base::PutInteger(bytes, static_cast<std::uint8_t>(registration.status.state));
    PutText(bytes, registration.status.text);
    PutText(bytes, registration.status.session_id);
  }
  return bytes;
}

std::optional<std::vector<presence::Registered>> DecodeUser(std::string_view user_id,
                                                            std::string_view value) {
  std::vector<presence::Registered> entries;
  Reader reader(value);
  while (reader.has_more()) {
    const auto life = reader.Take<LifeId>();
    auto registration = DecodeEntry(user_id, reader.TakeText());
    if (!reader.good() || !registration.has_value()) return std::nullopt;
    entries.push_back({life, *std::move(registration)});
  }
  return entries;
}

std::optional<ShardMessage> DecodeShardMessage(std::string_view bytes) {
  Reader reader(bytes);
  ShardMessage message;
  message.life = reader.Take<LifeId>();
  while (reader.has_more()) {
    const std::string_view user = reader.TakeText();
    auto registration = DecodeEntry(user, reader.TakeText());
    if (!reader.good() || !registration.has_value()) return std::nullopt;
    message.registrations.push_back(*std::move(registration));
  }
  if (!reader.is_whole()) return std::nullopt;
  return message;
}

std::string EncodeBeat(const Beat& beat) {
  std::string bytes;
  base::PutInteger(bytes, beat.life);
  base::PutInteger(bytes, static_cast<std::uint32_t>(beat.ttl.count()));
  base::PutInteger(bytes, static_cast<std::uint8_t>((beat.record.complete ? kComplete : 0) |
                                                    (beat.record.leaving ? kLeaving : 0)));
  base::PutInteger(bytes, beat.record.connections);
  base::PutInteger(bytes, beat.record.capacity);
  PutText(bytes, beat.record.address);
  return bytes;
}

std::optional<Beat> DecodeBeat(std::string_view bytes) {
  Reader reader(bytes);
  Beat beat;
  beat.life = reader.Take<LifeId>();
  beat.ttl = std::chrono::milliseconds(reader.Take<std::uint32_t>());
  const auto flags = reader.Take<std::uint8_t>();
  beat.record.complete = (flags & kComplete) != 0;
  beat.record.leaving = (flags & kLeaving) != 0;
  beat.record.connections = reader.Take<std::uint32_t>();
  beat.record.capacity = reader.Take<std::uint32_t>();
  beat.record.address = reader.TakeText();
  if (!reader.is_whole()) return std::nullopt;
  return beat;
}

std::string EncodeFarewell(const PresenceTable::Farewell& farewell) {
  std::string bytes;
  PutText(bytes, farewell.listed);
  PutText(bytes, farewell.departed.user_id);
  base::PutInteger(bytes, farewell.departed.version);
  return bytes;
}

std::optional<PresenceTable::Farewell> DecodeFarewell(std::string_view bytes) {
  Reader reader(bytes);
  PresenceTable::Farewell farewell;
  farewell.listed = reader.TakeText();
  farewell.departed.user_id = reader.TakeText();
  farewell.departed.version = reader.Take<std::uint64_t>();
  if (!reader.is_whole()) return std::nullopt;
  return farewell;
}

}  // namespace oofgg::storage::instance_codec
