#include "rpc/service_host.h"

#include <utility>

#include "base/address_group.h"
#include "oofgg/parse.h"

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

void ServiceHost::LimitAnonymousCalls(RateLimit limit) {
  constexpr std::size_t kAddresses = 100'000;
  anonymous_ = std::make_unique<KeyedTokenBuckets>(clock_, limit, kAddresses);
}

Status ServiceHost::AdmitAnonymous(const std::string& peer_address) const {
  if (anonymous_ == nullptr || IsLoopback(peer_address)) return {};
  const Admission admission = anonymous_->TryTake(AddressGroup(peer_address));
  if (admission.granted) return {};
  return RetryLater(StatusCode::kResourceExhausted, "too many calls from this address; wait before the next",
                    std::chrono::ceil<std::chrono::milliseconds>(admission.retry_after));
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
