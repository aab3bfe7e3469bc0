#include "rpc/service_host.h"

#include <utility>

namespace oofgg::rpc {

Status Lane::Run(Task task) const {
  if (executor_ != nullptr) {
    executor_->Post(std::move(task));
    return {};
  }
  if (bounded_->TryPost(std::move(task))) return {};
  return WithReason(
      RetryLater(StatusCode::kResourceExhausted, "too many calls at once; try again shortly", retry_after_),
      "OVERLOADED");
}

void ServiceHost::EndSession(std::string_view session_id) {
  streams_.EndSession(session_id);
  for (const Door& door : doors_) door.end_session(session_id);
}

void ServiceHost::SendAway() {
  streams_.SendAway();
  for (const Door& door : doors_) door.send_away();
}

}  // namespace oofgg::rpc
