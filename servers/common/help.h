#pragma once

#include <CLI/Formatter.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oofgg::servers {

/// `text` broken between words so that no line passes `width` columns, each further line after `indent`
/// blanks. Width 0: one line.
[[nodiscard]] std::string Wrap(std::string_view text, std::size_t indent, std::size_t width);

/// How our programs write `--help`: one aligned line an option, each of which ends in default and variable;
/// on a terminal lines are broken at its width.
class HelpFormatter final : public CLI::Formatter {
 public:
  /// `width` as in `Wrap`.
  explicit HelpFormatter(std::size_t width) : width_(width) {}

  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override;
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override;
  std::string make_description(const CLI::App* app) const override;

 private:
  struct Row {
    std::string name;
    std::string text;
  };
  [[nodiscard]] std::string Table(const std::vector<Row>& rows) const;

  std::size_t width_;
};

/// The program and its subcommands down to `app`: `oofgg game create`.
[[nodiscard]] std::string PathOf(const CLI::App& app);

/// Columns of the terminal on stdout; 0 if that is none.
[[nodiscard]] std::size_t TerminalWidth();

}  // namespace oofgg::servers
