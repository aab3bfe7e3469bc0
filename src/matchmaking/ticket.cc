#include "matchmaking/ticket.h"

#include <algorithm>
#include <utility>

namespace oofgg::matchmaking {
namespace {

bool IsFinalState(TicketState state) {
  return state != TicketState::kWaiting && state != TicketState::kMatched;
}

bool MayMove(TicketState from, TicketState to) {
  switch (to) {
    case TicketState::kWaiting:
      return from == TicketState::kMatched;
    case TicketState::kMatched:
      return from == TicketState::kWaiting;
    case TicketState::kAssigned:
      return from == TicketState::kMatched;
    case TicketState::kCancelled:
    case TicketState::kFailed:
      return !IsFinalState(from);
  }
  return false;
}

}  // namespace

std::string_view NameOf(TicketState state) {
  switch (state) {
    case TicketState::kWaiting:
      return "waiting";
    case TicketState::kMatched:
      return "matched";
    case TicketState::kAssigned:
      return "assigned";
    case TicketState::kCancelled:
      return "cancelled";
    case TicketState::kFailed:
      return "failed";
  }
  return "unknown";
}

TicketRecord::TicketRecord(std::string id, CreateTicketRequest request, TimePoint created)
    : id_(std::move(id)), request_(std::move(request)), created_(created) {}

bool TicketRecord::Move(TicketState to) {
  if (!MayMove(state_, to)) return false;
  state_ = to;
  ++version_;
  return true;
}

bool TicketRecord::End(TicketState to, TimePoint now) {
  if (!Move(to)) return false;
  ended_ = now;
  return true;
}

bool TicketRecord::Match(std::string_view match_id) {
  if (!Move(TicketState::kMatched)) return false;
  match_id_ = match_id;
  return true;
}

bool TicketRecord::Return() {
  if (!Move(TicketState::kWaiting)) return false;
  match_id_.clear();
  return true;
}

bool TicketRecord::Assign(const MatchRequest& match, const MatchSeats& seats, TimePoint now) {
  if (!End(TicketState::kAssigned, now)) return false;
  address_ = seats.address;
  teams_ = match.teams;
  for (const std::string& player : request_.players) {
    const auto join_ticket = seats.join_tickets.find(player);
    if (join_ticket != seats.join_tickets.end()) join_tickets_.insert(*join_ticket);
  }
  return true;
}

bool TicketRecord::Cancel(TimePoint now) {
  if (!End(TicketState::kCancelled, now)) return false;
  match_id_.clear();
  return true;
}

bool TicketRecord::Fail(std::string_view error, TimePoint now) {
  if (!End(TicketState::kFailed, now)) return false;
  error_ = error;
  return true;
}

bool TicketRecord::IsFinal() const { return IsFinalState(state_); }

bool TicketRecord::HasPlayer(std::string_view player) const {
  return std::find(request_.players.begin(), request_.players.end(), player) != request_.players.end();
}

Ticket TicketRecord::ViewFor(std::string_view player, TimePoint now) const {
  Ticket view;
  view.id = id_;
  view.game_id = request_.game_id;
  view.players = request_.players;
  view.state = state_;
  view.match_id = match_id_;
  view.error = error_;
  view.waited = std::chrono::duration_cast<std::chrono::milliseconds>(std::min(now, ended_) - created_);
  if (state_ == TicketState::kAssigned) {
    const auto own = join_tickets_.find(player);
    view.assignment = {match_id_, address_, own == join_tickets_.end() ? std::string() : own->second, teams_};
  }
  return view;
}

MatchTicket TicketRecord::ForEngine() const {
  return {.id = id_,
          .players = static_cast<int>(request_.players.size()),
          .numbers = request_.numbers,
          .strings = request_.strings,
          .waiting_since = created_};
}

}  // namespace oofgg::matchmaking
