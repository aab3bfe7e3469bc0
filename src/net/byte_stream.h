#pragma once

#include <absl/functional/any_invocable.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <cstddef>
#include <memory>
#include <utility>

#include "net/secure_layer.h"

namespace oofgg::net {

/// A TCP connection, in plaintext or under a SecureLayer: one type for both, so that what reads and writes is
/// compiled once. To Boost it is an AsyncReadStream and AsyncWriteStream, of one buffer at a time.
///
/// Threads: the socket's strand. Lifetime: whoever starts an operation keeps this alive until it is done.
class ByteStream {
 public:
  using Error = boost::system::error_code;
  using Done = absl::AnyInvocable<void(Error, std::size_t)>;
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;

  /// In plaintext until `Secure`.
  explicit ByteStream(Socket socket) : socket_(std::move(socket)) {}

  executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] Socket& socket() { return socket_; }

  /// Shakes hands. `layer` is of this socket; `done` gets no bytes.
  void Secure(std::unique_ptr<SecureLayer> layer, Done done);
  /// After a handshake that failed: what is still read is for nobody, and needs no deciphering.
  void Abandon() { layer_.reset(); }

  void Read(boost::asio::mutable_buffer into, Done done);
  void Write(boost::asio::const_buffer from, Done done);
  /// Nothing more will be written.
  void EndWriting();
  /// Ends what is under way.
  void Close();

  // As Boost wants them.
  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& into, Handler&& handler) {
    Read(First<boost::asio::mutable_buffer>(into), std::forward<Handler>(handler));
  }
  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& from, Handler&& handler) {
    Write(First<boost::asio::const_buffer>(from), std::forward<Handler>(handler));
  }

 private:
  using Attempt = absl::AnyInvocable<SecureResult(SecureLayer&)>;

  /// The first one that is not empty.
  template <typename Buffer, typename Buffers>
  static Buffer First(const Buffers& buffers) {
    for (const Buffer buffer : boost::beast::buffers_range_ref(buffers)) {
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  void Try(Attempt attempt, Done done);

  Socket socket_;
  std::unique_ptr<SecureLayer> layer_;  ///< Null: plaintext.
};

}  // namespace oofgg::net
