#include "oofgg/matchmaking/matchmaker.h"

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <utility>

#include "matchmaking/search.h"
#include "matchmaking/waiting.h"

namespace oofgg {

using matchmaking::Bucket;
using matchmaking::ByNumber;
using matchmaking::ComesFirst;
using matchmaking::MakeSearch;
using matchmaking::NumberIndex;
using matchmaking::Proposal;
using matchmaking::Search;
using matchmaking::Waiting;
using matchmaking::WaitingRef;

namespace {

// What the rules want to know of a ticket.
struct Judged {
  double number = 0;
  std::string bucket;
};

StatusOr<double> NumberOf(const MatchTicket& ticket, const NumericWindow& window) {
  const std::string field = "numbers." + window.attribute;
  const auto number = ticket.numbers.find(window.attribute);
  if (number == ticket.numbers.end()) {
    if (window.default_value.has_value()) return *window.default_value;
    return InvalidField(field, "is missing; this game matches by it");
  }
  if (!IsMatchmakingNumber(number->second)) {
    return InvalidField(field, "is not a number from -1e9 to 1e9");
  }
  return number->second;
}

StatusOr<Judged> Judge(const MatchTicket& ticket, const RuleSet& rules) {
  if (ticket.id.empty()) return InvalidField("id", "is empty; give a unique one");
  if (ticket.players < 1 || ticket.players > rules.players_per_team()) {
    return InvalidField("players", "are " + std::to_string(ticket.players) + "; a team has " +
                                       std::to_string(rules.players_per_team()) + ", and a party at least 1");
  }
  Judged judged;
  if (!rules.windows().empty()) {
    OOFGG_ASSIGN_OR_RETURN(judged.number, NumberOf(ticket, rules.windows().front()));
  }
  for (const std::string& name : rules.equal()) {
    const auto value = ticket.strings.find(name);
    if (value == ticket.strings.end()) {
      return InvalidField("strings." + name, "is missing; this game matches by it");
    }
    // The length in front keeps ("ab", "c") and ("a", "bc") apart.
    judged.bucket += std::to_string(value->second.size()) + ':' + value->second;
  }
  return judged;
}

}  // namespace

class Matchmaker::Engine {
 public:
  explicit Engine(RuleSet rules) : rules_(std::move(rules)), search_(MakeSearch(rules_)) {}
  Engine(const Engine&) = delete;  // The search refers to our rules.
  Engine& operator=(const Engine&) = delete;

  StatusOr<std::vector<Match>> AddTicket(const MatchTicket& ticket, TimePoint now);
  bool RemoveTicket(std::string_view id);
  std::vector<Match> Advance(TimePoint now);
  std::optional<TimePoint> NextEvent() const;
  const RuleSet& rules() const { return rules_; }
  std::size_t waiting() const { return by_id_.size(); }

 private:
  // The soonest match of each ticket, in the order of time. Stale ones are re-examined when they come first.
  struct Event {
    TimePoint at;
    std::uint64_t arrival;
    Waiting* ticket;

    friend bool operator<(const Event& a, const Event& b) {
      return a.at != b.at ? a.at < b.at : a.arrival < b.arrival;
    }
  };
  // The best match of one ticket at the instant being run; dead once a member is taken.
  struct Offer {
    Proposal proposal;
    Waiting* owner;
  };

  Waiting& TakeSlot();
  Bucket& BucketFor(const std::string& key);
  void Remove(Waiting& ticket);
  void FreshenFirst();
  void RunUntil(TimePoint now, std::vector<Match>& matches);
  void RunInstant(TimePoint at, std::vector<Match>& matches);
  void MakeOffer(Waiting& owner, TimePoint at, std::vector<Offer>& offers);
  Match Seat(const Proposal& proposal, TimePoint at) const;
  static bool IsAlive(const Proposal& proposal);

  RuleSet rules_;
  std::unique_ptr<Search> search_;
  TimePoint now_ = TimePoint::min();  // The latest instant that was run.
  std::uint64_t arrivals_ = 0;
  std::deque<Waiting> slots_;  // Stay where they are; free ones are in free_.
  std::vector<Waiting*> free_;
  absl::flat_hash_map<std::string_view, Waiting*, std::hash<std::string_view>> by_id_;  // Keys: Waiting::id.
  absl::flat_hash_map<std::string, std::unique_ptr<Bucket>> buckets_;
  absl::btree_set<Event> events_;
};

StatusOr<std::vector<Match>> Matchmaker::Engine::AddTicket(const MatchTicket& ticket, TimePoint now) {
  OOFGG_ASSIGN_OR_RETURN(Judged judged, Judge(ticket, rules_));
  if (by_id_.contains(ticket.id)) {
    return MakeStatus(StatusCode::kAlreadyExists, "ticket " + ticket.id + " is waiting already");
  }
  std::vector<Match> matches = Advance(now);

  Waiting& waiting = TakeSlot();
  waiting.id = ticket.id;
  waiting.since = std::min(ticket.waiting_since.value_or(now_), now_);
  waiting.number = judged.number;
  waiting.players = ticket.players;
  waiting.arrival = ++arrivals_;
  waiting.bucket = &BucketFor(judged.bucket);
  waiting.bucket->by_players[static_cast<std::size_t>(waiting.players) - 1].insert(ByNumber(waiting));
  by_id_.emplace(waiting.id, &waiting);

  search_->FindSoonest(waiting, now_);
  if (waiting.soonest != kNever) events_.insert({waiting.soonest, waiting.arrival, &waiting});
  RunUntil(now_, matches);
  return matches;
}

bool Matchmaker::Engine::RemoveTicket(std::string_view id) {
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return false;
  Remove(*it->second);
  FreshenFirst();
  return true;
}

std::vector<Match> Matchmaker::Engine::Advance(TimePoint now) {
  std::vector<Match> matches;
  RunUntil(now, matches);
  now_ = std::max(now_, now);
  return matches;
}

std::optional<TimePoint> Matchmaker::Engine::NextEvent() const {
  if (events_.empty()) return std::nullopt;
  return events_.begin()->at;
}

void Matchmaker::Engine::RunUntil(TimePoint now, std::vector<Match>& matches) {
  while (!events_.empty() && events_.begin()->at <= now) {
    now_ = events_.begin()->at;
    RunInstant(now_, matches);
  }
}

// Makes all matches of one instant, the most senior first. Each ticket whose soonest match is due offers its
// best one; taking one can only make the other offers worse, so those are looked at again only when they
// come first.
void Matchmaker::Engine::RunInstant(TimePoint at, std::vector<Match>& matches) {
  const auto comes_later = [](const Offer& a, const Offer& b) {
    return ComesFirst(b.proposal.tickets, a.proposal.tickets);
  };
  std::vector<Waiting*> due;
  for (const Event& event : events_) {
    if (event.at > at) break;
    due.push_back(event.ticket);
  }
  std::vector<Offer> offers;
  for (Waiting* owner : due) MakeOffer(*owner, at, offers);
  std::make_heap(offers.begin(), offers.end(), comes_later);
  while (!offers.empty()) {
    std::pop_heap(offers.begin(), offers.end(), comes_later);
    const Offer first = std::move(offers.back());
    offers.pop_back();
    if (IsAlive(first.proposal)) {
      matches.push_back(Seat(first.proposal, at));
      for (Waiting* ticket : first.proposal.tickets) Remove(*ticket);
    } else if (first.owner->arrival != 0) {
      const std::size_t before = offers.size();
      MakeOffer(*first.owner, at, offers);
      if (offers.size() > before) std::push_heap(offers.begin(), offers.end(), comes_later);
    }
  }
  FreshenFirst();
}

// Appends the best match of `owner` at this instant; if it has none any more, looks when its next one is.
void Matchmaker::Engine::MakeOffer(Waiting& owner, TimePoint at, std::vector<Offer>& offers) {
  Proposal proposal = search_->FindBest(owner, at);
  if (!proposal.tickets.empty()) {
    offers.push_back({std::move(proposal), &owner});
    return;
  }
  events_.erase({owner.soonest, owner.arrival, &owner});
  search_->FindSoonest(owner, at);
  // A search that gives up early might answer this instant again, for ever.
  if (owner.soonest <= at) owner.soonest = kNever;
  if (owner.soonest != kNever) events_.insert({owner.soonest, owner.arrival, &owner});
}

// A match whose members are all there is exact; one that lost a member was a lower bound, which moves on.
void Matchmaker::Engine::FreshenFirst() {
  while (!events_.empty()) {
    Waiting& owner = *events_.begin()->ticket;
    const auto& members = owner.soonest_members;
    if (std::all_of(members.begin(), members.end(), [](const WaitingRef& ref) { return ref.Alive(); }))
      return;
    events_.erase(events_.begin());
    search_->FindSoonest(owner, now_);
    if (owner.soonest != kNever) events_.insert({owner.soonest, owner.arrival, &owner});
  }
}

bool Matchmaker::Engine::IsAlive(const Proposal& proposal) {
  return std::all_of(proposal.tickets.begin(), proposal.tickets.end(),
                     [](const Waiting* ticket) { return ticket->arrival != 0; });
}

// Gives the parties their teams: each place in the packing goes to the most senior party of its size.
Match Matchmaker::Engine::Seat(const Proposal& proposal, TimePoint at) const {
  Match match{at, {}};
  std::vector<Waiting*> unseated = proposal.tickets;
  int space = 0;
  for (const int players : proposal.parties) {
    if (space == 0) {
      match.teams.emplace_back();
      space = rules_.players_per_team();
    }
    const auto party = std::find_if(unseated.begin(), unseated.end(),
                                    [&](const Waiting* ticket) { return ticket->players == players; });
    match.teams.back().push_back((*party)->id);
    unseated.erase(party);
    space -= players;
  }
  return match;
}

Waiting& Matchmaker::Engine::TakeSlot() {
  if (free_.empty()) return slots_.emplace_back();
  Waiting* slot = free_.back();
  free_.pop_back();
  return *slot;
}

Bucket& Matchmaker::Engine::BucketFor(const std::string& key) {
  std::unique_ptr<Bucket>& bucket = buckets_[key];
  if (bucket == nullptr) {
    bucket = std::make_unique<Bucket>();
    bucket->key = key;
    bucket->by_players.resize(static_cast<std::size_t>(rules_.players_per_team()));
  }
  return *bucket;
}

// Frees the slot; what it says of the ticket stays readable until it is taken again.
void Matchmaker::Engine::Remove(Waiting& ticket) {
  auto& indexes = ticket.bucket->by_players;
  indexes[static_cast<std::size_t>(ticket.players) - 1].erase(ByNumber(ticket));
  if (std::all_of(indexes.begin(), indexes.end(), [](const NumberIndex& index) { return index.empty(); })) {
    buckets_.erase(std::string(ticket.bucket->key));
  }
  events_.erase({ticket.soonest, ticket.arrival, &ticket});
  by_id_.erase(ticket.id);
  ticket.arrival = 0;
  ticket.bucket = nullptr;
  free_.push_back(&ticket);
}

Matchmaker::Matchmaker(RuleSet rules) : engine_(std::make_unique<Engine>(std::move(rules))) {}
Matchmaker::~Matchmaker() = default;
Matchmaker::Matchmaker(Matchmaker&&) noexcept = default;
Matchmaker& Matchmaker::operator=(Matchmaker&&) noexcept = default;

StatusOr<std::vector<Match>> Matchmaker::AddTicket(const MatchTicket& ticket, TimePoint now) {
  return engine_->AddTicket(ticket, now);
}

bool Matchmaker::RemoveTicket(std::string_view id) { return engine_->RemoveTicket(id); }

std::vector<Match> Matchmaker::Advance(TimePoint now) { return engine_->Advance(now); }

std::optional<TimePoint> Matchmaker::NextEvent() const { return engine_->NextEvent(); }

const RuleSet& Matchmaker::rules() const { return engine_->rules(); }

std::size_t Matchmaker::waiting() const { return engine_->waiting(); }

}  // namespace oofgg
