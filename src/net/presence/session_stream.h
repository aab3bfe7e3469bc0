#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "net/presence/strand.h"
#include "net/secure_layer.h"

namespace oofgg::net {

/// The bytes of one presence connection, in plaintext until `Secure`, then under TLS. It only ever tries;
/// whoever drives it waits for the socket. Plaintext pays one pointer for the other form.
/// Threads: the strand of the socket.
class SessionStream {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;
  using Error = boost::system::error_code;
  /// What a client that speaks TLS begins with: the type of a record of the handshake (RFC 8446, 5.1).
  static constexpr char kTlsByte = 0x16;

  explicit SessionStream(Socket socket) : socket_(std::move(socket)) {}

  [[nodiscard]] bool is_open() const { return socket_.has_value(); }
  [[nodiscard]] bool is_secure() const { return layer_ != nullptr; }

  /// Looks at what would be read and leaves it there.
  [[nodiscard]] SecureResult Peek(std::span<char> into);
  /// False if that cannot be, for want of memory.
  [[nodiscard]] bool Secure(const SecureLayerFactory& factory);
  [[nodiscard]] SecureResult Handshake() { return layer_->Handshake(); }
  /// After a handshake that failed: what is still read is for nobody, and needs no deciphering.
  void Abandon() { layer_.reset(); }

  [[nodiscard]] SecureResult Read(std::span<char> into);
  /// May take less than all. What is tried again must begin with the same bytes.
  [[nodiscard]] SecureResult Write(std::string_view from);

  /// `handler(error)` runs when the socket can be read or written.
  template <typename Handler>
  void Wait(Socket::wait_type what, Handler&& handler) {
    socket_->async_wait(what, std::forward<Handler>(handler));
  }

  /// Nothing more will be written. False if the peer is gone.
  [[nodiscard]] bool EndWriting();
  /// Ends what is under way.
  void Close();

 private:
  std::optional<Socket> socket_;  ///< Empty once closed, so that the session may outlive the io_context.
  std::unique_ptr<SecureLayer> layer_;  ///< Null: plaintext.
};

}  // namespace oofgg::net
