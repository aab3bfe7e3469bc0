#include "auth/key_file.h"

#include <dirent.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <memory>
#include <system_error>

namespace oofgg::auth {
namespace {

constexpr std::string_view kPrefix = "signing-";
constexpr std::string_view kSuffix = ".pem";
constexpr const char* kTimeFormat = "%Y%m%dT%H%M%SZ";
constexpr std::size_t kTimeBytes = 16;
constexpr std::size_t kKidBytes = 8;

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace

std::string KeyFileName(WallTime signs_from, std::string_view kid) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(signs_from);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> time{};
  std::strftime(time.data(), time.size(), kTimeFormat, &utc);
  return std::string(kPrefix) + time.data() + "-" + std::string(kid.substr(0, kKidBytes)) +
         std::string(kSuffix);
}

std::optional<WallTime> TimeInKeyFileName(std::string_view name) {
  if (name.size() != kPrefix.size() + kTimeBytes + 1 + kKidBytes + kSuffix.size()) return std::nullopt;
  std::tm utc{};
  const std::string time(name.substr(kPrefix.size(), kTimeBytes));
  if (strptime(time.c_str(), kTimeFormat, &utc) != time.c_str() + time.size()) return std::nullopt;
  const WallTime signs_from = std::chrono::system_clock::from_time_t(timegm(&utc));
  // strptime takes blanks, signs and a 31st of February.
  const std::string_view kid = name.substr(kPrefix.size() + kTimeBytes + 1, kKidBytes);
  return KeyFileName(signs_from, kid) == name ? std::optional(signs_from) : std::nullopt;
}

StatusOr<std::vector<std::string>> ListKeyFiles(const std::string& directory) {
  const std::unique_ptr<DIR, CloseDirectory> listing(opendir(directory.c_str()));
  if (listing == nullptr) {
    return MakeStatus(StatusCode::kPermissionDenied, "cannot list the key directory " + directory + ": " +
                                                         std::generic_category().message(errno));
  }
  std::vector<std::string> names;
  while (const dirent* entry = readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name.size() > kSuffix.size() && name[0] != '.' && name.ends_with(kSuffix)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace oofgg::auth
