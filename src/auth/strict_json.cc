#include "auth/strict_json.h"

#include <set>
#include <vector>

namespace oofgg::auth {
namespace {

using Event = nlohmann::json::parse_event_t;

/// Watches a parse; its objections are final.
class Watcher {
 public:
  explicit Watcher(std::size_t max_depth) : max_depth_(max_depth) {}

  bool operator()(Event event, const nlohmann::json& parsed) {
    switch (event) {
      case Event::object_start:
      case Event::array_start:
        names_.emplace_back();
        if (names_.size() > max_depth_) too_deep_ = true;
        break;
      case Event::object_end:
      case Event::array_end:
        names_.pop_back();
        break;
      case Event::key:
        if (!names_.back().insert(parsed.get_ref<const std::string&>()).second) repeated_ = true;
        break;
      case Event::value:
        break;
    }
    return true;
  }

  [[nodiscard]] bool repeated() const { return repeated_; }
  [[nodiscard]] bool too_deep() const { return too_deep_; }

 private:
  const std::size_t max_depth_;
  std::vector<std::set<std::string>> names_;  // One set for each open object or array.
  bool repeated_ = false;
  bool too_deep_ = false;
};

Status Refusal(std::string_view why) { return MakeStatus(StatusCode::kInvalidArgument, why); }

}  // namespace

StatusOr<nlohmann::json> ParseStrictObject(std::string_view text, std::size_t max_depth) {
  // The parser skips a byte order mark, and takes a NUL byte for the end of its input.
  if (text.substr(0, 3) == "\xEF\xBB\xBF" || text.find('\0') != std::string_view::npos) {
    return Refusal("not a JSON text");
  }
  Watcher watcher(max_depth);
  const auto callback = [&watcher](int, Event event, nlohmann::json& parsed) {
    return watcher(event, parsed);
  };
  nlohmann::json value =
      nlohmann::json::parse(text.begin(), text.end(), callback, /*allow_exceptions=*/false);
  if (watcher.repeated()) return Refusal("a JSON member comes twice");
  if (watcher.too_deep()) return Refusal("JSON nested too deeply");
  if (value.is_discarded()) return Refusal("not a JSON text");
  if (!value.is_object()) return Refusal("not a JSON object");
  return value;
}

std::optional<std::string> StringMember(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

std::optional<std::int64_t> IntegerMember(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_number_integer()) return std::nullopt;
  // An unsigned value above the signed range would wrap.
  if (member->is_number_unsigned() && member->get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return member->get<std::int64_t>();
}

std::string ToLine(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace oofgg::auth
