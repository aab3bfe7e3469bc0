#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "storage/redis/link.h"
#include "storage/redis/slot_ranges.h"

namespace oofgg::storage::redis {

/// Who wants to know which node of a cluster serves what. All methods run on the watch's thread.
class SlotWatchUser {
 public:
  virtual ~SlotWatchUser() = default;

  /// What a node says; not always another answer than last time.
  virtual void OnSlots(const SlotRanges& slots) = 0;
  /// Nobody was reached, or nobody knows.
  virtual void OnNoSlots(const Status& why) = 0;
  /// As that of a `LinkUser`: after each `Wake`, and whenever it wanted.
  [[nodiscard]] virtual TimePoint OnTime(TimePoint now) = 0;
};

/// Asks the nodes of a cluster, on a link of its own, for the table of slots: when it finds one, on
/// `Refresh`, and as often as a quiet link is asked whether it lives. Goes on to another node where one is
/// lost, does not answer, or tells those who want to know more the same again and again. Threads: `Refresh`,
/// `Wake`, `OnItsThread` from any.
class SlotWatch final : public LinkUser {
 public:
  /// `user` outlives it.
  SlotWatch(SlotWatchUser& user, RedisOptions options);

  void Stop() { link_.Stop(); }
  /// Asks soon, but not more often than ten times a second.
  void Refresh();
  void Wake() { link_.Wake(); }
  [[nodiscard]] bool OnItsThread() const { return link_.OnItsThread(); }

  void OnUp(const HostPort& server) override;
  void OnDown(const Status& why) override;
  void OnNoLink(const Status& why) override { user_.OnNoSlots(why); }
  [[nodiscard]] Status OnReply(RedisReply reply) override;
  void Fill(std::string& out) override;
  void AddPing(std::string& out) override;
  [[nodiscard]] TimePoint OnTime(TimePoint now) override;

 private:
  enum class Question { kRoutine, kOnDemand };

  [[nodiscard]] std::vector<HostPort> FindHosts();
  [[nodiscard]] Status TakeAnswer(const RedisReply& reply, Question question);

  SlotWatchUser& user_;
  const std::vector<HostPort> seeds_;
  const Duration patience_;  // For an answer.
  std::atomic<bool> wanted_ = false;

  // Of the link's thread.
  bool up_ = false;
  bool ask_now_ = false;
  HostPort server_;
  std::deque<Question> unanswered_;
  TimePoint asked_at_ = TimePoint::min();
  TimePoint answer_due_ = kNever;
  SlotRanges answer_;       // The last,
  int times_the_same_ = 0;  // and how often it came in a row on demand,
  int most_times_;          // of how many times.

  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<HostPort> known_;  // As the last answer named them.
  HostPort last_host_;           // Asked last, hence last to be asked again.
  Link link_;                    // Last: its thread uses the others.
};

}  // namespace oofgg::storage::redis
