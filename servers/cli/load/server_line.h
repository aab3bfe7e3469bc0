#pragma once

#include <cstdint>
#include <string_view>

#include "servers/cli/load/truth_board.h"

namespace oofgg::load {

/// One line of the presence port, v2, read for what the load needs of it. Knows the server's own spelling
/// only, since it is read a hundred thousand times a second.
struct ServerLine {
  enum class Kind : std::uint8_t { kUpdate, kPong, kWelcome, kRevision, kCookie, kError, kRedirect, kOther };
  Kind kind = Kind::kOther;
  Shown shown = Shown::kOffline;  ///< Of an update.
  std::uint64_t user_id = 0;      ///< Of an update.
  std::uint32_t change = 1;       ///< Of an update that is not offline: the number that its text is.
  std::uint64_t number = 0;       ///< What was pinged, or the revision.
  std::uint64_t sequence = 0;     ///< Over UDP; 0: none.
  std::string_view text{};        ///< The cookie, or the error with its escapes.
  std::string_view go_to{};       ///< Of a redirect, or of an error that has one: HOST:PORT.
};

[[nodiscard]] ServerLine ReadServerLine(std::string_view line);

}  // namespace oofgg::load
