#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace oofgg::net {

/// A client as plain as can be: a blocking socket and lines, under TLS if it is told to. Whatever takes more
/// than 20 s fails.
class LineClient {
 public:
  struct Options {
    bool tls = false;        ///< Shakes hands at once, and believes any server.
    int receive_buffer = 0;  ///< The kernel's; 0: as it likes.
  };

  explicit LineClient(std::uint16_t port) : LineClient(port, Options()) {}
  LineClient(std::uint16_t port, const Options& options);
  ~LineClient();
  LineClient(LineClient&& other) noexcept;
  LineClient(const LineClient&) = delete;
  LineClient& operator=(const LineClient&) = delete;

  /// Returns itself, for `LineClient(port).Send(...)`.
  LineClient& Send(std::string_view bytes);
  /// Sends what goes out within 10 ms; 0 means that the peer takes nothing.
  std::size_t TrySend(std::string_view bytes);

  /// The next line without its end; "<end>" after a close, "<cut>" after one that TLS was not told of,
  /// "<reset>" after a reset, "<silence>" after 20 s.
  std::string Line();
  /// Whether nothing has come.
  bool IsSilent();

  /// Has TLS change the keys of both directions, with what is sent next.
  void ChangeKeys();
  /// Says under TLS that no more will come, and waits for the answer.
  std::string SayEnd();

  void Close();
  /// Closes with a reset.
  void Abort();

 private:
  void ShakeHands();
  long Write(std::string_view bytes);

  int fd_;
  std::shared_ptr<ssl_st> ssl_;
  std::string received_;
};

}  // namespace oofgg::net
