#include "storage/redis/game/events/event_codec.h"

#include <bit>
#include <cstddef>
#include <utility>
#include <variant>

namespace oofgg::storage::event_codec {
namespace {

using Effect = game::RelayEntry::Effect;

constexpr char kVersion = 1;
enum class Kind : std::uint8_t { kText = 0, kInteger = 1, kFloat = 2, kBool = 3 };

void PutNumber(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

void PutText(std::string& out, std::string_view text) {
  PutNumber(out, text.size());
  out += text;
}

void PutAttribute(std::string& out, const Attribute& value) {
  out += static_cast<char>(value.index());
  switch (static_cast<Kind>(value.index())) {
    case Kind::kText:
      return PutText(out, std::get<std::string>(value));
    case Kind::kInteger:
      return PutNumber(out, static_cast<std::uint32_t>(std::get<std::int32_t>(value)));
    case Kind::kFloat:
      return PutNumber(out, std::bit_cast<std::uint32_t>(std::get<float>(value)));
    case Kind::kBool:
      out += static_cast<char>(std::get<bool>(value));
  }
}

/// Takes from the front; once something is missing, nothing more is there.
class LogReader {
 public:
  explicit LogReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t TakeNumber() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = TakeByte();
      number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return number;
    }
    good_ = false;
    return 0;
  }
  std::uint8_t TakeByte() {
    const std::string_view byte = TakeBytes(1);
    return byte.empty() ? 0 : static_cast<std::uint8_t>(byte.front());
  }
  std::string_view TakeText() { return TakeBytes(TakeNumber()); }
  std::uint64_t TakeBigEndian(std::size_t bytes) {
    std::uint64_t number = 0;
    for (const char byte : TakeBytes(bytes)) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
  }
  std::string_view TakeBytes(std::uint64_t count) {
    good_ = good_ && count <= rest_.size();
    if (!good_) return {};
    const std::string_view bytes = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }
  /// How many of something come next, each of a byte at least.
  std::size_t TakeCount() {
    const std::uint64_t count = TakeNumber();
    good_ = good_ && count <= rest_.size();
    return good_ ? static_cast<std::size_t>(count) : 0;
  }

  void Spoil() { good_ = false; }
  [[nodiscard]] bool has_more() const { return good_ && !rest_.empty(); }
  [[nodiscard]] bool is_whole() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

Attribute TakeAttribute(LogReader& reader) {
  switch (static_cast<Kind>(reader.TakeByte())) {
    case Kind::kText:
      return std::string(reader.TakeText());
    case Kind::kInteger:
      return static_cast<std::int32_t>(static_cast<std::uint32_t>(reader.TakeNumber()));
    case Kind::kFloat:
      return std::bit_cast<float>(static_cast<std::uint32_t>(reader.TakeNumber()));
    case Kind::kBool:
      return reader.TakeByte() != 0;
  }
  reader.Spoil();
  return false;
}

GameEvent TakeEvent(LogReader& reader) {
  GameEvent event;
  event.timestamp_ms = static_cast<std::int64_t>(reader.TakeNumber());
  const std::uint8_t type = reader.TakeByte();
  if (type > static_cast<std::uint8_t>(EventType::kCompletion)) reader.Spoil();
  event.type = static_cast<EventType>(type);
  for (std::string* text : {&event.name, &event.game_id, &event.player_id, &event.team_id, &event.data}) {
    *text = reader.TakeText();
  }
  for (std::size_t left = reader.TakeCount(); left > 0; --left) {
    event.to_player_ids.emplace_back(reader.TakeText());
  }
  for (std::size_t left = reader.TakeCount(); left > 0; --left) {
    std::string key(reader.TakeText());
    event.attributes.insert_or_assign(std::move(key), TakeAttribute(reader));
  }
  return event;
}

void PutEvent(std::string& out, const GameEvent& event) {
  PutNumber(out, static_cast<std::uint64_t>(event.timestamp_ms));
  out += static_cast<char>(event.type);
  for (const std::string* text :
       {&event.name, &event.game_id, &event.player_id, &event.team_id, &event.data}) {
    PutText(out, *text);
  }
  PutNumber(out, event.to_player_ids.size());
  for (const std::string& id : event.to_player_ids) PutText(out, id);
  PutNumber(out, event.attributes.size());
  for (const auto& [key, value] : event.attributes) {
    PutText(out, key);
    PutAttribute(out, value);
  }
}

Status TakeStatus(LogReader& reader) {
  const std::uint8_t code = reader.TakeByte();
  const std::string_view message = reader.TakeText();
  const std::string_view reason = reader.TakeText();
  if (code == 0 || code > static_cast<std::uint8_t>(StatusCode::kUnauthenticated)) reader.Spoil();
  Status status = MakeStatus(static_cast<StatusCode>(code), message);
  return reason.empty() ? status : WithReason(std::move(status), reason);
}

}  // namespace

std::string Encode(const game::RelayEntry& entry) {
  std::string out{kVersion, static_cast<char>(entry.effect)};
  if (entry.effect == Effect::kLost) {
    PutNumber(out, entry.lost_first);
    PutNumber(out, entry.lost_last);
    return out;
  }
  PutEvent(out, entry.event);
  if (entry.effect == Effect::kKick) PutNumber(out, static_cast<std::uint64_t>(entry.row_version));
  if (entry.effect == Effect::kKick || entry.effect == Effect::kEnd) {
    out += static_cast<char>(entry.why.code());
    const absl::string_view message = entry.why.message();
    PutText(out, {message.data(), message.size()});
    PutText(out, ReasonOf(entry.why));
  }
  return out;
}

std::optional<game::RelayEntry> Decode(std::string_view bytes) {
  LogReader reader(bytes);
  if (reader.TakeByte() != kVersion) return std::nullopt;
  game::RelayEntry entry;
  const std::uint8_t effect = reader.TakeByte();
  if (effect > static_cast<std::uint8_t>(Effect::kLost)) return std::nullopt;
  entry.effect = static_cast<Effect>(effect);
  if (entry.effect == Effect::kLost) {
    entry.lost_first = reader.TakeNumber();
    entry.lost_last = reader.TakeNumber();
  } else {
    entry.event = TakeEvent(reader);
    if (entry.effect == Effect::kKick) entry.row_version = static_cast<std::int64_t>(reader.TakeNumber());
    if (entry.effect == Effect::kKick || entry.effect == Effect::kEnd) entry.why = TakeStatus(reader);
  }
  if (!reader.is_whole()) return std::nullopt;
  return entry;
}

std::optional<Batch> DecodeBatch(std::string_view bytes) {
  LogReader reader(bytes);
  if (reader.TakeByte() != kVersion) return std::nullopt;
  Batch batch;
  batch.previous = reader.TakeBigEndian(8);
  batch.first = reader.TakeBigEndian(8);
  while (reader.has_more()) batch.entries.push_back(reader.TakeBytes(reader.TakeBigEndian(4)));
  if (!reader.is_whole() || batch.previous >= batch.first || batch.entries.empty()) return std::nullopt;
  return batch;
}

}  // namespace oofgg::storage::event_codec
