#include "client/check_metadata.h"

#include <algorithm>

namespace oofgg::internal {
namespace {

bool IsName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool IsValue(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Status CheckMetadata(const Metadata& metadata) {
  for (const auto& [name, value] : metadata) {
    if (!IsName(name)) return InvalidField("metadata", "has a name that is not of [a-z0-9-_.]");
    if (!IsValue(value)) return InvalidField(name, "holds bytes that are not printable ASCII");
  }
  return absl::OkStatus();
}

}  // namespace oofgg::internal
