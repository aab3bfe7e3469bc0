// up: the three servers on embedded stores, with nothing else installed.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "servers/cli/context.h"
#include "servers/cli/supervisor.h"

namespace oofgg::cli {
namespace {

namespace fs = std::filesystem;

struct UpOptions {
  std::string data = "oofgg-data";
  std::string auth_listen = "127.0.0.1:50051";
  std::string auth_ops = "127.0.0.1:9101";
  std::string game_listen = "127.0.0.1:50052";
  std::string game_ops = "127.0.0.1:9102";
  std::string presence_listen = "127.0.0.1:8080";
  std::string maker_listen = "127.0.0.1:50053";
  std::string maker_ops = "127.0.0.1:9103";
  std::string maker_http = "127.0.0.1:3000";
  std::string rules;
  bool presence_auth = false;
};

/// Where the programs are: beside this one.
StatusOr<std::string> ProgramFolder() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  if (length < 0) return MakeStatus(StatusCode::kInternal, "/proc is not mounted");
  return fs::path(std::string(path, static_cast<std::size_t>(length))).parent_path().string();
}

std::string WordOf(const std::string& line, const std::string& key) {
  const std::string start = " " + key + "=";
  const std::size_t at = line.find(start);
  if (at == std::string::npos) return "";
  const std::size_t value = at + start.size();
  return line.substr(value, line.find(' ', value) - value);
}

std::string PathIn(const UpOptions& options, const std::string& name) {
  return (fs::absolute(options.data) / name).string();
}

ProgramSpec AuthProgram(const std::string& folder, const UpOptions& options) {
  return {.name = "oofgg-auth",
          .path = folder + "/oofgg-auth",
          .arguments = {"--listen", options.auth_listen, "--ops-listen", options.auth_ops, "--database",
                        "sqlite:" + PathIn(options, "auth.db"), "--keys", PathIn(options, "auth-keys")},
          .environment = {}};
}

ProgramSpec GameProgram(const std::string& folder, const UpOptions& options, const std::string& jwks,
                        const std::string& maker) {
  ProgramSpec spec{.name = "oofgg-game",
                   .path = folder + "/oofgg-game",
                   .arguments = {"--listen", options.game_listen, "--ops-listen", options.game_ops,
                                 "--presence-listen", options.presence_listen, "--database",
                                 "sqlite:" + PathIn(options, "game.db"), "--event-log", PathIn(options, "log"),
                                 "--jwks", jwks, "--maker", maker},
                   .environment = {}};
  if (options.presence_auth) spec.arguments.emplace_back("--presence-auth");
  return spec;
}

ProgramSpec MakerProgram(const std::string& folder, const UpOptions& options, const std::string& jwks) {
  ProgramSpec spec{.name = "oofgg-maker",
                   .path = folder + "/oofgg-maker",
                   .arguments = {"--listen", options.maker_listen, "--ops-listen", options.maker_ops,
                                 "--http-listen", options.maker_http, "--database",
                                 "sqlite:" + PathIn(options, "maker.db"), "--keys", PathIn(options, "maker-keys"),
                                 "--data", PathIn(options, "servers"), "--jwks", jwks},
                   .environment = {}};
  if (!options.rules.empty()) {
    spec.arguments.insert(spec.arguments.end(), {"--rules", options.rules});
  }
  const std::string arena = folder + "/oofgg-arena";
  if (std::getenv("PROCESS_COMMAND") == nullptr && access(arena.c_str(), X_OK) == 0) {
    spec.environment["PROCESS_COMMAND"] =
        arena + " --listen 127.0.0.1:{port} --control-listen 127.0.0.1:{control_port}";
  }
  return spec;
}

Status Up(Context& context, const UpOptions& options) {
  OOFGG_ASSIGN_OR_RETURN(const std::string folder, ProgramFolder());
  std::error_code error;
  if (fs::create_directories(options.data, error)) fs::permissions(options.data, fs::perms::owner_all, error);
  if (error) return MakeStatus(StatusCode::kUnavailable, "cannot make " + options.data + ": " + error.message());

  Supervisor supervisor;
  const auto start = [&](ProgramSpec spec) -> StatusOr<std::string> {
    const std::string name = spec.name;
    auto line = supervisor.Start(std::move(spec));
    if (!line.ok()) {
      supervisor.StopAll();
      return line.status();
    }
    context.Print(name + line->substr(5), {{"program", name}, {"ready", line->substr(6)}});
    return line;
  };
  OOFGG_ASSIGN_OR_RETURN(const std::string auth, start(AuthProgram(folder, options)));
  const std::string jwks = "http://" + WordOf(auth, "ops") + "/.well-known/jwks.json";
  OOFGG_ASSIGN_OR_RETURN(const std::string maker, start(MakerProgram(folder, options, jwks)));
  OOFGG_RETURN_IF_ERROR(start(GameProgram(folder, options, jwks, WordOf(maker, "grpc"))).status());
  context.Print("all is up, data in " + fs::absolute(options.data).string() + "; Ctrl-C ends it", {{"up", true}});

  supervisor.Run([&context](const std::string& line) { context.Print(line, {{"event", line}}); });
  context.Print("stopping", {{"event", "stopping"}});
  supervisor.StopAll();
  return {};
}

}  // namespace

void AddUpCommand(CLI::App& app, Command* chosen) {
  const auto options = std::make_shared<UpOptions>();
  auto* up = app.add_subcommand("up", "Start the three servers and keep them running");
  const auto add = [up](const char* name, std::string& value, const char* help, const char* variable) {
    up->add_option(name, value, std::string(help) + " (default: " + (value.empty() ? "none" : value) + ") [$" + variable + "]")
        ->envname(variable);
  };
  add("--data", options->data, "Where databases, keys and logs live", "OOFGG_DATA");
  add("--auth-listen", options->auth_listen, "gRPC of oofgg-auth", "OOFGG_AUTH_LISTEN");
  add("--auth-ops", options->auth_ops, "Ops HTTP of oofgg-auth", "OOFGG_AUTH_OPS");
  add("--game-listen", options->game_listen, "gRPC of oofgg-game", "OOFGG_GAME_LISTEN");
  add("--game-ops", options->game_ops, "Ops HTTP of oofgg-game", "OOFGG_GAME_OPS");
  add("--presence-listen", options->presence_listen, "Presence over TCP", "OOFGG_PRESENCE_LISTEN");
  add("--maker-listen", options->maker_listen, "gRPC of oofgg-maker", "OOFGG_MAKER_LISTEN");
  add("--maker-ops", options->maker_ops, "Ops HTTP of oofgg-maker", "OOFGG_MAKER_OPS");
  add("--maker-http", options->maker_http, "HTTP API of oofgg-maker", "OOFGG_MAKER_HTTP");
  add("--rules", options->rules, "Rule sets by game id", "OOFGG_RULES");
  up->add_flag("--presence-auth", options->presence_auth,
               "Let nobody onto the presence port without a token (default: false) [$OOFGG_PRESENCE_AUTH]")
      ->envname("OOFGG_PRESENCE_AUTH");
  up->callback([=] { *chosen = [=](Context& context) { return Up(context, *options); }; });
}

}  // namespace oofgg::cli
