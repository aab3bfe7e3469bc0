#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "game/event_relay.h"
#include "game/session_access.h"
#include "game/session_notifier.h"
#include "game/session_store.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// What a relay asks and tells the room, for as long as there is one. Threads: safe.
class RelayHome final : public EventRelay::Home {
 public:
  /// The store outlives it.
  RelayHome(SessionStore& sessions, SessionNotifier& notifier) : sessions_(sessions), notifier_(&notifier) {}

  void OnRowChanged(std::string_view session_id) override {
    const std::lock_guard lock(mutex_);
    if (notifier_ != nullptr) notifier_->NotifyHere(session_id);
  }
  StatusOr<std::uint64_t> NextStreamRun(std::string_view session_id) override {
    StatusOr<std::uint64_t> run = sessions_.NextStreamRun(session_id);
    if (session_id != kGlobalSessionId || run.status().code() != StatusCode::kNotFound) return run;
    // The store forgot everything; unlike a player's session this one must be.
    OOFGG_RETURN_IF_ERROR(EnsureGlobalSession(sessions_));
    return sessions_.NextStreamRun(session_id);
  }
  /// The room goes; waits for watchers that are being told.
  void Leave() {
    const std::lock_guard lock(mutex_);
    notifier_ = nullptr;
  }

 private:
  SessionStore& sessions_;
  std::mutex mutex_;
  SessionNotifier* notifier_;
};

}  // namespace oofgg::game
