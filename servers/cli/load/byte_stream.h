#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "net/tls/openssl.h"

namespace oofgg::load {

/// What came of an attempt to send or to receive without waiting.
struct Transfer {
  enum class State { kMoved, kWaitsToRead, kWaitsToWrite, kEnded };
  State state = State::kMoved;
  std::size_t bytes = 0;
  std::string why{};  ///< Of an end.
};

/// On a socket, in plaintext if `tls` is null.
[[nodiscard]] Transfer SendSome(int fd, SSL* tls, std::string_view bytes);
[[nodiscard]] Transfer ReceiveSome(int fd, SSL* tls, std::span<char> buffer);

}  // namespace oofgg::load
