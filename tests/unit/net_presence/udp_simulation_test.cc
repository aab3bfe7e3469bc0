// Thousands of random histories over a network that loses, doubles and reorders datagrams, with clients that
// crash and come back. Once the network is whole again, every follower ends equal to the truth, and who is
// gone is offline; of a crowd that never goes, nobody is ever reported as gone.

#include <algorithm>
#include <deque>
#include <set>

#include "client/light/light_udp_session.h"
#include "tests/support/histories.h"
#include "tests/unit/net_presence/udp_fixture.h"

namespace oofgg::net {
namespace {

using namespace std::chrono_literals;

constexpr PresenceState kStates[] = {PresenceState::kOnline, PresenceState::kAway, PresenceState::kInMatch,
                                     PresenceState::kOffline};

std::string CrowdUserAt(int number) { return "crowd" + std::to_string(number); }
constexpr int kCrowd = 40;  // More than are under way at a time.

/// The SDK's light client without its thread: attempts one after the other, and what its user was told.
class Client {
 public:
  using Say = std::function<void(const std::string&)>;

  Client(UdpPeer peer, std::string user, const Clock& clock, Say say)
      : peer_(peer), clock_(clock), say_(std::move(say)), wishes_{.user_id = std::move(user)} {
    Begin();
  }

  void Wish(const std::set<std::string>& friends, PresenceState state) {
    wishes_.friends.assign(friends.begin(), friends.end());
    wishes_.status = PresenceStatus{.state = state};
    book_.SetFriends(wishes_.friends);
    if (session_ != nullptr) session_->OnFriends(clock_.Now());
    if (session_ != nullptr) session_->OnStatus(clock_.Now());
    Settle();
  }
  void SetOnline(bool online) {
    wishes_.signs_off = !online;
    if (online) {
      Begin();
    } else if (session_ != nullptr) {
      session_->OnSignOff(clock_.Now());
    }
    Settle();
  }

  void Tick() {
    if (session_ == nullptr) {
      if (online()) Begin();
    } else {
      session_->Advance(clock_.Now());
    }
    Settle();
  }

  void Hear(const std::string& line) {
    if (session_ != nullptr) session_->OnBytes(clock_.Now(), line);
    Settle();
  }

  [[nodiscard]] std::optional<PresenceState> Believes(const std::string& user) const {
    const auto told = told_.find(user);
    return told == told_.end() ? std::nullopt : std::optional(told->second);
  }
  [[nodiscard]] const UdpPeer& peer() const { return peer_; }
  [[nodiscard]] const std::string& user() const { return wishes_.user_id; }
  [[nodiscard]] const std::vector<std::string>& friends() const { return wishes_.friends; }
  [[nodiscard]] PresenceState state() const { return wishes_.status.value_or(PresenceStatus()).state; }
  [[nodiscard]] bool online() const { return !wishes_.signs_off; }
  [[nodiscard]] bool stale() const { return stale_; }

 private:
  void Begin() {
    const auto now = static_cast<std::uint64_t>(clock_.WallNow().time_since_epoch() / 1ms);
    revision_ = std::max(revision_ + 1, now);
    session_ = std::make_unique<internal::LightUdpSession>(internal::LightSession::Parts{
        .wishes = wishes_, .book = book_, .first_revision = revision_, .heartbeat = 10s, .seed = now});
    session_->Start(clock_.Now());
  }

  void Settle() {
    if (session_ != nullptr) {
      for (const std::string& datagram : session_->TakeOutput()) say_(datagram);
      revision_ = session_->revision();
      if (session_->phase() != internal::LightSession::Phase::kOpen) {
        session_.reset();
        book_.Forget();
      }
    }
    for (const auto& event : book_.TakeEvents()) {
      if (event.user_id.empty()) {
        stale_ = event.stale;
      } else if (const auto update = book_.TakeReport(event.user_id)) {
        told_[update->user_id] = update->state;
        EXPECT_FALSE(update->user_id.starts_with("crowd") && update->state == PresenceState::kOffline);
      }
    }
  }

  const UdpPeer peer_;
  const Clock& clock_;
  const Say say_;
  internal::LightWishes wishes_;
  internal::FriendBook book_;
  std::unique_ptr<internal::LightUdpSession> session_;
  std::uint64_t revision_ = 0;
  bool stale_ = true;
  std::map<std::string, PresenceState> told_;
};

class UdpHistory : public UdpTest {
 public:
  explicit UdpHistory(std::uint64_t seed) : UdpTest(static_cast<unsigned>(1 + seed % 3)), dice_(seed) {
    SetUp();
    if (seed % 16 != 0) return;
    for (int i = 0; i < kCrowd; ++i) crowd_.push_back(hub_.Connect(CrowdUserAt(i), {}, {}, crowd_host_));
  }
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
    clients_.back()->Wish(SomeFriends(), PresenceState::kOnline);
  }

  std::set<std::string> SomeFriends() {
    std::set<std::string> friends;
    for (std::uint64_t i = dice_.Below(5); i > 0; --i) friends.insert(UserAt(dice_.Below(6)));
    if (dice_.Below(4) != 0) return friends;
    for (std::size_t i = 0; i < crowd_.size(); ++i) friends.insert(CrowdUserAt(static_cast<int>(i)));
    return friends;
  }

  void Carry(const UdpPeer& peer, bool to_server, const std::string& text) {
    const std::uint64_t copies = !is_lossy_ || dice_.Below(10) > 3 ? 1 : dice_.Below(3);
    for (std::uint64_t i = 0; i < copies; ++i) {
      const std::chrono::milliseconds delay(1 + dice_.Below(is_lossy_ ? 400 : 5));
      network_.push_back({clock_.Now() + delay, peer, to_server, text});
    }
  }

  /// Time, in steps of 50 ms.
  void Pass(Duration time) {
    for (; time > Duration{0}; time -= 50ms) {
      Wait(50ms);
      Deliver();
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

  void CheckFollowers() {
    for (std::uint64_t i = 0; i < 6; ++i) {
      const auto client = std::find_if(clients_.begin(), clients_.end(),
                                       [&](const auto& each) { return each->user() == UserAt(i); });
      const bool is_online = client != clients_.end() && (*client)->online();
      const PresenceState wanted = is_online ? (*client)->state() : PresenceState::kOffline;
      ASSERT_EQ(IsOnline(UserAt(i)), is_online) << UserAt(i);
      ASSERT_EQ(hub_.StateOf(UserAt(i)).state, wanted) << UserAt(i);
      for (const auto& follower : clients_) {
        const auto& friends = follower->friends();
        if (!follower->online() || std::count(friends.begin(), friends.end(), UserAt(i)) == 0) continue;
        ASSERT_FALSE(follower->stale()) << follower->user();
        ASSERT_EQ(follower->Believes(UserAt(i)), wanted) << follower->user() << " of " << UserAt(i);
      }
    }
  }

  const std::shared_ptr<Host> crowd_host_ = std::make_shared<Host>();
  std::vector<presence::PresenceConnection> crowd_;
  SeededRandom dice_;
  bool is_lossy_ = true;
  std::deque<Datagram> network_;
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST(UdpSimulationTest, EveryFollowerEndsEqualToTheTruth) {
  for (std::uint64_t seed = 1; seed <= testing::kHistories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    UdpHistory(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace oofgg::net
