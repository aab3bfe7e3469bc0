#include "base/code_names.h"

#include <array>
#include <utility>

namespace oofgg::base {
namespace {

constexpr std::array<std::pair<std::string_view, StatusCode>, 16> kErrors{{
    {"CANCELLED", StatusCode::kCancelled},
    {"UNKNOWN", StatusCode::kUnknown},
    {"INVALID_ARGUMENT", StatusCode::kInvalidArgument},
    {"DEADLINE_EXCEEDED", StatusCode::kDeadlineExceeded},
    {"NOT_FOUND", StatusCode::kNotFound},
    {"ALREADY_EXISTS", StatusCode::kAlreadyExists},
    {"PERMISSION_DENIED", StatusCode::kPermissionDenied},
    {"RESOURCE_EXHAUSTED", StatusCode::kResourceExhausted},
    {"FAILED_PRECONDITION", StatusCode::kFailedPrecondition},
    {"ABORTED", StatusCode::kAborted},
    {"OUT_OF_RANGE", StatusCode::kOutOfRange},
    {"UNIMPLEMENTED", StatusCode::kUnimplemented},
    {"INTERNAL", StatusCode::kInternal},
    {"UNAVAILABLE", StatusCode::kUnavailable},
    {"DATA_LOSS", StatusCode::kDataLoss},
    {"UNAUTHENTICATED", StatusCode::kUnauthenticated},
}};

}  // namespace

std::string_view NameOf(StatusCode code) {
  for (const auto& [name, known] : kErrors) {
    if (known == code) return name;
  }
  return code == StatusCode::kOk ? "OK" : "UNKNOWN";
}

std::optional<StatusCode> CodeCalled(std::string_view name) {
  for (const auto& [known, code] : kErrors) {
    if (known == name) return code;
  }
  return std::nullopt;
}

}  // namespace oofgg::base
