#include "matchmaking/ticket_desk.h"

#include <algorithm>
#include <utility>

#include "matchmaking/ticket_request.h"
#include "oofgg/log.h"

namespace oofgg::matchmaking {
namespace {

constexpr std::chrono::milliseconds kRetryWhenFull{5000};

using Kind = Deadlines::Kind;

}  // namespace

TicketDesk::TicketDesk(const MatchmakingParts& parts, const MatchmakingOptions& options)
    : parts_(parts), options_(options), ids_(parts.clock, parts.random), book_(options.max_final) {}

// ---- Lock, timer, outbox

void TicketDesk::Locked(absl::FunctionRef<void(Outbox&)> body) {
  Outbox outbox{parts_.clock.Now()};
  std::vector<std::string> told;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    while (const auto due = deadlines_.PopDue(outbox.now)) Handle(*due, outbox);
    body(outbox);
    SetTimer();
    ++sending_;
    for (const MatchRequest& request : outbox.allocate) told.push_back(request.match_id);
  }
  Send(std::move(outbox));
  for (const std::string& match_id : GivenUpWhileSending(told)) parts_.allocator.Cancel(match_id);
  const std::lock_guard lock(mutex_);
  if (--sending_ == 0) all_sent_.notify_all();
}

// The allocator is told of a match before it is told of its end, whichever threads do so.
std::vector<std::string> TicketDesk::GivenUpWhileSending(const std::vector<std::string>& match_ids) {
  std::vector<std::string> given_up;
  if (match_ids.empty()) return given_up;
  const std::lock_guard lock(mutex_);
  for (const std::string& match_id : match_ids) {
    const auto node = sending_matches_.extract(match_id);
    if (!node.empty() && node.mapped()) given_up.push_back(match_id);
  }
  return given_up;
}

void TicketDesk::Send(Outbox outbox) {
  for (const std::string& warning : outbox.warnings) Log(LogLevel::kWarning, "matchmaking", warning);
  for (const auto& host : outbox.wake) host->Wake();
  for (const std::string& match_id : outbox.give_up) parts_.allocator.Cancel(match_id);
  for (MatchRequest& request : outbox.allocate) {
    std::string match_id = request.match_id;
    parts_.allocator.Allocate(std::move(request), [weak = weak_from_this(), match_id = std::move(match_id)](
                                                      StatusOr<MatchSeats> seats) {
      if (const auto desk = weak.lock()) desk->OnAllocated(match_id, std::move(seats));
    });
  }
}

// A timer that turns out to be early is left alone: it finds nothing due and sets the next.
void TicketDesk::SetTimer() {
  const std::optional<TimePoint> first = deadlines_.First();
  if (!first.has_value() || *first >= timer_at_) return;
  timer_at_ = *first;
  timer_ = ScopedTimer(parts_.executor, *first, [weak = weak_from_this()] {
    if (const auto desk = weak.lock()) desk->OnTimer();
  });
}

void TicketDesk::OnTimer() {
  Locked([this](Outbox&) { timer_at_ = kNever; });
}

void TicketDesk::Handle(const Deadlines::Due& due, Outbox& outbox) {
  const std::string& id = due.key.id;
  switch (due.key.kind) {
    case Kind::kQueue:
      return RunQueue(id, due.at, outbox);
    case Kind::kAllocation:
      return FailMatch(id, "no game server became ready in time", outbox);
    case Kind::kLease:
      if (TicketEntry* entry = book_.Find(id)) Withdraw(*entry, outbox);
      return;
    case Kind::kForget:
      return book_.Forget(id);
  }
}

void TicketDesk::Close() {
  std::vector<std::shared_ptr<StreamHost>> hosts;
  Outbox outbox{parts_.clock.Now()};
  {
    std::unique_lock lock(mutex_);
    closed_ = true;
    timer_.Cancel();
    all_sent_.wait(lock, [this] { return sending_ == 0; });  // So that the allocator may go after us.
    book_.ForEach([&](TicketEntry& entry) {
      for (const TicketWatcher& watcher : entry.watchers) hosts.push_back(watcher.host);
      entry.watchers.clear();
    });
    for (const auto& [match_id, match] : matches_) outbox.give_up.push_back(match_id);
    matches_.clear();
  }
  for (const auto& host : hosts) {
    host->Finish(MakeStatus(StatusCode::kUnavailable, "matchmaking is shutting down; queue again"));
  }
  Send(std::move(outbox));
}

// ---- Calls

StatusOr<Ticket> TicketDesk::Create(const Viewer& viewer, const std::string& idempotency_key,
                                    CreateTicketRequest request) {
  StatusOr<Ticket> result;
  Locked([&](Outbox& outbox) { result = CreateLocked(viewer, idempotency_key, std::move(request), outbox); });
  return result;
}

StatusOr<Ticket> TicketDesk::CreateLocked(const Viewer& viewer, const std::string& key,
                                          CreateTicketRequest request, Outbox& outbox) {
  if (const TicketEntry* entry = book_.FindByKey(viewer.user_id, key)) {
    return Repeat(*entry, viewer, request, outbox.now);
  }
  OOFGG_RETURN_IF_ERROR(CheckPlayersFree(viewer, request));
  OOFGG_RETURN_IF_ERROR(CheckRoom(request.game_id));
  const std::string game_id = request.game_id;
  OOFGG_ASSIGN_OR_RETURN(Matchmaker * queue, QueueFor(game_id));

  TicketRecord record(ids_.Next(), std::move(request), outbox.now);
  const auto matches = queue->AddTicket(record.ForEngine(), outbox.now);
  if (!matches.ok()) {
    Reschedule(game_id);  // Which drops a queue made for nothing.
    return matches.status();
  }
  TicketEntry& entry = book_.Add({std::move(record), viewer.user_id, key});
  ++counts_.created;
  RenewLease(entry, outbox.now);
  for (const Match& match : *matches) BeginMatch(game_id, match, outbox);
  Reschedule(game_id);
  return entry.record.ViewFor(viewer.user_id, outbox.now);
}

StatusOr<Ticket> TicketDesk::Repeat(const TicketEntry& entry, const Viewer& viewer,
                                    const CreateTicketRequest& request, TimePoint now) const {
  if (!SameRequest(entry.record.request(), request)) {
    return InvalidField("idempotency-key", "was used for another request; take a new key for a new ticket");
  }
  return entry.record.ViewFor(viewer.user_id, now);
}

Status TicketDesk::CheckPlayersFree(const Viewer& viewer, const CreateTicketRequest& request) const {
  for (const std::string& player : request.players) {
    const TicketEntry* entry = book_.FindLiveOf(player);
    if (entry == nullptr) continue;
    // Whose ticket it is, is told to its own players only.
    const bool own = entry->record.HasPlayer(viewer.user_id);
    const std::string where =
        own ? "in ticket " + entry->record.id() + "; cancel it first" : "in another ticket";
    return WithReason(MakeStatus(StatusCode::kAlreadyExists, "player " + player + " is " + where),
                      "PLAYER_IN_TICKET");
  }
  return absl::OkStatus();
}

Status TicketDesk::CheckRoom(const std::string& game_id) const {
  const auto queue = queues_.find(game_id);
  const std::size_t waiting = queue == queues_.end() ? 0 : queue->second.waiting();
  if (waiting < options_.max_waiting_per_game && book_.live() < options_.max_live) return absl::OkStatus();
  return RetryLater(StatusCode::kResourceExhausted, "too many tickets wait for a match in game " + game_id,
                    kRetryWhenFull);
}

StatusOr<Ticket> TicketDesk::Get(const Viewer& viewer, const std::string& id) {
  StatusOr<Ticket> result;
  Locked([&](Outbox& outbox) {
    const auto entry = FindFor(viewer, id);
    if (!entry.ok()) {
      result = entry.status();
      return;
    }
    RenewLease(**entry, outbox.now);
    result = (*entry)->record.ViewFor(viewer.user_id, outbox.now);
  });
  return result;
}

StatusOr<Ticket> TicketDesk::Cancel(const Viewer& viewer, const std::string& id) {
  StatusOr<Ticket> result;
  Locked([&](Outbox& outbox) { result = CancelLocked(viewer, id, outbox); });
  return result;
}

void TicketDesk::CancelOf(const std::string& player) {
  Locked([&](Outbox& outbox) {
    if (TicketEntry* const entry = book_.FindLiveOf(player)) Withdraw(*entry, outbox);
  });
}

StatusOr<Ticket> TicketDesk::CancelLocked(const Viewer& viewer, const std::string& id, Outbox& outbox) {
  OOFGG_ASSIGN_OR_RETURN(TicketEntry * entry, FindFor(viewer, id));
  Withdraw(*entry, outbox);
  const TicketState state = entry->record.state();
  if (state == TicketState::kCancelled) return entry->record.ViewFor(viewer.user_id, outbox.now);
  return MakeStatus(StatusCode::kFailedPrecondition,
                    "ticket " + id + " is " + std::string(NameOf(state)) + " already");
}

StatusOr<TicketEntry*> TicketDesk::FindFor(const Viewer& viewer, std::string_view id) const {
  TicketEntry* entry = book_.Find(id);
  if (entry == nullptr ||
      !(viewer.Manages(entry->record.request().game_id) || entry->record.HasPlayer(viewer.user_id))) {
    return MakeStatus(StatusCode::kNotFound,
                      "no such ticket of yours; tickets are forgotten a while after their end");
  }
  return entry;
}

// ---- Watches

StatusOr<std::uint64_t> TicketDesk::OpenWatch(const Viewer& viewer, const std::string& id,
                                              std::shared_ptr<StreamHost> host) {
  const std::lock_guard lock(mutex_);
  if (closed_) return MakeStatus(StatusCode::kUnavailable, "matchmaking is shutting down");
  OOFGG_ASSIGN_OR_RETURN(TicketEntry * entry, FindFor(viewer, id));
  const auto is_own = [&](const TicketWatcher& watcher) { return watcher.player == viewer.user_id; };
  const auto open = std::count_if(entry->watchers.begin(), entry->watchers.end(), is_own);
  if (static_cast<std::size_t>(open) >= options_.max_watches) {
    return MakeStatus(StatusCode::kResourceExhausted, "you watch this ticket too often; close a stream");
  }
  entry->watchers.push_back({++last_watch_, viewer.user_id, std::move(host)});
  deadlines_.Clear(Kind::kLease, id);
  return last_watch_;
}

void TicketDesk::CloseWatch(const std::string& id, std::uint64_t watch) {
  Locked([&](Outbox& outbox) {
    TicketEntry* entry = book_.Find(id);
    if (entry == nullptr) return;
    std::erase_if(entry->watchers, [&](const TicketWatcher& watcher) { return watcher.id == watch; });
    RenewLease(*entry, outbox.now);
  });
}

std::optional<TicketDesk::News> TicketDesk::Look(const std::string& user_id, const std::string& id) {
  const std::lock_guard lock(mutex_);
  const TicketEntry* entry = book_.Find(id);
  if (entry == nullptr) return std::nullopt;
  const TicketRecord& record = entry->record;
  return News{record.ViewFor(user_id, parts_.clock.Now()), record.version(), record.IsFinal()};
}

// The lease runs while a ticket waits and nobody watches it.
void TicketDesk::RenewLease(const TicketEntry& entry, TimePoint now) {
  const TicketRecord& record = entry.record;
  if (record.state() == TicketState::kWaiting && entry.watchers.empty()) {
    deadlines_.Set(Kind::kLease, record.id(), DeadlineAfter(now, options_.lease));
  } else {
    deadlines_.Clear(Kind::kLease, record.id());
  }
}

}  // namespace oofgg::matchmaking
