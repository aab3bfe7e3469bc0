#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oofgg::net {

/// A client as plain as can be: a blocking socket and lines. Whatever takes more than 20 s fails.
class LineClient {
 public:
  explicit LineClient(std::uint16_t port, int receive_buffer = 0);
  ~LineClient();
  LineClient(LineClient&& other) noexcept;
  LineClient(const LineClient&) = delete;
  LineClient& operator=(const LineClient&) = delete;

  /// Returns itself, for `LineClient(port).Send(...)`.
  LineClient& Send(std::string_view bytes);
  /// Sends what goes out within 10 ms; 0 means that the peer takes nothing.
  std::size_t TrySend(std::string_view bytes);

  /// The next line without its end; "<end>" after a close, "<reset>" after a reset, "<silence>" after 20 s.
  std::string Line();
  /// Whether nothing has come.
  bool IsSilent();

  void Close();
  /// Closes with a reset.
  void Abort();

 private:
  int fd_;
  std::string received_;
};

}  // namespace oofgg::net
