#include "tests/unit/matchmaking/brute_force.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace oofgg::testing {
namespace {

// Whether the parties from `next` on find seats in teams with this much space.
bool Seat(const std::vector<int>& parties, std::size_t next, std::vector<int>& space) {
  if (next == parties.size()) return true;
  for (int& team : space) {
    if (team < parties[next]) continue;
    team -= parties[next];
    const bool seated = Seat(parties, next + 1, space);
    team += parties[next];
    if (seated) return true;
  }
  return false;
}

}  // namespace

std::string PlainRules::ToJson() const {
  std::string json = R"({"version": 1, "name": "plain", "equal": ["mode"], "teams": )" +
                     std::to_string(teams) + R"(, "players_per_team": )" + std::to_string(players_per_team);
  if (has_window) {
    json += R"(, "windows": [{"attribute": "skill", "initial": )" + std::to_string(initial) +
            R"(, "widen_per_second": )" + std::to_string(widen_per_second) + R"(, "maximum": )" +
            std::to_string(maximum) + "}]";
  }
  return json + "}";
}

bool Compatible(const PlainRules& rules, const PlainTicket& a, const PlainTicket& b, std::int64_t at_ms) {
  if (a.mode != b.mode) return false;
  if (!rules.has_window) return true;
  const std::int64_t difference = std::abs(a.number - b.number);
  const auto accepts = [&](const PlainTicket& ticket) {
    const std::int64_t waited_ms = at_ms - ticket.since_ms;
    return difference <= rules.maximum &&
           difference * 1000 <= rules.initial * 1000 + rules.widen_per_second * waited_ms;
  };
  return accepts(a) && accepts(b);
}

bool Fits(const PlainRules& rules, const std::vector<int>& parties) {
  int players = 0;
  for (const int party : parties) players += party;
  std::vector<int> space(static_cast<std::size_t>(rules.teams), rules.players_per_team);
  return players == rules.Players() && Seat(parties, 0, space);
}

std::vector<PlainMatch> BruteForce::Advance(std::int64_t now_ms) {
  std::vector<PlainMatch> matches;
  for (; now_ms_ < now_ms; now_ms_ += tick_ms_) RunInstant(matches);
  RunInstant(matches);
  return matches;
}

std::vector<PlainMatch> BruteForce::Add(PlainTicket ticket, std::int64_t now_ms) {
  std::vector<PlainMatch> matches = Advance(now_ms);
  waiting_.push_back(std::move(ticket));
  std::sort(waiting_.begin(), waiting_.end(), [](const PlainTicket& a, const PlainTicket& b) {
    return std::tie(a.since_ms, a.id) < std::tie(b.since_ms, b.id);
  });
  pairs_.clear();
  RunInstant(matches);
  return matches;
}

void BruteForce::Remove(const std::string& id) {
  std::erase_if(waiting_, [&](const PlainTicket& ticket) { return ticket.id == id; });
  pairs_.clear();
}

void BruteForce::RunInstant(std::vector<PlainMatch>& matches) {
  // Nothing new can have become possible while the same pairs of the same tickets are compatible.
  std::vector<bool> pairs = CompatiblePairs();
  if (!pairs_.empty() && pairs == pairs_) return;
  while (const auto best = BestSet()) {
    PlainMatch& match = matches.emplace_back();
    match.at_ms = now_ms_;
    for (const std::size_t i : *best) match.tickets.push_back(waiting_[i].id);
    for (auto i = best->rbegin(); i != best->rend(); ++i) {
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(*i));
    }
    pairs = CompatiblePairs();
  }
  pairs_ = std::move(pairs);
}

std::vector<bool> BruteForce::CompatiblePairs() const {
  std::vector<bool> pairs;
  for (const PlainTicket& a : waiting_) {
    for (const PlainTicket& b : waiting_) pairs.push_back(Compatible(rules_, a, b, now_ms_));
  }
  return pairs;
}

std::optional<std::vector<std::size_t>> BruteForce::BestSet() const {
  std::optional<std::vector<std::size_t>> best;
  std::vector<std::size_t> chosen;
  Extend(0, 0, chosen, best);
  return best;
}

void BruteForce::Extend(std::size_t next, int players, std::vector<std::size_t>& chosen,
                        std::optional<std::vector<std::size_t>>& best) const {
  if (players == rules_.Players()) {
    std::vector<int> parties;
    for (const std::size_t i : chosen) parties.push_back(waiting_[i].players);
    // `waiting_` is in order of seniority, so indexes compare as tickets do.
    if (Fits(rules_, parties) && (!best.has_value() || chosen < *best)) best = chosen;
    return;
  }
  for (std::size_t i = next; i < waiting_.size(); ++i) {
    if (players + waiting_[i].players > rules_.Players()) continue;
    const bool welcome = std::all_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
      return Compatible(rules_, waiting_[i], waiting_[other], now_ms_);
    });
    if (!welcome) continue;
    chosen.push_back(i);
    Extend(i + 1, players + waiting_[i].players, chosen, best);
    chosen.pop_back();
  }
}

}  // namespace oofgg::testing
