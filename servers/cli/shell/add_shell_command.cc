// shell.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/shell/history_file.h"
#include "servers/cli/shell/shell.h"

namespace oofgg::cli {
namespace {

bool IsColored(bool wanted) {
  const char* const no_color = std::getenv("NO_COLOR");  // https://no-color.org
  const bool is_forbidden = no_color != nullptr && *no_color != '\0';
  return wanted && !is_forbidden && isatty(STDOUT_FILENO) != 0;
}

Status RunShell(Context& context, ShellOptions options) {
  const bool is_terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  options.colored = IsColored(options.colored && !context.settings().json);
  EventLoop loop;
  Shell shell(context, loop, std::move(options));
  if (!is_terminal) return shell.Run(*MakePipeTerminal(loop));
  const auto folder = std::filesystem::path(context.session_file()).parent_path();
  HistoryFile history(folder / "shell-history");
  context.Hint("`help` lists the commands; Tab completes, Ctrl-D leaves");
  return shell.Run(
      *MakeLineTerminal(loop, history, [&](const std::string& line) { return shell.Complete(line); }));
}

}  // namespace

void AddShellCommand(CLI::App& app, Command* chosen) {
  struct Arguments {
    ShellOptions options{.server = "127.0.0.1:8080"};
    bool no_color = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  auto* shell = app.add_subcommand("shell", "Try out presence by hand: several users at once, raw objects");
  AddAddress(*shell, "--server", &arguments->options.server, "The presence port (default: 127.0.0.1:8080)");
  shell->add_flag("--strict", arguments->options.strict,
                  "End at the first command that fails, or that the server refuses, with status 1");
  shell->add_flag("--no-color", arguments->no_color, "No colours, as with NO_COLOR in the environment");
  shell->footer("Commands are read from stdin: typed, or one a line from a pipe. `help` lists them.");
  shell->callback([=] {
    *chosen = [=](Context& context) {
      ShellOptions options = arguments->options;
      options.colored = !arguments->no_color;
      return RunShell(context, std::move(options));
    };
  });
}

}  // namespace oofgg::cli
