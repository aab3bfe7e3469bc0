#pragma once

#include <absl/functional/function_ref.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "game/event_channel.h"
#include "game/event_relay.h"
#include "game/string_map.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::game {

struct EventHubOptions {
  EventWindow window;
  /// How long a session's window outlives its last reader and last event, so that all of its players may
  /// lose their link at once and resume.
  Duration keep = std::chrono::minutes(5);
};

/// The event channels of the sessions served here, one a session.
/// Threads: safe.
class EventHub {
 public:
  /// With a relay, sessions are shared with the other instances that have it.
  EventHub(const Clock& clock, EventHubOptions options, EventRelay* relay = nullptr)
      : clock_(clock), options_(options), relay_(relay) {}

  /// The session's channel, opened if need be as run `next_run()` of its stream
  /// (SessionStore::NextStreamRun): sequence numbers go on far above those of every run before, hence a
  /// resume point of an earlier run is known to be gone rather than mistaken for one of this run. Errors are
  /// those of `next_run`, which is called without any lock held. A shared session's runs are its log's.
  StatusOr<std::shared_ptr<EventChannel>> Open(std::string_view session_id,
                                               absl::FunctionRef<StatusOr<std::uint64_t>()> next_run);

  /// The channel if it is open; else nobody listens and nothing said before can be resumed.
  [[nodiscard]] std::shared_ptr<EventChannel> Find(std::string_view session_id) const;

  /// What the server itself says on the session's stream. Where sessions are not shared and nobody listens,
  /// it costs nothing.
  void Publish(const std::string& session_id, RelayEntry entry);

  [[nodiscard]] std::size_t channel_count() const;

 private:
  using Channels = StringMap<std::shared_ptr<EventChannel>>;
  [[nodiscard]] Channels TakeIdle();

  const Clock& clock_;
  const EventHubOptions options_;
  EventRelay* const relay_;
  mutable std::mutex mutex_;  // Taken before a channel's own.
  Channels channels_;
  std::size_t sweep_at_ = 64;  // As many channels make the next sweep worth its while.
};

}  // namespace oofgg::game
