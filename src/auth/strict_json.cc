#include "auth/strict_json.h"

#include <utility>
#include <vector>

namespace oofgg::auth {
namespace {

using Json = nlohmann::json;

/// Builds the value that the parser reports, and ends the parse at its first objection.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(std::size_t max_depth) : max_depth_(max_depth) {}

  [[nodiscard]] bool repeated() const { return repeated_; }
  [[nodiscard]] bool too_deep() const { return too_deep_; }
  [[nodiscard]] Json& root() { return root_; }

  bool null() override { return Put(nullptr); }
  bool boolean(bool value) override { return Put(value); }
  bool number_integer(number_integer_t value) override { return Put(value); }
  bool number_unsigned(number_unsigned_t value) override { return Put(value); }
  bool number_float(number_float_t value, const string_t&) override { return Put(value); }
  bool string(string_t& value) override { return Put(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    const auto [place, is_new] = open_.back()->get_ref<Json::object_t&>().emplace(std::move(name), nullptr);
    member_ = &place->second;
    repeated_ = !is_new;
    return is_new;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  /// Where the next value belongs.
  Json& Place() {
    if (open_.empty()) return root_;
    if (!open_.back()->is_array()) return *member_;
    return open_.back()->emplace_back();
  }

  bool Put(Json value) {
    Place() = std::move(value);
    return true;
  }

  bool Open(Json container) {
    too_deep_ = open_.size() == max_depth_;
    if (too_deep_) return false;
    Json& place = Place();
    place = std::move(container);
    open_.push_back(&place);  // Stays where it is: its parent gets no further value before it is closed.
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  const std::size_t max_depth_;
  Json root_;
  std::vector<Json*> open_;  // From the outermost to the innermost.
  Json* member_ = nullptr;   // Of the innermost, if that is an object: the one whose name came last.
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
  Builder builder(max_depth);
  const bool is_json = Json::sax_parse(text.begin(), text.end(), &builder);
  if (builder.repeated()) return Refusal("a JSON member comes twice");
  if (builder.too_deep()) return Refusal("JSON nested too deeply");
  if (!is_json) return Refusal("not a JSON text");
  if (!builder.root().is_object()) return Refusal("not a JSON object");
  return std::move(builder.root());
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
