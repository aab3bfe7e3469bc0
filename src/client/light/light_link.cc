#include "client/light/light_link.h"

#include <utility>

namespace oofgg::internal {
namespace {

constexpr std::size_t kReadBuffer = std::size_t{16} * 1024;
constexpr std::size_t kAttemptsPerPort = 4;  // Of UDP, lest something else is in the way of this port.

}  // namespace

LightLink::LightLink(LightPresenceTransport transport, LightPresenceTls tls,
                     std::function<void(std::string_view bytes)> on_sent)
    : transport_(transport), tls_options_(std::move(tls)), on_sent_(std::move(on_sent)) {}

Status LightLink::Open(const HostPort& address, std::size_t attempt) {
  if ((attempt + 1) % kAttemptsPerPort == 0) socket_.Close();
  unsent_.clear();
  under_way_.clear();
  if (tls_options_.enabled) {
    OOFGG_ASSIGN_OR_RETURN(tls_, LightTls::Make(tls_options_, address.host));
  }
  return socket_.Open(transport_, address, attempt);
}

Status LightLink::Send(std::vector<std::string> output) {
  if (transport_ == LightPresenceTransport::kUdp) {
    SendDatagrams(output);
    return absl::OkStatus();
  }
  OOFGG_RETURN_IF_ERROR(Queue(std::move(output)));
  return Flush();
}

/// Whether the link is there, what comes back tells.
void LightLink::SendDatagrams(const std::vector<std::string>& output) {
  for (const std::string& datagram : output) {
    const bool is_sent = socket_.Send(datagram).value_or(0) > 0;
    if (is_sent && on_sent_) on_sent_(datagram);
  }
}

Status LightLink::Queue(std::vector<std::string> output) {
  for (std::string& bytes : output) {
    if (tls_ == nullptr) {
      unsent_ += bytes;
    } else {
      OOFGG_RETURN_IF_ERROR(tls_->Send(bytes));
    }
    if (on_sent_) under_way_.push_back(std::move(bytes));
  }
  if (tls_ != nullptr) unsent_ += tls_->TakeOutput();
  return absl::OkStatus();
}

Status LightLink::Flush() {
  if (!unsent_.empty()) {
    const auto count = socket_.Send(unsent_);
    if (!count.has_value()) return socket_.why_lost();
    unsent_.erase(0, *count);
  }
  const bool all_sent = unsent_.empty() && (tls_ == nullptr || !tls_->has_unsent());
  if (!all_sent) return absl::OkStatus();
  for (const std::string& bytes : std::exchange(under_way_, {})) on_sent_(bytes);
  return absl::OkStatus();
}

Status LightLink::Receive(const std::function<void(std::string_view bytes)>& hear) {
  std::string buffer(kReadBuffer, '\0');
  for (;;) {
    const auto bytes = socket_.Receive(buffer);
    if (!bytes.has_value()) return socket_.why_lost();
    if (bytes->empty()) return absl::OkStatus();
    if (tls_ == nullptr) {
      hear(*bytes);
      continue;
    }
    std::string plain;
    const Status status = tls_->Receive(*bytes, plain);
    if (!plain.empty()) hear(plain);
    OOFGG_RETURN_IF_ERROR(status);
  }
}

}  // namespace oofgg::internal
