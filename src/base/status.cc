#include "oofgg/status.h"

#include <absl/strings/cord.h>

#include <charconv>
#include <cstdint>
#include <system_error>

namespace oofgg {
namespace {

// Payloads never leave the process: rpc/ and client/ translate them to and from google.rpc.
constexpr absl::string_view kFieldsUrl = "type.oof.gg/field-violations";
constexpr absl::string_view kRetryUrl = "type.oof.gg/retry-after-ms";
constexpr absl::string_view kReasonUrl = "type.oof.gg/reason";
constexpr absl::string_view kRequestUrl = "type.oof.gg/request-id";

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::string PayloadOf(const Status& status, absl::string_view url) {
  const auto payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : std::string();
}

template <typename Integer>
std::optional<Integer> ToInteger(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Strings are kept as netstrings, `<length>:<bytes>`.
void AppendNetstring(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

std::optional<std::string> TakeNetstring(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto length = ToInteger<std::size_t>(rest.substr(0, colon));
  if (!length.has_value() || *length > rest.size() - colon - 1) return std::nullopt;
  std::string text(rest.substr(colon + 1, *length));
  rest.remove_prefix(colon + 1 + *length);
  return text;
}

}  // namespace

Status MakeStatus(StatusCode code, std::string_view message) { return Status(code, ToAbsl(message)); }

Status InvalidField(std::string_view field, std::string_view problem) {
  std::string message(field);
  message += ": ";
  message += problem;
  return WithFieldViolations(MakeStatus(StatusCode::kInvalidArgument, message),
                             {{std::string(field), std::string(problem)}});
}

Status RetryLater(StatusCode code, std::string_view message, std::chrono::milliseconds retry_after) {
  return WithRetryAfter(MakeStatus(code, message), retry_after);
}

Status WithReason(Status status, std::string_view reason) {
  status.SetPayload(kReasonUrl, absl::Cord(ToAbsl(reason)));
  return status;
}

Status WithFieldViolations(Status status, const std::vector<FieldViolation>& violations) {
  std::string encoded;
  for (const FieldViolation& violation : violations) {
    AppendNetstring(encoded, violation.field);
    AppendNetstring(encoded, violation.description);
  }
  status.SetPayload(kFieldsUrl, absl::Cord(std::move(encoded)));
  return status;
}

Status WithRetryAfter(Status status, std::chrono::milliseconds retry_after) {
  status.SetPayload(kRetryUrl, absl::Cord(std::to_string(retry_after.count())));
  return status;
}

std::vector<FieldViolation> FieldViolationsOf(const Status& status) {
  std::vector<FieldViolation> violations;
  const std::string encoded = PayloadOf(status, kFieldsUrl);
  std::string_view rest = encoded;
  while (!rest.empty()) {
    auto field = TakeNetstring(rest);
    if (!field.has_value()) break;
    auto description = TakeNetstring(rest);
    if (!description.has_value()) break;
    violations.push_back({*std::move(field), *std::move(description)});
  }
  return violations;
}

std::optional<std::chrono::milliseconds> RetryAfterOf(const Status& status) {
  const auto count = ToInteger<std::int64_t>(PayloadOf(status, kRetryUrl));
  if (!count.has_value()) return std::nullopt;
  return std::chrono::milliseconds(*count);
}

std::string ReasonOf(const Status& status) { return PayloadOf(status, kReasonUrl); }

Status WithRequestId(Status status, std::string_view request_id) {
  status.SetPayload(kRequestUrl, absl::Cord(ToAbsl(request_id)));
  return status;
}

std::string RequestIdOf(const Status& status) { return PayloadOf(status, kRequestUrl); }

Status Annotate(const Status& status, std::string_view context) {
  if (status.ok()) return status;
  std::string message(context);
  message += ": ";
  message.append(status.message().data(), status.message().size());
  Status annotated = MakeStatus(status.code(), message);
  status.ForEachPayload(
      [&annotated](absl::string_view url, const absl::Cord& payload) { annotated.SetPayload(url, payload); });
  return annotated;
}

}  // namespace oofgg
