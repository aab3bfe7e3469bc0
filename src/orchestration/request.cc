#include "orchestration/request.h"

namespace oofgg::orchestration {

std::string_view NameOf(RequestState state) {
  switch (state) {
    case RequestState::kCreated:
      return "CREATED";
    case RequestState::kInProgress:
      return "IN_PROGRESS";
    case RequestState::kDone:
      return "DONE";
    case RequestState::kFailed:
      return "FAILED";
    case RequestState::kOccupied:
      return "OCCUPIED";
  }
  return "UNKNOWN";
}

bool CanMove(RequestState from, RequestState to) {
  using enum RequestState;
  switch (from) {
    case kCreated:
      return to == kInProgress || to == kFailed;  // Leased; overdue.
    case kInProgress:
      return to == kDone || to == kFailed || to == kCreated;  // …; given back.
    case kDone:
      return to == kOccupied || to == kFailed;  // Repaired; the seat is gone.
    case kFailed:
      return to == kCreated;  // Asked again.
    case kOccupied:
      return to == kDone || to == kCreated || to == kFailed;  // …; the seat is gone.
  }
  return false;
}

RequestKey ClientKey(std::string_view fleet, std::string_view client_id) {
  return {std::string(fleet), "client/" + std::string(client_id)};
}

bool IsClientKey(const RequestKey& key) { return key.id.starts_with("client/"); }

RequestKey MatchKey(std::string_view fleet, std::string_view match_id) {
  return {std::string(fleet), "match/" + std::string(match_id)};
}

}  // namespace oofgg::orchestration
