#include "rpc/call_record.h"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <chrono>

#include "base/code_names.h"
#include "base/request_scope.h"
#include "oofgg/log.h"
#include "rpc/service_host.h"

namespace oofgg::rpc {
namespace {

constexpr std::size_t kLongestRequestId = 64;

bool IsOfRequestId(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
         c == '.';
}

std::string TakeRequestId(const ServiceHost& host, const grpc::CallbackServerContext& call) {
  const auto given = call.client_metadata().find("x-request-id");
  if (given == call.client_metadata().end()) return host.MakeRequestId();
  const std::string_view id(given->second.data(), given->second.size());
  const bool is_good =
      !id.empty() && id.size() <= kLongestRequestId && std::all_of(id.begin(), id.end(), IsOfRequestId);
  return is_good ? std::string(id) : host.MakeRequestId();
}

/// Whether it is us who failed, and not the caller.
bool IsFault(StatusCode code) {
  return code == StatusCode::kInternal || code == StatusCode::kUnknown || code == StatusCode::kDataLoss ||
         code == StatusCode::kUnavailable;
}

/// Told to everybody who is there when a server stops, and no news to its operator.
bool IsDrain(const Status& status) { return ReasonOf(status) == "SERVER_DRAINING"; }

}  // namespace

CallRecord::CallRecord(const ServiceHost& host, CallStats::MethodId method, std::string_view path,
                       const grpc::CallbackServerContext& call)
    : host_(&host),
      method_(method),
      path_(path),
      begun_(host.clock().Now()),
      request_id_(TakeRequestId(host, call)) {
  host.calls().CountBegin(method);
}

Status CallRecord::End(const Status& status) const {
  if (host_->logs_calls()) LogEnd(status.code());
  if (IsFault(status.code()) && !IsDrain(status)) {
    const RequestScope scope(request_id_);
    host_->LogFault(path_, status);
  }
  host_->calls().CountEnd(method_, status.code());
  return status.ok() ? status : WithRequestId(status, request_id_);
}

void CallRecord::LogEnd(StatusCode code) const {
  const RequestScope scope(request_id_);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(host_->clock().Now() - begun_);
  Log(LogLevel::kDebug, "rpc",
      std::string(path_) + " " + std::string(base::NameOf(code)) + " " + std::to_string(took.count()) +
          " us");
}

Status CallRecord::EndTimed(const Status& status) const {
  host_->calls().CountTime(method_, host_->clock().Now() - begun_);
  return End(status);
}

}  // namespace oofgg::rpc
