// What a studio writes for its own game: nothing but public headers, and milliseconds for a whole evening.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "oofgg/oofgg.h"
#include "oofgg/testing/backend.h"

namespace {

using namespace std::chrono_literals;

TEST(MyGame, TwoFriendsLogInAreMatchedAndSurviveALostLink) {
  oofgg::testing::Backend backend;
  oofgg::Dispatcher game_loop(backend.clock());
  auto ann = backend.NewClient({.callbacks = &game_loop});
  auto bob = backend.NewClient();

  // Login.
  const auto ann_id = ann->auth().Register({.username = "ann", .password = "correct horse"});
  const auto bob_id = bob->auth().Register({.username = "bob", .password = "battery staple"});
  ASSERT_TRUE(ann_id.ok() && bob_id.ok());

  // They see each other come online.
  std::map<std::string, oofgg::PresenceState> seen;
  const auto ann_watch = ann->presence().Watch({bob_id->user_id}, [&](auto update) {
    ASSERT_TRUE(update.ok()) << update.status();
    seen[update->user_id] = update->state;
  });
  backend.Settle();
  game_loop.Tick();
  EXPECT_EQ(seen.at(bob_id->user_id), oofgg::PresenceState::kOffline);
  auto bob_watch = bob->presence().Watch({ann_id->user_id}, [](const auto&) {});
  backend.Settle();
  EXPECT_EQ(seen.at(bob_id->user_id), oofgg::PresenceState::kOffline) << "callbacks wait for the game's tick";
  game_loop.Tick();
  EXPECT_EQ(seen.at(bob_id->user_id), oofgg::PresenceState::kOnline);

  // Match.
  std::vector<oofgg::Ticket> tickets;
  const auto ann_ticket = ann->matchmaking().CreateTicket({.game_id = "arena"});
  ASSERT_TRUE(ann_ticket.ok()) << ann_ticket.status();
  const auto ticket_watch =
      ann->matchmaking().WatchTicket({ann_ticket->id}, [&](auto ticket) { tickets.push_back(*ticket); });
  const auto bob_ticket = bob->matchmaking().CreateTicket({.game_id = "arena"});
  ASSERT_TRUE(bob_ticket.ok()) << bob_ticket.status();
  const auto assigned = bob->matchmaking().AwaitTicket({bob_ticket->id}, {.timeout = 10s});
  ASSERT_TRUE(assigned.ok()) << assigned.status();
  EXPECT_EQ(assigned->state, oofgg::TicketState::kAssigned);
  EXPECT_FALSE(assigned->assignment.address.empty());
  backend.Settle();
  game_loop.Tick();
  ASSERT_FALSE(tickets.empty());
  EXPECT_EQ(tickets.back().assignment.match_id, assigned->assignment.match_id);
  EXPECT_NE(tickets.back().assignment.join_ticket, assigned->assignment.join_ticket)
      << "each has a seat of its own";

  // Bob's link dies. Within the grace nobody notices ...
  backend.DropLink(*bob);
  backend.Advance(2s);
  backend.RestoreLink(*bob);
  backend.Advance(1s);
  game_loop.Tick();
  EXPECT_EQ(seen.at(bob_id->user_id), oofgg::PresenceState::kOnline);

  // ... and after a longer one he is back by himself.
  backend.DropLink(*bob);
  backend.Advance(10s);
  game_loop.Tick();
  EXPECT_EQ(seen.at(bob_id->user_id), oofgg::PresenceState::kOffline);
  backend.RestoreLink(*bob);
  backend.Advance(15s);
  game_loop.Tick();
  EXPECT_EQ(seen.at(bob_id->user_id), oofgg::PresenceState::kOnline);

  // An evening later nobody had to sign in again.
  backend.Advance(4h);
  EXPECT_TRUE(bob->matchmaking().CreateTicket({.game_id = "arena"}).ok());
}

}  // namespace
