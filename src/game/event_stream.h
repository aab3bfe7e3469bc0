#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "game/event_allowance.h"
#include "game/event_channel.h"
#include "game/event_facade.h"
#include "game/session_access.h"
#include "game/session_notifier.h"
#include "game/skipped_events.h"
#include "game/stream_host_ref.h"
#include "oofgg/caller.h"
#include "oofgg/model/game.h"
#include "oofgg/stream.h"

namespace oofgg::game {

/// One open `StreamEvents`: unopened until the first message, perhaps waiting for a match, then a cursor.
class EventStream final : public StreamHandler<GameEvent, GameEvent>,
                          public SessionNotifier::Watcher,
                          public std::enable_shared_from_this<EventStream> {
 public:
  /// Who is at the other end: a member, or the game server, which hears all and may speak of anybody.
  using Side = EventAllowance::Side;

  EventStream(const EventFacade::Parts& parts, const CallContext& context, Side side,
              std::shared_ptr<StreamHost> host, EventFacade::OnRefused on_refused = {});

  void OnMessage(GameEvent message) override;
  void OnClose() override;
  std::optional<GameEvent> Next() override;
  [[nodiscard]] bool IsAtHand() const override { return stage_ == Stage::kOpen; }
  void OnSessionChanged() override;

 private:
  enum class Stage { kUnopened, kQueued, kOpen, kEnded };

  Status OpenFor(const GameEvent& first);
  Status Enter(EventStart start);
  void LeaveChannel();
  std::optional<GameEvent> BeginningIfDue();
  std::optional<GameEvent> PositionIfDue();
  [[nodiscard]] GameEvent PositionAt(std::uint64_t sequence) const;
  Status Send(GameEvent event);
  [[nodiscard]] std::string_view Attendee() const;
  [[nodiscard]] Status AuthorizeSide(const ResolvedSession& session) const;
  [[nodiscard]] Status CheckEvent(const GameEvent& event) const;
  void End(Status status);

  const EventFacade::Parts parts_;
  const CallContext context_;
  const Side side_;
  const std::shared_ptr<StreamHostRef> host_;  // Shared with the cursor's waker.
  const EventFacade::OnRefused on_refused_;    // Empty: what is not taken ends the stream.

  Stage stage_ = Stage::kUnopened;
  std::string session_id_;           // As the client named it.
  std::string real_id_;              // Of the match, where the client named its place in the queue.
  EventAllowance::Speaker speaker_;  // From kOpen on.
  std::string game_id_;
  std::string team_id_;                  // The member's.
  std::unique_ptr<EventCursor> cursor_;  // From kOpen on.
  bool is_beginning_due_ = false;        // Who has nothing to resume from is told where they began.
  SkippedEvents skipped_;
  std::atomic<bool> session_changed_ = false;  // While kQueued.
};

}  // namespace oofgg::game
