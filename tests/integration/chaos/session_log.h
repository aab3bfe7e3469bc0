#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oofgg::testing {

/// What all members of a session agree on: one text to each number. Threads: safe.
class SessionLog {
 public:
  /// Empty, or what is wrong with it.
  std::string Note(std::uint64_t sequence, const std::string& text) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] = texts_.emplace(sequence, Shortened(text));
    if (is_new || entry->second == Shortened(text)) return {};
    return "event " + std::to_string(sequence) + " was '" + entry->second + "' to one and '" +
           Shortened(text) + "' to another";
  }
  [[nodiscard]] std::uint64_t last() const {
    const std::lock_guard lock(mutex_);
    return texts_.empty() ? 0 : texts_.rbegin()->first;
  }
  /// Whether somebody heard a number between these two.
  [[nodiscard]] bool HasBetween(std::uint64_t after, std::uint64_t before) const {
    const std::lock_guard lock(mutex_);
    const auto next = texts_.upper_bound(after);
    return next != texts_.end() && next->first < before;
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return texts_.size();
  }

 private:
  /// Long ones by their hash, as there are many.
  static std::string Shortened(const std::string& text) {
    constexpr std::size_t kLong = 60;
    if (text.size() <= kLong) return text;
    return text.substr(0, kLong) + "... " + std::to_string(std::hash<std::string>()(text));
  }

  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::string> texts_;
};

/// One member's reading of it: each number once and in order, none left out that the server did not name as
/// gone. Numbers may go on in the next run, where Redis had to be started anew: then nobody has heard any of
/// those between. Threads: safe.
class Reading {
 public:
  explicit Reading(SessionLog& log) : log_(log) {}

  void OnEvent(std::uint64_t sequence, const std::string& text) {
    const std::lock_guard lock(mutex_);
    ++count_;
    ExpectLocked(sequence, "event");
    last_ = sequence;
    gaps_in_a_row_ = 0;
    if (std::string wrong = log_.Note(sequence, text); !wrong.empty()) faults_.push_back(std::move(wrong));
  }
  /// The server said that events are gone, "… events 5 to 9 are …".
  void OnGone(const std::string& message) {
    constexpr std::string_view kEvents = "events ";
    unsigned long long first = 0;
    unsigned long long last = 0;
    const std::size_t range = message.find(kEvents);
    const std::lock_guard lock(mutex_);
    ++gaps_;
    if (range == std::string::npos ||
        std::sscanf(message.c_str() + range + kEvents.size(), "%llu to %llu are", &first, &last) != 2 ||
        first > last) {
      faults_.push_back("no range is named: " + message);
      return;
    }
    ExpectLocked(first, "gap");
    ++gaps_in_a_row_;
    last_ = std::max<std::uint64_t>(last_, last);
  }
  void OnFault(std::string what) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(what));
  }

  /// Where to resume: 0, with the next event. Behind what is gone; but who is told again that something is
  /// gone might run after the window for ever.
  [[nodiscard]] std::uint64_t place() const {
    const std::lock_guard lock(mutex_);
    return gaps_in_a_row_ > kGapsInARow ? 0 : last_;
  }
  [[nodiscard]] std::uint64_t last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  [[nodiscard]] std::size_t gaps() const {
    const std::lock_guard lock(mutex_);
    return gaps_;
  }
  /// What was wrong, once all is read.
  [[nodiscard]] std::vector<std::string> faults() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all = faults_;
    for (const auto& [from, to] : jumps_) {
      if (log_.HasBetween(from, to)) all.push_back(SkippedText(from, to));
    }
    return all;
  }

 private:
  static constexpr unsigned kRunShift = 32;
  static constexpr int kGapsInARow = 1;

  static std::string SkippedText(std::uint64_t from, std::uint64_t to) {
    return "nobody told of the gap between " + std::to_string(from) + " and " + std::to_string(to);
  }

  void ExpectLocked(std::uint64_t next, const char* what) {
    if (last_ == 0 || next == last_ + 1) return;
    if (next > last_ && gaps_in_a_row_ > kGapsInARow) return;  // It began with the next event.
    if (next <= last_) {
      faults_.push_back(std::string(what) + " " + std::to_string(next) + " came behind " +
                        std::to_string(last_));
    } else if (next >> kRunShift > last_ >> kRunShift) {
      jumps_.emplace_back(last_, next);
    } else {
      faults_.push_back(SkippedText(last_, next));
    }
  }

  SessionLog& log_;
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::size_t count_ = 0;
  std::size_t gaps_ = 0;
  int gaps_in_a_row_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> jumps_;
  std::vector<std::string> faults_;
};

}  // namespace oofgg::testing
