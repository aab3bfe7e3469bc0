#include "orchestration/registration_store.h"

#include <nlohmann/json.hpp>

namespace oofgg::orchestration {

std::string EncodeRegistration(const ServerRegistration& registration) {
  return nlohmann::json{{"name", registration.name},       {"instance", registration.instance},
                        {"owner", registration.owner},     {"fleet", registration.fleet},
                        {"host", registration.host},       {"port", registration.port},
                        {"control", registration.control}, {"slots", registration.slots}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<ServerRegistration> DecodeRegistration(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto word = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto number = [&](const char* name) -> std::uint32_t {
    const auto found = json.find(name);
    return found != json.end() && found->is_number_unsigned() ? found->get<std::uint32_t>() : 0;
  };
  ServerRegistration read{.name = word("name"),
                          .instance = word("instance"),
                          .owner = word("owner"),
                          .fleet = word("fleet"),
                          .host = word("host"),
                          .port = static_cast<std::uint16_t>(number("port")),
                          .control = word("control"),
                          .slots = number("slots")};
  if (read.name.empty() || read.instance.empty() || read.owner.empty() || read.control.empty()) {
    return std::nullopt;
  }
  return read;
}

}  // namespace oofgg::orchestration
