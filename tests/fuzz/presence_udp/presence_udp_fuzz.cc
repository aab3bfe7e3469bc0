#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/presence/udp_players.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"

// Datagrams from strangers. An input is a list of them, each behind a byte that says who sends it and how
// much time passes before, and ended by a byte of 0. In a datagram, `@` stands for the cookie that its sender
// was given last.
namespace oofgg::net {
namespace {

constexpr std::size_t kStrangers = 3;  // Sender 3 is this machine, which needs no cookie for v1.

void Require(bool promise) {
  if (!promise) std::abort();
}

class Quiet final : public presence::PresenceHost {
 public:
  void Wake(presence::HostTag tag) override { woken.push_back(tag); }
  void Finish(presence::HostTag tag, Status status) override {
    finished.emplace_back(tag, std::move(status));
  }
  std::vector<presence::HostTag> woken;
  std::vector<std::pair<presence::HostTag, Status>> finished;
};

struct Sender {
  UdpPeer peer;
  std::string cookie;
  std::size_t said = 0;
  std::size_t heard = 0;
  bool proved = false;  // Has sent a cookie, right or wrong.
};

class Port {
 public:
  Port() {
    for (std::size_t i = 0; i < senders_.size(); ++i) {
      const char* const address = i < kStrangers ? "203.0.113.1" : "127.0.0.1";
      senders_[i].peer =
          UdpPeer({boost::asio::ip::make_address(address), static_cast<std::uint16_t>(4'000 + i)});
    }
    players_.SetHost(host_);
  }
  ~Port() { players_.CloseAll(); }

  void Say(std::uint8_t who_and_when, std::string_view words) {
    Sender& sender = senders_[who_and_when % senders_.size()];
    executor_.AdvanceBy(std::chrono::milliseconds(who_and_when / senders_.size() * 100));
    players_.Advance();
    Settle();
    std::string datagram;
    for (const char c : words) {
      if (c == '@') {
        datagram += sender.cookie;
        sender.proved = sender.proved || !sender.cookie.empty();
      } else {
        datagram += c;
      }
    }
    sender.said += datagram.size();
    players_.OnDatagram(sender.peer, datagram);
    Settle();
    for (std::size_t i = 0; i < kStrangers; ++i) {
      Require(senders_[i].proved || senders_[i].heard <= senders_[i].said);
    }
    Require(players_.players() <= senders_.size());
  }

 private:
  bool Hear(const UdpPeer& peer, std::string_view text) {
    for (Sender& sender : senders_) {
      if (!(sender.peer == peer)) continue;
      sender.heard += text.size();
      if (text.substr(0, 11) == R"({"cookie":")") sender.cookie = text.substr(11, 16);
    }
    Require(!text.empty() && text.back() == '\n' && text.find('\n') == text.size() - 1);
    return true;
  }

  void Settle() {
    while (!host_->woken.empty() || !host_->finished.empty()) {
      for (const auto tag : std::exchange(host_->woken, {})) players_.OnWake(tag);
      for (const auto& [tag, status] : std::exchange(host_->finished, {})) players_.OnFinish(tag, status);
    }
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  SeededRandom random_{7};
  presence::PresenceHub hub_{clock_, executor_};
  std::shared_ptr<Quiet> host_ = std::make_shared<Quiet>();
  std::array<Sender, kStrangers + 1> senders_;
  UdpPlayers players_{
      {.hub = hub_,
       .clock = clock_,
       .random = random_,
       .authenticate = {},
       .send = [this](const UdpPeer& peer, std::string_view text) { return Hear(peer, text); }},
      {}};
};

}  // namespace
}  // namespace oofgg::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  oofgg::net::Port port;
  while (!input.empty()) {
    const auto who_and_when = static_cast<std::uint8_t>(input.front());
    input.remove_prefix(1);
    const std::size_t end = input.find('\0');
    port.Say(who_and_when, input.substr(0, end));
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  return 0;
}
