#include "tests/unit/game/support.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace oofgg::game {

CallContext As(std::string user, std::string role, std::string idempotency_key) {
  CallContext context;
  context.caller = Caller{.user_id = std::move(user), .role = std::move(role), .session_id = "sid"};
  context.bearer_token = "token of " + context.caller->user_id;
  context.idempotency_key = std::move(idempotency_key);
  return context;
}

std::vector<EventRecord> RecordingEventLog::Of(const std::string& kind) const {
  std::vector<EventRecord> found;
  std::copy_if(records.begin(), records.end(), std::back_inserter(found),
               [&kind](const EventRecord& record) { return record.kind == kind; });
  return found;
}

std::string FieldOf(const Status& status) {
  const auto violations = FieldViolationsOf(status);
  return violations.empty() ? "" : violations[0].field;
}

StatusOr<std::string> FakeMatchQueue::Enqueue(const CallContext& context, const Entry& entry) {
  EXPECT_EQ(context.caller->user_id, entry.player_id);
  const auto same = std::find_if(entries.begin(), entries.end(), [&](const Entry& other) {
    return other.idempotency_key == entry.idempotency_key;
  });
  if (same == entries.end() && (enqueue_status.ok() || enqueue_takes_effect)) entries.push_back(entry);
  if (!enqueue_status.ok()) return enqueue_status;
  return "ticket-" + entry.idempotency_key;
}

class FakeMatchQueue::Handle final : public MatchWatch {
 public:
  Handle(FakeMatchQueue& queue, CallContext context, std::string ticket_id)
      : queue_(queue), context_(std::move(context)), ticket_id_(std::move(ticket_id)), all_(queue.watches_) {}
  ~Handle() override {
    std::erase_if(*all_, [this](const auto& watch) { return watch.second.first == this; });
  }
  void Cancel(OnCancelled on_done) override {
    if (std::exchange(cancelled_, true) || queue_.is_silent) return;
    on_done(queue_.Cancel(context_, ticket_id_));
  }

 private:
  FakeMatchQueue& queue_;
  const CallContext context_;
  const std::string ticket_id_;
  const std::shared_ptr<Watches> all_;
  bool cancelled_ = false;
};

std::unique_ptr<MatchWatch> FakeMatchQueue::Watch(const CallContext& context, const std::string& ticket_id,
                                                  OnTicket on_ticket) {
  if (context.bearer_token.empty() && !has_credential) return nullptr;
  watchers.push_back(context);
  auto handle = std::make_unique<Handle>(*this, context, ticket_id);
  watches_->emplace(ticket_id, std::pair(handle.get(), std::move(on_ticket)));
  return handle;
}

Status FakeMatchQueue::Cancel(const CallContext& context, const std::string& ticket_id) {
  EXPECT_TRUE(context.caller.has_value());
  if (cancel_status.ok()) cancelled.push_back(ticket_id);
  return cancel_status;
}

void FakeMatchQueue::Report(const std::string& ticket_id, StatusOr<Ticket> ticket) {
  std::vector<OnTicket> callbacks;  // A callback may drop its watch.
  const auto [first, last] = watches_->equal_range(ticket_id);
  for (auto it = first; it != last; ++it) callbacks.push_back(it->second.second);
  for (const auto& callback : callbacks) callback(ticket);
}

std::string FakeMatchQueue::TicketOf(const std::string& player) const {
  std::string ticket;
  for (const Entry& entry : entries) {
    if (entry.player_id == player) ticket = "ticket-" + entry.idempotency_key;
  }
  EXPECT_FALSE(ticket.empty()) << player << " is not queued";
  return ticket;
}

void FakeMatchQueue::Match(const std::string& match_id, const std::vector<std::string>& players) {
  for (const std::string& player : players) {
    Ticket ticket;
    ticket.id = TicketOf(player);
    ticket.state = TicketState::kAssigned;
    ticket.match_id = match_id;
    ticket.assignment.match_id = match_id;
    ticket.assignment.address = "127.0.0.1:3101";
    ticket.assignment.join_ticket = "seat of " + player;
    for (const std::string& other : players) ticket.assignment.teams.push_back({other});
    Report(ticket.id, ticket);
  }
}

GameRoomTest::GameRoomTest() {
  Game arena;
  arena.id = "arena";
  arena.name = "Arena";
  arena.max_players_per_session = 4;
  options_.operators_games = {arena};
  Restart();
}

void GameRoomTest::Restart() {
  room_.reset();
  auto room = GameRoom::Open({.players = player_store_,
                              .games = game_store_,
                              .sessions = session_store_,
                              .entities = entity_store_,
                              .scores = score_store_,
                              .matches = match_store_},
                             &maker_, clock_, random_, log_, options_);
  ASSERT_TRUE(room.ok()) << room.status();
  room_ = *std::move(room);
}

StreamEnd<GameEvent> GameRoomTest::Open(const std::string& player) {
  StreamEnd<GameEvent> stream;
  auto handler = room_->events().Open(As(player), stream.host);
  EXPECT_TRUE(handler.ok()) << handler.status();
  stream.handler = *std::move(handler);
  return stream;
}

StreamEnd<GameEvent> GameRoomTest::OpenOn(const std::string& player, const std::string& session,
                                          std::uint64_t after) {
  StreamEnd<GameEvent> stream = Open(player);
  GameEvent first;
  first.session_id = session;
  first.sequence = after;
  stream.Send(first);
  return stream;
}

Session GameRoomTest::MakeSession(const std::vector<std::string>& players) {
  CreateSessionRequest request;
  request.game_id = "arena";
  request.user_ids = players;
  auto session = room_->sessions().CreateSession(As(players.front()), request);
  EXPECT_TRUE(session.ok()) << session.status();
  return session.value_or(Session());
}

}  // namespace oofgg::game
