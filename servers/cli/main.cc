// oofgg: the command line of players and operators. Everything goes through the SDK, as a game would.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "oofgg/grpc_transport.h"
#include "rpc/library_log.h"
#include "servers/cli/context.h"
#include "servers/common/flags.h"

namespace {

using oofgg::cli::Command;
using oofgg::cli::Context;
using oofgg::cli::Settings;

void AddSettings(oofgg::servers::Flags& flags, Settings& settings) {
  flags.AddAddress({.name = "auth", .help = "Where oofgg-auth serves gRPC"}, &settings.endpoints.auth);
  flags.AddAddress({.name = "game", .help = "Where oofgg-game serves gRPC"}, &settings.endpoints.game);
  flags.AddAddress({.name = "maker", .help = "Where oofgg-maker serves gRPC"}, &settings.endpoints.maker);
  flags.Add({.name = "tls", .help = "Speak TLS to the servers"}, &settings.tls);
  flags.Add({.name = "insecure", .help = "Allow plaintext to other machines, as on a private network"},
            &settings.insecure);
  oofgg::servers::AddPeerFlags(flags, settings.peers);
  flags.AddCustom({.name = "session", .help = "Keeps this player's tokens", .value = "FILE"},
                  "~/.oofgg/session.json", [&settings](std::string_view text) {
                    settings.session_file = text;
                    return oofgg::Status();
                  });
  flags.Add({.name = "timeout", .help = "How long a call may take"}, &settings.timeout);
  flags.Add({.name = "json", .help = "Answer in JSON, one object a line"}, &settings.json);
}

/// Whether a word is the id of a key: a SHA-256 in base64url (RFC 7638).
bool IsKeyId(std::string_view word) {
  constexpr std::size_t kLength = 43;
  return word.size() == kLength && std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

/// One id in 64 begins with a hyphen and would be taken for an option; it goes to the end, behind a `--`.
std::vector<const char*> WithKeyIdLast(int argc, const char* const* argv) {
  std::vector<const char*> words(argv, argv + argc);
  const auto id = std::find_if(words.begin(), words.end(),
                               [](const char* word) { return *word == '-' && IsKeyId(word); });
  const auto is_end_of_options = [](const char* word) { return std::string_view(word) == "--"; };
  if (id == words.end() || std::any_of(words.begin(), id, is_end_of_options)) return words;
  std::rotate(id, id + 1, words.end());
  words.insert(words.end() - 1, "--");
  return words;
}

/// What the servers and the SDK said, and what somebody at a command line can do.
std::string MessageOf(const oofgg::Status& status) {
  std::string message(status.message().data(), status.message().size());
  for (const auto& violation : oofgg::FieldViolationsOf(status)) {
    if (message.find(violation.description) == std::string::npos) {
      message += "; " + violation.field + ": " + violation.description;
    }
  }
  if (oofgg::ReasonOf(status) == oofgg::kUnreachable) {
    message += "; start the servers with `oofgg up`, or say where they are with --auth, --game and --maker";
  }
  return message;
}

/// The line on stderr that an error becomes.
void Report(const oofgg::Status& status, bool json) {
  const std::string message = MessageOf(status);
  if (!json) {
    oofgg::servers::Fail("oofgg", oofgg::MakeStatus(status.code(), message));
    return;
  }
  nlohmann::json error = {{"error", message}, {"code", absl::StatusCodeToString(status.code())}};
  if (const std::string reason = oofgg::ReasonOf(status); !reason.empty()) error["reason"] = reason;
  // What a server said need not be UTF-8.
  std::fprintf(stderr, "%s\n", error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  oofgg::rpc::TakeLogsOfLibraries();  // An error is one line on stderr, and ours.
  Settings settings;
  oofgg::servers::Flags flags("oofgg", "");
  AddSettings(flags, settings);

  CLI::App app("Log in, see friends come online, play, and see your score; or start the servers.", "oofgg");
  app.fallthrough();             // So that `oofgg whoami --json` works like `oofgg --json whoami`.
  app.require_subcommand(0, 1);  // And not `oofgg service whoami` like `oofgg whoami`.
  Command command;
  flags.Bind(app);
  oofgg::cli::AddUpCommand(app, flags, &command);
  oofgg::cli::AddAccountCommands(app, &command);
  oofgg::cli::AddTokenCommands(app, &command);
  oofgg::cli::AddGuestCommands(app, &command);
  oofgg::cli::AddSessionCommands(app, &command);
  oofgg::cli::AddCareCommands(app, &command);
  oofgg::cli::AddUserCommands(app, &command);
  oofgg::cli::AddServiceCommands(app, &command);
  oofgg::cli::AddFleetCommands(app, &command);
  oofgg::cli::AddKeysCommands(app, flags, &command);
  oofgg::cli::AddGameCommands(app, &command);
  oofgg::cli::AddPlayCommands(app, &command);
  oofgg::cli::AddScoreCommands(app, &command);
  oofgg::cli::AddHistoryCommand(app, &command);
  oofgg::cli::AddLoadCommands(app, &command);
  oofgg::cli::AddShellCommand(app, &command);
  for (CLI::App* each : app.get_subcommands([](CLI::App*) { return true; })) {
    const std::string own = each->get_footer().empty() ? "" : each->get_footer() + "\n\n";
    each->footer(own + "The options of `oofgg --help`, such as --json and --session, go with every command.");
  }
  const auto words = WithKeyIdLast(argc, argv);
  if (const auto done = oofgg::servers::ParseCommandLine(app, static_cast<int>(words.size()), words.data())) {
    return *done;
  }
  if (const auto status = flags.Resolve(); !status.ok()) return oofgg::servers::Fail("oofgg", status, 2);
  if (const auto fit = CheckTogether(settings.peers); !fit.ok()) return oofgg::servers::Fail("oofgg", fit, 2);
  if (!command) {
    return oofgg::servers::Fail(
        "oofgg",
        oofgg::MakeStatus(oofgg::StatusCode::kInvalidArgument, "name a command; `oofgg --help` lists them"),
        2);
  }
  Context context(settings);
  const oofgg::Status status = command(context);
  if (status.ok()) return context.exit_status();
  Report(status, settings.json);
  return (std::max)(context.exit_status(), 1);
}
