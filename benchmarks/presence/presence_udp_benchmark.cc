// What players on UDP cost: memory and CPU without a socket, and both over one, with the other end in this
// process.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/presence/heap.h"
#include "net/presence/udp_players.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"

namespace oofgg::net {
namespace {

/// The port without a socket, and players who each have a cookie.
class Port {
 public:
  Port() {
    PresenceUdpOptions options;
    options.max_players_per_address = options.max_players;
    options.max_friends_per_address = 100'000'000;
    players_ =
        std::make_unique<UdpPlayers>(UdpPlayers::Parts{.hub = hub_,
                                                       .clock = clock_,
                                                       .random = random_,
                                                       .authenticate = {},
                                                       .send =
                                                           [this](const UdpPeer&, std::string_view text) {
                                                             last_ = text;
                                                             ++sent_;
                                                             return true;
                                                           }},
                                     options);
    players_->SetHost(host_);
  }
  ~Port() { players_->CloseAll(); }

  static UdpPeer PeerOf(std::uint32_t player) {
    return UdpPeer({boost::asio::ip::address_v4(0x7F00'0000U | player / 50'000U << 8 | 1U),
                    static_cast<std::uint16_t>(1'024 + player % 50'000U)});
  }

  /// Asks for the cookie and says hello, as a player does; acknowledges the welcome.
  void SignOn(std::uint32_t player, std::string_view friends) {
    const UdpPeer peer = PeerOf(player);
    const std::string user = std::to_string(player);
    players_->OnDatagram(peer, R"({"v":2,"user_id":)" + user + R"(,"pad":"0123456789"})");
    const std::string cookie = last_.substr(11, 16);
    players_->OnDatagram(peer, R"({"v":2,"cookie":")" + cookie + R"(","user_id":)" + user +
                                   R"(,"friends":[)" + std::string(friends) + "]}");
    const std::string sequence = last_.substr(last_.rfind(':') + 1, last_.rfind('}') - last_.rfind(':') - 1);
    players_->OnDatagram(peer, R"({"v":2,"cookie":")" + cookie + R"(","ack":)" + sequence + "}");
    host_->woken.clear();
  }

  void SayAgain(std::uint32_t player, const std::string& cookie) {
    players_->OnDatagram(PeerOf(player), R"({"v":2,"cookie":")" + cookie + R"("})");
  }

  [[nodiscard]] std::string cookie_of(std::uint32_t player) {
    players_->OnDatagram(PeerOf(player), R"({"v":2,"pad":"01234567890123456789"})");
    return last_.substr(11, 16);
  }

 private:
  class Host final : public presence::PresenceHost {
   public:
    void Wake(presence::HostTag tag) override { woken.push_back(tag); }
    void Finish(presence::HostTag, Status) override { std::abort(); }
    std::vector<presence::HostTag> woken;
  };

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  SeededRandom random_{7};
  presence::PresenceHub hub_{clock_, executor_, {.grace = {}, .table = {.max_friendships = 100'000'000}}};
  std::shared_ptr<Host> host_ = std::make_shared<Host>();
  std::string last_;
  std::size_t sent_ = 0;
  std::unique_ptr<UdpPlayers> players_;
};

/// Heap of one player who lists nobody: the slope between half of them and all.
void BM_UdpPlayer(benchmark::State& state) {
  const auto players = static_cast<std::uint32_t>(state.range(0));
  double bytes = 0;
  for (auto _ : state) {
    Port port;
    for (std::uint32_t i = 0; i < players / 2; ++i) port.SignOn(i, "");
    const double before = HeapBytes();
    for (std::uint32_t i = players / 2; i < players; ++i) port.SignOn(i, "");
    bytes = (HeapBytes() - before) / (players - players / 2);
  }
  state.counters["bytes_per_player"] = bytes;
  state.counters["hellos_per_s"] = benchmark::Counter(
      static_cast<double>(players) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_UdpPlayer)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

/// What keeps a player online: one datagram, of one of many.
void BM_UdpKeepAlive(benchmark::State& state) {
  Port port;
  constexpr std::uint32_t kPlayers = 100'000;
  std::vector<std::string> cookies;
  for (std::uint32_t i = 0; i < kPlayers; ++i) {
    port.SignOn(i, "");
    cookies.push_back(port.cookie_of(i));
  }
  std::uint32_t player = 0;
  for (auto _ : state) {
    port.SayAgain(player, cookies[player]);
    player = (player + 7'919) % kPlayers;
  }
}
BENCHMARK(BM_UdpKeepAlive);

}  // namespace
}  // namespace oofgg::net
