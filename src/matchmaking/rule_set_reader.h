#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "matchmaking/json_document.h"
#include "oofgg/matchmaking/rule_set.h"

namespace oofgg {

/// Turns one JSON document into a `RuleSet`, or says what is wrong with it and on which line.
class RuleSetReader {
 public:
  explicit RuleSetReader(std::string_view text) : text_(text) {}

  StatusOr<RuleSet> Read();

 private:
  using Json = nlohmann::json;
  struct Range {
    double low;
    double high;
  };

  Status ReadTop(const Json& document, RuleSet& rules) const;
  Status CheckVersion(const Json& document) const;
  Status ReadName(const Json& document, RuleSet& rules) const;
  Status ReadTeams(const Json& document, RuleSet& rules) const;
  Status ReadEqual(const Json& document, RuleSet& rules) const;
  Status ReadWindows(const Json& document, RuleSet& rules) const;
  Status ReadWindow(const Json& value, const std::string& path, NumericWindow& window) const;
  Status ReadWidening(const Json& value, const std::string& path, NumericWindow& window) const;

  StatusOr<int> ReadCount(const Json& object, const std::string& name) const;
  StatusOr<std::optional<double>> ReadNumber(const Json& object, const std::string& parent,
                                             const std::string& name, Range range) const;
  StatusOr<std::string> ReadAttributeName(const Json& value, const std::string& path) const;

  std::string_view text_;
  std::optional<matchmaking::JsonDocument> document_;
};

}  // namespace oofgg
