#include "servers/common/help.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace oofgg::servers {
namespace {

constexpr std::size_t kGap = 2;  // Before a name and behind it.
/// Narrower than this, broken lines read worse than long ones.
constexpr std::size_t kLeastTextWidth = 30;

/// `GAME`, `-v, --verbose` or `--for DURATION`.
std::string NameOf(const CLI::Option& option, bool is_positional) {
  if (is_positional) return option.get_name(true, false);
  std::string name;
  for (const std::string& letter : option.get_snames()) name += "-" + letter + ", ";
  for (const std::string& word : option.get_lnames()) name += "--" + word + ", ";
  name.resize(name.size() - 2);
  if (option.get_type_size() != 0) name += " " + option.get_type_name();
  return name;
}

/// In columns, of which every character takes one: `NETWORK,…` has more bytes.
std::size_t WidthOf(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string Wrap(std::string_view text, std::size_t indent, std::size_t width) {
  if (width < indent + kLeastTextWidth) return std::string(text);
  std::string wrapped;
  while (text.size() > width - indent) {
    std::size_t space = text.rfind(' ', width - indent);
    if (space == std::string_view::npos || space == 0) space = text.find(' ', 1);
    if (space == std::string_view::npos) break;
    wrapped.append(text.substr(0, space)).append("\n").append(indent, ' ');
    text.remove_prefix(space + 1);
  }
  return wrapped.append(text);
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string) const {
  std::string usage = "\nUsage: " + PathOf(*app);
  if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) usage += " COMMAND";
  for (const CLI::Option* option :
       app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
    const std::string name = option->get_name(true, false);
    usage += option->get_required() ? " " + name : " [" + name + "...]";
  }
  return usage + " [OPTION...]\n";
}

std::string HelpFormatter::make_group(std::string group, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::vector<Row> rows;
  rows.reserve(options.size());
  for (const CLI::Option* option : options)
    rows.push_back({NameOf(*option, is_positional), option->get_description()});
  return is_positional ? "\n" + Table(rows) : "\n" + group + ":\n" + Table(rows);
}

std::string HelpFormatter::make_subcommands(const CLI::App* app, CLI::AppFormatMode) const {
  std::vector<Row> rows;
  for (const CLI::App* command :
       app->get_subcommands([](const CLI::App* c) { return !c->get_group().empty(); })) {
    rows.push_back({command->get_name(), command->get_description()});
  }
  return rows.empty() ? std::string() : "\nCommands:\n" + Table(rows);
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
  return Wrap(app->get_description(), 0, width_) + "\n";
}

std::string HelpFormatter::Table(const std::vector<Row>& rows) const {
  std::size_t longest = 0;
  for (const Row& row : rows) longest = (std::max)(longest, WidthOf(row.name));
  const std::size_t indent = longest + 2 * kGap;
  std::string table;
  for (const Row& row : rows) {
    const std::string name = std::string(kGap, ' ') + row.name;
    table += name + std::string(indent - WidthOf(name), ' ') + Wrap(row.text, indent, width_) + "\n";
  }
  return table;
}

std::string PathOf(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : PathOf(*app.get_parent()) + " " + app.get_name();
}

std::size_t TerminalWidth() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace oofgg::servers
