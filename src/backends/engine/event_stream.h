#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/engine/engine_client.h"
#include "oofgg/backoff.h"
#include "oofgg/executor.h"

namespace oofgg::backends {

/// Something that has happened at the engine.
struct EngineEvent {
  std::string type;                               ///< `container`, `service`, …
  std::string action;                             ///< `die`, `destroy`, …
  std::map<std::string, std::string> attributes;  ///< Labels among them.
};

/// Nothing if the line is not one.
[[nodiscard]] std::optional<EngineEvent> ParseEvent(std::string_view line);

/// Follows the engine's events for ever: when the stream breaks, or the engine is away, it connects again.
/// What happened meanwhile is for whoever `on_connected` is told, to look up.
/// Threads: on the client's strand. Lifetime: as `EngineClient`'s callbacks.
class EventStream {
 public:
  using OnConnected = std::function<void()>;
  using OnEvent = std::function<void(const EngineEvent&)>;

  /// `filters` is the API's JSON of them.
  EventStream(EngineClient& engine, Executor& strand, const Clock& clock, RandomSource& random,
              std::string filters, OnConnected on_connected, OnEvent on_event);

  void Start() { Connect(); }

 private:
  void Connect();
  void Follow(std::int64_t since);
  void Ended(const Status& status);

  EngineClient& engine_;
  Executor& strand_;
  const Clock& clock_;
  const std::string filters_;
  const OnConnected on_connected_;
  const OnEvent on_event_;
  Backoff backoff_;
  bool away_ = false;  // And said so.
  ScopedTimer timer_;
};

}  // namespace oofgg::backends
