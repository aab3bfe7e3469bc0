#include "servers/cli/load/scratch_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace oofgg::load {
namespace {

namespace fs = std::filesystem;

Status ScratchTrouble(const std::string& path, const std::string& why) {
  return MakeStatus(StatusCode::kResourceExhausted, "cannot write " + path + ": " + why);
}

}  // namespace

StatusOr<ScratchFolder> ScratchFolder::Make() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) return ScratchTrouble("temporary files", error.message() + "; set TMPDIR");
  std::string path = parent / "oofgg-load-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) return ScratchTrouble(path, std::strerror(errno));
  return ScratchFolder(std::move(path));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

StatusOr<std::string> ScratchFolder::MakeFolder(const std::string& name) const {
  std::string path = path_ + "/" + name;
  std::error_code error;
  fs::create_directory(path, error);
  if (error) return ScratchTrouble(path, error.message());
  return path;
}

StatusOr<std::string> ScratchFolder::Write(const std::string& name, const std::string& text) const {
  std::string path = path_ + "/" + name;
  std::ofstream file(path);
  if (!(file << text).flush()) return ScratchTrouble(path, std::strerror(errno));
  return path;
}

}  // namespace oofgg::load
