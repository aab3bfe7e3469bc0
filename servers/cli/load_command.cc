// load presence.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "oofgg/parse.h"
#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/load/presence_load.h"
#include "servers/cli/operator_token.h"
#include "servers/cli/table_lines.h"
#include "servers/common/flags.h"
#include "servers/common/help.h"

namespace oofgg::cli {
namespace {

using load::PresenceLoadOptions;

constexpr std::chrono::hours kTokenLifetime{24};

const std::map<std::string, load::Protocol> kProtocols = {{"tcp", load::Protocol::kTcp},
                                                          {"tls", load::Protocol::kTls},
                                                          {"udp", load::Protocol::kUdp},
                                                          {"grpc", load::Protocol::kGrpc}};
const std::map<std::string, load::GraphShape> kShapes = {{"regular", load::GraphShape::kRegular},
                                                         {"power-law", load::GraphShape::kPowerLaw}};

/// On a terminal one line that is written anew, elsewhere a line for each phase.
void ShowProgress(const std::string& line, bool done) {
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  if (!on_terminal && !done) return;
  const std::string start = on_terminal ? "\r\033[K" : "";
  std::fprintf(stderr, "%s%s%s", start.c_str(), servers::OneLine(line).c_str(), done ? "\n" : "");
}

void ClearProgress() {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K");
}

void PrintLines(const Context& context, const load::TextTable& table) {
  if (table.size() < 2) return;
  const std::vector<Cells> rows(table.begin() + 1, table.end());
  for (const std::string& line : TableLines(table.front(), rows, servers::TerminalWidth())) {
    context.Print(line, {});
  }
  context.Print("", {});
}

void PrintReport(const Context& context, const load::LoadReport& report) {
  if (context.settings().json) return context.Print({}, ToJson(report));
  PrintLines(context, StepTable(report));
  PrintLines(context, RateTable(report));
  PrintLines(context, PartTable(report));
  PrintLines(context, FaultTable(report));
  for (const std::string& line : Remarks(report)) context.Print(line, {});
}

/// Of users who have no account, which the game server does not ask for.
StatusOr<load::SignToken> SignerOf(const OperatorKeys& keys) {
  if (keys.directory.empty()) return load::SignToken();
  OOFGG_ASSIGN_OR_RETURN(std::shared_ptr<auth::TokenIssuer> issuer, OpenIssuer(keys, kTokenLifetime));
  return [issuer](const std::string& user_id) {
    return issuer->Issue({.user_id = user_id, .role = "user", .session_id = "load-" + user_id});
  };
}

Status LoadPresence(Context& context, PresenceLoadOptions options, const OperatorKeys& keys) {
  options.ca_file = context.settings().peers.ca;
  if (context.settings().tls) {
    OOFGG_ASSIGN_OR_RETURN(options.grpc_tls, servers::TlsOptionsOf(context.settings().peers));
    options.grpc_tls.enabled = true;
  }
  OOFGG_ASSIGN_OR_RETURN(options.sign, SignerOf(keys));
  const StatusOr<load::LoadReport> report = RunPresenceLoad(options, ShowProgress);
  ClearProgress();
  if (!report.ok()) {
    if (report.status().code() == StatusCode::kInvalidArgument) context.SetExitStatus(2);
    return report.status();
  }
  PrintReport(context, *report);
  if (report->lost() > 0 || report->failed > 0 || report->dropped > 0) context.SetExitStatus(1);
  if (!report->trouble.empty()) context.Warn(report->trouble);
  return {};
}

constexpr std::uint32_t kMostUsers = 4'000'000;

template <typename T>
T ReadInteger(const std::string& option, const std::string& text, T least, T most) {
  const auto value = ParseInteger<T>(text, least, most);
  if (!value.ok()) throw CLI::ValidationError(option, std::string(value.status().message()));
  return *value;
}

template <typename T>
void AddNumber(CLI::App& command, const std::string& name, T* value, const std::string& help, T least,
               T most) {
  const auto take = [=](const std::string& text) { *value = ReadInteger(name, text, least, most); };
  command.add_option_function<std::string>(name, take, help)->type_name("N");
}

/// Integers with commas between them.
template <typename T>
void AddList(CLI::App& command, const std::string& name, std::vector<T>* values, const std::string& help,
             T least, T most) {
  const auto take = [=](const std::string& text) {
    values->clear();
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t comma = std::min(text.find(',', start), text.size());
      values->push_back(ReadInteger(name, text.substr(start, comma - start), least, most));
      start = comma + 1;
    }
  };
  command.add_option_function<std::string>(name, take, help)->type_name("N,...");
}

template <typename T>
void AddChoice(CLI::App& command, const std::string& name, T* value, const std::string& help,
               const std::map<std::string, T>& choices) {
  const auto take = [=](const std::string& text) { *value = choices.at(text); };
  command.add_option_function<std::string>(name, take, help)->check(CLI::IsMember(choices));
}

void AddUsers(CLI::App& command, PresenceLoadOptions& options) {
  AddNumber<std::uint32_t>(command, "--friends", &options.friends,
                           "Friends of each user, on whose list they are too (default: 10)", 0, 5'000);
  AddChoice(command, "--graph", &options.shape,
            "regular: all have as many friends; power-law: few have very many (default: regular)", kShapes);
  AddNumber<std::uint32_t>(command, "--celebrity", &options.celebrity,
                           "So many more watch the first user, who changes at a steady beat (default: 0)", 0,
                           kMostUsers);
  AddDuration(command, "--celebrity-every", &options.celebrity_every, "That beat (default: 1s)",
              std::chrono::hours(1), std::chrono::milliseconds(10));
  AddNumber<std::uint64_t>(command, "--seed", &options.seed, "Same seed, same users and friends (default: 1)",
                           0, 1'000'000'000);
  AddNumber<std::uint64_t>(command, "--first-id", &options.first_id,
                           "User id of the first (default: drawn, so that runs do not meet)", 1,
                           1'000'000'000'000);
}

void AddCluster(CLI::App& command, PresenceLoadOptions& options) {
  AddNumber<std::uint32_t>(
      command, "--instances", &options.cluster.instances,
      "Start so many oofgg-game and a redis-server, put the load on all of them, and end them "
      "again, instead of --server (default: 0)",
      1, load::kMostInstances);
  command.add_flag(
      "--no-namespace", [&options](std::int64_t) { options.cluster.own_network = false; },
      "With --instances, do without a network namespace of our own, which only root may make");
  command.add_flag(
      "--drain", options.cluster.drain,
      "With --instances, after the changes end one with SIGTERM, whose users go to others: who hears of "
      "it has a flap");
  AddDuration(
      command, "--chaos", &options.cluster.chaos,
      "With --instances, after that and for so long kill, pause and drain them in turn, and end Redis, while "
      "users change (default: 0s)",
      std::chrono::hours(24));
  command.add_flag(
      "--kill", options.cluster.kill,
      "With --instances, last of all kill one, and measure until all have heard that its users are gone");
}

void AddCourse(CLI::App& command, PresenceLoadOptions& options) {
  AddDuration(command, "--hold", &options.hold, "Stay idle for so long before the changes (default: 0s)",
              std::chrono::hours(24));
  AddList<std::uint32_t>(command, "--changes", &options.rates,
                         "Changes a second, of all users together, one run each; 0: none (default: 100)", 0,
                         10'000'000);
  AddDuration(command, "--duration", &options.duration, "How long each run of changes lasts (default: 10s)",
              std::chrono::hours(24), std::chrono::milliseconds(100));
  const auto take_share = [&options](const std::string& text) {
    options.status_share = ReadInteger<std::uint32_t>("--status-share", text, 0, 100) / 100.0;
  };
  command
      .add_option_function<std::string>(
          "--status-share", take_share,
          "How many per cent of those online change between online and away instead of going (default: 20)")
      ->type_name("PERCENT");
  command.add_flag(
      "--spin", options.spin,
      "Look for what has come without a pause, so that the time to wake up is not measured; takes "
      "a processor for each process of the load");
  AddDuration(
      command, "--settle", &options.settle,
      "Wait at most so long until all is heard, before beliefs are compared with the truth (default: 5s)",
      std::chrono::minutes(10));
}

}  // namespace

void AddLoadCommands(CLI::App& app, Command* chosen) {
  auto* load = app.add_subcommand("load", "Put a server on this machine under load, and measure")
                   ->require_subcommand(1);
  const auto options = std::make_shared<PresenceLoadOptions>();
  const auto keys = std::make_shared<OperatorKeys>();
  auto* presence =
      load->add_subcommand("presence", "Many users of the presence port, who come, change and go");
  presence
      ->add_option("--server", options->server,
                   "Its presence port, with grpc that of gRPC, on loopback (default: 127.0.0.1:8080)")
      ->type_name("HOST:PORT");
  AddChoice(*presence, "--protocol", &options->protocol,
            "tcp; tls, which trusts the authorities of --ca; udp; or grpc, with --keys (default: tcp)",
            kProtocols);
  const auto take_count = [=](const std::string& text) {
    options->steps = {ReadInteger<std::uint32_t>("--connections", text, 1, kMostUsers)};
  };
  presence
      ->add_option_function<std::string>("--connections", take_count,
                                         "How many users connect (default: 1000)")
      ->type_name("N");
  AddList<std::uint32_t>(*presence, "--steps", &options->steps,
                         "Connect up to each in turn and measure there, instead of --connections", 1,
                         kMostUsers);
  AddNumber<std::uint32_t>(*presence, "--connect-rate", &options->connects_per_s,
                           "Connections opened a second (default: as fast as it goes)", 0, 10'000'000);
  AddCluster(*presence, *options);
  AddUsers(*presence, *options);
  AddCourse(*presence, *options);
  AddText(*presence, "--source", &options->source,
          "Network of loopback that connections come from (default: 127.0.0.0/8)");
  AddNumber<std::uint32_t>(*presence, "--per-address", &options->per_address,
                           "Connections from each address (default: what the server's own default lets)", 1,
                           28'000);
  AddDuration(*presence, "--keep-alive", &options->keep_alive,
              "Over UDP, how often a user says something (default: 20s)", std::chrono::hours(1),
              std::chrono::seconds(1));
  AddList<pid_t>(*presence, "--pid", &options->server_pids,
                 "Processes of the server, whose memory and processor time are read (default: none)", 1,
                 (std::numeric_limits<pid_t>::max)());
  presence
      ->add_option(
          "--keys", keys->directory,
          "With grpc, the --keys of oofgg-auth on this machine, to sign users' tokens (default: none)")
      ->type_name("DIR");
  AddText(*presence, "--issuer", &keys->issuer,
          "With --keys, the --issuer of oofgg-auth (default: oofgg-auth)");
  presence->callback(
      [=] { *chosen = [=](Context& context) { return LoadPresence(context, *options, *keys); }; });
}

}  // namespace oofgg::cli
