#include "game/game_room.h"

#include <utility>

#include "oofgg/log.h"

namespace oofgg::game {
namespace {

template <typename Store>
Status PurgeAll(Store& store, const Sweep& sweep) {
  for (;;) {
    OOFGG_ASSIGN_OR_RETURN(const bool more, store.Purge(sweep));
    if (!more) return {};
  }
}

std::function<void(std::string_view)> TellOthersBy(EventRelay* relay) {
  if (relay == nullptr) return nullptr;
  return [relay](std::string_view session_id) { relay->TellRowChanged(session_id); };
}

std::shared_ptr<RelayHome> AttachTo(EventRelay* relay, SessionStore& sessions, SessionNotifier& notifier) {
  if (relay == nullptr) return nullptr;
  auto home = std::make_shared<RelayHome>(sessions, notifier);
  relay->Attach(home);
  return home;
}

}  // namespace

GameRoom::GameRoom(const Stores& stores, MatchQueue* queue, const Clock& clock, RandomSource& random,
                   EventLog& log, const GameRoomOptions& options, std::string_view cursor_secret)
    : stores_(stores),
      clock_(clock),
      log_(log),
      keep_ended_(options.keep_ended),
      keep_matches_(options.keep_matches),
      ids_(clock, random),
      notifier_(TellOthersBy(options.relay)),
      relay_home_(AttachTo(options.relay, stores.sessions, notifier_)),
      hub_(clock, options.hub, options.relay),
      allowance_(clock, {.player = options.events.rate, .server = options.events.server_rate}),
      attendance_(clock, options.sessions.disconnect_grace, stores.attendance),
      session_events_(hub_, notifier_, clock),
      trends_(stores.games, clock),
      cursors_(cursor_secret),
      boards_(options.max_score_types, clock),
      sync_({.scores = stores.scores,
             .games = stores.games,
             .boards = boards_,
             .erased = erased_,
             .clock = clock,
             .channel = options.standing_channel}),
      recorder_({.matches = stores.matches,
                 .sessions = stores.sessions,
                 .erased = erased_,
                 .clock = clock,
                 .log = log}),
      queue_(stores.sessions, erased_, queue, notifier_, trends_, ids_, recorder_),
      players_(stores.players, erased_),
      games_(stores.games, stores.scores, trends_, boards_, cursors_, ids_, clock, log, options.games),
      sessions_({.games = stores.games,
                 .sessions = stores.sessions,
                 .erased = erased_,
                 .queue = queue_,
                 .entities = stores.entities,
                 .notifier = notifier_,
                 .events = session_events_,
                 .allowance = allowance_,
                 .turns = turns_,
                 .attendance = attendance_,
                 .trends = trends_,
                 .matches = recorder_,
                 .ids = ids_,
                 .clock = clock,
                 .log = log}),
      caretaker_(stores.sessions, sessions_, attendance_, clock, options.sessions),
      entities_({.sessions = stores.sessions,
                 .entities = stores.entities,
                 .events = session_events_,
                 .allowance = allowance_,
                 .turns = turns_,
                 .ids = ids_}),
      events_({.sessions = stores.sessions,
               .notifier = notifier_,
               .hub = hub_,
               .allowance = allowance_,
               .attendance = attendance_,
               .clock = clock,
               .options = options.events}),
      global_({.sessions = stores.sessions,
               .hub = hub_,
               .allowance = allowance_,
               .clock = clock,
               .options = options.events}),
      scores_({.scores = stores.scores,
               .games = stores.games,
               .players = players_,
               .boards = boards_,
               .sync = sync_,
               .cursors = cursors_,
               .ids = ids_,
               .clock = clock,
               .log = log}),
      matches_({.matches = stores.matches,
                .games = stores.games,
                .scores = stores.scores,
                .players = players_,
                .cursors = cursors_}) {}

GameRoom::~GameRoom() {
  if (relay_home_ != nullptr) relay_home_->Leave();
  if (const Status kept = trends_.Flush(); !kept.ok()) {
    Log(LogLevel::kWarning, "game", "the last joins are not counted as trending: " + kept.ToString());
  }
}

StatusOr<std::unique_ptr<GameRoom>> GameRoom::Open(const Stores& stores, MatchQueue* queue,
                                                   const Clock& clock, RandomSource& random, EventLog& log,
                                                   const GameRoomOptions& options) {
  OOFGG_ASSIGN_OR_RETURN(const std::string cursor_secret,
                         stores.games.KeepSecret("cursors", random.Bytes(Cursors::kSecretBytes)));
  std::unique_ptr<GameRoom> room(new GameRoom(stores, queue, clock, random, log, options, cursor_secret));
  for (const Game& game : options.operators_games) OOFGG_RETURN_IF_ERROR(room->games_.EnsureGame(game));
  OOFGG_RETURN_IF_ERROR(room->global_.EnsureStream());
  OOFGG_RETURN_IF_ERROR(room->sync_.Begin());
  OOFGG_RETURN_IF_ERROR(room->scores_.RebuildLeaderboards());
  room->sync_.Listen();
  OOFGG_RETURN_IF_ERROR(room->recorder_.CloseMissed());
  OOFGG_RETURN_IF_ERROR(room->queue_.Resume());
  // A board takes no word on who is here from an instance that it has not heard of.
  OOFGG_RETURN_IF_ERROR(room->LeaveAbsent());
  return room;
}

Status GameRoom::LeaveAbsent() {
  Status left = caretaker_.LeaveAbsent();
  Status cancelled = queue_.CancelAbandoned();
  return left.ok() ? cancelled : left;
}

void GameRoom::Drain() {
  stopped_ = true;
  attendance_.Drain();
}

Status GameRoom::ErasePlayer(const DeletedUser& user) {
  if (user.user_id.empty()) return {};
  erased_.Add(user, clock_.WallNow());
  return Erase(user.user_id);
}

Status GameRoom::Erase(const std::string& player_id) {
  const WallTime since = clock_.WallNow();
  OOFGG_RETURN_IF_ERROR(sessions_.ErasePlayer(player_id));
  OOFGG_RETURN_IF_ERROR(scores_.ErasePlayer(player_id));
  OOFGG_RETURN_IF_ERROR(matches_.ErasePlayer(player_id));
  OOFGG_ASSIGN_OR_RETURN(const bool was_here, players_.ErasePlayer(player_id));
  if (was_here) AppendOrTell(log_, {clock_.WallNow(), "player.erased", player_id, {}});
  erased_.NoteErased(player_id, since);
  return {};
}

Status GameRoom::PurgeEnded() {
  const Sweep sweep{.now = clock_.WallNow(), .keep = keep_ended_};
  Status first_error;
  const auto note = [&first_error](Status done) {
    if (first_error.ok()) first_error = std::move(done);
  };
  // What fails holds up nothing else, or one player who stays would keep all the others.
  for (const std::string& player_id : erased_.Pending(sweep.now)) {
    if (stopped_) return first_error;  // There may be very many; the next start hears of them again.
    note(Erase(player_id));
  }
  if (stopped_) return first_error;
  note(caretaker_.EndIdle());
  note(recorder_.CloseMissed());  // Before the sessions that it looks at are forgotten.
  note(PurgeAll(stores_.matches, {.now = sweep.now, .keep = keep_matches_}));
  note(PurgeAll(stores_.games, sweep));
  note(PurgeAll(stores_.sessions, sweep));
  note(PurgeAll(stores_.entities, sweep));
  note(trends_.Flush());
  note(PurgeAll(stores_.scores, sweep));
  return first_error;
}

}  // namespace oofgg::game
