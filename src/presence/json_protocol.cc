#include "presence/json_protocol.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "oofgg/parse.h"
#include "presence/limits.h"

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
  OOFGG_RETURN_IF_ERROR(ReadPing(object, out));
  return out;
}

void AppendUpdate(std::string& out, const PresenceUpdate& update, ProtocolVersion version, bool integer_ids) {
  out += update.state == PresenceState::kOffline ? R"({"online":false)" : R"({"online":true)";
  if (version == ProtocolVersion::kV2) {
    out += R"(,"user_id":)";
    if (integer_ids && IsInteger(update.user_id)) {
      out += update.user_id;
    } else {
      AppendString(out, update.user_id);
    }
  }
  out += "}\n";
}

void AppendPong(std::string& out, std::string_view ping) {
  out += R"({"pong":)";
  out += ping;
  out += "}\n";
}

void AppendError(std::string& out, std::string_view message) {
  out += R"({"error":)";
  AppendString(out, message);
  out += "}\n";
}

void AppendReconnect(std::string& out, std::string_view message) {
  out += R"({"error":)";
  AppendString(out, message);
  out += ",\"reconnect\":true}\n";
}

}  // namespace oofgg::presence
