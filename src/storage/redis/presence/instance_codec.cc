#include "storage/redis/presence/instance_codec.h"

#include <cstddef>
#include <cstdint>

#include "base/encoding.h"

namespace oofgg::storage::instance_codec {
namespace {

using presence::LifeId;
using Registration = PresenceTable::Registration;

constexpr std::uint8_t kOnline = 1;
constexpr std::uint8_t kProven = 2;
constexpr std::uint8_t kSaid = 4;
constexpr std::uint8_t kHasStatus = 8;
constexpr std::uint8_t kLingering = 16;
constexpr std::uint8_t kSignedOff = 32;
constexpr std::uint8_t kComplete = 1;
constexpr std::uint8_t kLeaving = 2;

template <typename Integer>
void Put(std::string& out, Integer value) {
  for (std::size_t shift = sizeof(Integer) * 8; shift > 0; shift -= 8) {
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (shift - 8));
  }
}

void PutText(std::string& out, std::string_view text) {
  Put(out, static_cast<std::uint16_t>(text.size()));
  out += text.substr(0, UINT16_MAX);
}

/// Takes from the front; once something is missing, nothing more is there.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename Integer>
  Integer Take() {
    std::uint64_t value = 0;
    for (const char byte : TakeBytes(sizeof(Integer))) value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<Integer>(value);
  }
  std::string_view TakeText() { return TakeBytes(Take<std::uint16_t>()); }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool has_more() const { return good_ && !rest_.empty(); }
  [[nodiscard]] bool is_whole() const { return good_ && rest_.empty(); }

 private:
  std::string_view TakeBytes(std::size_t count) {
    good_ = good_ && count <= rest_.size();
    if (!good_) return {};
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  std::string_view rest_;
  bool good_ = true;
};

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
  Put(bytes, life);
  return bytes;
}

std::string LifeName(LifeId life) { return base::HexEncode(LifeBytes(life)); }

std::string EncodeEntry(const Registration& registration) {
  const bool has_status = registration.status != PresenceStatus();
  std::string bytes;
  const auto flag = [](bool is_set, std::uint8_t bit) { return is_set ? bit : std::uint8_t{0}; };
  Put(bytes, static_cast<std::uint8_t>(
                 flag(registration.online, kOnline) | flag(registration.proven, kProven) |
                 flag(registration.said != 0, kSaid) | flag(has_status, kHasStatus) |
                 flag(registration.lingering, kLingering) | flag(registration.signed_off, kSignedOff)));
  Put(bytes, registration.version);
  if (registration.said != 0) Put(bytes, registration.said);
  if (has_status) {
    Put(bytes, static_cast<std::uint8_t>(registration.status.state));
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
  Put(bytes, beat.life);
  Put(bytes, static_cast<std::uint32_t>(beat.ttl.count()));
  Put(bytes, static_cast<std::uint8_t>((beat.record.complete ? kComplete : 0) |
                                       (beat.record.leaving ? kLeaving : 0)));
  Put(bytes, beat.record.connections);
  Put(bytes, beat.record.capacity);
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
  Put(bytes, farewell.departed.version);
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
