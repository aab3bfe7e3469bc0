#pragma once

#include <cstddef>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "matchmaking/json_locator.h"
#include "oofgg/status.h"

namespace oofgg::matchmaking {

/// A JSON document that people write by hand, read so that a complaint names the member, its line, the
/// problem and the right form.
class JsonDocument {
 public:
  using Json = nlohmann::json;

  struct Limits {
    std::string_view name;   ///< What the document is called where no member is at fault.
    std::size_t most_bytes;  ///< What is longer is refused.
    std::string_view depth;  ///< Said of one that nests deeper than `JsonLocator::kMaxDepth`.
  };

  /// Errors: kInvalidArgument, for what is not JSON, too long, too deep, or has a member twice.
  [[nodiscard]] static StatusOr<JsonDocument> Parse(std::string_view text, const Limits& limits);

  [[nodiscard]] const Json& root() const { return root_; }

  /// A fault of the value at `path`, or of the object that lacks it.
  [[nodiscard]] Status Fault(const std::string& path, std::string_view problem) const;

  /// `object` is an object and has no other members than these.
  [[nodiscard]] Status CheckMembers(const Json& object, const std::string& path,
                                    std::initializer_list<std::string_view> known) const;

 private:
  JsonDocument(Json root, JsonLocator locator, std::string_view name)
      : root_(std::move(root)), locator_(std::move(locator)), name_(name) {}

  Json root_;
  JsonLocator locator_;
  std::string name_;
};

/// `is a string; give a number`.
[[nodiscard]] std::string IsNot(const nlohmann::json& value, std::string_view right);

}  // namespace oofgg::matchmaking
