#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "game/validation.h"
#include "net/websocket/frame_reader.h"
#include "net/websocket/json_reader.h"
#include "net/websocket/text_message.h"
#include "net/websocket/upgrade.h"
#include "wire/websocket.h"

// What the WebSocket port reads from strangers. The first byte of an input says what the rest is: a request,
// a text message, a binary one, or (from 3 on) frames in segments of that size.
namespace oofgg::net {
namespace {

using nlohmann::json;

constexpr std::size_t kMostBytes = 4'096;

void Require(bool promise) {
  if (!promise) std::abort();
}

struct Read {
  std::vector<std::string> frames;
  CloseCode broken = CloseCode::kNone;
  friend bool operator==(const Read&, const Read&) = default;
};

Read ReadFrames(std::string_view bytes, std::size_t segment_size) {
  FrameReader reader;
  Read read;
  while (!bytes.empty()) {
    // A copy, so that a view which outlives its segment is seen by the sanitizer.
    const std::string segment(bytes.substr(0, segment_size));
    bytes.remove_prefix(segment.size());
    std::string_view rest = segment;
    ReceivedFrame frame;
    FrameReader::Outcome outcome;
    while ((outcome = reader.Next(rest, kMostBytes, frame)) == FrameReader::Outcome::kFrame) {
      Require(frame.payload.size() <= kMostBytes);
      if (frame.opcode == Opcode::kText) Require(game::IsUtf8(frame.payload));
      read.frames.push_back(std::to_string(static_cast<int>(frame.opcode)) + frame.payload);
    }
    read.broken = reader.broken();
    if (outcome == FrameReader::Outcome::kBroken) break;
    Require(rest.empty());
  }
  return read;
}

// What others get of an event is JSON that says who it is from, whatever it says besides.
void CheckPassedOn(GameEvent event) {
  event.session_id = "there";
  event.player_id = "ann";
  event.sequence = 7;
  std::string text;
  AppendTextEvent(text, event);
  const json passed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  // Halves of surrogate pairs and huge numbers, which we pass on as they are written, are none to that
  // parser.
  if (passed.is_discarded()) return Require(IsJson(text));
  Require(passed.at("type") == event.name && passed.at("instance_id") == "there" &&
          passed.at("player_id") == "ann" && passed.at("seq") == 7);
}

void CheckText(std::string_view text) {
  if (!game::IsUtf8(text)) return;  // Such are not let through.
  const StatusOr<GameEvent> event = ReadTextMessage(text);
  if (!event.ok()) {
    std::string told;
    AppendTextError(told, "there", event.status());
    Require(json::parse(told, nullptr, false).is_object());
    return;
  }
  Require(IsJson(text) && !event->name.empty());
  CheckPassedOn(*event);
  const json sent = json::parse(text, nullptr, false);
  if (!sent.is_discarded()) Require(sent.at("type") == event->name);
}

void CheckMembers(std::string_view text) {
  if (!game::IsUtf8(text)) return;
  GameEvent event;
  event.name = "x";
  event.attributes["ws_members"] = std::string(text);
  CheckPassedOn(event);
}

void CheckBinary(std::string_view bytes) {
  const StatusOr<GameEvent> event = wire::DecodeWebSocketMessage(bytes);
  if (!event.ok()) return Require(event.status().code() == StatusCode::kInvalidArgument);
  CheckPassedOn(*event);
  Require(wire::DecodeWebSocketMessage(wire::EncodeWebSocketEvent(*event)).ok());
}

void CheckRequest(std::string_view head) {
  UpgradeRequest request;
  const UpgradeRefusal refusal = ReadUpgrade(head, kMostBytes, request);
  if (refusal.status != 0) {
    Require(!refusal.why.empty() && !RefusalAnswer(refusal).empty());
  } else {
    Require(request.session_id.empty() || game::CheckId("session", request.session_id).ok());
  }
}

}  // namespace
}  // namespace oofgg::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oofgg::net;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 0:
      CheckRequest(bytes);
      break;
    case 1:
      CheckText(bytes);
      CheckMembers(bytes);
      break;
    case 2:
      CheckBinary(bytes);
      break;
    default: {
      const Read read = ReadFrames(bytes, size);
      Require(read == ReadFrames(bytes, data[0]));
      Require(read == ReadFrames(bytes, 1));
    }
  }
  return 0;
}
