#include "presence/json_protocol.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/code_names.h"
#include "base/presence_limits.h"
#include "base/presence_state_names.h"
#include "oofgg/parse.h"
#include "presence/instances/sent_elsewhere.h"

namespace oofgg::presence {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxTokenBytes = std::size_t{8} * 1024;

Status ReadVersion(const Json& object, ClientObject& out) {
  const auto member = object.find("v");
  if (member == object.end()) return absl::OkStatus();
  if (!member->is_number_integer() || (*member != 1 && *member != 2)) {
    return InvalidField("v", "must be 1 or 2");
  }
  out.version = *member == 1 ? ProtocolVersion::kV1 : ProtocolVersion::kV2;
  return absl::OkStatus();
}

// Integers become their decimal text. Floats are refused even when whole: beyond 2^53 they name somebody
// else.
StatusOr<std::string> ReadId(const std::string& field, const Json& value, bool& integer_ids) {
  if (value.is_number_integer()) {
    integer_ids = true;
    return value.dump();
  }
  if (!value.is_string()) return InvalidField(field, "must be a string or an integer of 64 bits");
  OOFGG_RETURN_IF_ERROR(CheckId(field, value.get_ref<const std::string&>()));
  return value.get<std::string>();
}

Status ReadUserId(const Json& object, ClientObject& out) {
  const auto member = object.find("user_id");
  if (member == object.end()) return absl::OkStatus();
  OOFGG_ASSIGN_OR_RETURN(out.user_id, ReadId("user_id", *member, out.integer_ids));
  return absl::OkStatus();
}

Status ReadFriends(const Json& object, ClientObject& out) {
  const auto member = object.find("friends");
  if (member == object.end()) return absl::OkStatus();
  if (!member->is_array()) return InvalidField("friends", "must be an array of ids");
  if (member->size() > kMaxFriends) return TooManyFriends("friends", member->size(), kMaxFriends);
  std::vector<std::string> friends;
  friends.reserve(member->size());
  for (const Json& value : *member) {
    auto id = ReadId("friends[" + std::to_string(friends.size()) + "]", value, out.integer_ids);
    if (!id.ok()) return id.status();
    friends.push_back(*std::move(id));
  }
  out.friends = std::move(friends);
  return absl::OkStatus();
}

Status ReadOnline(const Json& object, ClientObject& out) {
  const auto member = object.find("online");
  if (member == object.end()) return absl::OkStatus();
  if (!member->is_boolean()) return InvalidField("online", "must be true or false");
  out.online = member->get<bool>();
  return absl::OkStatus();
}

Status ReadToken(const Json& object, ClientObject& out) {
  const auto member = object.find("token");
  if (member == object.end()) return absl::OkStatus();
  if (!member->is_string()) return InvalidField("token", "must be a string");
  const auto& token = member->get_ref<const std::string&>();
  if (token.empty() || token.size() > kMaxTokenBytes) {
    return InvalidField("token", "must have 1 to " + std::to_string(kMaxTokenBytes) + " bytes");
  }
  out.token = token;
  return absl::OkStatus();
}

Status ReadState(const Json& value, PresenceState& out) {
  const std::string_view name =
      value.is_string() ? std::string_view(value.get_ref<const std::string&>()) : "";
  if (const auto state = StateCalled(name)) {
    out = *state;
    return absl::OkStatus();
  }
  return InvalidField("state", "must be online, away, in_match or invisible");
}

Status ReadText(std::string_view field, const Json& value, std::string& out) {
  if (!value.is_string()) return InvalidField(field, "must be a string");
  out = value.get_ref<const std::string&>();
  return absl::OkStatus();
}

Status ReadStatus(const Json& object, ClientObject& out) {
  const auto state = object.find("state");
  const auto text = object.find("text");
  const auto session = object.find("session_id");
  const auto end = object.end();
  if (out.version == ProtocolVersion::kV1 || (state == end && text == end && session == end)) return {};
  PresenceStatus& status = out.status.emplace();
  if (state != end) OOFGG_RETURN_IF_ERROR(ReadState(*state, status.state));
  if (text != end) OOFGG_RETURN_IF_ERROR(ReadText("text", *text, status.text));
  if (session != end) OOFGG_RETURN_IF_ERROR(ReadText("session_id", *session, status.session_id));
  return CheckStatus("", status);
}

StatusOr<std::uint64_t> ReadCount(std::string_view field, const Json& value, std::uint64_t least,
                                  std::uint64_t most) {
  const std::uint64_t count = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
  if (!value.is_number_unsigned() || count < least || count > most) {
    return InvalidField(field,
                        "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return count;
}

Status ReadListPart(const Json& object, ClientObject& out) {
  const auto part = object.find("part");
  const auto parts = object.find("parts");
  if (part == object.end() && parts == object.end()) return absl::OkStatus();
  const bool all_there = part != object.end() && parts != object.end();
  if (!all_there || !out.friends.has_value() || !out.revision.has_value()) {
    return InvalidField("part", "goes with parts, rev and friends; send all four");
  }
  OOFGG_ASSIGN_OR_RETURN(const std::uint64_t count, ReadCount("parts", *parts, 1, kMaxListParts));
  OOFGG_ASSIGN_OR_RETURN(const std::uint64_t which, ReadCount("part", *part, 0, count - 1));
  out.list_part = {static_cast<std::uint32_t>(which), static_cast<std::uint32_t>(count)};
  return absl::OkStatus();
}

Status ReadDatagram(const Json& object, ClientObject& out) {
  if (out.version == ProtocolVersion::kV1) return absl::OkStatus();
  if (const auto cookie = object.find("cookie"); cookie != object.end()) {
    if (!cookie->is_string()) return InvalidField("cookie", "must be the string that the server gave");
    out.cookie = cookie->get<std::string>();
  }
  if (const auto ack = object.find("ack"); ack != object.end()) {
    OOFGG_ASSIGN_OR_RETURN(out.acknowledged, ReadCount("ack", *ack, 0, kMostCounted));
  }
  if (const auto revision = object.find("rev"); revision != object.end()) {
    OOFGG_ASSIGN_OR_RETURN(out.revision, ReadCount("rev", *revision, 1, kMostCounted));
  }
  return ReadListPart(object, out);
}

Status ReadPing(const Json& object, ClientObject& out) {
  const auto member = object.find("ping");
  if (member == object.end() || out.version == ProtocolVersion::kV1) return absl::OkStatus();
  if (!member->is_boolean() && !member->is_number_integer()) {
    return InvalidField("ping", "must be true or an integer");
  }
  if (*member != false) out.ping = member->dump();
  return absl::OkStatus();
}

bool IsInteger(std::string_view id) {
  // Only the canonical text: "007" and "-0" are names, not numbers.
  if (const auto number = ParseInteger<std::int64_t>(id); number.ok()) return std::to_string(*number) == id;
  const auto number = ParseInteger<std::uint64_t>(id);
  return number.ok() && std::to_string(*number) == id;
}

void AppendString(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 0xF];
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendStatus(std::string& out, const PresenceUpdate& update) {
  if (update.state != PresenceState::kOnline && update.state != PresenceState::kOffline) {
    out += R"(,"state":)";
    AppendString(out, NameOf(update.state));
  }
  if (!update.text.empty()) {
    out += R"(,"text":)";
    AppendString(out, update.text);
  }
  if (!update.session_id.empty()) {
    out += R"(,"session_id":)";
    AppendString(out, update.session_id);
  }
}

bool Passes(StatusCode refusal) {
  return refusal == StatusCode::kResourceExhausted || refusal == StatusCode::kUnavailable ||
         refusal == StatusCode::kDeadlineExceeded;
}

}  // namespace

StatusOr<ClientObject> ParseClientObject(std::string_view text, ProtocolVersion so_far) {
  const Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    return MakeStatus(StatusCode::kInvalidArgument, "malformed JSON; one object is expected");
  }
  ClientObject out;
  out.version = so_far;
  OOFGG_RETURN_IF_ERROR(ReadVersion(object, out));
  OOFGG_RETURN_IF_ERROR(ReadUserId(object, out));
  OOFGG_RETURN_IF_ERROR(ReadFriends(object, out));
  OOFGG_RETURN_IF_ERROR(ReadOnline(object, out));
  OOFGG_RETURN_IF_ERROR(ReadToken(object, out));
  OOFGG_RETURN_IF_ERROR(ReadStatus(object, out));
  OOFGG_RETURN_IF_ERROR(ReadPing(object, out));
  OOFGG_RETURN_IF_ERROR(ReadDatagram(object, out));
  return out;
}

void AppendWelcome(std::string& out, std::uint64_t sequence) {
  out += R"({"welcome":true,"seq":)" + std::to_string(sequence) + "}\n";
}

void AppendRevision(std::string& out, std::uint64_t revision, std::uint64_t sequence) {
  out += R"({"rev":)" + std::to_string(revision) + R"(,"seq":)" + std::to_string(sequence) + "}\n";
}

void AppendCookie(std::string& out, std::string_view cookie) {
  out += R"({"cookie":)";
  AppendString(out, cookie);
  out += "}\n";
}

void AppendUpdate(std::string& out, const PresenceUpdate& update, ProtocolVersion version, bool integer_ids,
                  std::uint64_t sequence) {
  out += update.state == PresenceState::kOffline ? R"({"online":false)" : R"({"online":true)";
  if (version == ProtocolVersion::kV2) {
    out += R"(,"user_id":)";
    if (integer_ids && IsInteger(update.user_id)) {
      out += update.user_id;
    } else {
      AppendString(out, update.user_id);
    }
    AppendStatus(out, update);
    if (sequence != 0) out += R"(,"seq":)" + std::to_string(sequence);
  }
  out += "}\n";
}

void AppendPong(std::string& out, std::string_view ping) {
  out += R"({"pong":)";
  out += ping;
  out += "}\n";
}

void AppendRefusal(std::string& out, const Status& status) {
  if (const auto address = SentWhere(status)) {
    out += R"({"redirect":)";
    AppendString(out, *address);
    out += "}\n";
    return;
  }
  out += R"({"error":)";
  AppendString(out, {status.message().data(), status.message().size()});
  out += R"(,"code":)";
  AppendString(out, base::NameOf(status.code()));
  if (Passes(status.code())) out += R"(,"reconnect":true)";
  out += "}\n";
}

}  // namespace oofgg::presence
