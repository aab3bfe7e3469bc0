#include "net/presence/session_stream.h"

#include <sys/socket.h>

#include <cerrno>

namespace oofgg::net {
namespace {

using Outcome = SecureResult::Outcome;

/// Without Asio, which would need a call to make each socket one that does not block.
SecureResult Receive(int descriptor, std::span<char> into, int flags) {
  const ssize_t count = recv(descriptor, into.data(), into.size(), flags | MSG_DONTWAIT);
  if (count > 0) return {Outcome::kDone, static_cast<std::size_t>(count)};
  if (count == 0) return {Outcome::kEnd};
  return {errno == EAGAIN || errno == EINTR ? Outcome::kWantRead : Outcome::kFailed};
}

}  // namespace

SecureResult SessionStream::Peek(std::span<char> into) {
  return Receive(socket_->native_handle(), into, MSG_PEEK);
}

bool SessionStream::Secure(const SecureLayerFactory& factory) {
  Error error;
  socket_->non_blocking(true, error);
  if (error) return false;
  layer_ = factory(socket_->native_handle());
  return layer_ != nullptr;
}

SecureResult SessionStream::Read(std::span<char> into) {
  if (layer_ != nullptr) return layer_->Read(into);
  return Receive(socket_->native_handle(), into, 0);
}

SecureResult SessionStream::Write(std::string_view from) {
  if (layer_ != nullptr) return layer_->Write(from);
  const ssize_t count = send(socket_->native_handle(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count >= 0) return {Outcome::kDone, static_cast<std::size_t>(count)};
  return {errno == EAGAIN || errno == EINTR ? Outcome::kWantWrite : Outcome::kFailed};
}

bool SessionStream::EndWriting() {
  if (layer_ != nullptr) layer_->SayEnd();
  Error error;
  socket_->shutdown(Socket::shutdown_send, error);
  return !error;
}

void SessionStream::Close() {
  if (layer_ != nullptr) layer_->SayEnd();
  layer_.reset();
  socket_.reset();
}

}  // namespace oofgg::net
