#pragma once

#include <absl/functional/function_ref.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "matchmaking/deadlines.h"
#include "matchmaking/match_allocator.h"
#include "matchmaking/ticket_book.h"
#include "matchmaking/ticket_facade.h"
#include "oofgg/executor.h"
#include "oofgg/matchmaking/matchmaker.h"
#include "oofgg/uuid.h"

namespace oofgg::matchmaking {

/// Who asks, and whether other people's tickets are their business.
struct Viewer {
  std::string user_id;
  bool manages = false;
  std::string only_game{};  ///< Where they are; empty: in every game.

  [[nodiscard]] bool Manages(std::string_view game_id) const {
    return manages && (only_game.empty() || only_game == game_id);
  }
};

/// The state behind `MatchmakingFacade`: tickets, a queue a game, matches that wait for a server, and one
/// timer for whatever is due next. Everything happens under one lock, in the order of time; what it leads to
/// outside is done after the lock is released.
class TicketDesk : public std::enable_shared_from_this<TicketDesk> {
 public:
  TicketDesk(const MatchmakingParts& parts, const MatchmakingOptions& options);

  /// `request` has passed `CheckRequest`.
  StatusOr<Ticket> Create(const Viewer& viewer, const std::string& idempotency_key,
                          CreateTicketRequest request);
  StatusOr<Ticket> Get(const Viewer& viewer, const std::string& id);
  StatusOr<Ticket> Cancel(const Viewer& viewer, const std::string& id);
  /// Cancels the ticket that the player is in, if it is not final.
  void CancelOf(const std::string& player);

  /// Returns the name of the watch.
  StatusOr<std::uint64_t> OpenWatch(const Viewer& viewer, const std::string& id,
                                    std::shared_ptr<StreamHost> host);
  void CloseWatch(const std::string& id, std::uint64_t watch);

  struct News {
    Ticket ticket;
    std::uint64_t version;
    bool is_final;
  };
  /// Nothing if the ticket is forgotten.
  std::optional<News> Look(const std::string& user_id, const std::string& id);

  [[nodiscard]] TicketCounts counts() const;

  /// Ends all streams and gives up all matches under way, and waits for what other threads still send;
  /// nothing happens afterwards.
  void Close();

 private:
  struct PendingMatch {
    MatchRequest request;
    std::vector<std::string> tickets;
  };
  // What to tell others once the lock is released.
  struct Outbox {
    TimePoint now;
    std::vector<std::shared_ptr<StreamHost>> wake = {};
    std::vector<std::string> give_up = {};
    std::vector<MatchRequest> allocate = {};
    std::vector<std::string> warnings = {};
  };

  /// Under the lock does what is due by now, then `body`, and sets the timer; then sends the outbox.
  void Locked(absl::FunctionRef<void(Outbox&)> body);
  void Send(Outbox outbox);
  void SetTimer();
  void OnTimer();
  void Handle(const Deadlines::Due& due, Outbox& outbox);

  StatusOr<Ticket> CreateLocked(const Viewer& viewer, const std::string& key, CreateTicketRequest request,
                                Outbox& outbox);
  StatusOr<Ticket> Repeat(const TicketEntry& entry, const Viewer& viewer, const CreateTicketRequest& request,
                          TimePoint now) const;
  Status CheckPlayersFree(const Viewer& viewer, const CreateTicketRequest& request) const;
  Status CheckRoom(const std::string& game_id) const;
  StatusOr<Ticket> CancelLocked(const Viewer& viewer, const std::string& id, Outbox& outbox);
  StatusOr<TicketEntry*> FindFor(const Viewer& viewer, std::string_view id) const;

  StatusOr<Matchmaker*> QueueFor(const std::string& game_id);
  void RunQueue(const std::string& game_id, TimePoint until, Outbox& outbox);
  void Reschedule(const std::string& game_id);

  void BeginMatch(const std::string& game_id, const Match& match, Outbox& outbox);
  [[nodiscard]] std::string AgreedOn(const std::string& attribute,
                                     const std::vector<std::string>& ticket_ids);
  void OnAllocated(const std::string& match_id, StatusOr<MatchSeats> seats);
  void FinishMatch(const PendingMatch& match, const StatusOr<MatchSeats>& seats, Outbox& outbox);
  void FailMatch(const std::string& match_id, std::string_view error, Outbox& outbox);
  void GiveUp(const std::string& match_id, Outbox& outbox);
  std::vector<std::string> GivenUpWhileSending(const std::vector<std::string>& match_ids);
  void DissolveMatch(const std::string& match_id, const TicketEntry& leaver, Outbox& outbox);
  void ReturnToQueue(TicketEntry& entry, Outbox& outbox);
  std::optional<PendingMatch> TakeMatch(const std::string& match_id);

  void Withdraw(TicketEntry& entry, Outbox& outbox);
  void Changed(TicketEntry& entry, Outbox& outbox);
  void CountEnd(const TicketRecord& record, TimePoint now);
  void RenewLease(const TicketEntry& entry, TimePoint now);

  const MatchmakingParts parts_;
  const MatchmakingOptions options_;
  UuidGenerator ids_;

  // Guards all below. The executor and the rules are asked under it, which do not call back.
  mutable std::mutex mutex_;
  std::condition_variable all_sent_;
  int sending_ = 0;  // Threads between the lock and the end of what they send.
  bool closed_ = false;
  TicketBook book_;
  TicketCounts counts_;
  std::map<std::string, Matchmaker, std::less<>> queues_;  // By game; only those in which tickets wait.
  std::map<std::string, PendingMatch, std::less<>> matches_;
  // Matches that a thread is just telling the allocator of; true: given up meanwhile.
  std::map<std::string, bool, std::less<>> sending_matches_;
  Deadlines deadlines_;
  std::uint64_t last_watch_ = 0;
  TimePoint timer_at_ = kNever;
  ScopedTimer timer_;
};

}  // namespace oofgg::matchmaking
