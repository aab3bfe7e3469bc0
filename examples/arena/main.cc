// oofgg-arena: a small real game on oofgg::GameServer. A studio's own game server looks like this file:
// options, the seats that oofgg keeps, the game's own door, and an end when told or idle.

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arena_server.h"
#include "oofgg/config.h"
#include "oofgg/game_server.h"
#include "oofgg/parse.h"
#include "oofgg/version.h"

namespace {

struct Settings {
  std::string listen = ":3101";
  std::string control_listen = ":3100";
  std::string slots = "3";
  std::string idle_timeout = "10m";
  std::string join_timeout = "30s";
  std::string coins_to_win = "5";
  std::string grid = "10";
};

int Fail(const oofgg::Status& status, int code) {
  std::fprintf(stderr, "oofgg-arena: %s\n", std::string(status.message()).c_str());
  return code;
}

/// One row a setting: flag, variable, help, where it goes.
struct Row {
  const char* flag;
  const char* variable;
  const char* help;
  std::string Settings::*member;
};

constexpr Row kRows[] = {
    {"--listen", "OOFGG_LISTEN", "Where players connect", &Settings::listen},
    {"--control-listen", "OOFGG_CONTROL_LISTEN", "Where the maker reaches the Reservation API",
     &Settings::control_listen},
    {"--slots", "OOFGG_SLOTS", "Players at once", &Settings::slots},
    {"--idle-timeout", "OOFGG_IDLE_TIMEOUT", "Quit when empty for this long; 0s: never",
     &Settings::idle_timeout},
    {"--join-timeout", "OOFGG_JOIN_TIMEOUT", "Free a seat whose player has not come by then",
     &Settings::join_timeout},
    {"--coins", "OOFGG_COINS", "Coins to win", &Settings::coins_to_win},
    {"--grid", "OOFGG_GRID", "Width and height of the grid", &Settings::grid},
};

/// Flags, then environment, then .env, then --config. An exit status if there is nothing to run.
std::optional<int> Read(int argc, char** argv, Settings& settings) {
  CLI::App app(
      "A small game on oofgg::GameServer: walk the grid, collect coins, first to collect enough wins.",
      "oofgg-arena");
  std::string config_file;
  std::vector<std::pair<CLI::Option*, const Row*>> options;
  for (const Row& row : kRows) {
    const std::string help =
        std::string(row.help) + " (default: " + settings.*row.member + ") [$" + row.variable + "]";
    options.emplace_back(app.add_option(row.flag, settings.*row.member, help)->take_last(), &row);
  }
  app.add_option("--config", config_file, "File of VARIABLE=value lines (default: none) [$OOFGG_CONFIG]")
      ->envname("OOFGG_CONFIG");
  app.set_version_flag("--version", "oofgg-arena " OOFGG_VERSION);
  try {
    const bool asks_for_help =
        argc > 1 && (argv[1] == std::string_view("help") || argv[1] == std::string_view("h"));
    asks_for_help ? app.parse("--help") : app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return Fail(oofgg::MakeStatus(oofgg::StatusCode::kInvalidArgument, error.what()), 2);
  }
  const auto config = oofgg::Config::Load({.config_file = config_file, .environment = {}});
  if (!config.ok()) return Fail(config.status(), 2);
  for (const auto& [option, row] : options) {
    if (option->count() > 0) {
      // A flag beats the environment, where GameServerOptions would read what may not even be well-formed.
      unsetenv(row->variable);
      continue;
    }
    if (const auto value = config->Find(row->variable)) settings.*row->member = value->text;
  }
  return std::nullopt;
}

/// The error of a setting names its flag.
template <typename T>
oofgg::StatusOr<T> Of(const char* flag, oofgg::StatusOr<T> value) {
  return value.ok() ? value : oofgg::Annotate(value.status(), flag);
}

oofgg::Status Interpret(const Settings& settings, oofgg::GameServerOptions& options, arena::GameRules& rules,
                        oofgg::HostPort& listen) {
  using oofgg::ParseDuration;
  using oofgg::ParseInteger;
  OOFGG_ASSIGN_OR_RETURN(listen, Of("--listen", oofgg::ParseHostPort(settings.listen)));
  OOFGG_ASSIGN_OR_RETURN(options.slots, Of("--slots", ParseInteger<std::uint32_t>(settings.slots, 1, 64)));
  OOFGG_ASSIGN_OR_RETURN(const auto idle, Of("--idle-timeout", ParseDuration(settings.idle_timeout)));
  OOFGG_ASSIGN_OR_RETURN(const auto join, Of("--join-timeout", ParseDuration(settings.join_timeout)));
  OOFGG_ASSIGN_OR_RETURN(rules.coins_to_win,
                         Of("--coins", ParseInteger<int>(settings.coins_to_win, 1, 1000)));
  // At least 12 × 12: 64 players and their coins always leave free cells.
  const int smallest = options.slots > 16 ? 12 : 6;
  OOFGG_ASSIGN_OR_RETURN(rules.width, Of("--grid", ParseInteger<int>(settings.grid, smallest, 100)));
  rules.height = rules.width;
  options.idle_timeout = std::chrono::ceil<std::chrono::seconds>(idle);
  options.join_timeout = std::chrono::ceil<std::chrono::seconds>(join);
  options.control_listen = settings.control_listen;
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (const auto done = Read(argc, argv, settings)) return *done;
  auto options = oofgg::GameServerOptions::FromEnvironment();
  if (!options.ok()) return Fail(options.status(), 2);
  arena::GameRules rules;
  oofgg::HostPort listen;
  if (const auto status = Interpret(settings, *options, rules, listen); !status.ok()) return Fail(status, 2);

  boost::asio::io_context io;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  arena::ArenaServer* open_door = nullptr;  // Of this thread, which runs what is posted to `io`.
  options->on_revoked = [&io, &open_door](std::string_view player) {
    boost::asio::post(io, [&open_door, id = std::string(player)] { open_door->Revoke(id); });
  };
  auto seats = oofgg::GameServer::Start(*options, [&io](std::string_view reason) {
    std::fprintf(stderr, "oofgg-arena: closing: %.*s\n", static_cast<int>(reason.size()), reason.data());
    io.stop();
  });
  if (!seats.ok()) return Fail(oofgg::Annotate(seats.status(), "--control-listen"), 1);
  auto door = arena::ArenaServer::Listen(io, listen.host, listen.port, **seats, rules);
  if (!door.ok()) return Fail(oofgg::Annotate(door.status(), "--listen"), 1);
  open_door = door->get();
  std::printf("ready game=%s:%u control=%u\n", listen.host.c_str(), (*door)->port(),
              (*seats)->control_port());
  std::fflush(stdout);
  io.run();
  return 0;
}
