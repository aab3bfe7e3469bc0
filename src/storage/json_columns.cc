#include "storage/json_columns.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace oofgg::storage {
namespace {

using nlohmann::json;

constexpr auto kReplaceBadUtf8 = json::error_handler_t::replace;

json ToValue(const Attribute& attribute) {
  if (const auto* text = std::get_if<std::string>(&attribute)) return {{"string", *text}};
  if (const auto* number = std::get_if<std::int32_t>(&attribute)) return {{"int", *number}};
  if (const auto* real = std::get_if<float>(&attribute)) return {{"float", *real}};
  return {{"bool", std::get<bool>(attribute)}};
}

std::optional<Attribute> FromValue(const json& value) {
  if (!value.is_object() || value.size() != 1) return std::nullopt;
  const auto only = value.begin();
  const std::string& type = only.key();
  const json& inner = only.value();
  if (type == "string" && inner.is_string()) return inner.get<std::string>();
  if (type == "int" && inner.is_number_integer()) return static_cast<std::int32_t>(inner.get<std::int64_t>());
  if (type == "float" && inner.is_number()) return static_cast<float>(inner.get<double>());
  if (type == "bool" && inner.is_boolean()) return inner.get<bool>();
  return std::nullopt;
}

Status Damaged() {
  return MakeStatus(StatusCode::kDataLoss, "a stored map is not the JSON that was written");
}

StatusOr<json> ParseObject(std::string_view text) {
  json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Damaged();
  return object;
}

/// The number under `key`, if there is one and it is one.
std::optional<std::int64_t> NumberIn(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::optional<ScoreRule> RuleFrom(const json& value) {
  if (!value.is_object()) return std::nullopt;
  const auto order = NumberIn(value, "order");
  const auto keep = NumberIn(value, "keep");
  const auto source = NumberIn(value, "source");
  if (!order || !keep || !source) return std::nullopt;
  ScoreRule rule{.order = static_cast<ScoreOrder>(*order),
                 .keep = static_cast<ScoreKeep>(*keep),
                 .source = static_cast<ScoreSource>(*source)};
  rule.min_value = NumberIn(value, "min").value_or(rule.min_value);
  rule.max_value = NumberIn(value, "max").value_or(rule.max_value);
  return rule;
}

}  // namespace

std::string ToJson(const Attributes& attributes) {
  json object = json::object();
  for (const auto& [key, value] : attributes) object[key] = ToValue(value);
  return object.dump(-1, ' ', false, kReplaceBadUtf8);
}

std::string ToJson(const std::map<std::string, std::string>& texts) {
  json object = json::object();
  for (const auto& [key, value] : texts) object[key] = value;
  return object.dump(-1, ' ', false, kReplaceBadUtf8);
}

std::string ToJson(const ScoreRules& rules) {
  json object = json::object();
  for (const auto& [type, rule] : rules) {
    json& written = object[type];
    written = {{"order", rule.order}, {"keep", rule.keep}, {"source", rule.source}};
    if (rule.min_value != ScoreRule().min_value) written["min"] = rule.min_value;
    if (rule.max_value != ScoreRule().max_value) written["max"] = rule.max_value;
  }
  return object.dump(-1, ' ', false, kReplaceBadUtf8);
}

StatusOr<Attributes> AttributesFromJson(std::string_view text) {
  OOFGG_ASSIGN_OR_RETURN(const json object, ParseObject(text));
  Attributes attributes;
  for (const auto& [key, value] : object.items()) {
    auto attribute = FromValue(value);
    if (!attribute.has_value()) return Damaged();
    attributes.emplace(key, *std::move(attribute));
  }
  return attributes;
}

StatusOr<std::map<std::string, std::string>> TextsFromJson(std::string_view text) {
  OOFGG_ASSIGN_OR_RETURN(const json object, ParseObject(text));
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) return Damaged();
    texts.emplace(key, value.get<std::string>());
  }
  return texts;
}

StatusOr<ScoreRules> ScoreRulesFromJson(std::string_view text) {
  OOFGG_ASSIGN_OR_RETURN(const json object, ParseObject(text));
  ScoreRules rules;
  for (const auto& [type, value] : object.items()) {
    const auto rule = RuleFrom(value);
    if (!rule.has_value()) return Damaged();
    rules.emplace(type, *rule);
  }
  return rules;
}

}  // namespace oofgg::storage
