#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/presence/udp_players.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "presence/presence_hub.h"

namespace oofgg::net {

inline UdpPeer PeerAt(const std::string& address, std::uint16_t port = 4'000) {
  return UdpPeer({boost::asio::ip::make_address(address), port});
}

inline const UdpPeer kAnn = PeerAt("203.0.113.1");
inline const UdpPeer kBob = PeerAt("203.0.113.2");
inline const UdpPeer kHere = PeerAt("127.0.0.1");
inline const UdpPeer kHereToo = PeerAt("127.0.0.1", 4'001);

/// The presence port over UDP, without a socket and under the test's time: what it sends is kept.
class UdpTest : public ::testing::Test {
 protected:
  explicit UdpTest(unsigned shards = 1)
      : hub_(clock_, executor_, {.grace = std::chrono::seconds(5), .table = {}, .shards = shards}) {}

  /// What the hub tells the port, passed on at once instead of by way of a strand.
  class Host final : public presence::PresenceHost {
   public:
    void Wake(presence::HostTag tag) override { woken.push_back(tag); }
    void Finish(presence::HostTag tag, Status status) override {
      finished.emplace_back(tag, std::move(status));
    }
    std::vector<presence::HostTag> woken;
    std::vector<std::pair<presence::HostTag, Status>> finished;
  };

  void Open(const PresenceUdpOptions& options, PresenceAuthenticator authenticate = {}) {
    players_ = std::make_unique<UdpPlayers>(
        UdpPlayers::Parts{.hub = hub_,
                          .clock = clock_,
                          .random = random_,
                          .authenticate = std::move(authenticate),
                          .send =
                              [this](const UdpPeer& peer, std::string_view text) {
                                sent_.emplace_back(peer, std::string(text.substr(0, text.size() - 1)));
                                return true;
                              }},
        options);
    players_->SetHost(host_);
  }
  void SetUp() override { Open({}); }
  void TearDown() override { players_->CloseAll(); }

  /// A datagram and all that follows at once from it.
  void Say(const UdpPeer& peer, std::string_view text) {
    players_->OnDatagram(peer, text);
    Settle();
  }

  void Settle() {
    while (!host_->woken.empty() || !host_->finished.empty()) {
      for (const auto tag : std::exchange(host_->woken, {})) players_->OnWake(tag);
      for (const auto& [tag, status] : std::exchange(host_->finished, {})) players_->OnFinish(tag, status);
    }
  }

  void Wait(Duration time) {
    executor_.AdvanceBy(time);
    Advance();
  }

  /// All that is due.
  void Advance() {
    do players_->Advance();
    while (players_->is_due());
    Settle();
  }

  /// What `peer` was sent since it was last asked, with sequences counted from its welcome, which has 0.
  std::vector<std::string> HeardBy(const UdpPeer& peer) {
    std::vector<std::string> heard;
    std::erase_if(sent_, [&](const auto& datagram) {
      if (!(datagram.first == peer)) return false;
      heard.push_back(datagram.second);
      return true;
    });
    for (std::string& line : heard) {
      const std::size_t at = line.find(R"("seq":)");
      if (at == std::string::npos) continue;
      const std::uint64_t sequence = std::stoull(line.substr(at + 6));
      if (line.find("welcome") != std::string::npos) welcomed_[std::string(peer.bytes())] = sequence;
      line = line.substr(0, at + 6) + std::to_string(sequence - welcomed_[std::string(peer.bytes())]) + "}";
    }
    return heard;
  }

  /// A v2 player who has come online with `members` and acknowledged the welcome, and whatever else was said.
  /// Gives the cookie.
  std::string SignOn(const UdpPeer& peer, const std::string& members) {
    std::string cookie = CookieOf(peer);
    Say(peer, V2(cookie, members));
    const std::size_t lines = HeardBy(peer).size();
    EXPECT_GE(lines, 1U);
    Acknowledge(peer, cookie, lines - 1);
    return cookie;
  }

  /// All up to the line that `HeardBy` gives this number.
  void Acknowledge(const UdpPeer& peer, const std::string& cookie, std::uint64_t number) {
    Say(peer, V2(cookie, R"("ack":)" + std::to_string(welcomed_[std::string(peer.bytes())] + number)));
  }

  /// The cookie that `peer` is given.
  std::string CookieOf(const UdpPeer& peer) {
    Say(peer, R"({"v":2,"pad":"0123456789012345678901234567890123456789"})");
    const std::vector<std::string> heard = HeardBy(peer);
    EXPECT_EQ(heard.size(), 1U);
    return heard.empty() ? "" : heard.back().substr(11, 16);
  }

  /// `members` of a v2 object with its cookie.
  static std::string V2(const std::string& cookie, const std::string& members = "") {
    return R"({"v":2,"cookie":")" + cookie + '"' + (members.empty() ? "" : ",") + members + "}";
  }

  [[nodiscard]] bool IsOnline(std::string_view user) const { return hub_.IsOnline(user); }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  SeededRandom random_{7};
  presence::PresenceHub hub_;
  std::shared_ptr<Host> host_ = std::make_shared<Host>();
  std::vector<std::pair<UdpPeer, std::string>> sent_;
  std::map<std::string, std::uint64_t> welcomed_;
  std::unique_ptr<UdpPlayers> players_;
};

}  // namespace oofgg::net
