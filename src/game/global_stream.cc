#include "game/global_stream.h"

#include <chrono>
#include <utility>

#include "game/authorization.h"
#include "game/session_access.h"
#include "game/validation.h"

namespace oofgg::game {
namespace {

bool SaysSomething(const GlobalEvent& event) {
  return !event.name.empty() || !event.attributes.empty() || event.type != GlobalEventType::kCustom;
}

// The channel knows one kind of event; the two types have the same number of values.
GameEvent Carried(GlobalEvent event) {
  GameEvent carried;
  carried.name = std::move(event.name);
  carried.timestamp_ms = event.timestamp_ms;
  carried.game_id = std::move(event.game_id);
  carried.player_id = std::move(event.player_id);
  carried.team_id = std::move(event.team_id);
  carried.attributes = std::move(event.attributes);
  carried.type = static_cast<EventType>(event.type);
  return carried;
}

GlobalEvent Delivered(const GameEvent& carried) {
  return {.id = carried.id,
          .name = carried.name,
          .timestamp_ms = carried.timestamp_ms,
          .game_id = carried.game_id,
          .player_id = carried.player_id,
          .team_id = carried.team_id,
          .attributes = carried.attributes,
          .type = static_cast<GlobalEventType>(carried.type),
          .sequence = carried.sequence};
}

}  // namespace

GlobalStream::GlobalStream(const GlobalFacade::Parts& parts, const CallContext& context,
                           std::shared_ptr<StreamHost> host)
    : parts_(parts),
      context_(context),
      host_(std::make_shared<StreamHostRef>(std::move(host))),
      speaker_(EventAllowance::SpeakerOf(kGlobalSessionId, context.caller->user_id,
                                         EventAllowance::Side::kPlayer)) {}

void GlobalStream::OnMessage(GlobalEvent message) {
  if (ended_) return;
  Status status;
  if (!std::exchange(begun_, true)) status = Begin(message);
  if (status.ok() && SaysSomething(message)) status = Send(std::move(message));
  if (!status.ok()) End(std::move(status));
}

void GlobalStream::OnClose() {
  ended_ = true;
  cursor_.reset();
  host_->Drop();
}

Status GlobalStream::Begin(const GlobalEvent& first) {
  if (SaysSomething(first)) {
    OOFGG_RETURN_IF_ERROR(CheckEvent(first));
    if (first.sequence == 0) return {};  // An event for a game, not a wish to hear of that game alone.
  } else {
    OOFGG_RETURN_IF_ERROR(CheckOptionalId("game_id", first.game_id));
    game_id_ = first.game_id;
  }
  if (first.sequence == 0) {
    is_beginning_due_ = !told_;
    host_->Wake();
    return {};
  }
  if (told_) {  // What lies before it would now come behind it.
    return MakeStatus(StatusCode::kUnavailable, "an event came before the place to resume from; open again");
  }
  cursor_.reset();
  return Enter({.at = EventStart::At::kAfter, .after = first.sequence});
}

Status GlobalStream::Enter(EventStart start) {
  const std::string id(kGlobalSessionId);
  OOFGG_ASSIGN_OR_RETURN(auto channel,
                         parts_.hub.Open(id, [&] { return parts_.sessions.NextStreamRun(id); }));
  const auto limit = IsPlayer(*context_.caller) ? StreamLimit::kPerPlayer : StreamLimit::kNone;
  OOFGG_ASSIGN_OR_RETURN(cursor_,
                         channel->Subscribe(
                             context_.caller->user_id, start, [host = host_] { host->Wake(); }, limit));
  return {};
}

Status GlobalStream::CheckEvent(const GlobalEvent& event) const {
  OOFGG_RETURN_IF_ERROR(Authorize(context_, Act::kSendGlobalEvents));
  OOFGG_RETURN_IF_ERROR(CheckText("event_name", event.name, 1, kMaxNameBytes));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("game_id", event.game_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("team_id", event.team_id));
  OOFGG_RETURN_IF_ERROR(CheckAttributes("attributes", event.attributes));
  if (event.type > GlobalEventType::kRequest) return InvalidField("type", "is not a type of event");
  if (event.name.size() + SizeOf(event.attributes) <= parts_.options.max_event_bytes) return {};
  return InvalidField("attributes", "are too long for one event; at most " +
                                        std::to_string(parts_.options.max_event_bytes) + " bytes");
}

Status GlobalStream::Send(GlobalEvent event) {
  OOFGG_RETURN_IF_ERROR(CheckEvent(event));
  if (cursor_ == nullptr) OOFGG_RETURN_IF_ERROR(Enter({.at = EventStart::At::kNow}));
  event.timestamp_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.WallNow().time_since_epoch())
          .count();
  event.player_id = context_.caller->user_id;
  GameEvent carried = Carried(std::move(event));
  OOFGG_RETURN_IF_ERROR(parts_.allowance.Charge(speaker_, SizeOf(carried)));
  return cursor_->Publish(std::move(carried));
}

std::optional<GlobalEvent> GlobalStream::Next() {
  if (ended_) return std::nullopt;
  if (cursor_ == nullptr) {
    if (Status entered = Enter({.at = EventStart::At::kNow}); !entered.ok()) {
      End(std::move(entered));
      return std::nullopt;
    }
  }
  if (const auto began = is_beginning_due_ ? cursor_->Began() : std::nullopt) {
    is_beginning_due_ = false;
    if (*began != 0) return GlobalEvent{.sequence = *began};
  }
  while (true) {
    const auto next = cursor_->Next();
    if (!next.ok()) {
      End(next.status());
      return std::nullopt;
    }
    if (*next == nullptr) {
      const auto position = skipped_.TakeIfDue();
      if (!position.has_value()) return std::nullopt;
      return GlobalEvent{.sequence = *position};
    }
    if (!game_id_.empty() && !(*next)->game_id.empty() && (*next)->game_id != game_id_) {
      skipped_.Note((*next)->sequence);
      continue;
    }
    skipped_.Clear();
    told_ = true;
    is_beginning_due_ = false;
    return Delivered(**next);
  }
}

void GlobalStream::End(Status status) {
  ended_ = true;
  cursor_.reset();
  host_->Finish(std::move(status));
}

}  // namespace oofgg::game
