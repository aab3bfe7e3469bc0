// What becomes of sessions and matches while the event log has no room, or not even what it keeps in reserve.

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class FullEventLogTest : public GameRoomTest {
 protected:
  /// Who asks is refused; what was let in goes on.
  void Fill() { log_.room = full_; }
  /// And now that does not, either.
  void UseUpReserve() { log_.room = log_.reserve = full_; }
  void MakeRoom() { log_.room = log_.reserve = {}; }

  JoinLeaveRequest ToQueue() {
    JoinLeaveRequest join;
    join.game_id = "arena";
    join.action = JoinLeaveAction::kJoin;
    return join;
  }
  StatusOr<Session> Queue(const std::string& who) { return room_->sessions().JoinLeave(As(who), ToQueue()); }
  std::optional<SessionState> StateOf(const std::string& id) {
    const auto stored = session_store_.FindSession(id);
    return stored.ok() ? std::optional(stored->state) : std::nullopt;
  }

  const Status full_ = MakeStatus(StatusCode::kUnavailable, "the spool is full");
};

TEST_F(FullEventLogTest, WhoIsInTheQueueGetsTheirMatchAndNobodyElseComesIn) {
  const std::string ann = Queue("ann")->id;
  const std::string bob = Queue("bob")->id;
  Fill();
  EXPECT_EQ(Queue("cid").status(), full_);
  EXPECT_EQ(maker_.entries.size(), 2U) << "the maker has not heard of who was refused";
  maker_.Match("m1", {"ann", "bob"});
  EXPECT_EQ(StateOf("m1"), SessionState::kStarted);
  EXPECT_EQ(StateOf(ann), SessionState::kStarted);
  EXPECT_EQ(StateOf(bob), SessionState::kStarted);
  EXPECT_EQ(log_.Of("match.started").size(), 1U);
}

TEST_F(FullEventLogTest, DeletingASessionIsRefusedBeforeItChangesAnything) {
  const std::string id = MakeSession({"ann"}).id;
  Fill();
  EXPECT_EQ(room_->sessions().DeleteSession(As("ann"), {.id = id}).status(), full_);
  EXPECT_EQ(StateOf(id), SessionState::kCreated);
  MakeRoom();
  log_.reserve = full_;  // Used up in between, by very many at once.
  EXPECT_EQ(room_->sessions().DeleteSession(As("ann"), {.id = id}).status(), full_);
  MakeRoom();
  EXPECT_TRUE(room_->sessions().DeleteSession(As("ann"), {.id = id}).ok());
  EXPECT_EQ(log_.Of("session.deleted").size(), 1U) << "asked again, it is told";
}

}  // namespace
}  // namespace oofgg::game
