#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "servers/cli/load/byte_stream.h"
#include "servers/cli/load/links.h"
#include "servers/cli/load/tls_client.h"

namespace oofgg::load {

/// Players over TCP, some bytes each; a buffer is had by those alone whose bytes are on their way.
class TcpLinks final : public Links {
 public:
  /// `epoll`, `events` and `tls` outlive it. `tls` null: plaintext.
  TcpLinks(const LinkPlan& plan, const TlsClient* tls, int epoll, LinkEvents& events);
  ~TcpLinks() override;
  TcpLinks(const TcpLinks&) = delete;
  TcpLinks& operator=(const TcpLinks&) = delete;

  [[nodiscard]] Status Open(User user, std::uint32_t server) override;
  void Say(User user) override;
  void OnEvent(std::uint64_t tag, std::uint32_t events) override;
  [[nodiscard]] Nanos Advance(Nanos) override { return kNeverDue; }

 private:
  struct Link {
    Nanos began = 0;
    net::SslPtr tls;
    int fd = -1;
    std::uint32_t pings = 0;  ///< Under way. Lines before the last pong are of an earlier presence.
    bool ready = false;
    bool online = false;  ///< As the server was told.
  };
  using Local = std::uint32_t;

  [[nodiscard]] Status Connect(Local local, int fd, std::uint32_t server) const;
  void SignOn(Local local);
  void Write(Local local, std::string_view bytes);
  void WriteOn(Local local);
  void WaitFor(Local local, std::uint32_t events) const;
  void Read(Local local);
  void Take(Local local, std::string_view bytes, Nanos now);
  void OnLine(Local local, std::string_view line, Nanos now);
  void Lose(Local local, const Loss& loss);

  const LinkPlan& plan_;
  const TlsClient* const tls_;
  const int epoll_;
  LinkEvents& events_;
  std::vector<Link> links_;
  std::unordered_map<Local, std::string> unsent_;   // What the kernel did not take yet.
  std::unordered_map<Local, std::string> partial_;  // Lines whose end is yet to come.
  std::vector<char> buffer_;
  std::string text_;
};

}  // namespace oofgg::load
