// Thousands of random histories over a network that loses, doubles and reorders datagrams, with clients that
// crash and come back. Once the network is whole again, every follower ends equal to the truth, and who is
// gone is offline.

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/net_presence/udp_fixture.h"

namespace oofgg::net {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

const char* const kStates[] = {"online", "away", "in_match", "invisible"};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kHistories = 500;
#else
constexpr std::uint64_t kHistories = 10'000;
#endif

/// A client of protocol v2 over UDP, as docs/presence.md tells to write one.
class Client {
 public:
  using Say = std::function<void(const std::string&)>;

  Client(UdpPeer peer, std::string user, const Clock& clock, Say say)
      : peer_(peer), user_(std::move(user)), clock_(clock), say_(std::move(say)), revision_(Now()) {}

  void Wish(std::set<std::string> friends, std::string state) {
    friends_ = std::move(friends);
    state_ = std::move(state);
    Anew();
  }
  void SetOnline(bool online) {
    online_ = online;
    Anew();
  }

  /// What has to be said is said again and again.
  void Tick() {
    if (cookie_.empty()) {
      say_(json{{"v", 2}, {"user_id", user_}, {"pad", std::string(20, 'x')}}.dump());
    } else if (confirmed_ != revision_) {
      SayAll();
    } else if (++quiet_ticks_ % 10 == 0) {
      Acknowledge();
    }
  }

  void Hear(const std::string& line) {
    const json object = json::parse(line);
    if (object.contains("cookie")) {
      if (object["cookie"] == cookie_) return;
      cookie_ = object["cookie"];
      Anew();
    } else if (object.contains("error")) {
      Anew();
    } else if (object.contains("pong")) {
      if (!online_ && object["pong"] == revision_) confirmed_ = revision_;
    } else if (object.contains("seq")) {
      HearInOrder(object, object["seq"].get<std::uint64_t>());
      Acknowledge();
    }
  }

  [[nodiscard]] std::string Believes(const std::string& user) const {
    const auto told = told_.find(user);
    return told == told_.end() ? "offline" : told->second;
  }
  [[nodiscard]] const UdpPeer& peer() const { return peer_; }
  [[nodiscard]] const std::string& user() const { return user_; }
  [[nodiscard]] const std::set<std::string>& friends() const { return friends_; }
  [[nodiscard]] const std::string& state() const { return state_; }
  [[nodiscard]] bool online() const { return online_; }

 private:
  [[nodiscard]] std::uint64_t Now() const {
    return static_cast<std::uint64_t>(clock_.WallNow().time_since_epoch() / 1ms);
  }

  void Anew() {
    revision_ = std::max(revision_ + 1, Now());
    lists_[revision_] = friends_;
    if (!cookie_.empty()) SayAll();
  }

  void SayAll() {
    json object = {{"v", 2},           {"cookie", cookie_}, {"user_id", user_},
                   {"rev", revision_}, {"ack", last_},      {"ping", revision_}};
    if (online_) {
      object["friends"] = friends_;
      object["state"] = state_;
    } else {
      object["online"] = false;
    }
    say_(object.dump());
  }

  void Acknowledge() { say_(json{{"v", 2}, {"cookie", cookie_}, {"ack", last_}}.dump()); }

  void HearInOrder(const json& object, std::uint64_t sequence) {
    if (object.contains("welcome") && sequence > last_) {
      last_ = sequence;
      told_.clear();
      if (confirmed_ == revision_) Anew();  // Something older than what we want has brought us there.
      return;
    }
    if (sequence != last_ + 1) return;
    last_ = sequence;
    if (object.contains("rev")) return TakeConfirmation(object["rev"].get<std::uint64_t>());
    const std::string user = object["user_id"];
    told_[user] = object["online"] == true ? object.value("state", "online") : "offline";
  }

  /// What was told of users who are not on that list is forgotten by the server, too.
  void TakeConfirmation(std::uint64_t revision) {
    if (online_) confirmed_ = revision;
    const std::set<std::string>& list = lists_[revision];
    std::erase_if(told_, [&](const auto& told) { return list.count(told.first) == 0; });
    lists_.erase(lists_.begin(), lists_.find(revision));
  }

  const UdpPeer peer_;
  const std::string user_;
  const Clock& clock_;
  const Say say_;
  std::string cookie_;
  std::set<std::string> friends_;
  std::string state_ = "online";
  bool online_ = true;
  std::uint64_t revision_;
  std::uint64_t confirmed_ = 0;
  std::uint64_t last_ = 0;
  int quiet_ticks_ = 0;
  std::map<std::string, std::string> told_;  // As the server has it.
  std::map<std::uint64_t, std::set<std::string>> lists_;
};

class UdpHistory : public UdpTest {
 public:
  explicit UdpHistory(std::uint64_t seed) : dice_(seed) { SetUp(); }
  ~UdpHistory() override { TearDown(); }
  void TestBody() override {}

  void Run() {
    const std::uint64_t steps = 10 + dice_.Below(60);
    for (std::uint64_t i = 0; i < steps; ++i) {
      Act();
      Pass(std::chrono::milliseconds(dice_.Below(dice_.Below(8) == 0 ? 40'000 : 1'500)));
    }
    is_lossy_ = false;
    Pass(45s);
    CheckFollowers();
  }

 private:
  struct Datagram {
    TimePoint at;
    UdpPeer peer;
    bool to_server;
    std::string text;
  };

  static std::string UserAt(std::uint64_t number) { return "user" + std::to_string(number); }

  void Act() {
    const std::uint64_t roll = dice_.Below(100);
    if (clients_.size() < 2 || (roll < 20 && clients_.size() < 5)) return Arrive();
    Client& client = *clients_[dice_.Below(clients_.size())];
    if (roll < 60) return client.Wish(SomeFriends(), kStates[dice_.Below(std::size(kStates))]);
    if (roll < 75) return client.SetOnline(!client.online());
    std::swap(clients_[dice_.Below(clients_.size())], clients_.back());  // Crashes, without a word.
    clients_.pop_back();
  }

  /// At a port that may have been another's a moment ago, or the same player's.
  void Arrive() {
    const UdpPeer peer = PeerAt("203.0.113.1", static_cast<std::uint16_t>(4'000 + dice_.Below(8)));
    const std::string user = UserAt(dice_.Below(6));
    for (const auto& client : clients_) {
      if (client->peer() == peer || client->user() == user) return;
    }
    clients_.push_back(std::make_unique<Client>(
        peer, user, clock_, [this, peer](const std::string& text) { Carry(peer, true, text); }));
    clients_.back()->Wish(SomeFriends(), "online");
  }

  std::set<std::string> SomeFriends() {
    std::set<std::string> friends;
    for (std::uint64_t i = dice_.Below(5); i > 0; --i) friends.insert(UserAt(dice_.Below(6)));
    return friends;
  }

  void Carry(const UdpPeer& peer, bool to_server, const std::string& text) {
    const std::uint64_t copies = !is_lossy_ || dice_.Below(10) > 3 ? 1 : dice_.Below(3);
    for (std::uint64_t i = 0; i < copies; ++i) {
      const std::chrono::milliseconds delay(1 + dice_.Below(is_lossy_ ? 400 : 5));
      network_.push_back({clock_.Now() + delay, peer, to_server, text});
    }
  }

  /// Time, in steps of 50 ms; clients tick every 300.
  void Pass(Duration time) {
    for (; time > Duration{0}; time -= 50ms) {
      Wait(50ms);
      Deliver();
      if (++beats_ % 6 != 0) continue;
      for (const auto& client : clients_) client->Tick();
    }
  }

  void Deliver() {
    for (const auto& [peer, text] : std::exchange(sent_, {})) Carry(peer, false, text);
    const auto later =
        std::stable_partition(network_.begin(), network_.end(),
                              [this](const Datagram& datagram) { return datagram.at > clock_.Now(); });
    std::vector<Datagram> due(later, network_.end());
    network_.erase(later, network_.end());
    std::sort(due.begin(), due.end(), [](const Datagram& a, const Datagram& b) { return a.at < b.at; });
    for (const Datagram& datagram : due) {
      if (datagram.to_server) {
        Say(datagram.peer, datagram.text);
        continue;
      }
      for (const auto& client : clients_) {
        if (client->peer() == datagram.peer) client->Hear(datagram.text);
      }
    }
    for (const auto& [peer, text] : std::exchange(sent_, {})) Carry(peer, false, text);
  }

  static std::string NameOf(PresenceState state) {
    return state == PresenceState::kOffline ? "offline" : kStates[static_cast<std::size_t>(state) - 1];
  }

  void CheckFollowers() {
    for (std::uint64_t i = 0; i < 6; ++i) {
      const auto client = std::find_if(clients_.begin(), clients_.end(),
                                       [&](const auto& each) { return each->user() == UserAt(i); });
      std::string wanted = client == clients_.end() || !(*client)->online() ? "offline" : (*client)->state();
      ASSERT_EQ(IsOnline(UserAt(i)), wanted != "offline") << UserAt(i);
      if (wanted == "invisible") wanted = "offline";
      ASSERT_EQ(NameOf(hub_.StateOf(UserAt(i)).state), wanted) << UserAt(i);
      for (const auto& follower : clients_) {
        if (!follower->online() || follower->friends().count(UserAt(i)) == 0) continue;
        ASSERT_EQ(follower->Believes(UserAt(i)), wanted) << follower->user() << " of " << UserAt(i);
      }
    }
  }

  SeededRandom dice_;
  bool is_lossy_ = true;
  int beats_ = 0;
  std::deque<Datagram> network_;
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST(UdpSimulationTest, EveryFollowerEndsEqualToTheTruth) {
  for (std::uint64_t seed = 1; seed <= kHistories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    UdpHistory(seed).Run();
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace oofgg::net
