// Thousands of random histories. Whatever happened, a follower who reads to the end believes the truth, and
// the table forgets everybody once all have gone.

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oofgg/presence/presence_table.h"
#include "oofgg/random.h"

namespace oofgg {
namespace {

using namespace std::chrono_literals;

// What others see of a user; nothing: offline.
using Sight = std::optional<PresenceStatus>;

// What should be true, kept as plainly as can be.
class Truth {
 public:
  void Connect(const std::string& user, TimePoint now) {
    if (!IsOnline(user, now)) shown_.erase(user);
    ++live_[user];
  }

  void Show(const std::string& user, const PresenceStatus& status) { shown_[user] = status; }

  Sight See(const std::string& user, TimePoint now) {
    if (!IsOnline(user, now)) return std::nullopt;
    const PresenceStatus shown = shown_[user];
    return shown.state == PresenceState::kOffline ? Sight() : shown;
  }

  void Close(const std::string& user, TimePoint grace_until) {
    --live_[user];
    TimePoint& until = grace_[user];
    until = std::max(until, grace_until);
  }

  void SignOff(const std::string& user) {
    --live_[user];
    grace_.erase(user);
  }

  bool IsOnline(const std::string& user, TimePoint now) {
    if (live_[user] > 0) return true;
    const auto grace = grace_.find(user);
    if (grace == grace_.end()) return false;
    if (grace->second > now) return true;
    grace_.erase(grace);
    return false;
  }

 private:
  std::map<std::string, int> live_;
  std::map<std::string, TimePoint> grace_;
  std::map<std::string, PresenceStatus> shown_;
};

struct Follower {
  PresenceTable::ConnectionId connection;
  std::string user;
  PresenceTable::ConnectionOptions options;
  std::set<std::string> friends;
  std::map<std::string, Sight> believes;  // A stream's survive its reconnects.
  std::map<std::string, std::uint64_t> versions;
};

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  void Run() {
    const std::uint64_t steps = 20 + random_.Below(200);
    for (std::uint64_t i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) Step();
    CheckFollowers();
    CheckForgetting();
  }

 private:
  void Step() {
    const std::uint64_t dice = random_.Below(100);
    if (followers_.empty() || dice < 30) return Arrive();
    Follower& someone = followers_[random_.Below(followers_.size())];
    if (dice < 45) return Read(someone, random_.Below(4));
    if (dice < 60) return NewList(someone);
    if (dice < 75) return Leave(someone, /*sign_off=*/random_.Below(3) == 0);
    if (dice < 85) return Reconnect(someone);
    if (dice < 92) return Show(someone);
    now_ += std::chrono::milliseconds(random_.Below(4'000));
    if (random_.Below(2) == 0) table_.Advance(now_);
  }

  std::string SomeUser() { return "user" + std::to_string(random_.Below(8)); }

  std::set<std::string> SomeFriends() {
    std::set<std::string> friends;
    for (std::uint64_t i = random_.Below(7); i > 0; --i) friends.insert(SomeUser());
    return friends;
  }

  PresenceStatus SomeStatus() {
    static const PresenceStatus kStatuses[] = {{},
                                               {PresenceState::kOffline},
                                               {PresenceState::kAway, "tea"},
                                               {PresenceState::kOnline, "tea"},
                                               {PresenceState::kInMatch, "", "s1"}};
    return kStatuses[random_.Below(std::size(kStatuses))];
  }

  void Show(Follower& follower) {
    const PresenceStatus status = SomeStatus();
    ASSERT_TRUE(table_.SetStatus(follower.connection, status).ok());
    truth_.Show(follower.user, status);
  }

  void Arrive() {
    Follower follower;
    follower.user = SomeUser();
    follower.options.grace = random_.Below(2) == 0 ? Duration{0} : Duration{5s};
    follower.options.announces_to_friends = follower.options.grace == Duration{0};
    follower.options.hears_strangers = random_.Below(3) != 0;
    follower.options.full_snapshot = !follower.options.hears_strangers;
    follower.options.hears_status = follower.options.grace != Duration{0};
    // Beliefs of a stream's earlier life, right or wrong.
    for (int i = 0; i < 8 && follower.options.full_snapshot; ++i) {
      if (random_.Below(2) == 0) follower.believes["user" + std::to_string(i)] = SomeStatus();
    }
    followers_.push_back(follower);
    Open(followers_.back());
  }

  void Open(Follower& follower) {
    follower.friends = SomeFriends();
    const std::vector<std::string> list(follower.friends.begin(), follower.friends.end());
    follower.options.status.reset();
    if (random_.Below(4) == 0) follower.options.status = SomeStatus();
    const auto made = table_.Connect(now_, follower.user, follower.options, list);
    ASSERT_TRUE(made.ok());
    follower.connection = *made;
    if (!follower.options.full_snapshot) follower.believes.clear();
    truth_.Connect(follower.user, now_);
    if (follower.options.status.has_value()) truth_.Show(follower.user, *follower.options.status);
  }

  void End(const Follower& follower, bool sign_off) {
    if (sign_off) {
      table_.SignOff(now_, follower.connection);
      truth_.SignOff(follower.user);
    } else {
      table_.Close(now_, follower.connection);
      truth_.Close(follower.user, now_ + follower.options.grace);
    }
  }

  void Leave(Follower& follower, bool sign_off) {
    End(follower, sign_off);
    follower = followers_.back();
    followers_.pop_back();
  }

  void Reconnect(Follower& follower) {
    End(follower, /*sign_off=*/false);
    now_ += std::chrono::milliseconds(random_.Below(100));
    Open(follower);
  }

  void NewList(Follower& follower) {
    const std::set<std::string> before = follower.friends;
    follower.friends = SomeFriends();
    const std::vector<std::string> list(follower.friends.begin(), follower.friends.end());
    ASSERT_TRUE(table_.SetFriends(follower.connection, list).ok());
    // Who is not followed is not known; v1 and v2 clients then assume offline.
    for (const std::string& user : before) {
      if (follower.friends.count(user) == 0 && !follower.options.full_snapshot) follower.believes.erase(user);
    }
  }

  void Read(Follower& follower, std::uint64_t most) {
    for (; most > 0; --most) {
      const auto update = table_.NextUpdate(follower.connection);
      if (!update.has_value()) return;
      const bool online = update->state != PresenceState::kOffline;
      if (follower.friends.count(update->user_id) == 0) {
        ASSERT_TRUE(follower.options.hears_strangers && !online) << "told of a stranger";
        continue;
      }
      std::uint64_t& version = follower.versions[update->user_id];
      ASSERT_GE(update->version, version) << "a version went backwards";
      version = update->version;
      Sight& belief = follower.believes[update->user_id];
      if (!follower.options.hears_status && !follower.options.full_snapshot && (online || belief)) {
        ASSERT_NE(belief.has_value(), online) << "told the same twice";
      }
      belief.reset();
      if (online) belief = {update->state, update->text, update->session_id};
    }
  }

  void CheckFollowers() {
    table_.Advance(now_);
    for (Follower& follower : followers_) {
      Read(follower, 1'000);
      ASSERT_FALSE(table_.NextUpdate(follower.connection).has_value());
      for (const std::string& user : follower.friends) {
        const Sight truth = truth_.See(user, now_);
        const Sight& belief = follower.believes[user];
        ASSERT_EQ(belief.has_value(), truth.has_value()) << user;
        if (follower.options.hears_status) {
          ASSERT_EQ(belief, truth) << user;
        }
        ASSERT_EQ(table_.StateOf(user).state != PresenceState::kOffline, truth.has_value());
        ASSERT_EQ(table_.IsOnline(user), truth_.IsOnline(user, now_));
      }
    }
  }

  void CheckForgetting() {
    for (const Follower& follower : followers_) table_.Close(now_, follower.connection);
    table_.Advance(now_ + 5s);
    ASSERT_EQ(table_.counts().users, 0u);
    ASSERT_EQ(table_.counts().friendships, 0u);
    ASSERT_EQ(table_.NextDeadline(), kNever);
  }

  SeededRandom random_;
  PresenceTable table_;
  Truth truth_;
  TimePoint now_{};
  std::vector<Follower> followers_;
};

TEST(PresenceSimulationTest, EveryFollowerEndsEqualToTheTruth) {
  for (std::uint64_t seed = 1; seed <= 10'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History(seed).Run();
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace oofgg
