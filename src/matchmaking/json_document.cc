#include "matchmaking/json_document.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace oofgg::matchmaking {
namespace {

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

Status FaultAt(int line, const std::string& path, std::string_view name, std::string_view problem) {
  std::string text = "line " + std::to_string(line) + ": ";
  text += problem;
  return InvalidField(path.empty() ? name : path, text);
}

Status CheckText(std::string_view text, const JsonDocument::Limits& limits) {
  if (text.size() > limits.most_bytes) {
    return FaultAt(
        1, "", limits.name,
        "is " + std::to_string(text.size()) + " bytes; " + std::to_string(limits.most_bytes) + " at most");
  }
  // The parser would take a NUL byte for the end of its input, and not look at what follows.
  const std::size_t nul = text.find('\0');
  if (nul == std::string_view::npos) return absl::OkStatus();
  return FaultAt(LineAt(text, nul), "", limits.name, "is not JSON: a NUL byte; save it as plain text");
}

Status CheckSyntax(std::string_view text, std::string_view name) {
  SyntaxCheck check;
  if (nlohmann::json::sax_parse(text, &check)) return absl::OkStatus();
  return FaultAt(LineAt(text, check.offset), "", name, "is not JSON: " + ShortReason(check.reason));
}

Status CheckShape(const JsonLocator& locator, const JsonDocument::Limits& limits) {
  if (const auto line = locator.too_deep_line()) return FaultAt(*line, "", limits.name, limits.depth);
  if (const auto& duplicate = locator.duplicate()) {
    return FaultAt(duplicate->line, duplicate->path, limits.name,
                   "is given twice, first on line " + std::to_string(duplicate->first_line) + "; keep one");
  }
  return absl::OkStatus();
}

}  // namespace

std::string IsNot(const nlohmann::json& value, std::string_view right) {
  std::string problem = "is ";
  problem += KindOf(value);
  problem += "; give ";
  problem += right;
  return problem;
}

StatusOr<JsonDocument> JsonDocument::Parse(std::string_view text, const Limits& limits) {
  OOFGG_RETURN_IF_ERROR(CheckText(text, limits));
  OOFGG_RETURN_IF_ERROR(CheckSyntax(text, limits.name));
  JsonLocator locator(text);
  OOFGG_RETURN_IF_ERROR(CheckShape(locator, limits));
  return JsonDocument(Json::parse(text, nullptr, /*allow_exceptions=*/false), std::move(locator),
                      limits.name);
}

Status JsonDocument::Fault(const std::string& path, std::string_view problem) const {
  return FaultAt(locator_.LineOf(path), path, name_, problem);
}

Status JsonDocument::CheckMembers(const Json& object, const std::string& path,
                                  std::initializer_list<std::string_view> known) const {
  if (!object.is_object()) return Fault(path, IsNot(object, "an object"));
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string problem = "is not a known member; there are";
    for (const std::string_view member : known) problem.append(" ").append(member);
    const std::string member_path = MemberPath(path, name);
    return FaultAt(locator_.LineOfKey(member_path), member_path, name_, problem);
  }
  return absl::OkStatus();
}

}  // namespace oofgg::matchmaking
