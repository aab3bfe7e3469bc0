// oofgg: the command line of players and operators. Everything goes through the SDK, as a game would.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "servers/cli/context.h"
#include "servers/common/flags.h"

namespace {

using oofgg::cli::Command;
using oofgg::cli::Context;
using oofgg::cli::Settings;

void AddSettings(oofgg::servers::Flags& flags, Settings& settings) {
  flags.Add({.name = "auth", .help = "Where oofgg-auth serves gRPC"}, &settings.endpoints.auth);
  flags.Add({.name = "game", .help = "Where oofgg-game serves gRPC"}, &settings.endpoints.game);
  flags.Add({.name = "maker", .help = "Where oofgg-maker serves gRPC"}, &settings.endpoints.maker);
  flags.Add({.name = "tls", .help = "Speak TLS to the servers"}, &settings.tls);
  flags.Add({.name = "ca", .help = "PEM file of the authorities to trust, instead of the system's"}, &settings.ca_file);
  flags.Add({.name = "session", .help = "File that keeps this player's tokens, ~/.oofgg/session.json if none"},
            &settings.session_file);
  flags.Add({.name = "timeout", .help = "How long a call may take"}, &settings.timeout);
  flags.Add({.name = "json", .help = "Answer in JSON, one object a line"}, &settings.json);
}

/// The exit status and the line on stderr that an error becomes.
int Report(const oofgg::Status& status, bool json) {
  if (status.ok()) return 0;
  std::string message(status.message().data(), status.message().size());
  for (const auto& violation : oofgg::FieldViolationsOf(status)) {
    if (message.find(violation.description) == std::string::npos) {
      message += "; " + violation.field + ": " + violation.description;
    }
  }
  if (json) {
    nlohmann::json error = {{"error", message}, {"code", absl::StatusCodeToString(status.code())}};
    if (const std::string reason = oofgg::ReasonOf(status); !reason.empty()) error["reason"] = reason;
    std::fprintf(stderr, "%s\n", error.dump().c_str());
  } else {
    std::fprintf(stderr, "oofgg: %s\n", message.c_str());
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  oofgg::servers::Flags flags("oofgg", "");
  AddSettings(flags, settings);

  CLI::App app("oofgg: log in, see friends come online, play, and see your score; or start the servers.", "oofgg");
  app.fallthrough();  // So that `oofgg whoami --json` works like `oofgg --json whoami`.
  Command command;
  flags.Bind(app);
  oofgg::cli::AddUpCommand(app, &command);
  oofgg::cli::AddAccountCommands(app, &command);
  oofgg::cli::AddPlayCommands(app, &command);
  oofgg::cli::AddScoreCommands(app, &command);
  if (const auto done = oofgg::servers::ParseCommandLine(app, argc, argv)) return *done;
  if (const auto status = flags.Resolve(); !status.ok()) return oofgg::servers::Fail("oofgg", status, 2);
  if (!command) {
    std::fprintf(stderr, "oofgg: name a command; `oofgg --help` lists them\n");
    return 2;
  }
  Context context(settings);
  return Report(command(context), settings.json);
}
