#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/websocket/frame.h"
#include "net/websocket/frame_reader.h"
#include "oofgg/caller.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"
#include "oofgg/stream.h"

namespace oofgg::net {

using EventHandler = StreamHandlerPtr<GameEvent, GameEvent>;

/// Opens a stream of a session's events, as game::EventFacade::Open does; `on_refused` hears, within
/// `OnMessage`, why an event was not taken by a stream that goes on.
using OpenEvents =
    std::function<StatusOr<EventHandler>(const CallContext& context, std::shared_ptr<StreamHost> host,
                                         std::function<void(const Status& why)> on_refused)>;

/// Whom to call when there may be something to pull. Threads: called from any.
class SubscriptionOwner {
 public:
  virtual ~SubscriptionOwner() = default;
  virtual void OnNews() = 0;
};

/// The sessions of one WebSocket: translates what its client says into their events and back.
/// Threads: one at a time; the streams call the owner from any.
/// Lifetime: `Close` before it goes.
class Subscriptions {
 public:
  struct Options {
    std::size_t max_sessions = 8;
    bool echo = false;  ///< Its own events too.
  };
  /// How the whole connection is to end.
  struct Verdict {
    CloseCode code =
        CloseCode::kNone;  ///< kNone: without a closing handshake, so that the client comes back.
    std::string why{};
  };

  Subscriptions(const OpenEvents& open, Caller caller, Options options,
                std::weak_ptr<SubscriptionOwner> owner);

  /// Subscribes to the session of the path, behind event `after` unless that is 0. Frames for the client are
  /// appended to `out`, here and below.
  void OpenPath(const std::string& session_id, std::uint64_t after, std::string& out);

  /// Whether what it is asked next, `OpenPath` aside, waits for nothing.
  [[nodiscard]] bool IsAtHand() const;

  /// A text or binary message of the client. False: it asks for another session, which has to be waited for,
  /// and without `may_wait` nothing was done.
  [[nodiscard]] bool Take(const ReceivedFrame& message, bool may_wait, std::string& out);

  /// What there is to tell, until `out` has `most_bytes`; whether there may be more.
  bool Pull(std::string& out, std::size_t most_bytes);

  [[nodiscard]] const std::optional<Verdict>& verdict() const { return verdict_; }

  /// Closes all streams.
  void Close();

 private:
  class Host;
  struct Subscription {
    std::string session_id;
    std::shared_ptr<Host> host;
    EventHandler handler;
    bool is_path = false;
    bool is_sure = true;  ///< Where it resumes is known to be there.
    bool is_dry = false;  ///< `Next` had nothing more when it was last asked.
  };

  void Subscribe(const std::string& session_id, std::uint64_t after, bool is_path, std::string& out);
  [[nodiscard]] bool TakeSubscribe(const GameEvent& event, bool may_wait, std::string& out);
  void Publish(GameEvent event, std::string& out);
  void PullFrom(Subscription& subscription, std::string& out, std::size_t most_bytes);
  [[nodiscard]] bool IsFor(const GameEvent& event) const;
  void End(std::size_t index, const Status& why, std::string& out);
  void Condemn(CloseCode code);
  [[nodiscard]] std::size_t Find(std::string_view session_id) const;
  void WriteEvent(const GameEvent& event, std::string& out);
  void WriteSubscribed(const std::string& session_id, std::string& out);
  void WriteError(std::string_view session_id, const Status& why, std::string& out);

  const OpenEvents& open_;
  const CallContext context_;
  const Options options_;
  const std::weak_ptr<SubscriptionOwner> owner_;
  std::string path_;  // The session of the path.
  std::vector<Subscription> subscriptions_;
  std::size_t turn_ = 0;  // Whose it is to be pulled first.
  bool binary_ = false;   // What the client sent last is what it gets.
  std::optional<Verdict> verdict_;
};

}  // namespace oofgg::net
