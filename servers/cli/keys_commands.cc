// keys list, rotate, retire: on the directory of an oofgg-auth, which notices by itself.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/utc.h"
#include "oofgg/auth/key_store.h"
#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/table.h"
#include "servers/cli/times.h"
#include "servers/common/flags.h"

namespace oofgg::cli {
namespace {

using auth::KeyState;
using auth::KeyStore;
using auth::StoredKey;

constexpr std::chrono::hours kMostOverlap{30 * 24};

struct KeysOptions {
  std::string directory = "oofgg-data/auth-keys";
  std::string algorithm = "EdDSA";
  std::chrono::milliseconds overlap = auth::RotationOptions().overlap;
  std::string kid;
  bool replace = false;
};

std::string InWords(const StoredKey& key) {
  const WallTime now = Clock::System().WallNow();
  switch (key.state) {
    case KeyState::kPending:
      return "signs from " + FormatUtc(*key.signs_from) + ", " + FormatDistance(*key.signs_from, now);
    case KeyState::kSigning:
      return key.signs_from.has_value() ? "since " + FormatUtc(*key.signs_from) : "from the beginning";
    case KeyState::kRetiring:
      return key.published_to.has_value() ? "published to " + FormatUtc(*key.published_to)
                                          : "published until its file is removed";
    case KeyState::kGone:
      return "removed at the next rotation";
  }
  return "";
}

TableRow RowOf(const StoredKey& key) {
  const std::string algorithm(AlgorithmName(key.key.algorithm()));
  const std::string state(StateName(key.state));
  nlohmann::json object = {
      {"kid", key.key.kid()}, {"algorithm", algorithm}, {"state", state}, {"file", key.file}};
  if (key.signs_from.has_value()) object["signs_from"] = FormatUtc(*key.signs_from);
  if (key.published_to.has_value()) object["published_to"] = FormatUtc(*key.published_to);
  return {{key.key.kid(), algorithm, state, InWords(key)}, object};
}

void PrintKeys(const Context& context, const std::vector<StoredKey>& keys) {
  std::vector<TableRow> rows;
  rows.reserve(keys.size());
  for (const StoredKey& key : keys) rows.push_back(RowOf(key));
  PrintTable(context, {"key", "algorithm", "state", ""}, rows, "no keys yet");
}

/// Only what is there: a mistyped name must not become a directory with a new key, nor get one.
StatusOr<KeyStore> OpenKeys(const std::string& directory) {
  if (access(directory.c_str(), F_OK) != 0) {
    return MakeStatus(StatusCode::kNotFound, "--keys: no directory " + directory);
  }
  auto store = KeyStore::OpenExisting(directory);
  if (!store.ok()) return Annotate(store.status(), "--keys");
  return store;
}

Status List(Context& context, const KeysOptions& options) {
  OOFGG_ASSIGN_OR_RETURN(const KeyStore store, OpenKeys(options.directory));
  PrintKeys(context, store.keys());
  return {};
}

Status Rotate(Context& context, const KeysOptions& options) {
  OOFGG_RETURN_IF_ERROR(OpenKeys(options.directory).status());
  const auto algorithm =
      options.algorithm == "ES256" ? auth::KeyAlgorithm::kEs256 : auth::KeyAlgorithm::kEdDsa;
  OOFGG_ASSIGN_OR_RETURN(
      const StoredKey added,
      KeyStore::Rotate(
          options.directory,
          {.algorithm = algorithm, .overlap = std::chrono::ceil<std::chrono::seconds>(options.overlap)}));
  PrintKeys(context, {added});
  return {};
}

Status Retire(Context& context, const KeysOptions& options) {
  OOFGG_RETURN_IF_ERROR(OpenKeys(options.directory).status());
  OOFGG_RETURN_IF_ERROR(KeyStore::Retire(options.directory, options.kid, options.replace));
  context.Print("retired " + options.kid + "; its tokens end as soon as servers hear of it",
                {{"retired", options.kid}});
  return {};
}

}  // namespace

void AddKeysCommands(CLI::App& app, servers::Flags& flags, Command* chosen) {
  const auto options = std::make_shared<KeysOptions>();
  flags.Add({.name = "keys", .help = "The directory that oofgg-auth has as --keys", .value = "DIR"},
            &options->directory);
  auto* keys =
      app.add_subcommand("keys", "The keys that access tokens are signed with")->require_subcommand(1);
  flags.Bind(*keys);

  keys->add_subcommand("list", "All keys, the oldest first")->callback([=] {
    *chosen = [=](Context& context) { return List(context, *options); };
  });

  auto* rotate = keys->add_subcommand(
      "rotate", "Make a key that is published now and signs later; nobody is logged out");
  AddText(*rotate, "--algorithm", &options->algorithm, "EdDSA or ES256 (default: EdDSA)")
      ->check(CLI::IsMember({"EdDSA", "ES256"}));
  AddDuration(*rotate, "--overlap", &options->overlap,
              "From publication to the first signature (default: 10m)", kMostOverlap);
  rotate->callback([=] { *chosen = [=](Context& context) { return Rotate(context, *options); }; });

  auto* retire = keys->add_subcommand("retire", "Remove a key at once, if somebody else may have it");
  AddPositional(*retire, "KID", &options->kid, "As `oofgg keys list` shows it");
  retire->add_flag("--replace", options->replace, "If it signs, make a new key that signs at once");
  retire->callback([=] { *chosen = [=](Context& context) { return Retire(context, *options); }; });
}

}  // namespace oofgg::cli
