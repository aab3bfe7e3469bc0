#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "game/attendance_board.h"
#include "oofgg/clock.h"

namespace oofgg::testing {

/// What the boards of several instances share. Threads: safe.
class FakeAttendance {
 public:
  FakeAttendance(const Clock& clock, Duration grace, Duration lease)
      : clock_(clock), grace_(grace), lease_(lease) {}

  /// While it is away every call fails.
  void SetAway(bool away) {
    const std::lock_guard lock(mutex_);
    away_ = away;
  }

 private:
  friend class FakeAttendanceBoard;
  using Who = std::pair<std::string, std::string>;
  static constexpr int kNobody = 0;

  void EndAbsence(const Who& who) {
    due_.erase(who);
    here_[who].erase(kNobody);
    if (here_[who].empty()) here_.erase(who);
  }
  void BeAway(const Who& who, Duration grace) {
    if (!here_[who].empty()) return;
    here_[who].insert(kNobody);
    due_[who] = clock_.Now() + grace;
  }
  void TakeOff(int life, const Who& who) {
    here_[who].erase(life);
    if (here_[who].empty()) here_.erase(who);
  }
  void Bury() {
    for (auto it = lives_.begin(); it != lives_.end();) {
      const auto life = it++;
      if (life->second > clock_.Now()) continue;
      std::set<Who> theirs;
      for (const auto& [who, lives] : here_) {
        if (lives.contains(life->first)) theirs.insert(who);
      }
      for (const Who& who : theirs) {
        TakeOff(life->first, who);
        BeAway(who, grace_);
      }
      lives_.erase(life);
    }
  }
  void SpareAll() {
    if (clock_.Now() - last_beat_ > lease_ / 2) {
      for (auto& [life, ends] : lives_) ends = clock_.Now() + lease_;
    }
    last_beat_ = clock_.Now();
  }
  int Enter() {
    lives_[++last_life_] = clock_.Now() + lease_;
    return last_life_;
  }

  const Clock& clock_;
  const Duration grace_;
  const Duration lease_;
  std::mutex mutex_;
  bool away_ = false;
  TimePoint last_beat_{};
  int last_life_ = kNobody;
  std::map<int, TimePoint> lives_;     // By when their lease ends.
  std::map<Who, std::set<int>> here_;  // With kNobody where they are absent.
  std::map<Who, TimePoint> due_;
};

/// One instance's board. It answers inside each call.
class FakeAttendanceBoard final : public game::AttendanceBoard {
 public:
  explicit FakeAttendanceBoard(FakeAttendance& shared) : shared_(shared) {}

  void Tell(std::vector<Word> words, OnTold on_told) override { on_told(Note(std::move(words))); }

  StatusOr<bool> Beat() override {
    const std::lock_guard lock(shared_.mutex_);
    if (shared_.away_) return Away();
    shared_.SpareAll();
    const auto life = shared_.lives_.find(life_);
    const bool lives_on = life != shared_.lives_.end();
    if (lives_on) {
      life->second = shared_.clock_.Now() + shared_.lease_;
    } else {
      life_ = shared_.Enter();
    }
    shared_.Bury();
    return lives_on;
  }

  StatusOr<std::vector<Absence>> TakeDue() override {
    const std::lock_guard lock(shared_.mutex_);
    if (shared_.away_) return Away();
    std::vector<Absence> due;
    for (auto& [who, when] : shared_.due_) {
      if (when > shared_.clock_.Now()) continue;
      due.push_back({.session_id = who.first, .player_id = who.second});
      when = shared_.clock_.Now() + std::chrono::seconds(30);
    }
    return due;
  }

  StatusOr<std::vector<bool>> AreAttended(const std::vector<std::string>& session_ids) override {
    const std::lock_guard lock(shared_.mutex_);
    if (shared_.away_) return Away();
    std::vector<bool> attended;
    for (const std::string& id : session_ids) {
      const auto first = shared_.here_.lower_bound({id, ""});
      attended.push_back(first != shared_.here_.end() && first->first.first == id);
    }
    return attended;
  }

 private:
  static Status Away() { return MakeStatus(StatusCode::kUnavailable, "the board is away"); }

  Status Note(std::vector<Word> words) {
    const std::lock_guard lock(shared_.mutex_);
    if (shared_.away_) return Away();
    if (!shared_.lives_.contains(life_)) return MakeStatus(StatusCode::kAborted, "taken for dead");
    for (const Word& word : words) {
      const FakeAttendance::Who who(word.session_id, word.player_id);
      if (word.where == Where::kHere) {
        shared_.EndAbsence(who);
        shared_.here_[who].insert(life_);
        continue;
      }
      shared_.TakeOff(life_, who);
      if (word.where == Where::kOut) {
        shared_.EndAbsence(who);
      } else {
        const Duration grace = shared_.grace_;
        shared_.BeAway(who, word.where == Where::kAway ? grace : game::QueueGraceOf(grace));
      }
    }
    return {};
  }

  FakeAttendance& shared_;
  int life_ = -1;
};

}  // namespace oofgg::testing
