#pragma once

#include <map>
#include <string>
#include <string_view>

#include "oofgg/model/attribute.h"
#include "oofgg/status.h"

namespace oofgg::storage {

/// Maps as JSON texts, readable by whoever opens the file. Attributes keep their type:
/// {"level":{"int":3},"map":{"string":"desert"}}.
[[nodiscard]] std::string ToJson(const Attributes& attributes);
[[nodiscard]] std::string ToJson(const std::map<std::string, std::string>& texts);

/// kDataLoss: not what `ToJson` writes.
StatusOr<Attributes> AttributesFromJson(std::string_view json);
StatusOr<std::map<std::string, std::string>> TextsFromJson(std::string_view json);

}  // namespace oofgg::storage
