#include "matchmaking/rule_set_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace oofgg {
namespace {

using matchmaking::ElementPath;
using matchmaking::MemberPath;

constexpr double kLargest = RuleSet::kLargestNumber;
constexpr std::string_view kNameHint = "1 to 64 characters of [A-Za-z0-9_.-]";

// Accepts anything, and remembers where and why the parser gave up.
class SyntaxCheck : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& error) override {
    // The position counts the bytes read; the last of them is the one that did not fit.
    offset = position == 0 ? 0 : position - 1;
    reason = error.what();
    return false;
  }

  std::size_t offset = 0;
  std::string reason;
};

// "[json.exception.parse_error.101] parse error at line 2, column 3: syntax error while parsing object key -
// unexpected end of input; expected string literal" -> what follows the last dash. The bytes quoted after
// "last read" are left out: they need not be text.
std::string ShortReason(const std::string& what) {
  const std::size_t begin = what.find(" - ");
  if (begin == std::string::npos) return "a number is too large for a double";
  const std::size_t quote = what.find("; last read:", begin);
  std::string reason = what.substr(begin + 3, quote == std::string::npos ? quote : quote - begin - 3);
  const std::size_t hint = what.find("; expected ", begin);
  if (quote != std::string::npos && hint != std::string::npos) reason += what.substr(hint);
  return reason;
}

std::string_view KindOf(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::null:
      return "null";
    case nlohmann::json::value_t::boolean:
      return "a boolean";
    case nlohmann::json::value_t::string:
      return "a string";
    case nlohmann::json::value_t::array:
      return "an array";
    case nlohmann::json::value_t::object:
      return "an object";
    default:
      return "a number";
  }
}

// The shortest form that reads back the same.
std::string Show(double number) {
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, number);
  return std::string(text, result.ptr);
}

std::string Is(const nlohmann::json& value, std::string_view right) {
  std::string problem = "is ";
  problem += KindOf(value);
  problem += "; give ";
  problem += right;
  return problem;
}

}  // namespace

StatusOr<RuleSet> RuleSet::Parse(std::string_view json) { return RuleSetReader(json).Read(); }

StatusOr<RuleSet> RuleSetReader::Read() {
  OOFGG_RETURN_IF_ERROR(CheckText());
  OOFGG_RETURN_IF_ERROR(CheckSyntax());
  locator_.emplace(text_);
  OOFGG_RETURN_IF_ERROR(CheckShape());
  RuleSet rules;
  OOFGG_RETURN_IF_ERROR(ReadTop(Json::parse(text_, nullptr, /*allow_exceptions=*/false), rules));
  return rules;
}

Status RuleSetReader::CheckText() const {
  if (text_.size() > RuleSet::kMaxBytes) {
    return FaultAt(
        1, "",
        "is " + std::to_string(text_.size()) + " bytes; " + std::to_string(RuleSet::kMaxBytes) + " at most");
  }
  // The parser would take a NUL byte for the end of its input, and not look at what follows.
  const std::size_t nul = text_.find('\0');
  if (nul == std::string_view::npos) return absl::OkStatus();
  return FaultAt(matchmaking::LineAt(text_, nul), "", "is not JSON: a NUL byte; save it as plain text");
}

Status RuleSetReader::CheckSyntax() const {
  SyntaxCheck check;
  if (Json::sax_parse(text_, &check)) return absl::OkStatus();
  return FaultAt(matchmaking::LineAt(text_, check.offset), "", "is not JSON: " + ShortReason(check.reason));
}

Status RuleSetReader::CheckShape() const {
  if (const auto line = locator_->too_deep_line()) {
    return FaultAt(*line, "", "nests deeper than any rule; rules need 3 levels");
  }
  if (const auto& duplicate = locator_->duplicate()) {
    return FaultAt(duplicate->line, duplicate->path,
                   "is given twice, first on line " + std::to_string(duplicate->first_line) + "; keep one");
  }
  return absl::OkStatus();
}

Status RuleSetReader::ReadTop(const Json& document, RuleSet& rules) const {
  OOFGG_RETURN_IF_ERROR(
      CheckMembers(document, "", {"version", "name", "teams", "players_per_team", "equal", "windows"}));
  OOFGG_RETURN_IF_ERROR(CheckVersion(document));
  OOFGG_RETURN_IF_ERROR(ReadName(document, rules));
  OOFGG_RETURN_IF_ERROR(ReadTeams(document, rules));
  OOFGG_RETURN_IF_ERROR(ReadEqual(document, rules));
  return ReadWindows(document, rules);
}

Status RuleSetReader::CheckVersion(const Json& document) const {
  const std::string right = std::to_string(RuleSet::kVersion);
  const auto version = document.find("version");
  if (version == document.end()) return Fault("version", "is missing; this program reads version " + right);
  if (!version->is_number_integer()) return Fault("version", Is(*version, "the whole number " + right));
  if (*version == RuleSet::kVersion) return absl::OkStatus();
  return Fault("version", "is " + version->dump() + "; this program reads version " + right);
}

Status RuleSetReader::ReadName(const Json& document, RuleSet& rules) const {
  const auto name = document.find("name");
  if (name == document.end()) return Fault("name", "is missing; give " + std::string(kNameHint));
  OOFGG_ASSIGN_OR_RETURN(rules.name_, ReadAttributeName(*name, "name"));
  return absl::OkStatus();
}

Status RuleSetReader::ReadTeams(const Json& document, RuleSet& rules) const {
  OOFGG_ASSIGN_OR_RETURN(rules.teams_, ReadCount(document, "teams"));
  OOFGG_ASSIGN_OR_RETURN(rules.players_per_team_, ReadCount(document, "players_per_team"));
  const int players = rules.players_per_match();
  if (players <= RuleSet::kMaxPlayers) return absl::OkStatus();
  return Fault("players_per_team", "makes a match of " + std::to_string(players) + " players; " +
                                       std::to_string(RuleSet::kMaxPlayers) + " at most");
}

Status RuleSetReader::ReadEqual(const Json& document, RuleSet& rules) const {
  const auto equal = document.find("equal");
  if (equal == document.end()) return absl::OkStatus();
  if (!equal->is_array()) return Fault("equal", Is(*equal, "an array of attribute names"));
  for (std::size_t i = 0; i < equal->size(); ++i) {
    const std::string path = ElementPath("equal", i);
    if (i == RuleSet::kMaxEqual) {
      return Fault(path, "is one too many; " + std::to_string(RuleSet::kMaxEqual) + " equalities at most");
    }
    OOFGG_ASSIGN_OR_RETURN(std::string name, ReadAttributeName((*equal)[i], path));
    if (std::find(rules.equal_.begin(), rules.equal_.end(), name) != rules.equal_.end()) {
      return Fault(path, "repeats \"" + name + "\"; keep one");
    }
    rules.equal_.push_back(std::move(name));
  }
  return absl::OkStatus();
}

Status RuleSetReader::ReadWindows(const Json& document, RuleSet& rules) const {
  const auto windows = document.find("windows");
  if (windows == document.end()) return absl::OkStatus();
  if (!windows->is_array()) return Fault("windows", Is(*windows, "an array of windows"));
  for (std::size_t i = 0; i < windows->size(); ++i) {
    const std::string path = ElementPath("windows", i);
    if (i == RuleSet::kMaxWindows) return Fault(path, "is one too many; version 1 has one window at most");
    OOFGG_RETURN_IF_ERROR(ReadWindow((*windows)[i], path, rules.windows_.emplace_back()));
  }
  return absl::OkStatus();
}

Status RuleSetReader::ReadWindow(const Json& value, const std::string& path, NumericWindow& window) const {
  OOFGG_RETURN_IF_ERROR(
      CheckMembers(value, path, {"attribute", "initial", "widen_per_second", "maximum", "default"}));
  const std::string attribute_path = MemberPath(path, "attribute");
  const auto attribute = value.find("attribute");
  if (attribute == value.end()) return Fault(attribute_path, "is missing; name one of the tickets' numbers");
  OOFGG_ASSIGN_OR_RETURN(window.attribute, ReadAttributeName(*attribute, attribute_path));

  OOFGG_ASSIGN_OR_RETURN(const auto initial, ReadNumber(value, path, "initial", {0, kLargest}));
  if (!initial.has_value()) {
    return Fault(MemberPath(path, "initial"), "is missing; give the difference accepted from the start");
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
    return Fault(maximum_path, "is missing; a window that widens needs an end");
  }
  if (window.maximum < window.initial) {
    return Fault(maximum_path, "is " + Show(window.maximum) + ", less than initial; give " +
                                   Show(window.initial) + " or more");
  }
  if (window.maximum > window.initial && window.widen_per_second == 0) {
    return Fault(maximum_path, "is never reached; give widen_per_second, or leave maximum out");
  }
  return absl::OkStatus();
}

Status RuleSetReader::CheckMembers(const Json& object, const std::string& path,
                                   std::initializer_list<std::string_view> known) const {
  if (!object.is_object()) return Fault(path, Is(object, "an object"));
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string problem = "is not a known member; there are";
    for (const std::string_view member : known) problem.append(" ").append(member);
    const std::string member_path = MemberPath(path, name);
    return FaultAt(locator_->LineOfKey(member_path), member_path, problem);
  }
  return absl::OkStatus();
}

StatusOr<int> RuleSetReader::ReadCount(const Json& object, const std::string& name) const {
  const std::string right = "a whole number from 1 to " + std::to_string(RuleSet::kMaxPlayers);
  const auto value = object.find(name);
  if (value == object.end()) return Fault(name, "is missing; give " + right);
  if (!value->is_number_integer()) {
    return Fault(name, value->is_number() ? "is " + value->dump() + "; give " + right : Is(*value, right));
  }
  // Compared as JSON numbers, so that no conversion can wrap around.
  if (*value < 1 || *value > RuleSet::kMaxPlayers) {
    return Fault(name, "is " + value->dump() + "; give " + right);
  }
  return value->get<int>();
}

StatusOr<std::optional<double>> RuleSetReader::ReadNumber(const Json& object, const std::string& parent,
                                                          const std::string& name, Range range) const {
  const auto value = object.find(name);
  if (value == object.end()) return std::optional<double>();
  const std::string path = MemberPath(parent, name);
  const std::string right = "a number from " + Show(range.low) + " to " + Show(range.high);
  if (!value->is_number()) return Fault(path, Is(*value, right));
  const double number = value->get<double>();
  if (number < range.low || number > range.high) {
    return Fault(path, "is " + Show(number) + "; give " + right);
  }
  return std::optional<double>(number);
}

StatusOr<std::string> RuleSetReader::ReadAttributeName(const Json& value, const std::string& path) const {
  if (!value.is_string()) return Fault(path, Is(value, kNameHint));
  std::string name = value.get<std::string>();
  if (!IsMatchmakingName(name)) return Fault(path, "is not a name; give " + std::string(kNameHint));
  return name;
}

Status RuleSetReader::FaultAt(int line, const std::string& path, std::string_view problem) const {
  std::string text = "line " + std::to_string(line) + ": ";
  text += problem;
  return InvalidField(path.empty() ? "rule_set" : path, text);
}

Status RuleSetReader::Fault(const std::string& path, std::string_view problem) const {
  return FaultAt(locator_->LineOf(path), path, problem);
}

}  // namespace oofgg
