// A game of somebody else's: verifies a token, runs a presence table, matches two tickets and watches
// friends.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "oofgg/auth/jwks.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/clock.h"
#include "oofgg/light_presence.h"
#include "oofgg/matchmaking/matchmaker.h"
#include "oofgg/presence/presence_table.h"
#include "oofgg/random.h"

namespace {

bool VerifiesATokenAndRefusesAForgedOne() {
  const auto key = oofgg::auth::SigningKey::Generate();
  const auto keys = oofgg::auth::Jwks::Of({key->verifying_key()});
  const oofgg::auth::TokenIssuer issuer(*key, oofgg::Clock::System(), oofgg::RandomSource::System());
  const auto token = issuer.Issue({.user_id = "ann", .role = "user", .session_id = "s"});

  const oofgg::auth::TokenVerifier verifier(oofgg::Clock::System(), *keys);
  const auto verified = verifier.Verify(*token);
  std::string forged = *token;
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  return verified.ok() && verified->caller.user_id == "ann" && !verifier.Verify(forged).ok();
}

bool TellsAFollowerThatHerFriendCame(oofgg::TimePoint now) {
  oofgg::PresenceTable table;
  const std::vector<std::string> friends = {"bob"};
  const auto ann = table.Connect(now, "ann", {.proven = true}, friends);
  const auto bob = table.Connect(now, "bob", {.proven = true});
  const auto update = table.NextUpdate(*ann);
  return bob.ok() && update.has_value() && update->user_id == "bob" &&
         update->state == oofgg::PresenceState::kOnline;
}

bool MatchesTwoTickets(oofgg::TimePoint now) {
  auto rules = oofgg::RuleSet::Parse(R"({"version": 1, "name": "duel", "teams": 2, "players_per_team": 1})");
  if (!rules.ok()) std::fprintf(stderr, "%s\n", rules.status().ToString().c_str());
  if (!rules.ok()) return false;
  oofgg::Matchmaker matchmaker(*std::move(rules));
  const auto first = matchmaker.AddTicket({.id = "a"}, now);
  const auto second = matchmaker.AddTicket({.id = "b"}, now);
  return first.ok() && first->empty() && second.ok() && second->size() == 1;
}

// Port 1 has nobody behind it.
bool WatchesFriendsAsSoonAsThereIsAServer() {
  const auto presence = oofgg::LightPresence::Connect("127.0.0.1:1", "ann", {"bob"}, [](const auto&) {});
  return presence.ok() && (*presence)->SetFriends({"bob", "cid"}).ok();
}

}  // namespace

int main() {
  const oofgg::TimePoint now = oofgg::Clock::System().Now();
  const bool token = VerifiesATokenAndRefusesAForgedOne();
  const bool presence = TellsAFollowerThatHerFriendCame(now);
  const bool match = MatchesTwoTickets(now);
  const bool watch = WatchesFriendsAsSoonAsThereIsAServer();
  std::printf("token %d presence %d match %d watch %d\n", token, presence, match, watch);
  return token && presence && match && watch ? 0 : 1;
}
