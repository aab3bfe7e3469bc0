#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/patience.h"

namespace oofgg::testing {

/// A WebSocket client as plain as can be, that may also break every rule: a blocking socket and frames.
/// Threads: one owner; another may send while it is in `Next`, and any may call `Cut`.
class WebSocketPeer {
 public:
  struct Frame {
    int opcode = 0;
    std::string payload{};
  };
  struct Options {
    bool answers_pings = true;
    int receive_buffer = 0;  ///< The kernel's; 0: as it likes.
  };

  /// Connects to `host:port`, an IPv4 address, and asks for nothing yet.
  explicit WebSocketPeer(const std::string& address) : WebSocketPeer(address, Options()) {}
  WebSocketPeer(const std::string& address, const Options& options);
  ~WebSocketPeer();
  WebSocketPeer(const WebSocketPeer&) = delete;
  WebSocketPeer& operator=(const WebSocketPeer&) = delete;

  /// Asks for a WebSocket at `target`, a path with its query; the status that is answered, 0 if nothing is.
  int Upgrade(const std::string& target, const std::string& more_headers = {});

  void SendText(std::string_view text) { SendFrame(0x81, text); }
  void SendBinary(std::string_view bytes) { SendFrame(0x82, bytes); }
  /// `first` is the frame's first byte: FIN, the reserved bits and the opcode.
  void SendFrame(unsigned char first, std::string_view payload);
  /// A close with `code`; without one if it is 0.
  void SendClose(int code);
  /// Bytes as they are. False if the other side is gone.
  bool Send(std::string_view bytes);
  /// As if its process died: `Next` comes to an end, and the connection is reset when this is dropped.
  void Cut() const;

  /// The next frame; nothing at the end of the connection.
  std::optional<Frame> Next();
  /// The next message, pings answered and pongs passed over; `<close CODE>` for a close, `<end>` for an end
  /// without one, `<reset>` after a reset, `<silence>` after `kPatience`.
  std::string Message();
  /// The next message with `part` in it, or how it ended; those before are dropped.
  std::string MessageWith(std::string_view part);
  /// Whether nothing has come.
  [[nodiscard]] bool IsSilent() const;
  /// All that still comes until the end.
  std::string ReadToEnd();
  /// The answer to `Upgrade`, header and body.
  [[nodiscard]] const std::string& answer() const { return answer_; }

 private:
  bool ReadMore();
  bool ReadAtLeast(std::size_t bytes);

  const Options options_;
  int fd_ = -1;
  std::string received_;
  std::string answer_;
  std::string end_ = "<end>";
};

/// The bytes of a client's frame, masked.
[[nodiscard]] std::string MaskedFrame(unsigned char first, std::string_view payload);

}  // namespace oofgg::testing
