#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/presence_limits.h"
#include "presence/json_framer.h"
#include "presence/json_glance.h"
#include "presence/json_protocol.h"

// What the presence port reads from strangers. The first byte of an input is the size of the segments in
// which the rest arrives.
namespace oofgg::presence {
namespace {

constexpr JsonFramer::Limits kLimits{.max_bytes = 4'096, .max_depth = 32};

void Require(bool promise) {
  if (!promise) std::abort();
}

struct Framed {
  std::vector<std::string> objects;
  std::string error;
  friend bool operator==(const Framed&, const Framed&) = default;
};

Framed Frame(std::string_view bytes, std::size_t segment_size) {
  JsonFramer framer;
  Framed framed;
  while (!bytes.empty()) {
    // A copy, so that a view which outlives its segment is seen by the sanitizer.
    const std::string segment(bytes.substr(0, segment_size));
    bytes.remove_prefix(segment.size());
    std::string_view rest = segment;
    for (;;) {
      const auto object = framer.Next(rest, kLimits);
      if (!object.ok()) {
        framed.error = std::string(object.status().message());
        return framed;
      }
      if (!object->has_value()) break;
      Require(!(*object)->empty() && (*object)->size() <= kLimits.max_bytes);
      framed.objects.emplace_back(**object);
    }
    Require(rest.empty());
  }
  return framed;
}

// An id that we took must come back as the same id from what we write.
void CheckEcho(const std::string& id, bool integer_ids) {
  std::string line;
  AppendUpdate(line, {id, PresenceState::kOnline, 1}, ProtocolVersion::kV2, integer_ids);
  const auto echoed = ParseClientObject(line, ProtocolVersion::kV2);
  Require(echoed.ok() && echoed->user_id == id && echoed->online == true);
}

void CheckObject(std::string_view text, ProtocolVersion so_far) {
  const std::string_view glanced = GlanceAtString(text, "cookie");
  const auto object = ParseClientObject(text, so_far);
  // Where there is one plain cookie, both find it.
  constexpr std::string_view kName = "\"cookie\"";
  const bool is_plain = text.find('\\') == text.npos && text.find(kName) == text.rfind(kName);
  if (object.ok() && object->cookie.has_value() && is_plain) Require(glanced == *object->cookie);
  if (!object.ok()) {
    Require(object.status().code() == StatusCode::kInvalidArgument && !object.status().message().empty());
    std::string line;
    AppendRefusal(line, object.status());
    Require(ParseClientObject(line, so_far).ok());
    return;
  }
  if (object->user_id.has_value()) {
    Require(CheckId("user_id", *object->user_id).ok());
    CheckEcho(*object->user_id, object->integer_ids);
  }
  if (object->friends.has_value()) {
    Require(CheckFriends("friends", *object->friends).ok());
    for (const std::string& id : *object->friends) CheckEcho(id, object->integer_ids);
  }
  if (object->ping.has_value()) {
    std::string line;
    AppendPong(line, *object->ping);
    Require(ParseClientObject(line, so_far).ok());
  }
}

}  // namespace
}  // namespace oofgg::presence

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oofgg::presence;
  if (size == 0) return 0;
  const std::size_t segment_size = std::max<std::size_t>(data[0], 1);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Framed framed = Frame(bytes, size);
  Require(framed == Frame(bytes, segment_size));
  Require(framed == Frame(bytes, 1));
  for (const std::string& object : framed.objects) {
    CheckObject(object, ProtocolVersion::kV1);
    CheckObject(object, ProtocolVersion::kV2);
  }
  // What the framer would not let through must not hurt the parser either.
  CheckObject(bytes, ProtocolVersion::kV1);
  return 0;
}
