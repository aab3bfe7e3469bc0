#include "matchmaking/ticket.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace oofgg::matchmaking {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{100s};

TicketRecord In(TicketState state) {
  TicketRecord record("t1", {"duel", {"ann"}, {}, {}}, kNow);
  if (state == TicketState::kCancelled) record.Cancel(kNow);
  if (state == TicketState::kMatched || state == TicketState::kAssigned) record.Match("m1");
  if (state == TicketState::kAssigned) record.Assign({}, {}, kNow);
  if (state == TicketState::kFailed) record.Fail("no server", kNow);
  EXPECT_EQ(record.state(), state);
  return record;
}

// The drawing in ticket.h, as a table: whatever is not in it changes nothing.
TEST(TicketRecordTest, LivesAsDrawn) {
  using S = TicketState;
  const std::vector<S> states = {S::kWaiting, S::kMatched, S::kAssigned, S::kCancelled, S::kFailed};
  struct Change {
    std::string name;
    std::function<bool(TicketRecord&)> apply;
    std::vector<S> allowed_from;
    S to;
  };
  const std::vector<Change> changes = {
      {"Match", [](TicketRecord& t) { return t.Match("m2"); }, {S::kWaiting}, S::kMatched},
      {"Return", [](TicketRecord& t) { return t.Return(); }, {S::kMatched}, S::kWaiting},
      {"Assign", [](TicketRecord& t) { return t.Assign({}, {}, kNow); }, {S::kMatched}, S::kAssigned},
      {"Cancel", [](TicketRecord& t) { return t.Cancel(kNow); }, {S::kWaiting, S::kMatched}, S::kCancelled},
      {"Fail", [](TicketRecord& t) { return t.Fail("x", kNow); }, {S::kWaiting, S::kMatched}, S::kFailed},
  };
  for (const Change& change : changes) {
    for (const S from : states) {
      SCOPED_TRACE(change.name + " from " + std::string(NameOf(from)));
      TicketRecord record = In(from);
      const std::uint64_t version = record.version();
      const bool allowed = std::find(change.allowed_from.begin(), change.allowed_from.end(), from) !=
                           change.allowed_from.end();
      EXPECT_EQ(change.apply(record), allowed);
      EXPECT_EQ(record.state(), allowed ? change.to : from);
      EXPECT_EQ(record.version(), allowed ? version + 1 : version);
    }
  }
}

TEST(TicketRecordTest, OnlyAssignedTicketsSayWhereToPlay) {
  TicketRecord record = In(TicketState::kMatched);
  EXPECT_EQ(record.ViewFor("ann", kNow).match_id, "m1");
  EXPECT_EQ(record.ViewFor("ann", kNow).assignment.match_id, "");
  record.Assign({"m1", "duel", {{"ann"}, {"bob"}}}, {"host:1", {{"ann", "a"}, {"bob", "b"}}}, kNow + 3s);
  const Ticket own = record.ViewFor("ann", kNow + 1h);
  EXPECT_EQ(own.assignment.join_ticket, "a");
  EXPECT_EQ(own.assignment.address, "host:1");
  EXPECT_EQ(own.waited, 3s);
  // Bob is in the match, but his seat is told through his own ticket.
  EXPECT_EQ(record.ViewFor("bob", kNow).assignment.join_ticket, "");
}

TEST(TicketRecordTest, TheEngineIsToldSinceWhenItWaits) {
  TicketRecord record = In(TicketState::kMatched);
  record.Return();
  EXPECT_EQ(record.ForEngine().waiting_since, kNow);
  EXPECT_EQ(record.ForEngine().players, 1);
}

}  // namespace
}  // namespace oofgg::matchmaking
