#include "wire/proto_match.h"

#include <chrono>

namespace oofgg::wire {

void MatchProto::ToProto(const CreateTicketRequest& from, v1::CreateTicketRequest& to) {
  to.set_game_id(from.game_id);
  to.mutable_players()->Assign(from.players.begin(), from.players.end());
  to.mutable_numbers()->insert(from.numbers.begin(), from.numbers.end());
  to.mutable_strings()->insert(from.strings.begin(), from.strings.end());
}

void MatchProto::ToProto(const TicketId& from, v1::TicketId& to) { to.set_id(from.id); }

void MatchProto::ToProto(const Assignment& from, v1::Assignment& to) {
  to.set_match_id(from.match_id);
  to.set_address(from.address);
  to.set_join_ticket(from.join_ticket);
  for (const auto& team : from.teams) to.add_teams()->mutable_players()->Assign(team.begin(), team.end());
}

void MatchProto::ToProto(const Ticket& from, v1::Ticket& to) {
  to.set_id(from.id);
  to.set_game_id(from.game_id);
  to.mutable_players()->Assign(from.players.begin(), from.players.end());
  to.set_state(WrittenEnum<v1::TicketState>(from.state));
  to.set_match_id(from.match_id);
  // Before there is a server there is nothing to tell.
  if (from.state == TicketState::kAssigned) ToProto(from.assignment, *to.mutable_assignment());
  to.set_error(from.error);
  to.set_waited_ms(from.waited.count());
}

Status MatchProto::FromProto(const v1::CreateTicketRequest& from, CreateTicketRequest& to, Reading) {
  to.game_id = from.game_id();
  to.players.assign(from.players().begin(), from.players().end());
  to.numbers.insert(from.numbers().begin(), from.numbers().end());
  to.strings.insert(from.strings().begin(), from.strings().end());
  return {};
}

Status MatchProto::FromProto(const v1::TicketId& from, TicketId& to, Reading) {
  to.id = from.id();
  return {};
}

Status MatchProto::FromProto(const v1::Assignment& from, Assignment& to, Reading) {
  to.match_id = from.match_id();
  to.address = from.address();
  to.join_ticket = from.join_ticket();
  for (const v1::Team& team : from.teams())
    to.teams.emplace_back(team.players().begin(), team.players().end());
  return {};
}

Status MatchProto::FromProto(const v1::Ticket& from, Ticket& to, Reading reading) {
  to.id = from.id();
  to.game_id = from.game_id();
  to.players.assign(from.players().begin(), from.players().end());
  to.match_id = from.match_id();
  to.error = from.error();
  to.waited = std::chrono::milliseconds(from.waited_ms());
  OOFGG_RETURN_IF_ERROR(FromProto(from.assignment(), to.assignment, reading));
  return ReadEnum(from.state(), v1::TicketState_MAX, "state", reading, to.state);
}

}  // namespace oofgg::wire
