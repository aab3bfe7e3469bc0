#include "servers/cli/shell/token_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace oofgg::cli {

StatusOr<std::string> ReadTokenFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  std::string token;
  if (file) std::getline(file, token);
  if (errno != 0) {  // Also of what can be opened and not read, such as a folder.
    return MakeStatus(StatusCode::kUnavailable,
                      "--token-file: cannot read " + path + ": " + std::strerror(errno));
  }
  token.erase(token.find_last_not_of(" \t\r") + 1);
  if (!token.empty()) return token;
  return MakeStatus(
      StatusCode::kUnavailable,
      "--token-file: " + path + " has no token in its first line; run: oofgg token show > " + path);
}

bool IsOpenToOthers(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

}  // namespace oofgg::cli
