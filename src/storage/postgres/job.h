#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "storage/postgres/result.h"
#include "storage/postgres/statement.h"

namespace oofgg::storage {

/// A statement on its way: a caller makes it and waits, the I/O thread runs it.
/// Threads: `Wait` the caller's, the rest the I/O thread's; both hold it, as either may be done first.
class PgJob {
 public:
  using Answer = StatusOr<PgResult>;

  PgJob(const PgStatement& statement, PgParams params) : statement_(&statement), params_(std::move(params)) {}

  /// The answer, or nothing if `deadline` comes first; nobody asks for it any more then.
  std::optional<Answer> Wait(TimePoint deadline);
  /// To be asked once `Wait` gave nothing and it was withdrawn: whether the server may have got it before.
  [[nodiscard]] bool WasSent();

  [[nodiscard]] const PgStatement& statement() const { return *statement_; }
  [[nodiscard]] const PgParams& params() const { return params_; }

  /// Whether others may share its transaction.
  [[nodiscard]] bool MayShare() const { return !alone_ && statement_->kind != PgKind::kWrite; }
  /// Whether it may be run again when nobody knows if it was.
  [[nodiscard]] bool MayRepeat() const { return statement_->repeatable || statement_->kind == PgKind::kRead; }
  /// Groups run in this order.
  [[nodiscard]] const std::string& order() const { return params_.values().front().bytes; }

  void SetSent();
  /// A transaction that it shared failed and left nothing: next time it has its own.
  void SetAlone() { alone_ = true; }
  /// The connection broke before the answer.
  void SetLost() { lost_ = true; }
  [[nodiscard]] bool IsWanted();
  void Finish(Answer answer);

 private:
  const PgStatement* statement_;
  const PgParams params_;
  bool alone_ = false;
  bool lost_ = false;

  std::mutex mutex_;
  std::condition_variable finished_;
  std::optional<Answer> answer_;
  bool sent_ = false;
  bool wanted_ = true;
};

}  // namespace oofgg::storage
