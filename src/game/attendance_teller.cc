#include "game/attendance_teller.h"

namespace oofgg::game {
namespace {

constexpr std::size_t kWordsAtOnce = 500;

}  // namespace

void AttendanceTeller::Say(AttendanceBoard::Word word) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.insert_or_assign({std::move(word.session_id), std::move(word.player_id)}, word.where);
  }
  Send();
}

void AttendanceTeller::Resume() {
  {
    const std::lock_guard lock(mutex_);
    failed_ = false;
  }
  Send();
}

void AttendanceTeller::Stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  idle_.wait(lock, [this] { return calls_ == 0; });
}

std::vector<AttendanceBoard::Word> AttendanceTeller::TakeBatchLocked() {
  std::vector<AttendanceBoard::Word> words;
  while (!waiting_.empty() && words.size() < kWordsAtOnce) {
    auto next = waiting_.extract(waiting_.begin());
    words.push_back({.session_id = std::move(next.key().first),
                     .player_id = std::move(next.key().second),
                     .where = next.mapped()});
  }
  return words;
}

void AttendanceTeller::Send() {
  std::vector<AttendanceBoard::Word> words;
  {
    const std::lock_guard lock(mutex_);
    if (on_its_way_ || failed_ || stopped_ || waiting_.empty()) return;
    words = TakeBatchLocked();
    on_its_way_ = true;
    ++calls_;
  }
  auto said = words;
  board_.Tell(std::move(words), [self = shared_from_this(), said = std::move(said)](
                                    const Status& told) mutable { self->OnTold(std::move(said), told); });
  const std::lock_guard lock(mutex_);
  if (--calls_ == 0) idle_.notify_all();
}

void AttendanceTeller::OnTold(std::vector<AttendanceBoard::Word> words, const Status& told) {
  {
    const std::lock_guard lock(mutex_);
    on_its_way_ = false;
    failed_ = !told.ok();
    if (failed_) {
      // A newer word on the same player stands.
      for (AttendanceBoard::Word& word : words) {
        waiting_.try_emplace({std::move(word.session_id), std::move(word.player_id)}, word.where);
      }
    }
  }
  Send();
}

}  // namespace oofgg::game
