// Thousands of random histories. Whatever happened, a follower who reads to the end believes the truth, and
// the table forgets everybody once all have gone.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oofgg/presence/presence_table.h"
#include "oofgg/random.h"
#include "tests/support/histories.h"

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

/// Tables that are one, and the post between them, which may take any time and keeps the order of two ends.
class Tables {
 public:
  explicit Tables(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      PresenceTable::Options options;
      options.first_version = 1'000 * i;
      if (count > 1) {
        options.is_home = [this, i](std::string_view user) { return HomeOf(user) == i; };
      }
      tables_.emplace_back(options);
    }
  }

  PresenceTable& Of(std::string_view user) { return tables_[HomeOf(user)]; }
  std::deque<PresenceTable>& all() { return tables_; }

  /// Takes what is to be carried.
  void Collect() {
    for (unsigned from = 0; from < tables_.size(); ++from) {
      for (const auto& interest : tables_[from].TakeInterests()) {
        const std::size_t to = HomeOf(interest.user_id);
        post_[{from, to}].push_back(
            [this, to, from, interest] { tables_[to].Follow(from, interest.user_id, interest.wanted); });
      }
      for (const auto& shown : tables_[from].TakeExports()) {
        for (std::size_t to = 0; to < tables_.size(); ++to) {
          if ((shown.followers >> to & 1) == 0) continue;
          post_[{from, to}].push_back([this, to, update = shown.update] { tables_[to].Import(update); });
        }
      }
      for (const auto& farewell : tables_[from].TakeFarewells()) {
        const std::size_t to = HomeOf(farewell.listed);
        post_[{from, to}].push_back([this, to, farewell] { tables_[to].Hear(farewell); });
      }
    }
  }

  /// Carries one thing, between two tables that `random` chooses. False if there is none.
  bool Carry(RandomSource& random) {
    Collect();
    std::erase_if(post_, [](const auto& ends) { return ends.second.empty(); });
    if (post_.empty()) return false;
    auto& letters = std::next(post_.begin(), static_cast<std::ptrdiff_t>(random.Below(post_.size())))->second;
    const std::function<void()> letter = std::move(letters.front());
    letters.pop_front();
    letter();
    return true;
  }

 private:
  std::size_t HomeOf(std::string_view user) const {
    return static_cast<unsigned char>(user.back()) % tables_count();
  }
  std::size_t tables_count() const { return std::max<std::size_t>(tables_.size(), 1); }

  std::deque<PresenceTable> tables_;
  std::map<std::pair<std::size_t, std::size_t>, std::deque<std::function<void()>>> post_;
};

class History {
 public:
  History(std::uint64_t seed, std::size_t tables) : random_(seed), tables_(tables) {}

  void Run() {
    const std::uint64_t steps = 20 + random_.Below(200);
    for (std::uint64_t i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      Step();
      tables_.Collect();
      for (std::uint64_t letters = random_.Below(4); letters > 0; --letters) tables_.Carry(random_);
    }
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
    if (random_.Below(2) == 0) AdvanceAll(now_);
  }

  void AdvanceAll(TimePoint now) {
    for (PresenceTable& table : tables_.all()) table.Advance(now);
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
    ASSERT_TRUE(tables_.Of(follower.user).SetStatus(follower.connection, status).ok());
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
    const auto made = tables_.Of(follower.user).Connect(now_, follower.user, follower.options, list);
    ASSERT_TRUE(made.ok());
    follower.connection = *made;
    if (!follower.options.full_snapshot) follower.believes.clear();
    truth_.Connect(follower.user, now_);
    if (follower.options.status.has_value()) truth_.Show(follower.user, *follower.options.status);
  }

  void End(const Follower& follower, bool sign_off) {
    if (sign_off) {
      tables_.Of(follower.user).SignOff(now_, follower.connection);
      truth_.SignOff(follower.user);
    } else {
      tables_.Of(follower.user).Close(now_, follower.connection);
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
    ASSERT_TRUE(tables_.Of(follower.user).SetFriends(follower.connection, list).ok());
    // Who is not followed is not known; v1 and v2 clients then assume offline.
    for (const std::string& user : before) {
      if (follower.friends.count(user) == 0 && !follower.options.full_snapshot) follower.believes.erase(user);
    }
  }

  void Read(Follower& follower, std::uint64_t most) {
    for (; most > 0; --most) {
      const auto update = tables_.Of(follower.user).NextUpdate(follower.connection);
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
    AdvanceAll(now_);
    while (tables_.Carry(random_)) {
    }
    for (Follower& follower : followers_) {
      Read(follower, 1'000);
      PresenceTable& home = tables_.Of(follower.user);
      ASSERT_FALSE(home.NextUpdate(follower.connection).has_value());
      ASSERT_TRUE(home.IsCaughtUp(follower.connection));
      for (const std::string& user : follower.friends) {
        const Sight truth = truth_.See(user, now_);
        const Sight& belief = follower.believes[user];
        ASSERT_EQ(belief.has_value(), truth.has_value()) << user;
        if (follower.options.hears_status) {
          ASSERT_EQ(belief, truth) << user;
        }
        ASSERT_EQ(tables_.Of(user).StateOf(user).state != PresenceState::kOffline, truth.has_value());
        ASSERT_EQ(tables_.Of(user).IsOnline(user), truth_.IsOnline(user, now_));
      }
    }
  }

  void CheckForgetting() {
    for (const Follower& follower : followers_) tables_.Of(follower.user).Close(now_, follower.connection);
    AdvanceAll(now_ + 5s);
    while (tables_.Carry(random_)) {
    }
    for (const PresenceTable& table : tables_.all()) {
      ASSERT_EQ(table.counts().users, 0u);
      ASSERT_EQ(table.counts().friendships, 0u);
      ASSERT_EQ(table.counts().online, 0u);
      ASSERT_EQ(table.NextDeadline(), kNever);
    }
  }

  SeededRandom random_;
  Tables tables_;
  Truth truth_;
  TimePoint now_{};
  std::vector<Follower> followers_;
};

TEST(PresenceSimulationTest, EveryFollowerEndsEqualToTheTruth) {
  for (std::uint64_t seed = 1; seed <= testing::kHistories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History(seed, 1).Run();
    if (HasFatalFailure()) return;
  }
}

TEST(PresenceSimulationTest, SeveralTablesAreOne) {
  for (std::uint64_t seed = 1; seed <= testing::kHistories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History(seed, 2 + seed % 3).Run();
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace oofgg
