#include "game/entity_json.h"

#include <nlohmann/json.hpp>

namespace oofgg::game {

std::string ToJsonText(const Entity& entity) {
  nlohmann::json object = {
      {"id", entity.id},
      {"version", entity.version},
      {"controller", entity.controller == EntityController::kPlayer ? "PLAYER" : "SERVER"}};
  const auto add = [&object](const char* key, const std::string& text) {
    if (!text.empty()) object[key] = text;
  };
  add("name", entity.name);
  add("type", entity.type);
  add("player_id", entity.player_id);
  add("data", entity.data);
  for (const auto& [key, value] : entity.attributes) {
    std::visit([&](const auto& plain) { object["attributes"][key] = plain; }, value);
  }
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace oofgg::game
