#pragma once

#include <map>
#include <string>
#include <string_view>

#include "oofgg/model/attribute.h"
#include "oofgg/model/score.h"
#include "oofgg/status.h"

namespace oofgg::storage {

/// Maps as JSON texts, readable by whoever opens the file. Attributes keep their type:
/// {"level":{"int":3},"map":{"string":"desert"}}.
[[nodiscard]] std::string ToJson(const Attributes& attributes);
[[nodiscard]] std::string ToJson(const std::map<std::string, std::string>& texts);
/// {"laps":{"order":1,"keep":0,"source":0,"min":0}}: the numbers of the enums, limits only where there are.
[[nodiscard]] std::string ToJson(const ScoreRules& rules);

/// kDataLoss: not what `ToJson` writes.
StatusOr<Attributes> AttributesFromJson(std::string_view json);
StatusOr<std::map<std::string, std::string>> TextsFromJson(std::string_view json);
StatusOr<ScoreRules> ScoreRulesFromJson(std::string_view json);

}  // namespace oofgg::storage
