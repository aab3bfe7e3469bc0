// up: the three servers on embedded stores, with nothing else installed.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <climits>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "servers/cli/context.h"
#include "servers/cli/data_folder.h"
#include "servers/cli/fleet_credential.h"
#include "servers/cli/game_servers.h"
#include "servers/cli/supervisor.h"
#include "servers/common/flags.h"

namespace oofgg::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct UpOptions {
  std::string data = "oofgg-data";
  std::string auth_listen = "127.0.0.1:50051";
  std::string auth_ops = "127.0.0.1:9101";
  std::string game_listen = "127.0.0.1:50052";
  std::string game_ops = "127.0.0.1:9102";
  std::string presence_listen = "127.0.0.1:8080";
  std::string websocket_listen = "127.0.0.1:8081";
  std::string maker_listen = "127.0.0.1:50053";
  std::string maker_ops = "127.0.0.1:9103";
  std::string maker_http = "127.0.0.1:3000";
  std::string rules;
  std::string process_command;
  std::string kafka;
  std::string kafka_config;
  bool presence_auth = false;
  bool insecure = false;
  bool keep_game_servers = false;
};

/// What the programs are started from: the options, with the ports that were chosen put in as they become
/// known, so that a program that is started again is found where it was.
struct Plan {
  UpOptions options;
  std::string programs;     ///< Folder of all of them, and of this one.
  std::string config_file;  ///< Empty: none.
  std::string jwks;         ///< This and the next: once auth is ready.
  std::string credential;   ///< A file.
};

StatusOr<std::string> OwnPath() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  if (length < 0) return MakeStatus(StatusCode::kInternal, "/proc is not mounted");
  return std::string(path, static_cast<std::size_t>(length));
}

/// `grpc=… ops=…` as an object.
json AddressesOf(const std::string& detail) {
  json addresses = json::object();
  std::istringstream words(detail);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) addresses[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return addresses;
}

std::string AddressIn(const std::string& ready_line, const char* name) {
  return AddressesOf(ready_line).value(name, std::string());
}

std::string Switch(const char* flag, bool on) { return std::string(flag) + (on ? "=true" : "=false"); }

ProgramSpec Program(const Plan& plan, const std::string& name, std::vector<std::string> arguments) {
  if (!plan.config_file.empty()) arguments.insert(arguments.end(), {"--config", plan.config_file});
  // What other programs in this environment use is not for these, which are told where their data are.
  arguments.insert(arguments.end(),
                   {"--redis", "", "--kafka", plan.options.kafka, "--kafka-config", plan.options.kafka_config,
                    "--tls-cert", "", "--tls-key", "", "--tls-client-ca", ""});
  arguments.push_back(Switch("--insecure", plan.options.insecure));
  return {.name = name, .path = plan.programs + "/" + name, .arguments = std::move(arguments)};
}

ProgramSpec AuthProgram(const Plan& plan, const DataFolder& data) {
  return Program(plan, "oofgg-auth",
                 {"--listen", plan.options.auth_listen, "--ops-listen", plan.options.auth_ops, "--database",
                  "sqlite:" + data.File("auth.db"), "--keys", data.File("auth-keys"), "--event-log",
                  data.File("log/auth")});
}

/// The arena, if it is there, so that `oofgg match` has something to lead to.
std::string GameServerCommand(const Plan& plan) {
  const std::string arena = plan.programs + "/oofgg-arena";
  if (!plan.options.process_command.empty() || access(arena.c_str(), X_OK) != 0)
    return plan.options.process_command;
  // Should we be killed and never be started again, an empty arena ends by itself.
  return "'" + arena +
         "' --listen 127.0.0.1:{port} --control-listen 127.0.0.1:{control_port} --idle-timeout 10m";
}

ProgramSpec MakerProgram(const Plan& plan, const DataFolder& data) {
  std::vector<std::string> arguments{"--listen",
                                     plan.options.maker_listen,
                                     "--ops-listen",
                                     plan.options.maker_ops,
                                     "--http-listen",
                                     plan.options.maker_http,
                                     "--database",
                                     "sqlite:" + data.File("maker.db"),
                                     "--keys",
                                     data.File("maker-keys"),
                                     "--data",
                                     data.File("servers"),
                                     "--event-log",
                                     data.File("log/maker"),
                                     "--jwks",
                                     plan.jwks,
                                     "--auth",
                                     plan.options.auth_listen,
                                     "--service-credential",
                                     plan.credential};
  if (!plan.options.rules.empty()) arguments.insert(arguments.end(), {"--rules", plan.options.rules});
  const std::string command = GameServerCommand(plan);
  if (!command.empty()) arguments.insert(arguments.end(), {"--process-command", command});
  return Program(plan, "oofgg-maker", std::move(arguments));
}

ProgramSpec GameProgram(const Plan& plan, const DataFolder& data) {
  return Program(plan, "oofgg-game",
                 {"--listen",
                  plan.options.game_listen,
                  "--ops-listen",
                  plan.options.game_ops,
                  "--presence-listen",
                  plan.options.presence_listen,
                  "--websocket-listen",
                  plan.options.websocket_listen,
                  "--database",
                  "sqlite:" + data.File("game.db"),
                  "--event-log",
                  data.File("log"),
                  "--jwks",
                  plan.jwks,
                  "--maker",
                  plan.options.maker_listen,
                  "--auth",
                  plan.options.auth_listen,
                  "--service-credential",
                  plan.credential,
                  Switch("--presence-auth", plan.options.presence_auth)});
}

/// What a server said of its own flags, with those that `up` has in their place.
std::string InTermsOfUp(const std::string& program, std::string text) {
  const bool is_server = program.starts_with("oofgg-");
  const std::string ours = is_server ? "--" + program.substr(std::string_view("oofgg-").size()) : "";
  const std::pair<std::string, std::string> flags[] = {
      {"--listen", ours + "-listen"}, {"--ops-listen", ours + "-ops"}, {"--http-listen", ours + "-http"}};
  for (const auto& [theirs, name] : flags) {
    const std::size_t at = is_server ? text.find(theirs) : std::string::npos;
    if (at != std::string::npos) text.replace(at, theirs.size(), name);
  }
  return text;
}

Status InTermsOfUp(const Status& status) {
  const std::string text(status.message());
  return MakeStatus(status.code(), InTermsOfUp(text.substr(0, text.find(' ')), text));
}

void PrintEvent(const Context& context, const ProgramEvent& event) {
  if (event.kind == ProgramEvent::Kind::kEnded) {
    const auto pause = event.restart.count();
    const std::string detail = InTermsOfUp(event.program, event.detail);
    context.Print(event.program + " " + detail + "; starting it again in " + std::to_string(pause) + " ms",
                  {{"event", "ended"},
                   {"program", event.program},
                   {"pid", event.pid},
                   {"detail", detail},
                   {"restart_in_ms", pause}});
    return;
  }
  std::string name = event.program;
  name.resize((std::max)(name.size(), std::string_view("oofgg-maker").size()), ' ');
  context.Print(name + (event.again ? "  ready again  " : "  ") + event.detail,
                {{"event", "ready"},
                 {"program", event.program},
                 {"pid", event.pid},
                 {"addresses", AddressesOf(event.detail)}});
}

/// Starts the three, each with what it needs of those before.
Status StartAll(Supervisor& supervisor, Plan& plan, const DataFolder& data) {
  UpOptions& chosen = plan.options;
  OOFGG_ASSIGN_OR_RETURN(const std::string auth, supervisor.Start(AuthProgram(plan, data)));
  chosen.auth_listen = AddressIn(auth, "grpc");
  chosen.auth_ops = AddressIn(auth, "ops");
  plan.jwks = "http://" + chosen.auth_ops + "/.well-known/jwks.json";
  plan.credential = data.File("service-credential");
  if (const Status made = EnsureFleetCredential(plan.credential, chosen.auth_listen, data.File("auth-keys"));
      !made.ok()) {
    return Annotate(made, "the servers' own credential");
  }
  OOFGG_ASSIGN_OR_RETURN(const std::string maker, supervisor.Start(MakerProgram(plan, data)));
  chosen.maker_listen = AddressIn(maker, "grpc");
  chosen.maker_ops = AddressIn(maker, "ops");
  chosen.maker_http = AddressIn(maker, "http");
  OOFGG_ASSIGN_OR_RETURN(const std::string game, supervisor.Start(GameProgram(plan, data)));
  chosen.game_listen = AddressIn(game, "grpc");
  chosen.game_ops = AddressIn(game, "ops");
  chosen.presence_listen = AddressIn(game, "presence");
  chosen.websocket_listen = AddressIn(game, "websocket");
  for (const ProgramSpec& again :
       {AuthProgram(plan, data), MakerProgram(plan, data), GameProgram(plan, data)}) {
    supervisor.SetArguments(again.name, again.arguments);
  }
  return {};
}

/// How to go on, as somebody in the same folder would type it.
std::string NextCommand(const std::string& own_path, const UpOptions& chosen) {
  std::string command = fs::proximate(own_path).string();
  if (own_path.size() < command.size()) command = own_path;
  const UpOptions usual;
  if (chosen.auth_listen != usual.auth_listen) command += " --auth " + chosen.auth_listen;
  if (chosen.game_listen != usual.game_listen) command += " --game " + chosen.game_listen;
  return command + " register NAME";
}

Status Up(Context& context, const UpOptions& options, const std::string& config_file) {
  OOFGG_ASSIGN_OR_RETURN(const std::string own_path, OwnPath());
  OOFGG_ASSIGN_OR_RETURN(const auto data, DataFolder::Open(options.data));
  Plan plan{.options = options,
            .programs = fs::path(own_path).parent_path().string(),
            .config_file = config_file,
            .jwks = {},
            .credential = {}};
  Supervisor supervisor([&context](const ProgramEvent& event) { PrintEvent(context, event); });
  Status status = StartAll(supervisor, plan, *data);
  if (status.ok()) {
    const std::string next = NextCommand(own_path, plan.options);
    context.Print("all is up, data in " + data->path() + "; Ctrl-C ends it",
                  {{"event", "up"}, {"data", data->path()}});
    if (!context.settings().json) context.Print("in another terminal: " + next, {});
    status = supervisor.Run();
    if (status.ok()) context.Print("stopping", {{"event", "stopping"}});
  }
  supervisor.StopAll();
  if (!options.keep_game_servers) StopGameServers(data->File("servers"));
  // Ctrl-C before all was up is an end like any other.
  return status.ok() || absl::IsCancelled(status) ? Status() : InTermsOfUp(status);
}

}  // namespace

void AddUpCommand(CLI::App& app, servers::Flags& flags, Command* chosen) {
  const auto options = std::make_shared<UpOptions>();
  flags.Add({.name = "data", .help = "Where databases, keys and logs live", .value = "DIR"}, &options->data);
  flags.AddAddress({.name = "auth-listen", .help = "gRPC of oofgg-auth"}, &options->auth_listen);
  flags.AddAddress({.name = "auth-ops", .help = "Ops HTTP of oofgg-auth"}, &options->auth_ops);
  flags.AddAddress({.name = "game-listen", .help = "gRPC of oofgg-game"}, &options->game_listen);
  flags.AddAddress({.name = "game-ops", .help = "Ops HTTP of oofgg-game"}, &options->game_ops);
  flags.AddAddress({.name = "presence-listen", .help = "Presence over TCP and UDP"},
                   &options->presence_listen);
  flags.AddAddress({.name = "websocket-listen", .help = "WebSockets of oofgg-game"},
                   &options->websocket_listen);
  flags.AddAddress({.name = "maker-listen", .help = "gRPC of oofgg-maker"}, &options->maker_listen);
  flags.AddAddress({.name = "maker-ops", .help = "Ops HTTP of oofgg-maker"}, &options->maker_ops);
  flags.AddAddress({.name = "maker-http", .help = "HTTP API of oofgg-maker, POST /request"},
                   &options->maker_http);
  flags.Add({.name = "rules", .help = "Rule sets, GAME-ID.json and default.json", .value = "DIR"},
            &options->rules);
  flags.AddCustom({.name = "process-command",
                   .help = "Starts a game server; {port}, {control_port} and {server_id} are filled in",
                   .variable = "PROCESS_COMMAND",
                   .value = "COMMAND"},
                  "oofgg-arena beside this program", [options](std::string_view text) {
                    options->process_command = text;
                    return Status();
                  });
  flags.Add(
      {.name = "kafka", .help = "Where event logs go; none: they stay in files", .value = "HOST:PORT,…"},
      &options->kafka);
  flags.Add({.name = "kafka-config",
             .help = "librdkafka's properties for it, NAME=VALUE a line: TLS, SASL; mode 0600",
             .value = "FILE"},
            &options->kafka_config);
  flags.Add({.name = "presence-auth", .help = "Let nobody onto the presence port without a token"},
            &options->presence_auth);
  flags.Add({.name = "insecure", .help = "Allow plaintext off this machine, as on a private network"},
            &options->insecure);
  flags.Add({.name = "keep-game-servers",
             .help = "Leave game servers running at the end; the next `up` adopts them"},
            &options->keep_game_servers);
  auto* up = app.add_subcommand("up", "Start the three servers and keep them running");
  flags.Bind(*up);
  up->footer(
      "The servers also take what has no option here from the environment and from .env, as their --help\n"
      "says, such as OOFGG_MAIL_HOOK or OOFGG_SMTP_URL and OOFGG_SMTP_FROM for codes by mail.");
  up->callback([=, &flags] {
    *chosen = [=, &flags](Context& context) { return Up(context, *options, flags.config_file()); };
  });
}

}  // namespace oofgg::cli
