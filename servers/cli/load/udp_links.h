#pragma once

#include <array>
#include <cstddef>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "servers/cli/load/links.h"
#include "servers/cli/load/server_line.h"

namespace oofgg::load {

/// Players over UDP, as docs/presence.md has them. Each has an address and a port of its own, and yet one
/// socket serves a player at each of the source addresses: it is bound to a port of all of them, and each
/// datagram says which it comes from (IP_PKTINFO).
class UdpLinks final : public Links {
 public:
  /// `epoll` and `events` outlive it.
  UdpLinks(const LinkPlan& plan, int epoll, LinkEvents& events);
  ~UdpLinks() override;
  UdpLinks(const UdpLinks&) = delete;
  UdpLinks& operator=(const UdpLinks&) = delete;

  [[nodiscard]] Status Open(User user, std::uint32_t server) override;
  void Say(User user) override;
  void OnEvent(std::uint64_t tag, std::uint32_t events) override;
  [[nodiscard]] Nanos Advance(Nanos now) override;

 private:
  using Local = std::uint32_t;
  static constexpr std::size_t kCookieBytes = 16;

  struct Player {
    Nanos began = 0;
    std::uint64_t heard = 0;     ///< Sequence of the last line that was applied.
    std::uint64_t revision = 0;  ///< Of what it says of itself.
    std::array<char, kCookieBytes> cookie{};
    bool opened = false;
    bool ready = false;
    bool pending = false;  ///< The server has not confirmed the revision.
    bool owes_ack = false;
    bool lost = false;
    std::uint8_t tries = 0;
  };
  /// When what a player said is said again, unless it was confirmed.
  struct Again {
    Nanos due;
    Local local;
    std::uint64_t revision;
    friend bool operator<(const Again& one, const Again& other) { return one.due > other.due; }
  };

  [[nodiscard]] Status OpenSocket();
  void Repeat(Local local, Nanos now);
  void SayNow(Local local);
  void SayList(Local local);
  [[nodiscard]] std::string Head(Local local) const;
  void Acknowledge(Local local);
  void Send(Local local, std::string_view text);
  void ReadBatch(std::size_t socket);
  void OnDatagram(Local local, std::string_view text, Nanos now);
  void OnNumbered(Local local, const ServerLine& line, Nanos now);
  void Confirm(Local local, std::uint64_t revision);
  void Lose(Local local, const std::string& why);
  void KeepAlive(Nanos now);

  const LinkPlan& plan_;
  const int epoll_;
  LinkEvents& events_;
  std::vector<Player> players_;
  std::vector<int> sockets_;
  std::priority_queue<Again> again_;
  std::vector<Local> owing_;  // Those to be acknowledged after the batch.
  Local next_kept_ = 0;
  Nanos keep_due_ = 0;
  std::vector<char> buffer_;
};

}  // namespace oofgg::load
