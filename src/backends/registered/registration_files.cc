#include "backends/registered/registration_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace oofgg::backends {

using orchestration::ServerRegistration;

namespace {

constexpr std::string_view kSuffix = ".registered.json";

Status Replace(const std::string& path, std::string_view text) {
  const std::string draft = path + ".new";
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (written && std::rename(draft.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return MakeStatus(StatusCode::kUnavailable, "cannot write " + path);
}

std::optional<ServerRegistration> Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
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

}  // namespace

Status RegistrationFiles::Prepare() const {
  if (directory_.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (!error && access(directory_.c_str(), W_OK) == 0) return {};
  return MakeStatus(StatusCode::kFailedPrecondition, "cannot write to the directory " + directory_);
}

std::string RegistrationFiles::PathOf(std::string_view name) const {
  return directory_ + "/" + std::string(name) + std::string(kSuffix);
}

Status RegistrationFiles::Write(const ServerRegistration& registration) const {
  if (directory_.empty()) return {};
  const nlohmann::json json{{"name", registration.name},       {"instance", registration.instance},
                            {"owner", registration.owner},     {"fleet", registration.fleet},
                            {"host", registration.host},       {"port", registration.port},
                            {"control", registration.control}, {"slots", registration.slots}};
  return Replace(PathOf(registration.name),
                 json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void RegistrationFiles::Erase(std::string_view name) const {
  if (directory_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(PathOf(name), ignored);
}

std::vector<ServerRegistration> RegistrationFiles::ReadAll() const {
  std::vector<ServerRegistration> all;
  if (directory_.empty()) return all;
  std::error_code error;
  for (std::filesystem::directory_iterator next(directory_, error), end; !error && next != end;
       next.increment(error)) {
    if (!next->path().string().ends_with(kSuffix)) continue;
    if (auto registration = Read(next->path())) all.push_back(*std::move(registration));
  }
  return all;
}

}  // namespace oofgg::backends
