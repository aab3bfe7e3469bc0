#include "rpc/service_host.h"

#include <array>
#include <cstdio>
#include <utility>

#include "base/address_group.h"
#include "base/code_names.h"
#include "oofgg/log.h"
#include "oofgg/parse.h"
#include "oofgg/random.h"

namespace oofgg::rpc {
namespace {

constexpr RateLimit kFaultLines{.per_second = 5, .burst = 20};

std::string Hex(const char* format, std::uint32_t number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

}  // namespace

ServiceHost::ServiceHost(auth::Authorizer* authorizer, Executor& executor, Clock& clock)
    : authorizer_(authorizer),
      executor_(executor),
      clock_(clock),
      lane_(executor),
      id_prefix_(Hex("%06x-", static_cast<std::uint32_t>(RandomSource::System().Below(1U << 24U)))),
      fault_lines_(clock, kFaultLines) {}

std::string ServiceHost::MakeRequestId() const { return id_prefix_ + Hex("%08x", ++last_id_); }

void ServiceHost::LogFault(std::string_view method_path, const Status& status) const {
  if (!fault_lines_.TryTake().granted) {
    ++unlogged_faults_;
    return;
  }
  std::string line(method_path);
  line += " failed, " + std::string(base::NameOf(status.code())) + ": " + std::string(status.message());
  if (const auto unlogged = unlogged_faults_.exchange(0); unlogged > 0) {
    line += " (and " + std::to_string(unlogged) + " calls before)";
  }
  Log(status.code() == StatusCode::kUnavailable ? LogLevel::kWarning : LogLevel::kError, "rpc", line);
}

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
