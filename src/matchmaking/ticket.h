#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "matchmaking/match_allocator.h"
#include "oofgg/clock.h"
#include "oofgg/matchmaking/matchmaker.h"
#include "oofgg/model/match.h"

namespace oofgg::matchmaking {

/// The life of a ticket:
///
///                 Return
///            +---------------+
///            v               |
///     (new) kWaiting ---> kMatched ---> kAssigned
///            |    Match      |  |
///     Cancel |        Cancel |  | Fail
///            v               v  v
///         kCancelled <-------+  kFailed <--- kWaiting, where it cannot wait on
///
/// Threads: its owner's lock.
class TicketRecord {
 public:
  /// `request` has been checked and names all players.
  TicketRecord(std::string id, CreateTicketRequest request, TimePoint created);

  // Each changes the state if the ticket's life allows it, and says whether it did.
  bool Match(std::string_view match_id);
  bool Return();
  bool Assign(const MatchRequest& match, const MatchSeats& seats, TimePoint now);
  bool Cancel(TimePoint now);
  bool Fail(std::string_view error, TimePoint now);

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const CreateTicketRequest& request() const { return request_; }
  [[nodiscard]] const std::string& match_id() const { return match_id_; }
  [[nodiscard]] TicketState state() const { return state_; }
  [[nodiscard]] TimePoint created() const { return created_; }
  [[nodiscard]] bool IsFinal() const;
  /// Grows with each change of state.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] bool HasPlayer(std::string_view player) const;

  /// What `player` is shown: of the join tickets only the own one.
  [[nodiscard]] Ticket ViewFor(std::string_view player, TimePoint now) const;
  /// What the engine is given. Keeps the waiting time of a ticket that returns.
  [[nodiscard]] MatchTicket ForEngine() const;

 private:
  bool Move(TicketState to);
  bool End(TicketState to, TimePoint now);

  std::string id_;
  CreateTicketRequest request_;
  TimePoint created_;
  TimePoint ended_ = kNever;
  TicketState state_ = TicketState::kWaiting;
  std::uint64_t version_ = 1;
  std::string match_id_;
  std::string error_;
  std::string address_;
  std::vector<std::vector<std::string>> teams_;
  std::map<std::string, std::string, std::less<>> join_tickets_;  // Of the players of this ticket.
};

/// Its name as messages have it, such as `assigned`.
[[nodiscard]] std::string_view NameOf(TicketState state);

}  // namespace oofgg::matchmaking
