#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace oofgg::matchmaking {

/// The line, from 1, that holds the byte at `offset`.
[[nodiscard]] int LineAt(std::string_view text, std::size_t offset);

/// Where the parts of a JSON document stand, so that a complaint about a value can name its line. Parsers
/// that build a tree forget that, and keep only one of two equal keys.
///
/// Paths are written as people read them: `windows[0].maximum`; the document itself is the empty path.
class JsonLocator {
 public:
  struct Duplicate {
    std::string path;
    int line = 0;        ///< Of the later one.
    int first_line = 0;  ///< Of the earlier one.
  };

  /// What nests deeper is not walked.
  static constexpr std::size_t kMaxDepth = 8;

  /// `json` must already have passed a JSON parser: this only walks it.
  explicit JsonLocator(std::string_view json);

  /// The line on which the value at `path` begins, or that of the nearest value around it.
  [[nodiscard]] int LineOf(std::string_view path) const;
  /// The line of the member's name, which may stand above its value.
  [[nodiscard]] int LineOfKey(std::string_view path) const;
  /// The first member whose name its object already has.
  [[nodiscard]] const std::optional<Duplicate>& duplicate() const { return duplicate_; }
  /// The line of the first value that nests deeper than `kMaxDepth`; places after it are not known.
  [[nodiscard]] std::optional<int> too_deep_line() const { return too_deep_line_; }

 private:
  friend class JsonWalk;
  struct Place {
    int key_line = 0;
    int value_line = 0;
  };

  std::map<std::string, Place, std::less<>> places_;
  std::optional<Duplicate> duplicate_;
  std::optional<int> too_deep_line_;
};

/// `parent` and a member of it, as a path. Of a long name the beginning, of an odd one its plain characters:
/// paths end up in messages.
[[nodiscard]] std::string MemberPath(std::string_view parent, std::string_view member);
/// `parent` and an element of it, as a path.
[[nodiscard]] std::string ElementPath(std::string_view parent, std::size_t index);

}  // namespace oofgg::matchmaking
