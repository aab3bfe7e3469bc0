#include "wire/status_details.h"

#include <google/protobuf/stubs/logging.h>

#include <chrono>
#include <climits>

#include "oofgg/wire/status_details.pb.h"

namespace oofgg::wire {
namespace {

namespace details_pb = ::oofgg::wire::details;
using std::chrono::milliseconds;

// The types' public names; see the .proto file for why ours differ.
constexpr std::string_view kBadRequestUrl = "type.googleapis.com/google.rpc.BadRequest";
constexpr std::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";
constexpr std::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr std::string_view kRequestInfoUrl = "type.googleapis.com/google.rpc.RequestInfo";
constexpr const char* kDomain = "oofgg";

// The longest retry delay believed, so that a hostile server's cannot overflow a clock.
constexpr std::int64_t kLongestRetrySeconds = 366LL * 24 * 3600;

template <class Detail>
void AddDetail(details_pb::Status& to, std::string_view url, const Detail& detail) {
  auto& any = *to.add_details();
  any.set_type_url(url.data(), url.size());
  detail.SerializeToString(any.mutable_value());
}

Status WithBadRequest(Status status, const std::string& bytes) {
  details_pb::BadRequest bad;
  if (!bad.ParseFromString(bytes)) return status;
  std::vector<FieldViolation> violations;
  for (const auto& violation : bad.field_violations()) {
    violations.push_back({violation.field(), violation.description()});
  }
  return WithFieldViolations(std::move(status), violations);
}

Status WithRetryInfo(Status status, const std::string& bytes) {
  details_pb::RetryInfo info;
  if (!info.ParseFromString(bytes) || !info.has_retry_delay()) return status;
  const auto& delay = info.retry_delay();
  const bool is_sane = delay.seconds() >= 0 && delay.seconds() <= kLongestRetrySeconds &&
                       delay.nanos() >= 0 && delay.nanos() < 1'000'000'000;
  if (!is_sane) return status;
  return WithRetryAfter(std::move(status), milliseconds(delay.seconds() * 1000 + delay.nanos() / 1'000'000));
}

Status WithErrorInfo(Status status, const std::string& bytes) {
  details_pb::ErrorInfo info;
  if (!info.ParseFromString(bytes) || info.domain() != kDomain) return status;  // Not a word of ours.
  return WithReason(std::move(status), info.reason());
}

Status WithRequestInfo(Status status, const std::string& bytes) {
  details_pb::RequestInfo info;
  if (!info.ParseFromString(bytes) || info.request_id().empty()) return status;
  return WithRequestId(std::move(status), info.request_id());
}

}  // namespace

std::string EncodeStatusDetails(const Status& status) {
  if (status.ok()) return {};
  details_pb::Status encoded;
  if (const auto violations = FieldViolationsOf(status); !violations.empty()) {
    details_pb::BadRequest bad;
    for (const FieldViolation& violation : violations) {
      auto& added = *bad.add_field_violations();
      added.set_field(violation.field);
      added.set_description(violation.description);
    }
    AddDetail(encoded, kBadRequestUrl, bad);
  }
  if (const auto retry_after = RetryAfterOf(status); retry_after.has_value()) {
    details_pb::RetryInfo info;
    info.mutable_retry_delay()->set_seconds(retry_after->count() / 1000);
    info.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(retry_after->count() % 1000 * 1'000'000));
    AddDetail(encoded, kRetryInfoUrl, info);
  }
  if (std::string reason = ReasonOf(status); !reason.empty()) {
    details_pb::ErrorInfo info;
    info.set_reason(std::move(reason));
    info.set_domain(kDomain);
    AddDetail(encoded, kErrorInfoUrl, info);
  }
  if (std::string id = RequestIdOf(status); !id.empty()) {
    details_pb::RequestInfo info;
    info.set_request_id(std::move(id));
    AddDetail(encoded, kRequestInfoUrl, info);
  }
  if (encoded.details().empty()) return {};
  encoded.set_code(static_cast<int>(status.code()));
  encoded.set_message(status.message().data(), status.message().size());
  return encoded.SerializeAsString();
}

Status DecodeStatus(int code, std::string_view message, std::string_view details) {
  if (code == 0) return {};
  const bool is_known = code > 0 && code <= static_cast<int>(StatusCode::kUnauthenticated);
  Status status = MakeStatus(is_known ? static_cast<StatusCode>(code) : StatusCode::kUnknown, message);
  const ::google::protobuf::LogSilencer silencer;  // See wire/codec_impl.h.
  details_pb::Status encoded;
  if (details.size() > INT_MAX || !encoded.ParseFromArray(details.data(), static_cast<int>(details.size()))) {
    return status;
  }
  for (const auto& any : encoded.details()) {
    if (any.type_url() == kBadRequestUrl) status = WithBadRequest(std::move(status), any.value());
    if (any.type_url() == kRetryInfoUrl) status = WithRetryInfo(std::move(status), any.value());
    if (any.type_url() == kErrorInfoUrl) status = WithErrorInfo(std::move(status), any.value());
    if (any.type_url() == kRequestInfoUrl) status = WithRequestInfo(std::move(status), any.value());
  }
  return status;
}

}  // namespace oofgg::wire
