#include "net/websocket/text_message.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/code_names.h"
#include "net/websocket/json_reader.h"
#include "oofgg/parse.h"

namespace oofgg::net {
namespace {

constexpr std::size_t kMostMembers = 64;
constexpr std::size_t kMostMembersBytes = 4096;  // What an attribute may hold.

/// The text of a JSON string; nothing for any other value.
std::optional<std::string> TextOf(std::string_view value) {
  if (value.empty() || value.front() != '"') return std::nullopt;
  return Unquoted(value);
}

Status ReadText(const char* name, std::string_view value, std::string& to) {
  if (value == "null") return {};
  std::optional<std::string> text = TextOf(value);
  if (!text.has_value()) return InvalidField(name, "is not a text");
  to = *std::move(text);
  return {};
}

Status ReadTexts(const char* name, std::string_view value, std::vector<std::string>& to) {
  if (value == "null") return {};
  JsonReader reader(value);
  if (!reader.Take('[')) return InvalidField(name, "is not a list of texts");
  if (reader.Take(']')) return {};
  do {
    OOFGG_RETURN_IF_ERROR(ReadText(name, reader.TakeValue().value_or("null"), to.emplace_back()));
  } while (reader.Take(','));
  return {};
}

/// A number that 32 bits hold as it is written; nothing for others, which are passed on unread.
std::optional<Attribute> NumberOf(std::string_view value) {
  if (value.find_first_of(".eE") == std::string_view::npos) {
    const auto whole = ParseInteger<std::int32_t>(value);
    return whole.ok() ? std::optional<Attribute>(*whole) : std::nullopt;
  }
  double written = 0;
  if (std::from_chars(value.data(), value.data() + value.size(), written).ec != std::errc()) {
    return std::nullopt;
  }
  const auto nearest = static_cast<float>(written);
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, nearest).ptr;
  double read = 0;
  std::from_chars(digits, end, read);
  return read == written ? std::optional<Attribute>(nearest) : std::nullopt;
}

std::optional<Attribute> AttributeOf(std::string_view value) {
  if (value == "true" || value == "false") return value == "true";
  if (auto text = TextOf(value)) return *std::move(text);
  return NumberOf(value);
}

/// Nothing where it is more than attributes can say, and had better be passed on as it is.
std::optional<Attributes> AttributesOf(std::string_view value) {
  Attributes attributes;
  JsonReader reader(value);
  if (!reader.Take('{') || reader.Take('}')) return std::nullopt;
  do {
    std::optional<std::string> name = Unquoted(reader.TakeString().value_or("\"\""));
    reader.Take(':');
    std::optional<Attribute> attribute = AttributeOf(reader.TakeValue().value_or("null"));
    if (!name.has_value() || !attribute.has_value() || *name == kMembersAttribute) return std::nullopt;
    if (!attributes.emplace(*std::move(name), *std::move(attribute)).second) return std::nullopt;
  } while (reader.Take(','));
  return attributes;
}

void AppendName(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
}

void AppendText(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  AppendName(out, name);
  AppendJsonString(out, text);
}

template <typename Number>
void AppendNumber(std::string& out, Number number) {
  char digits[32];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void AppendAttributes(std::string& out, const Attributes& attributes) {
  out += '{';
  for (const auto& [name, value] : attributes) {
    if (name == kMembersAttribute) continue;
    if (out.back() != '{') out += ',';
    AppendJsonString(out, name);
    out += ':';
    if (const auto* text = std::get_if<std::string>(&value)) {
      AppendJsonString(out, *text);
    } else if (const auto* whole = std::get_if<std::int32_t>(&value)) {
      AppendNumber(out, *whole);
    } else if (const auto* real = std::get_if<float>(&value)) {
      AppendNumber(out, *real);
    } else {
      out += std::get<bool>(value) ? "true" : "false";
    }
  }
  out += '}';
}

/// Members that say something here, and so are never taken from what a player put beside them.
bool IsOurs(std::string_view name) {
  constexpr std::string_view kOurs[] = {"type",      "instance_id", "data",          "attributes",
                                        "player_id", "team_id",     "to_player_ids", "seq"};
  return std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs);
}

/// The members of the object `members`, which another player wrote. Of ours it may have `attributes`, and
/// only where the event has none.
void AppendMembers(std::string& out, std::string_view members, bool with_attributes) {
  if (!IsJson(members)) return;
  JsonReader reader(members);
  if (!reader.Take('{') || reader.Take('}')) return;
  do {
    const std::string_view name = reader.TakeString().value_or("\"\"");
    reader.Take(':');
    const std::string_view value = reader.TakeValue().value_or("null");
    const std::optional<std::string> plain = Unquoted(name);
    if (!plain.has_value() || (IsOurs(*plain) && !(with_attributes && *plain == "attributes"))) continue;
    out += ',';
    out += name;
    out += ':';
    out += value;
  } while (reader.Take(','));
}

/// Reads a message member by member.
class TextMessageReader {
 public:
  StatusOr<GameEvent> Read(std::string_view text) {
    JsonReader reader(text);
    if (!reader.Take('{')) return NotAnObject();
    if (!reader.Take('}')) {
      do {
        const auto name = reader.TakeString();
        if (!name.has_value() || !reader.Take(':')) return NotAnObject();
        const auto value = reader.TakeValue();
        if (!value.has_value()) return NotAnObject();
        OOFGG_RETURN_IF_ERROR(Take(*name, *value));
      } while (reader.Take(','));
      if (!reader.Take('}')) return NotAnObject();
    }
    if (!reader.AtEnd()) return NotAnObject();
    return Finish();
  }

 private:
  static Status NotAnObject() {
    return InvalidField("message", "is not one JSON object, nested 64 deep at most");
  }

  Status Take(std::string_view name, std::string_view value) {
    std::optional<std::string> plain = Unquoted(name);
    if (!plain.has_value()) return InvalidField("message", "has a member whose name is not Unicode");
    if (names_.size() >= kMostMembers) {
      return InvalidField("message", "has too many members; at most " + std::to_string(kMostMembers));
    }
    if (std::find(names_.begin(), names_.end(), *plain) != names_.end()) {
      return InvalidField("message", "has a member twice");
    }
    names_.push_back(*std::move(plain));
    return Take(name, names_.back(), value);
  }

  Status Take(std::string_view quoted_name, const std::string& name, std::string_view value) {
    if (name == "type") return ReadText("type", value, event_.name);
    if (name == "instance_id") return ReadText("instance_id", value, event_.session_id);
    if (name == "team_id") return ReadText("team_id", value, event_.team_id);
    if (name == "to_player_ids") return ReadTexts("to_player_ids", value, event_.to_player_ids);
    if (name == "data") {
      event_.data = value;
    } else if (name == "seq") {
      sequence_ = value;
    } else if (name == "attributes") {
      if (auto attributes = AttributesOf(value)) {
        event_.attributes = *std::move(attributes);
      } else {
        Keep(quoted_name, value);
      }
    } else if (name != "player_id") {
      Keep(quoted_name, value);
    }
    return {};
  }

  void Keep(std::string_view quoted_name, std::string_view value) {
    members_ += members_.empty() ? '{' : ',';
    members_.append(quoted_name).append(":").append(value);
  }

  StatusOr<GameEvent> Finish() {
    if (event_.name.empty()) return InvalidField("type", "is missing; it is what the event is called");
    if (event_.name == kSubscribeType) {
      if (sequence_.empty() || sequence_ == "null") return std::move(event_);
      const auto sequence = ParseInteger<std::uint64_t>(sequence_);
      if (!sequence.ok()) return InvalidField("seq", "is not the number of an event");
      event_.sequence = *sequence;
      return std::move(event_);
    }
    if (members_.empty()) return std::move(event_);
    members_ += '}';
    if (members_.size() > kMostMembersBytes) {
      return InvalidField("message", "has more than " + std::to_string(kMostMembersBytes) +
                                         " bytes beside its data; put them into data");
    }
    event_.attributes.emplace(kMembersAttribute, std::move(members_));
    return std::move(event_);
  }

  GameEvent event_;
  std::vector<std::string> names_;
  std::string_view sequence_;
  std::string members_;  // What the event has no place for.
};

}  // namespace

StatusOr<GameEvent> ReadTextMessage(std::string_view text) { return TextMessageReader().Read(text); }

void AppendTextEvent(std::string& out, const GameEvent& event) {
  out += '{';
  AppendName(out, "type");
  AppendJsonString(out, event.name);
  AppendText(out, "instance_id", event.session_id);
  if (!event.data.empty()) {
    AppendName(out, "data");
    // Who speaks gRPC may say what is no JSON.
    IsJson(event.data) ? void(out += event.data) : AppendJsonString(out, event.data);
  }
  const auto members = event.attributes.find(kMembersAttribute);
  const bool has_members = members != event.attributes.end();
  const bool has_attributes = event.attributes.size() > (has_members ? 1U : 0U);
  if (has_attributes) {
    AppendName(out, "attributes");
    AppendAttributes(out, event.attributes);
  }
  if (const auto* text = has_members ? std::get_if<std::string>(&members->second) : nullptr) {
    AppendMembers(out, *text, !has_attributes);
  }
  AppendText(out, "team_id", event.team_id);
  if (!event.to_player_ids.empty()) {
    AppendName(out, "to_player_ids");
    char before = '[';
    for (const std::string& id : event.to_player_ids) {
      out += std::exchange(before, ',');
      AppendJsonString(out, id);
    }
    out += ']';
  }
  AppendText(out, "player_id", event.player_id);
  AppendName(out, "seq");
  AppendNumber(out, event.sequence);
  out += '}';
}

void AppendTextSubscribed(std::string& out, std::string_view session_id) {
  out += R"({"type":"subscribed")";
  AppendText(out, "instance_id", session_id);
  out += '}';
}

void AppendTextError(std::string& out, std::string_view session_id, const Status& why) {
  out += R"({"type":"error")";
  AppendText(out, "instance_id", session_id);
  const auto message = why.message();
  AppendText(out, "error", {message.data(), message.size()});
  AppendText(out, "code", base::NameOf(why.code()));
  AppendText(out, "reason", ReasonOf(why));
  if (const auto retry_after = RetryAfterOf(why)) {
    AppendName(out, "retry_after_ms");
    AppendNumber(out, retry_after->count());
  }
  out += '}';
}

}  // namespace oofgg::net
