#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace oofgg::testing {

/// What all members of a session agree on: one text to each number. Threads: safe.
class SessionLog {
 public:
  /// Empty, or what is wrong with it.
  std::string Note(std::uint64_t sequence, const std::string& text) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] = texts_.emplace(sequence, text);
    if (is_new || entry->second == text) return {};
    return "event " + std::to_string(sequence) + " was '" + entry->second + "' to one and '" + text +
           "' to another";
  }
  [[nodiscard]] std::uint64_t last() const {
    const std::lock_guard lock(mutex_);
    return texts_.empty() ? 0 : texts_.rbegin()->first;
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return texts_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::string> texts_;
};

/// One member's reading of it: each number once and in order, none left out that nobody told them of.
/// Threads: safe.
class Reading {
 public:
  explicit Reading(SessionLog& log) : log_(log) {}

  void OnEvent(std::uint64_t sequence, const std::string& text) {
    const std::lock_guard lock(mutex_);
    ++count_;
    if (last_ != 0 && sequence <= last_) {
      faults_.push_back("event " + std::to_string(sequence) + " came behind " + std::to_string(last_));
    } else if (last_ != 0 && sequence != last_ + 1 && !told_of_gap_) {
      faults_.push_back("nobody told of the gap between " + std::to_string(last_) + " and " +
                        std::to_string(sequence));
    }
    told_of_gap_ = false;
    last_ = sequence;
    if (std::string wrong = log_.Note(sequence, text); !wrong.empty()) faults_.push_back(std::move(wrong));
  }
  /// The server said that events are gone.
  void OnGap() {
    const std::lock_guard lock(mutex_);
    told_of_gap_ = true;
    ++gaps_;
  }
  void OnFault(std::string what) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(what));
  }

  /// Where to resume: 0, with the next event.
  [[nodiscard]] std::uint64_t place() const {
    const std::lock_guard lock(mutex_);
    return told_of_gap_ ? 0 : last_;
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
  [[nodiscard]] std::vector<std::string> faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
  }

 private:
  SessionLog& log_;
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::size_t count_ = 0;
  std::size_t gaps_ = 0;
  bool told_of_gap_ = false;
  std::vector<std::string> faults_;
};

}  // namespace oofgg::testing
