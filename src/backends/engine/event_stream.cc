#include "backends/engine/event_stream.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "backends/engine/line_splitter.h"
#include "oofgg/log.h"

namespace oofgg::backends {
namespace {

constexpr BackoffOptions kReconnect{.initial = std::chrono::milliseconds(200),
                                    .maximum = std::chrono::milliseconds(3'000)};
// A stream that is silent for so long is made anew: it costs a list, and shows whether anybody is there.
constexpr std::chrono::minutes kEventSilence{10};
// The clock of the engine's answers has whole seconds, and events may come twice.
constexpr std::int64_t kOverlapSeconds = 2;

}  // namespace

std::optional<EngineEvent> ParseEvent(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto text = [](const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  EngineEvent event{.type = text(json, "Type"), .action = text(json, "Action"), .attributes = {}};
  if (event.type.empty() || event.action.empty()) return std::nullopt;
  const auto actor = json.find("Actor");
  if (actor == json.end() || !actor->is_object()) return event;
  const auto attributes = actor->find("Attributes");
  if (attributes == actor->end() || !attributes->is_object()) return event;
  for (const auto& [name, value] : attributes->items()) {
    if (value.is_string()) event.attributes[name] = value.get<std::string>();
  }
  return event;
}

EventStream::EventStream(EngineClient& engine, Executor& strand, const Clock& clock, RandomSource& random,
                         std::string filters, OnConnected on_connected, OnEvent on_event)
    : engine_(engine),
      strand_(strand),
      clock_(clock),
      filters_(std::move(filters)),
      on_connected_(std::move(on_connected)),
      on_event_(std::move(on_event)),
      backoff_(random, kReconnect) {}

void EventStream::Connect() {
  engine_.Ping([this](const StatusOr<std::int64_t>& time) {
    if (!time.ok()) return Ended(time.status());
    Follow(*time);
  });
}

void EventStream::Follow(std::int64_t since) {
  std::string path = "/events?filters=" + QueryValue(filters_);
  // Headers come before the engine has begun to listen: it must look back a little.
  if (since > kOverlapSeconds) path += "&since=" + std::to_string(since - kOverlapSeconds);
  const auto lines = std::make_shared<LineSplitter>();
  const auto on_data = [this, lines, &strand = strand_](std::string_view piece) {
    if (piece.empty()) {
      strand.Post([this] {
        backoff_.Reset();
        if (std::exchange(away_, false)) Log(LogLevel::kInfo, "backends", "follows Docker's events again");
        on_connected_();
      });
    }
    return lines->Feed(piece, [this, &strand](std::string_view line) {
      auto event = ParseEvent(line);
      if (event) strand.Post([this, event = *std::move(event)] { on_event_(event); });
    });
  };
  engine_.Call({.path = std::move(path),
                .timeout = std::chrono::milliseconds(0),
                .on_data = on_data,
                .stall_timeout = kEventSilence},
               [this](const StatusOr<std::string>& body) {
                 if (absl::IsDeadlineExceeded(body.status())) return Connect();  // It was only silent.
                 Ended(body.status());
               });
}

void EventStream::Ended(const Status& status) {
  if (!std::exchange(away_, true)) {
    const std::string why = status.ok() ? "the engine ended the stream" : std::string(status.message());
    Log(LogLevel::kWarning, "backends", "Docker's events cannot be followed now: " + why + "; tries again");
  }
  timer_ = ScopedTimer(strand_, DeadlineAfter(clock_.Now(), backoff_.Next()), [this] { Connect(); });
}

}  // namespace oofgg::backends
