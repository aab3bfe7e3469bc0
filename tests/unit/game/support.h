#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/event_kinds.h"
#include "game/game_room.h"
#include "game/match_queue.h"
#include "oofgg/caller.h"
#include "oofgg/random.h"
#include "oofgg/stream.h"
#include "oofgg/testing/fake_clock.h"
#include "storage/memory/game/memory_entity_store.h"
#include "storage/memory/game/memory_game_store.h"
#include "storage/memory/game/memory_match_store.h"
#include "storage/memory/game/memory_player_store.h"
#include "storage/memory/game/memory_score_store.h"
#include "storage/memory/game/memory_session_store.h"

namespace oofgg::game {

[[nodiscard]] CallContext As(std::string user, std::string role = "user", std::string idempotency_key = {});
[[nodiscard]] inline CallContext Nobody() { return {}; }

/// A listener's half that remembers what it was told.
class FakeStreamHost final : public StreamHost {
 public:
  void Wake() override {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  void Finish(Status status) override {
    const std::lock_guard lock(mutex_);
    if (!finished_.has_value()) finished_ = std::move(status);
  }

  [[nodiscard]] int wakes() const {
    const std::lock_guard lock(mutex_);
    return wakes_;
  }
  [[nodiscard]] std::optional<Status> finished() const {
    const std::lock_guard lock(mutex_);
    return finished_;
  }

 private:
  mutable std::mutex mutex_;
  int wakes_ = 0;
  std::optional<Status> finished_;
};

/// A client's end of a stream of events.
template <typename Event>
struct StreamEnd {
  std::shared_ptr<FakeStreamHost> host = std::make_shared<FakeStreamHost>();
  StreamHandlerPtr<Event, Event> handler;

  void Send(Event event) { handler->OnMessage(std::move(event)); }
  /// The next event, past those that only tell how far the stream has come.
  std::optional<Event> Next() {
    auto event = handler->Next();
    while (event.has_value() && event->id.empty()) event = handler->Next();
    return event;
  }
  /// The names of the events that have come.
  std::string Read() {
    std::string text;
    while (auto event = Next()) text += event->name + " ";
    return text;
  }
  Status Ended() { return host->finished().value_or(MakeStatus(StatusCode::kUnknown, "still open")); }
};

/// A maker that matches whom the test says. Threads: one.
class FakeMatchQueue final : public MatchQueue {
 public:
  StatusOr<std::string> Enqueue(const CallContext& context, const Entry& entry) override;
  std::unique_ptr<MatchWatch> Watch(const CallContext& context, const std::string& ticket_id,
                                    OnTicket on_ticket) override;
  Status Cancel(const CallContext& context, const std::string& ticket_id) override;

  /// Tells those who watch that the ticket changed.
  void Report(const std::string& ticket_id, StatusOr<Ticket> ticket);
  /// One match of these players, each a team, reported to all of them.
  void Match(const std::string& match_id, const std::vector<std::string>& players);
  /// The ticket of the player, which must be one.
  [[nodiscard]] std::string TicketOf(const std::string& player) const;

  std::vector<Entry> entries;  ///< Distinct ones.
  std::vector<std::string> cancelled;
  std::vector<CallContext> watchers;  ///< On whose behalf tickets were watched.
  Status enqueue_status;              ///< What `Enqueue` answers if not OK …
  bool enqueue_takes_effect = false;  ///< … although it noted the ticket.
  Status cancel_status;               ///< What cancelling answers …
  bool is_silent = false;             ///< … if it does.
  bool has_credential = true;         ///< Of its own, where the context has no token.
  [[nodiscard]] std::size_t live_watches() const { return watches_->size(); }

 private:
  class Handle;
  using Watches = std::multimap<std::string, std::pair<const Handle*, OnTicket>>;
  std::shared_ptr<Watches> watches_ = std::make_shared<Watches>();
};

/// An event log that can be looked into, and that refuses when it is told to.
class RecordingEventLog final : public EventLog {
 public:
  Status CheckRoom() override { return room; }
  Status Append(EventRecord record) override {
    EXPECT_EQ(CheckEventRecord(record), Status());
    const std::lock_guard lock(mutex_);
    OOFGG_RETURN_IF_ERROR(reserve);
    on_append(record);
    records.push_back(std::move(record));
    return {};
  }
  Status Flush() override { return {}; }

  /// Those of this kind, in order.
  [[nodiscard]] std::vector<EventRecord> Of(const std::string& kind) const;

  std::vector<EventRecord> records;
  Status room;     ///< What `CheckRoom` answers.
  Status reserve;  ///< What `Append` answers; unless it is OK, nothing is kept.
  std::function<void(const EventRecord&)> on_append = [](const EventRecord&) {};  ///< Before it is kept.

 private:
  std::mutex mutex_;
};

/// A game room on memory stores under a clock that stands still, with the game "arena" of four players a
/// session.
class GameRoomTest : public ::testing::Test {
 protected:
  GameRoomTest();

  /// What a restart of the server does: everything but the stores and the maker is new.
  void Restart();

  /// A session of these players, made by the first of them.
  Session MakeSession(const std::vector<std::string>& players);

  /// A stream of events; `OpenOn` says which session's and from where on.
  StreamEnd<GameEvent> Open(const std::string& player);
  StreamEnd<GameEvent> OpenOn(const std::string& player, const std::string& session, std::uint64_t after = 0);

  testing::FakeClock clock_;
  SeededRandom random_{1};
  RecordingEventLog log_;
  FakeMatchQueue maker_;
  storage::MemoryPlayerStore player_store_;
  storage::MemoryGameStore game_store_;
  storage::MemorySessionStore session_store_;
  storage::MemoryEntityStore entity_store_{session_store_};
  storage::MemoryScoreStore score_store_;
  storage::MemoryMatchStore match_store_;
  GameRoomOptions options_;
  std::unique_ptr<GameRoom> room_;
};

/// The code and the field that a refusal names.
[[nodiscard]] std::string FieldOf(const Status& status);

template <typename T>
const Status& StatusOf(const StatusOr<T>& result) {
  return result.status();
}

MATCHER_P(HasCode, code, "") {
  *result_listener << arg;
  return arg.code() == code;
}

}  // namespace oofgg::game
