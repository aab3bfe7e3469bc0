#include "matchmaking/rule_directory.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

namespace oofgg::matchmaking {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBuiltIn =
    R"({"version": 1, "name": "default", "teams": 2, "players_per_team": 1})";

Status CannotRead(const fs::path& path, const std::error_code& error) {
  const bool missing = error == std::errc::no_such_file_or_directory;
  return MakeStatus(missing ? StatusCode::kNotFound : StatusCode::kUnavailable,
                    "cannot read rules " + path.string() + ": " + error.message());
}

// In the order of their names, so that of two faults the same one is always told.
StatusOr<std::vector<fs::path>> RuleFiles(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".json") files.push_back(it->path());
  }
  if (error) return CannotRead(directory, error);
  std::sort(files.begin(), files.end());
  return files;
}

// One byte more than a rule set may have, so that a longer one is told apart.
StatusOr<std::string> ReadStart(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(RuleSet::kMaxBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof())) {
    return MakeStatus(StatusCode::kUnavailable, "cannot read rules " + file.string());
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace

RuleDirectory::RuleDirectory() : default_(std::make_shared<const RuleSet>(*RuleSet::Parse(kBuiltIn))) {}

StatusOr<std::unique_ptr<RuleDirectory>> RuleDirectory::Load(const fs::path& directory) {
  OOFGG_ASSIGN_OR_RETURN(const std::vector<fs::path> files, RuleFiles(directory));
  auto rules = std::make_unique<RuleDirectory>();
  for (const fs::path& file : files) OOFGG_RETURN_IF_ERROR(rules->LoadFile(file));
  return rules;
}

Status RuleDirectory::LoadFile(const fs::path& file) {
  const std::string game_id = file.stem().string();
  if (!IsMatchmakingName(game_id)) {
    return InvalidField(file.string(),
                        "is not named after a game; give 1 to 64 characters of [A-Za-z0-9_.-]");
  }
  OOFGG_ASSIGN_OR_RETURN(const std::string text, ReadStart(file));
  auto rules = RuleSet::Parse(text);
  if (!rules.ok()) return Annotate(rules.status(), file.string());
  auto shared = std::make_shared<const RuleSet>(*std::move(rules));
  if (game_id == "default") {
    default_ = std::move(shared);
  } else {
    by_game_.emplace(game_id, std::move(shared));
  }
  return absl::OkStatus();
}

StatusOr<std::shared_ptr<const RuleSet>> RuleDirectory::Find(std::string_view game_id) const {
  const auto rules = by_game_.find(game_id);
  return rules == by_game_.end() ? default_ : rules->second;
}

}  // namespace oofgg::matchmaking
