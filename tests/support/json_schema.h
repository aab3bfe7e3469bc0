#pragma once

#include <nlohmann/json.hpp>
#include <regex>
#include <string>

namespace oofgg::testing {

/// As much of JSON Schema as docs/event-log.schema.json uses; a keyword beyond that is an error, so that
/// nothing is taken for checked that is not.
class JsonSchema {
 public:
  explicit JsonSchema(nlohmann::json schema) : root_(std::move(schema)) {}

  /// What is wrong with `value`; empty: nothing.
  [[nodiscard]] std::string Check(const nlohmann::json& value) const { return Check(root_, value); }

 private:
  using json = nlohmann::json;

  [[nodiscard]] std::string Check(const json& schema, const json& value) const {
    for (const auto& [keyword, wanted] : schema.items()) {
      const std::string wrong = CheckKeyword(schema, keyword, wanted, value);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  [[nodiscard]] std::string CheckKeyword(const json& schema, const std::string& keyword, const json& wanted,
                                         const json& value) const {
    if (keyword == "type") return IsOf(value, wanted) ? "" : value.dump() + " is no " + wanted.dump();
    if (keyword == "const") return value == wanted ? "" : value.dump() + " is not " + wanted.dump();
    if (keyword == "minLength") return Text(value).size() >= wanted.get<std::size_t>() ? "" : "is too short";
    if (keyword == "pattern") {
      return std::regex_search(Text(value), std::regex(wanted.get<std::string>())) ? "" : value.dump();
    }
    if (keyword == "required") {
      for (const json& name : wanted) {
        if (!value.contains(name.get<std::string>())) return name.dump() + " is missing";
      }
      return {};
    }
    if (keyword == "properties") {
      for (const auto& [name, inner] : wanted.items()) {
        if (!value.contains(name)) continue;
        if (std::string wrong = Check(inner, value[name]); !wrong.empty()) return name + ": " + wrong;
      }
      return {};
    }
    if (keyword == "allOf") {
      for (const json& each : wanted) {
        if (std::string wrong = Check(each, value); !wrong.empty()) return wrong;
      }
      return {};
    }
    if (keyword == "if") return Check(wanted, value).empty() ? Check(schema["then"], value) : "";
    if (keyword == "$ref") {
      return Check(root_["$defs"][wanted.get<std::string>().substr(std::string("#/$defs/").size())], value);
    }
    const bool says_nothing = keyword == "then" || keyword == "$defs" || keyword == "$schema" ||
                              keyword == "$id" || keyword == "$comment" || keyword == "title" ||
                              keyword == "description";
    return says_nothing ? "" : "the schema has the keyword " + keyword;
  }

  static bool IsOf(const json& value, const json& type) {
    if (type == "object") return value.is_object();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == "boolean" && value.is_boolean();
  }
  static std::string Text(const json& value) { return value.is_string() ? value.get<std::string>() : ""; }

  json root_;
};

}  // namespace oofgg::testing
