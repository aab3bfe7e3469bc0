#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oofgg {

/// The error vocabulary of the whole library: abseil's codes, chosen by what the caller does next
/// (docs/decisions/0002-absl-status.md). Nothing here throws.
using Status = absl::Status;
using StatusCode = absl::StatusCode;
template <typename T>
using StatusOr = absl::StatusOr<T>;

/// One bad input: which field (dotted path, as on the wire), what is wrong, and what would be right.
struct FieldViolation {
  std::string field;
  std::string description;

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

/// Builds a status from a `std::string_view`, which Debian's abseil cannot take directly.
[[nodiscard]] Status MakeStatus(StatusCode code, std::string_view message);

/// kInvalidArgument that names the field, its problem and the fix; carried to clients as
/// `google.rpc.BadRequest`.
[[nodiscard]] Status InvalidField(std::string_view field, std::string_view problem);

/// kResourceExhausted or kUnavailable with a hint when to come back; carried as `google.rpc.RetryInfo`.
[[nodiscard]] Status RetryLater(StatusCode code, std::string_view message,
                                std::chrono::milliseconds retry_after);

/// Marks `status` with a stable machine-readable reason in UPPER_SNAKE_CASE; carried as
/// `google.rpc.ErrorInfo` with domain "oofgg".
[[nodiscard]] Status WithReason(Status status, std::string_view reason);

/// Adds the details one by one, for those who translate a status from another vocabulary. An OK
/// status stays as it is.
[[nodiscard]] Status WithFieldViolations(Status status, const std::vector<FieldViolation>& violations);
[[nodiscard]] Status WithRetryAfter(Status status, std::chrono::milliseconds retry_after);
/// Carried as `google.rpc.RequestInfo`.
[[nodiscard]] Status WithRequestId(Status status, std::string_view request_id);

/// The details of a status, whether made here or received from a server; empty where there are none.
[[nodiscard]] std::vector<FieldViolation> FieldViolationsOf(const Status& status);
[[nodiscard]] std::optional<std::chrono::milliseconds> RetryAfterOf(const Status& status);
[[nodiscard]] std::string ReasonOf(const Status& status);
/// The id under which a server's operators find the failed call in their logs.
[[nodiscard]] std::string RequestIdOf(const Status& status);

/// Adds "while doing X" in front of a message, keeping code and details.
[[nodiscard]] Status Annotate(const Status& status, std::string_view context);

}  // namespace oofgg

/// Returns early with the error of a Status expression.
#define OOFGG_RETURN_IF_ERROR(expression)                                                        \
  do {                                                                                           \
    if (::oofgg::Status oofgg_status_ = (expression); !oofgg_status_.ok()) return oofgg_status_; \
  } while (false)

#define OOFGG_CONCAT_INNER_(a, b) a##b
#define OOFGG_CONCAT_(a, b) OOFGG_CONCAT_INNER_(a, b)
#define OOFGG_ASSIGN_OR_RETURN_(result, target, expression) \
  auto result = (expression);                               \
  if (!result.ok()) return result.status();                 \
  target = *std::move(result)

/// `OOFGG_ASSIGN_OR_RETURN(auto user, store.Find(id));` declares `user` or returns the error.
#define OOFGG_ASSIGN_OR_RETURN(target, expression) \
  OOFGG_ASSIGN_OR_RETURN_(OOFGG_CONCAT_(oofgg_result_, __LINE__), target, expression)
