#include "backends/registered/registration_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
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
  return orchestration::DecodeRegistration(text);
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

Status RegistrationFiles::Write(const ServerRegistration& registration) {
  if (directory_.empty()) return {};
  return Replace(PathOf(registration.name), orchestration::EncodeRegistration(registration));
}

void RegistrationFiles::Erase(const ServerRegistration& registration) {
  if (directory_.empty()) return;
  const std::string path = PathOf(registration.name);
  if (Read(path) != registration) return;
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

StatusOr<std::vector<ServerRegistration>> RegistrationFiles::Of(std::string_view fleet) {
  std::vector<ServerRegistration> all = All();
  std::erase_if(all, [fleet](const ServerRegistration& registration) { return registration.fleet != fleet; });
  return all;
}

std::vector<ServerRegistration> RegistrationFiles::All() const {
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
