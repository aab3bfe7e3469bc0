#include "matchmaking/rule_set_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace oofgg {
namespace {

using matchmaking::ElementPath;
using matchmaking::IsNot;
using matchmaking::JsonDocument;
using matchmaking::MemberPath;

constexpr double kLargest = RuleSet::kLargestNumber;
constexpr std::string_view kNameHint = "1 to 64 characters of [A-Za-z0-9_.-]";

// The shortest form that reads back the same.
std::string Show(double number) {
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, number);
  return std::string(text, result.ptr);
}

}  // namespace

StatusOr<RuleSet> RuleSet::Parse(std::string_view json) { return RuleSetReader(json).Read(); }

StatusOr<RuleSet> RuleSetReader::Read() {
  auto document = JsonDocument::Parse(text_, {.name = "rule_set",
                                              .most_bytes = RuleSet::kMaxBytes,
                                              .depth = "nests deeper than any rule; rules need 3 levels"});
  OOFGG_RETURN_IF_ERROR(document.status());
  document_.emplace(*std::move(document));
  RuleSet rules;
  OOFGG_RETURN_IF_ERROR(ReadTop(document_->root(), rules));
  return rules;
}

Status RuleSetReader::ReadTop(const Json& document, RuleSet& rules) const {
  OOFGG_RETURN_IF_ERROR(document_->CheckMembers(
      document, "", {"version", "name", "teams", "players_per_team", "equal", "windows"}));
  OOFGG_RETURN_IF_ERROR(CheckVersion(document));
  OOFGG_RETURN_IF_ERROR(ReadName(document, rules));
  OOFGG_RETURN_IF_ERROR(ReadTeams(document, rules));
  OOFGG_RETURN_IF_ERROR(ReadEqual(document, rules));
  return ReadWindows(document, rules);
}

Status RuleSetReader::CheckVersion(const Json& document) const {
  const std::string right = std::to_string(RuleSet::kVersion);
  const auto version = document.find("version");
  if (version == document.end())
    return document_->Fault("version", "is missing; this program reads version " + right);
  if (!version->is_number_integer())
    return document_->Fault("version", IsNot(*version, "the whole number " + right));
  if (*version == RuleSet::kVersion) return absl::OkStatus();
  return document_->Fault("version", "is " + version->dump() + "; this program reads version " + right);
}

Status RuleSetReader::ReadName(const Json& document, RuleSet& rules) const {
  const auto name = document.find("name");
  if (name == document.end()) return document_->Fault("name", "is missing; give " + std::string(kNameHint));
  OOFGG_ASSIGN_OR_RETURN(rules.name_, ReadAttributeName(*name, "name"));
  return absl::OkStatus();
}

Status RuleSetReader::ReadTeams(const Json& document, RuleSet& rules) const {
  OOFGG_ASSIGN_OR_RETURN(rules.teams_, ReadCount(document, "teams"));
  OOFGG_ASSIGN_OR_RETURN(rules.players_per_team_, ReadCount(document, "players_per_team"));
  const int players = rules.players_per_match();
  if (players <= RuleSet::kMaxPlayers) return absl::OkStatus();
  return document_->Fault("players_per_team", "makes a match of " + std::to_string(players) + " players; " +
                                                  std::to_string(RuleSet::kMaxPlayers) + " at most");
}

Status RuleSetReader::ReadEqual(const Json& document, RuleSet& rules) const {
  const auto equal = document.find("equal");
  if (equal == document.end()) return absl::OkStatus();
  if (!equal->is_array()) return document_->Fault("equal", IsNot(*equal, "an array of attribute names"));
  for (std::size_t i = 0; i < equal->size(); ++i) {
    const std::string path = ElementPath("equal", i);
    if (i == RuleSet::kMaxEqual) {
      return document_->Fault(
          path, "is one too many; " + std::to_string(RuleSet::kMaxEqual) + " equalities at most");
    }
    OOFGG_ASSIGN_OR_RETURN(std::string name, ReadAttributeName((*equal)[i], path));
    if (std::find(rules.equal_.begin(), rules.equal_.end(), name) != rules.equal_.end()) {
      return document_->Fault(path, "repeats \"" + name + "\"; keep one");
    }
    rules.equal_.push_back(std::move(name));
  }
  return absl::OkStatus();
}

Status RuleSetReader::ReadWindows(const Json& document, RuleSet& rules) const {
  const auto windows = document.find("windows");
  if (windows == document.end()) return absl::OkStatus();
  if (!windows->is_array()) return document_->Fault("windows", IsNot(*windows, "an array of windows"));
  for (std::size_t i = 0; i < windows->size(); ++i) {
    const std::string path = ElementPath("windows", i);
    if (i == RuleSet::kMaxWindows)
      return document_->Fault(path, "is one too many; version 1 has one window at most");
    OOFGG_RETURN_IF_ERROR(ReadWindow((*windows)[i], path, rules.windows_.emplace_back()));
  }
  return absl::OkStatus();
}

Status RuleSetReader::ReadWindow(const Json& value, const std::string& path, NumericWindow& window) const {
  OOFGG_RETURN_IF_ERROR(document_->CheckMembers(
      value, path, {"attribute", "initial", "widen_per_second", "maximum", "default"}));
  const std::string attribute_path = MemberPath(path, "attribute");
  const auto attribute = value.find("attribute");
  if (attribute == value.end())
    return document_->Fault(attribute_path, "is missing; name one of the tickets' numbers");
  OOFGG_ASSIGN_OR_RETURN(window.attribute, ReadAttributeName(*attribute, attribute_path));

  OOFGG_ASSIGN_OR_RETURN(const auto initial, ReadNumber(value, path, "initial", {0, kLargest}));
  if (!initial.has_value()) {
    return document_->Fault(MemberPath(path, "initial"),
                            "is missing; give the difference accepted from the start");
  }
  window.initial = *initial;
  OOFGG_ASSIGN_OR_RETURN(window.default_value, ReadNumber(value, path, "default", {-kLargest, kLargest}));
  return ReadWidening(value, path, window);
}

// Either the window stands still, or it has a slope and an end.
Status RuleSetReader::ReadWidening(const Json& value, const std::string& path, NumericWindow& window) const {
  OOFGG_ASSIGN_OR_RETURN(const auto slope, ReadNumber(value, path, "widen_per_second", {0, kLargest}));
  OOFGG_ASSIGN_OR_RETURN(const auto maximum, ReadNumber(value, path, "maximum", {0, kLargest}));
  const std::string maximum_path = MemberPath(path, "maximum");
  window.widen_per_second = slope.value_or(0);
  window.maximum = maximum.value_or(window.initial);
  if (window.widen_per_second > 0 && !maximum.has_value()) {
    return document_->Fault(maximum_path, "is missing; a window that widens needs an end");
  }
  if (window.maximum < window.initial) {
    return document_->Fault(maximum_path, "is " + Show(window.maximum) + ", less than initial; give " +
                                              Show(window.initial) + " or more");
  }
  if (window.maximum > window.initial && window.widen_per_second == 0) {
    return document_->Fault(maximum_path, "is never reached; give widen_per_second, or leave maximum out");
  }
  return absl::OkStatus();
}

StatusOr<int> RuleSetReader::ReadCount(const Json& object, const std::string& name) const {
  const std::string right = "a whole number from 1 to " + std::to_string(RuleSet::kMaxPlayers);
  const auto value = object.find(name);
  if (value == object.end()) return document_->Fault(name, "is missing; give " + right);
  if (!value->is_number_integer()) {
    return document_->Fault(
        name, value->is_number() ? "is " + value->dump() + "; give " + right : IsNot(*value, right));
  }
  // Compared as JSON numbers, so that no conversion can wrap around.
  if (*value < 1 || *value > RuleSet::kMaxPlayers) {
    return document_->Fault(name, "is " + value->dump() + "; give " + right);
  }
  return value->get<int>();
}

StatusOr<std::optional<double>> RuleSetReader::ReadNumber(const Json& object, const std::string& parent,
                                                          const std::string& name, Range range) const {
  const auto value = object.find(name);
  if (value == object.end()) return std::optional<double>();
  const std::string path = MemberPath(parent, name);
  const std::string right = "a number from " + Show(range.low) + " to " + Show(range.high);
  if (!value->is_number()) return document_->Fault(path, IsNot(*value, right));
  const double number = value->get<double>();
  if (number < range.low || number > range.high) {
    return document_->Fault(path, "is " + Show(number) + "; give " + right);
  }
  return std::optional<double>(number);
}

StatusOr<std::string> RuleSetReader::ReadAttributeName(const Json& value, const std::string& path) const {
  if (!value.is_string()) return document_->Fault(path, IsNot(value, kNameHint));
  std::string name = value.get<std::string>();
  if (!IsMatchmakingName(name))
    return document_->Fault(path, "is not a name; give " + std::string(kNameHint));
  return name;
}

}  // namespace oofgg
