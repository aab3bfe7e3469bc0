#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "game/attendance.h"
#include "game/session_notifier.h"
#include "game/session_store.h"
#include "game/stream_host_ref.h"
#include "oofgg/caller.h"
#include "oofgg/model/game.h"
#include "oofgg/stream.h"

namespace oofgg::game {

/// The stream behind `WatchQueue`: a session's newest state whenever it changed, until it is settled. While
/// it is open its owner attends their place in the queue.
class SessionWatch final : public StreamHandler<Session, Session>, public SessionNotifier::Watcher {
 public:
  SessionWatch(SessionStore& sessions, SessionNotifier& notifier, Attendance& attendance, CallContext context,
               std::string id, std::shared_ptr<StreamHost> host)
      : sessions_(sessions),
        notifier_(notifier),
        attendance_(attendance),
        context_(std::move(context)),
        id_(std::move(id)),
        host_(std::move(host)) {}

  /// The session is the caller's own place in the queue. To be called before the stream is anybody else's.
  void HoldPlace();

  void OnMessage(Session message) override { static_cast<void>(message); }
  void OnClose() override;
  std::optional<Session> Next() override;
  void OnSessionChanged() override;

 private:
  void End(Status status);
  void LetGo(Attendance::Grace grace);

  SessionStore& sessions_;
  SessionNotifier& notifier_;
  Attendance& attendance_;
  const CallContext context_;
  const std::string id_;  // The one asked by: a place in the queue keeps it after it became a match.
  StreamHostRef host_;
  std::atomic<bool> changed_ = true;
  std::int64_t told_version_ = 0;
  bool holds_place_ = false;
  bool ended_ = false;
};

}  // namespace oofgg::game
