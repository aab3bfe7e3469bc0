#include <algorithm>
#include <chrono>
#include <utility>

#include "matchmaking/ticket_desk.h"

// The half of TicketDesk that knows queues, matches and servers.

namespace oofgg::matchmaking {
namespace {

using Kind = Deadlines::Kind;

// An allocator that leaves a player out, or says nowhere, has not allocated.
Status CheckSeats(const MatchRequest& request, const StatusOr<MatchSeats>& seats) {
  OOFGG_RETURN_IF_ERROR(seats.status());
  bool complete = !seats->address.empty();
  for (const auto& team : request.teams) {
    for (const std::string& player : team) complete = complete && seats->join_tickets.contains(player);
  }
  if (complete) return absl::OkStatus();
  return MakeStatus(StatusCode::kInternal, "the game server has no seat for every player");
}

}  // namespace

StatusOr<Matchmaker*> TicketDesk::QueueFor(const std::string& game_id) {
  const auto existing = queues_.find(game_id);
  if (existing != queues_.end()) return &existing->second;
  OOFGG_ASSIGN_OR_RETURN(const std::shared_ptr<const RuleSet> rules, parts_.rules.Find(game_id));
  return &queues_.emplace(game_id, Matchmaker(*rules)).first->second;
}

void TicketDesk::RunQueue(const std::string& game_id, TimePoint until, Outbox& outbox) {
  const auto queue = queues_.find(game_id);
  if (queue == queues_.end()) return;
  for (const Match& match : queue->second.Advance(until)) BeginMatch(game_id, match, outbox);
  Reschedule(game_id);
}

// After whatever changed a queue: its next match, or its end.
void TicketDesk::Reschedule(const std::string& game_id) {
  const auto queue = queues_.find(game_id);
  if (queue == queues_.end()) return;
  const Matchmaker& engine = queue->second;
  if (const auto next = engine.NextEvent()) {
    deadlines_.Set(Kind::kQueue, game_id, *next);
  } else {
    deadlines_.Clear(Kind::kQueue, game_id);
  }
  if (engine.waiting() == 0) queues_.erase(queue);
}

void TicketDesk::BeginMatch(const std::string& game_id, const Match& match, Outbox& outbox) {
  const std::string match_id = ids_.Next();
  PendingMatch pending{{.match_id = match_id, .game_id = game_id, .teams = {}}, {}};
  for (const std::vector<std::string>& team : match.teams) {
    auto& players = pending.request.teams.emplace_back();
    for (const std::string& ticket_id : team) {
      TicketEntry& entry = *book_.Find(ticket_id);
      const auto& party = entry.record.request().players;
      players.insert(players.end(), party.begin(), party.end());
      pending.tickets.push_back(ticket_id);
      entry.record.Match(match_id);
      Changed(entry, outbox);
    }
  }
  pending.request.mode = AgreedOn("mode", pending.tickets);
  pending.request.region = AgreedOn("region", pending.tickets);
  deadlines_.Set(Kind::kAllocation, match_id, DeadlineAfter(outbox.now, options_.allocation_timeout));
  outbox.allocate.push_back(pending.request);
  sending_matches_.emplace(match_id, false);
  matches_.emplace(match_id, std::move(pending));
}

/// What all of these tickets say; empty if one says nothing or something else.
std::string TicketDesk::AgreedOn(const std::string& attribute, const std::vector<std::string>& ticket_ids) {
  std::optional<std::string> agreed;
  for (const std::string& id : ticket_ids) {
    const auto& strings = book_.Find(id)->record.request().strings;
    const auto says = strings.find(attribute);
    if (says == strings.end() || (agreed && *agreed != says->second)) return "";
    agreed = says->second;
  }
  return agreed.value_or("");
}

void TicketDesk::OnAllocated(const std::string& match_id, StatusOr<MatchSeats> seats) {
  Locked([&](Outbox& outbox) {
    const std::optional<PendingMatch> match = TakeMatch(match_id);
    if (!match.has_value()) return;  // Given up, as the allocator knows.
    const Status complete = CheckSeats(match->request, seats);
    if (seats.ok() && !complete.ok()) outbox.give_up.push_back(match_id);
    FinishMatch(*match, complete.ok() ? seats : complete, outbox);
  });
}

void TicketDesk::FinishMatch(const PendingMatch& match, const StatusOr<MatchSeats>& seats, Outbox& outbox) {
  if (!seats.ok()) {
    outbox.warnings.push_back("match " + match.request.match_id +
                              " got no server: " + std::string(seats.status().message()));
  }
  for (const std::string& ticket_id : match.tickets) {
    TicketEntry& entry = *book_.Find(ticket_id);
    if (seats.ok()) {
      entry.record.Assign(match.request, *seats, outbox.now);
    } else {
      const absl::string_view reason = seats.status().message();
      entry.record.Fail({reason.data(), reason.size()}, outbox.now);
    }
    Changed(entry, outbox);
  }
}

void TicketDesk::FailMatch(const std::string& match_id, std::string_view error, Outbox& outbox) {
  const std::optional<PendingMatch> match = TakeMatch(match_id);
  if (!match.has_value()) return;
  GiveUp(match_id, outbox);
  FinishMatch(*match, MakeStatus(StatusCode::kUnavailable, error), outbox);
}

// Tells the allocator, unless it was not told of the match yet; whoever is just telling it does so then.
void TicketDesk::GiveUp(const std::string& match_id, Outbox& outbox) {
  const auto is_it = [&](const MatchRequest& request) { return request.match_id == match_id; };
  const auto sending = sending_matches_.find(match_id);
  if (std::erase_if(outbox.allocate, is_it) > 0) {
    sending_matches_.erase(sending);
  } else if (sending != sending_matches_.end()) {
    sending->second = true;
  } else {
    outbox.give_up.push_back(match_id);
  }
}

// One ticket of a match left before there was a server: the others wait on.
void TicketDesk::DissolveMatch(const std::string& match_id, const TicketEntry& leaver, Outbox& outbox) {
  const std::optional<PendingMatch> match = TakeMatch(match_id);
  if (!match.has_value()) return;
  GiveUp(match_id, outbox);
  for (const std::string& ticket_id : match->tickets) {
    TicketEntry& entry = *book_.Find(ticket_id);
    if (&entry != &leaver) ReturnToQueue(entry, outbox);
  }
}

void TicketDesk::ReturnToQueue(TicketEntry& entry, Outbox& outbox) {
  entry.record.Return();
  Changed(entry, outbox);
  const std::string& game_id = entry.record.request().game_id;
  const auto queue = QueueFor(game_id);
  auto matches = queue.ok() ? (*queue)->AddTicket(entry.record.ForEngine(), outbox.now) : queue.status();
  if (!matches.ok()) {  // The rules have changed under it.
    const absl::string_view reason = matches.status().message();
    entry.record.Fail({reason.data(), reason.size()}, outbox.now);
    Changed(entry, outbox);
    matches = std::vector<Match>();
  }
  for (const Match& match : *matches) BeginMatch(game_id, match, outbox);
  Reschedule(game_id);
}

std::optional<TicketDesk::PendingMatch> TicketDesk::TakeMatch(const std::string& match_id) {
  auto node = matches_.extract(match_id);
  if (node.empty()) return std::nullopt;
  deadlines_.Clear(Kind::kAllocation, match_id);
  return std::move(node.mapped());
}

// ---- One ticket

// Cancels a live ticket; leaves a final one as it is.
void TicketDesk::Withdraw(TicketEntry& entry, Outbox& outbox) {
  const std::string match_id = entry.record.match_id();
  const bool was_waiting = entry.record.state() == TicketState::kWaiting;
  if (!entry.record.Cancel(outbox.now)) return;
  Changed(entry, outbox);
  if (!was_waiting) return DissolveMatch(match_id, entry, outbox);
  const std::string& game_id = entry.record.request().game_id;
  const auto queue = queues_.find(game_id);
  if (queue != queues_.end()) queue->second.RemoveTicket(entry.record.id());
  Reschedule(game_id);
}

TicketCounts TicketDesk::counts() const {
  const std::lock_guard lock(mutex_);
  TicketCounts counts = counts_;
  counts.live = book_.live();
  return counts;
}

void TicketDesk::CountEnd(const TicketRecord& record, TimePoint now) {
  if (record.state() == TicketState::kCancelled) ++counts_.cancelled;
  if (record.state() == TicketState::kFailed) ++counts_.failed;
  if (record.state() != TicketState::kAssigned) return;
  ++counts_.assigned;
  const double waited = std::chrono::duration<double>(now - record.created()).count();
  counts_.waited_seconds += waited;
  const auto bucket = std::lower_bound(TicketCounts::kBuckets.begin(), TicketCounts::kBuckets.end(), waited);
  if (bucket == TicketCounts::kBuckets.end()) return;
  ++counts_.waited_within[static_cast<std::size_t>(bucket - TicketCounts::kBuckets.begin())];
}

// After every change of a ticket's state.
void TicketDesk::Changed(TicketEntry& entry, Outbox& outbox) {
  for (const TicketWatcher& watcher : entry.watchers) outbox.wake.push_back(watcher.host);
  RenewLease(entry, outbox.now);
  if (!entry.record.IsFinal()) return;
  CountEnd(entry.record, outbox.now);
  deadlines_.Set(Kind::kForget, entry.record.id(), DeadlineAfter(outbox.now, options_.retention));
  if (const auto forgotten = book_.Retire(entry)) deadlines_.Clear(Kind::kForget, *forgotten);
}

}  // namespace oofgg::matchmaking
