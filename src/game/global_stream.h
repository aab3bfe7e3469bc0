#pragma once

#include <memory>
#include <optional>
#include <string>

#include "game/event_allowance.h"
#include "game/event_channel.h"
#include "game/global_facade.h"
#include "game/skipped_events.h"
#include "game/stream_host_ref.h"
#include "oofgg/caller.h"
#include "oofgg/model/game.h"
#include "oofgg/stream.h"

namespace oofgg::game {

/// One open `GlobalService.StreamEvents`. It takes its place with the first message or when it is first asked
/// for an event, whichever comes first; the first message may still change that place.
class GlobalStream final : public StreamHandler<GlobalEvent, GlobalEvent> {
 public:
  GlobalStream(const GlobalFacade::Parts& parts, const CallContext& context,
               std::shared_ptr<StreamHost> host);

  void OnMessage(GlobalEvent message) override;
  void OnClose() override;
  std::optional<GlobalEvent> Next() override;

 private:
  Status Enter(EventStart start);
  Status Begin(const GlobalEvent& first);
  Status Send(GlobalEvent event);
  [[nodiscard]] Status CheckEvent(const GlobalEvent& event) const;
  void End(Status status);

  const GlobalFacade::Parts parts_;
  const CallContext context_;
  const std::shared_ptr<StreamHostRef> host_;  // Shared with the cursor's waker.
  const EventAllowance::Speaker speaker_;

  bool begun_ = false;             // The first message has come.
  bool told_ = false;              // An event was given out.
  bool is_beginning_due_ = false;  // Who has nothing to resume from is told where they began.
  bool ended_ = false;
  std::string game_id_;  // Only its events and those for everybody; empty: all.
  std::unique_ptr<EventCursor> cursor_;
  SkippedEvents skipped_;
};

}  // namespace oofgg::game
