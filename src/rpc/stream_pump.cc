#include "rpc/stream_pump.h"

#include <utility>

namespace oofgg::rpc {
namespace {

/// As deep as no pump is within others.
constexpr int kOnExecutor = 0;
/// After so many steps a peer that goes on and on leaves the thread to others.
constexpr int kStepsHere = 32;

/// Work on an executor that must not be forgotten: if it is destroyed undone, `forgotten` runs instead.
template <class Work, class Forgotten>
class Duty {
 public:
  Duty(Work work, Forgotten forgotten) : work_(std::move(work)), forgotten_(std::move(forgotten)) {}
  Duty(Duty&& other) noexcept
      : work_(std::move(other.work_)),
        forgotten_(std::move(other.forgotten_)),
        owed_(std::exchange(other.owed_, false)) {}
  ~Duty() {
    if (owed_) forgotten_();
  }
  void operator()() {
    owed_ = false;
    work_();
  }

 private:
  Work work_;
  Forgotten forgotten_;
  bool owed_ = true;
};

}  // namespace

void StreamPump::Start(const Status& refusal, std::string_view session_id,
                       std::optional<std::uint64_t> checked_in) {
  std::unique_lock lock(mutex_);
  const Status admitted =
      refusal.ok() ? host_.streams().Add(shared_from_this(), session_id, checked_in) : refusal;
  if (admitted.ok()) {
    to_open_ = true;
  } else {
    end_ = admitted;
  }
  Schedule(std::move(lock));
}

void StreamPump::Wake() { Mark(&StreamPump::woken_); }

void StreamPump::Finish(Status status) {
  std::unique_lock lock(mutex_);
  if (end_.has_value() || finished_) return;
  end_ = std::move(status);
  woken_ = true;  // What the handler still has is written first.
  const TimePoint cut_at = DeadlineAfter(host_.clock().Now(), kLastWriteTimeout);
  cut_timer_ = host_.executor().PostAt(cut_at, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Mark(&StreamPump::to_cut_);
  });
  Schedule(std::move(lock));
}

void StreamPump::OnRead(bool ok) { Mark(ok ? &StreamPump::has_message_ : &StreamPump::peer_gone_); }

void StreamPump::OnWritten(bool ok) {
  std::unique_lock lock(mutex_);
  writing_ = false;
  (ok ? woken_ : peer_gone_) = true;  // There may be more to say.
  Schedule(std::move(lock));
}

void StreamPump::OnCancelled() {
  std::unique_lock lock(mutex_);
  cancelled_ = true;
  peer_gone_ = true;
  Schedule(std::move(lock));
}

void StreamPump::Mark(bool StreamPump::*mark) {
  std::unique_lock lock(mutex_);
  this->*mark = true;
  Schedule(std::move(lock));
}

void StreamPump::Schedule(std::unique_lock<std::mutex> lock) {
  if (scheduled_ || NextStep() == Step::kRest) return;
  scheduled_ = true;
  lock.unlock();
  const auto self = shared_from_this();
  PumpHere();
}

void StreamPump::PumpHere() {
  // What is delivered here wakes others, who are written to within it.
  thread_local int depth = 0;
  ++depth;
  Pump(depth);
  --depth;
}

void StreamPump::PostPump() {
  const auto self = shared_from_this();
  host_.executor().Post(Duty([self] { self->Pump(kOnExecutor); }, [self] { self->Abandon(); }));
}

/// What is to be done now. Called under the lock.
StreamPump::Step StreamPump::NextStep() {
  if (finished_) return Step::kRest;
  if (to_cut_) return Step::kCut;
  if (peer_gone_ || (end_.has_value() && !woken_ && !writing_)) {
    // The handler hears at once that its peer is gone, even while a message to it is stuck.
    if (!closed_) return Step::kClose;
    return writing_ ? Step::kRest : Step::kFinish;
  }
  if (to_open_) return Step::kOpen;
  if (has_message_ && !end_.has_value()) return Step::kDeliver;
  if (woken_ && !writing_) return Step::kWrite;
  return Step::kRest;
}

bool StreamPump::MayDoHere(Step step, int depth) const {
  const bool is_near = step == Step::kWrite ? depth <= 2 : step == Step::kDeliver && depth == 1;
  return is_near && IsAtHand();
}

void StreamPump::Pump(int depth) {
  for (int steps = 0;; ++steps) {
    Step step;
    bool here;
    {
      const std::lock_guard lock(mutex_);
      step = NextStep();
      if (step == Step::kRest) {
        scheduled_ = false;
        return;
      }
      here = depth == kOnExecutor || (steps < kStepsHere && MayDoHere(step, depth));
      if (here) Begin(step);
    }
    if (!here) return PostPump();
    Do(step);
  }
}

/// Takes away the mark. Called under the lock.
void StreamPump::Begin(Step step) {
  switch (step) {
    case Step::kRest:
      break;
    case Step::kOpen:
      to_open_ = false;
      break;
    case Step::kDeliver:
      has_message_ = false;
      break;
    case Step::kWrite:
      woken_ = false;
      writing_ = true;  // Before it begins, as it may be done before StartWriting returns.
      break;
    case Step::kCut:
      to_cut_ = false;
      break;
    case Step::kClose:
      closed_ = true;
      break;
    case Step::kFinish:
      finished_ = true;
      break;
  }
}

void StreamPump::Do(Step step) {
  switch (step) {
    case Step::kRest:
      break;
    case Step::kOpen:
      Open();
      break;
    case Step::kDeliver:
      if (Status bad = Deliver(); !bad.ok()) Finish(std::move(bad));
      break;
    case Step::kWrite:
      Write();
      break;
    case Step::kCut:
      CancelCall();
      break;
    case Step::kClose:
      CloseHandler();
      break;
    case Step::kFinish:
      FinishNow();
      break;
  }
}

void StreamPump::Open() {
  if (Status refused = OpenHandler(); !refused.ok()) return Finish(std::move(refused));
  StartReading();
  Wake();
}

void StreamPump::Write() {
  if (StartWriting()) return;
  const std::lock_guard lock(mutex_);
  writing_ = false;
}

void StreamPump::FinishNow() {
  Status status;
  {
    const std::lock_guard lock(mutex_);
    if (cut_timer_ != 0) host_.executor().Cancel(cut_timer_);
    if (end_.has_value()) {
      status = *std::move(end_);
    } else if (cancelled_) {
      status = MakeStatus(StatusCode::kCancelled, "the caller is gone");
    }
  }
  FinishCall(status);
}

void StreamPump::Abandon() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(finished_, true)) return;
  }
  // The executor is gone, and with it perhaps the handler's world: the handler is not called any more.
  FinishCall(StreamRegistry::DrainStatus());
}

}  // namespace oofgg::rpc
